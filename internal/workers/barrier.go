package workers

import (
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/cpu"
)

// Barrier is where the workers of a group meet at every step: none goes on before all
// have come. It is ready after Reset.
//
// A worker waits by looking again and again, for the others are a microsecond away if
// each has a processor, and now and then offers its own to other goroutines. It sleeps
// only after linger, or soon if the others have no processor: one that slept comes back so
// late that the rest would be asleep by then, and every step would cost a waking.
//
// What the waiting look at is one counter on a cache line of its own. The last to come
// writes it once, so that the line travels twice a meeting: to the last, and back.
type Barrier struct {
	size  uint64
	looks bool // each worker has a processor

	_        cpu.CacheLinePad
	arrivals atomic.Uint64 // of all meetings
	_        cpu.CacheLinePad

	aborted  atomic.Bool
	sleepers atomic.Int32 // written under mutex
	mutex    sync.Mutex
	wake     sync.Cond // of mutex
}

// yields is how often a worker offers its processor before it sleeps, if the workers have
// not one each.
const yields = 50

// Reset prepares the barrier for size workers. None may be waiting.
func (b *Barrier) Reset(size int) {
	b.size, b.looks = uint64(size), HaveProcessors(size)
	b.arrivals.Store(0)
	b.aborted.Store(false)
	b.sleepers.Store(0)
	b.wake.L = &b.mutex
}

// Wait returns true once all workers have called it, and false if one has aborted
// instead. What a worker wrote before is seen by all after.
func (b *Barrier) Wait() bool {
	arrival := b.arrivals.Add(1)
	// Nobody comes to the next meeting before all have come to this one, which ends with the
	// next multiple of size.
	end := (arrival + b.size - 1) / b.size * b.size
	if arrival == end {
		b.release()
	} else if !b.lookOut(end) {
		b.sleep(end)
	}
	return !b.aborted.Load()
}

// lookOut looks for the end of the meeting while that is worth while, and reports whether it
// came.
func (b *Barrier) lookOut(end uint64) bool {
	if b.looks {
		return lookUntil(func() bool { return b.passed(end) })
	}
	for range yields {
		if b.passed(end) {
			return true
		}
		runtime.Gosched()
	}
	return b.passed(end)
}

// sleep waits for the end of the meeting without a processor.
func (b *Barrier) sleep(end uint64) {
	b.mutex.Lock()
	// Counted before the last look: either it finds the end, or the last to come finds a
	// sleeper.
	b.sleepers.Add(1)
	for !b.passed(end) {
		b.wake.Wait()
	}
	b.sleepers.Add(-1)
	b.mutex.Unlock()
}

func (b *Barrier) passed(end uint64) bool { return b.arrivals.Load() >= end || b.aborted.Load() }

// Abort makes Wait return false to every worker, now and later: the one that calls it
// will not come again.
func (b *Barrier) Abort() {
	b.aborted.Store(true)
	b.release()
}

// release wakes the sleepers, if there are any.
func (b *Barrier) release() {
	if b.sleepers.Load() == 0 {
		return
	}
	b.mutex.Lock()
	b.wake.Broadcast()
	b.mutex.Unlock()
}
