package bench

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/packedlstm/packedlstm/kernels"
)

// Tier is a cache or the memory, and the buffer that measures its bandwidth.
type Tier struct {
	Name   string `json:"name"`         // L1, L2, L3, memory
	Size   int    `json:"size_bytes"`   // of the cache; 0: the memory
	Buffer int    `json:"buffer_bytes"` // read by all workers together
}

const (
	maxMemoryBuffer = 256 << 20
	// assumedL2 stands for the L2 of a CPU that does not say.
	assumedL2 = 512 << 10
)

// Tiers returns the tiers of a machine for the number of workers, the nearest first: half
// of each worker's own L1 and L2; of the shared L3 four times the L2s of all workers but
// half of it at most; memory, four times the L3, 256 MB at most. Caches of which the
// machine says nothing, or which have no room beside the smaller one, are left out.
func Tiers(m kernels.Machine, workers int) []Tier {
	var tiers []Tier
	if m.L1D > 0 {
		tiers = append(tiers, Tier{"L1", m.L1D, workers * m.L1D / 2})
	}
	if m.L2 > m.L1D {
		tiers = append(tiers, Tier{"L2", m.L2, workers * m.L2 / 2})
	}
	if buffer := min(4*workers*m.L2, m.L3/2); m.L3 > m.L2 && buffer > workers*m.L2 {
		tiers = append(tiers, Tier{"L3", m.L3, buffer})
	}
	largest := max(m.L1D, m.L2, m.L3)
	memory := maxMemoryBuffer
	if largest > 0 {
		memory = min(memory, max(4*largest, 8<<20))
	}
	return append(tiers, Tier{"memory", 0, memory})
}

// sizeL2 returns the size of the L2, or what stands for it.
func sizeL2(m kernels.Machine) int {
	if m.L2 == 0 {
		return assumedL2
	}
	return m.L2
}

// holder returns the index of the nearest tier with room for the bytes.
func holder(tiers []Tier, bytes float64) int {
	return slices.IndexFunc(tiers, func(t Tier) bool { return t.Size == 0 || float64(t.Size) >= bytes })
}

// peakIterations make a run of about half a millisecond.
const peakIterations = 200_000

// Peak returns the GFLOP/s of FMAs on registers at level l on so many cores at once: the
// median of a few short runs. The error is that of a level without such a loop.
func Peak(l kernels.Level, workers int) (float64, error) {
	return medianOf(3, func() (float64, error) {
		return together(workers, func(int) (int, error) { return kernels.RunFMAs(l, peakIterations) })
	})
}

// Bandwidth reads the tiers. Its buffers stay from one measurement to the next.
type Bandwidth struct {
	workers int
	tiers   []Tier
	buffer  []float32
}

// NewBandwidth returns a measurement of the tiers by so many workers.
func NewBandwidth(tiers []Tier, workers int) *Bandwidth {
	return &Bandwidth{workers: workers, tiers: tiers}
}

// allocate makes the buffer, once: a level without a read loop never needs it.
func (b *Bandwidth) allocate() {
	if b.buffer != nil {
		return
	}
	largest := 0
	for _, t := range b.tiers {
		largest = max(largest, t.Buffer/4)
	}
	b.buffer = make([]float32, largest)
	for i := range b.buffer {
		// Pages that nobody wrote are all one page of zeros, which never leaves L1.
		b.buffer[i] = 1
	}
}

// readBytes is what a run reads at least: about a tenth of a millisecond from L1.
const readBytes = 16 << 20

// Read returns the GB/s at which the workers together load the buffer of a tier at level
// l, each a part of its own: the median of a few runs after one that brings it there.
func (b *Bandwidth) Read(l kernels.Level, tier int) (float64, error) {
	if _, err := kernels.ReadBuffer(l, make([]float32, 1<<10), 0); err != nil {
		return 0, err
	}
	b.allocate()
	each := b.tiers[tier].Buffer / 4 / b.workers
	rounds := 1 + readBytes/b.workers/(4*each)
	read := func() (float64, error) {
		return together(b.workers, func(worker int) (int, error) {
			return kernels.ReadBuffer(l, b.buffer[worker*each:(worker+1)*each], rounds)
		})
	}
	if b.tiers[tier].Size > 0 {
		if _, err := read(); err != nil {
			return 0, err
		}
	}
	return medianOf(5, read)
}

// together runs the work on so many goroutines that start at the same moment and returns
// the sum of what they report by the nanoseconds from the first start to the last end.
func together(workers int, work func(worker int) (int, error)) (perNanosecond float64, err error) {
	var (
		arrived      atomic.Int32
		done         sync.WaitGroup
		starts, ends = make([]time.Time, workers), make([]time.Time, workers)
		counts, errs = make([]int, workers), make([]error, workers)
	)
	run := func(worker int) {
		defer done.Done()
		arrived.Add(1)
		for arrived.Load() < int32(workers) {
			runtime.Gosched()
		}
		starts[worker] = time.Now()
		counts[worker], errs[worker] = work(worker)
		ends[worker] = time.Now()
	}
	done.Add(workers)
	for worker := 1; worker < workers; worker++ {
		go run(worker)
	}
	run(0)
	done.Wait()
	total := 0
	for worker, err := range errs {
		if err != nil {
			return 0, err
		}
		total += counts[worker]
	}
	elapsed := slices.MaxFunc(ends, time.Time.Compare).Sub(slices.MinFunc(starts, time.Time.Compare))
	return float64(total) / float64(max(elapsed, 1)), nil
}

// medianOf returns the median of n measurements.
func medianOf(n int, measure func() (float64, error)) (float64, error) {
	values := make([]float64, n)
	for i := range values {
		var err error
		if values[i], err = measure(); err != nil {
			return 0, err
		}
	}
	return Median(values), nil
}

// Median returns the middle of the values, of an even number the mean of the middle two,
// 0 of none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
