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
// each has a processor, and now and then offers its own to other goroutines. It sleeps
// only after linger, or soon if the others have no processor: one that slept comes back so
// late that the rest would be asleep by then, and every step would cost a waking.
type Barrier struct {
	size    int32
	arrived atomic.Int32
	phase   atomic.Uint32 // meetings so far
	aborted atomic.Bool

	mutex    sync.Mutex
	wake     sync.Cond // of mutex
	sleepers int       // guarded by mutex
}

// yields is how often a worker offers its processor before it sleeps, if the workers have
// not one each.
const yields = 50

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
	if !b.lookOut(phase) {
		b.sleep(phase)
	}
	return !b.aborted.Load()
}

// lookOut looks for the end of the phase while that is worth while, and reports whether it
// came.
func (b *Barrier) lookOut(phase uint32) bool {
	if processors(int(b.size)) {
		return lookUntil(func() bool { return b.passed(phase) })
	}
	for range yields {
		if b.passed(phase) {
			return true
		}
		runtime.Gosched()
	}
	return b.passed(phase)
}

// sleep waits for the end of the phase without a processor.
func (b *Barrier) sleep(phase uint32) {
	b.mutex.Lock()
	b.sleepers++
	for !b.passed(phase) {
		b.wake.Wait()
	}
	b.sleepers--
	b.mutex.Unlock()
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
