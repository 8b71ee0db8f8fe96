package workers

import (
	"runtime"
	"sync/atomic"
	"testing"
)

// TestBarrier: no worker is a step ahead of another, with more workers than
// processors too.
func TestBarrier(t *testing.T) {
	const steps = 300
	for _, procs := range []int{1, 2} {
		before := runtime.GOMAXPROCS(procs)
		for _, size := range []int{1, 2, 3, 5} {
			var g Group
			g.Resize(size)
			var b Barrier
			for range 2 { // a barrier serves again
				b.Reset(size)
				counts := make([]int, size) // not atomic: the race detector looks, too
				var wrong atomic.Int32
				g.Do(size, func(worker int) {
					for step := range steps {
						counts[worker]++
						if !b.Wait() {
							wrong.Add(1)
						}
						for _, n := range counts {
							if n != step+1 {
								wrong.Add(1)
							}
						}
						if !b.Wait() {
							wrong.Add(1)
						}
					}
				})
				if wrong.Load() > 0 {
					t.Errorf("GOMAXPROCS %d, %d workers: %d wrong counts", procs, size, wrong.Load())
				}
			}
		}
		runtime.GOMAXPROCS(before)
	}
}

// TestBarrierAbort: one that aborts lets all others go, sleeping or not.
func TestBarrierAbort(t *testing.T) {
	for _, size := range []int{1, 2, 4} {
		var g Group
		g.Resize(size)
		var b Barrier
		b.Reset(size)
		var met atomic.Int32
		g.Do(size, func(worker int) {
			if worker == 0 {
				for range 1000 {
					runtime.Gosched() // the others come to wait
				}
				b.Abort()
				return
			}
			for b.Wait() {
				met.Add(1)
			}
		})
		if met.Load() > 0 {
			t.Errorf("%d workers: %d meetings without worker 0", size, met.Load())
		}
		b.Reset(size)
		g.Do(size, func(int) {
			if !b.Wait() {
				t.Error("Wait after Reset: aborted")
			}
		})
	}
}

// BenchmarkBarrier: a meeting of two workers.
func BenchmarkBarrier(b *testing.B) {
	const size = 2
	var g Group
	g.Resize(size)
	var barrier Barrier
	barrier.Reset(size)
	b.ReportAllocs()
	g.Do(size, func(int) {
		for range b.N {
			barrier.Wait()
		}
	})
}
