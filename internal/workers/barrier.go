package workers

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Barrier is where the workers of a group meet at every step: none goes on before all
// have come. The zero value is ready for Reset.
//
// A worker waits by looking again and again, for the others are a microsecond away if
// each has a processor; then it offers its processor to other goroutines; then it
// sleeps, for they have none.
type Barrier struct {
	size    int32
	arrived atomic.Int32
	phase   atomic.Uint32 // meetings so far
	aborted atomic.Bool

	mutex    sync.Mutex
	wake     sync.Cond // of mutex
	sleepers int       // guarded by mutex
}

// How often a waiting worker looks before it yields, and yields before it sleeps.
const (
	barrierLooks  = 4000
	barrierYields = 50
)

// Reset prepares the barrier for size workers. None may be waiting.
func (b *Barrier) Reset(size int) {
	b.size, b.sleepers = int32(size), 0
	b.arrived.Store(0)
	b.aborted.Store(false)
	b.wake.L = &b.mutex
}

// Wait returns true once all workers have called it, and false if one has aborted
// instead. What a worker wrote before is seen by all after.
func (b *Barrier) Wait() bool {
	phase := b.phase.Load()
	if b.arrived.Add(1) == b.size {
		b.arrived.Store(0)
		b.release()
		return !b.aborted.Load()
	}
	for range barrierLooks {
		if b.passed(phase) {
			return !b.aborted.Load()
		}
	}
	for range barrierYields {
		runtime.Gosched()
		if b.passed(phase) {
			return !b.aborted.Load()
		}
	}
	b.mutex.Lock()
	b.sleepers++
	for !b.passed(phase) {
		b.wake.Wait()
	}
	b.sleepers--
	b.mutex.Unlock()
	return !b.aborted.Load()
}

func (b *Barrier) passed(phase uint32) bool { return b.phase.Load() != phase || b.aborted.Load() }

// Abort makes Wait return false to every worker, now and later: the one that calls it
// will not come again.
func (b *Barrier) Abort() {
	b.aborted.Store(true)
	b.release()
}

func (b *Barrier) release() {
	b.mutex.Lock()
	b.phase.Add(1)
	if b.sleepers > 0 {
		b.wake.Broadcast()
	}
	b.mutex.Unlock()
}
