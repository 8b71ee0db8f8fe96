package bench

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// benchmarkWorkers are the numbers of workers that benchmarks run on.
var benchmarkWorkers = []int{1, 2}

// BenchmarkLSTM runs every case in every mode at every level, on one worker and on two:
// BenchmarkLSTM/MODE/CASE/LEVEL/workers=N. First it logs what the machine can do.
func BenchmarkLSTM(b *testing.B) {
	shapes, err := Shapes()
	if err != nil {
		b.Fatal(err)
	}
	before := kernels.Active()
	defer kernels.SetActive(before)
	cpu := kernels.CPU()
	b.Logf("%+v, GOMAXPROCS %d", cpu, runtime.GOMAXPROCS(0))
	readers, spaces := map[int]*Bandwidth{}, map[int]*Workspaces{}
	for _, w := range benchmarkWorkers {
		spaces[w] = NewWorkspaces(w)
		if w <= runtime.GOMAXPROCS(0) {
			readers[w] = NewBandwidth(Tiers(cpu, w), w)
			logRoofs(b, w, readers[w])
		}
	}
	for _, s := range shapes {
		f, err := NewFixture(s, sizeL2(cpu))
		if err != nil {
			b.Fatal(err)
		}
		for _, l := range kernels.Available() {
			if err := kernels.SetActive(l); err != nil {
				b.Fatal(err)
			}
			for _, mode := range Modes {
				for _, w := range benchmarkWorkers {
					b.Run(fmt.Sprintf("%s/%s/%v/workers=%d", mode, s.Name, l, w), func(b *testing.B) {
						benchmarkMode(b, f, mode, l, spaces[w], readers[w])
					})
				}
			}
		}
	}
}

// logRoofs measures the peak and the bandwidths of every level that can be measured.
func logRoofs(b *testing.B, workers int, reader *Bandwidth) {
	for _, l := range kernels.Available() {
		rate, err := Peak(l, workers)
		if err != nil {
			continue
		}
		line := fmt.Sprintf("%v, workers=%d: FMA peak %.1f GFLOP/s; GB/s:", l, workers, rate)
		for i, t := range reader.tiers {
			rate, err := reader.Read(l, i)
			if err != nil {
				line += " no read loop"
				break
			}
			line += fmt.Sprintf(" %s %.1f", t.Name, rate)
		}
		b.Log(line)
	}
}

func benchmarkMode(b *testing.B, f *Fixture, mode Mode, l kernels.Level, ws *Workspaces, reader *Bandwidth) {
	if ws.workers > runtime.GOMAXPROCS(0) {
		b.Skipf("%d workers on GOMAXPROCS = %d", ws.workers, runtime.GOMAXPROCS(0))
	}
	call, err := f.Run(mode, l, ws)
	if err != nil {
		b.Fatal(err)
	}
	if err := call(); err != nil { // grows the workspace
		b.Fatal(err)
	}
	work := f.Work(mode, f.l2)
	peak, peakErr := Peak(l, ws.workers)
	bandwidth, bandwidthErr := 0.0, error(nil)
	if work.StepBytes > 0 {
		bandwidth, bandwidthErr = reader.Read(l, holder(reader.tiers, work.HeldBytes))
	}
	if err := call(); err != nil { // its data may have left the caches
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := call(); err != nil {
			b.Fatal(err)
		}
	}
	seconds := b.Elapsed().Seconds()
	b.ReportMetric(work.NsPerToken(b.N, seconds), "ns/token")
	b.ReportMetric(work.GFLOPS(b.N, seconds), "GFLOP/s")
	if peakErr == nil {
		b.ReportMetric(work.PercentPeak(b.N, seconds, peak), "%peak")
	}
	if work.StepBytes > 0 && bandwidthErr == nil {
		b.ReportMetric(work.PercentBandwidth(b.N, seconds, bandwidth), "%bandwidth")
	}
}
