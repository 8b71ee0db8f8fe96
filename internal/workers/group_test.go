package workers

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestDoRunsEveryWorkerOnce(t *testing.T) {
	var g Group
	for _, size := range []int{1, 2, 3, 7, 2} {
		g.Resize(size)
		for n := 0; n <= size+1; n++ { // one beyond the size, too
			var calls [8]atomic.Int32
			g.Do(n, func(worker int) { calls[worker].Add(1) })
			for w := range calls {
				want := int32(0)
				if w < min(n, size) {
					want = 1
				}
				if got := calls[w].Load(); got != want {
					t.Errorf("size %d, Do(%d): worker %d ran %d times, want %d", size, n, w, got, want)
				}
			}
		}
	}
}

// TestCount: no number that a caller may ask for makes more goroutines than a machine
// can hold.
func TestCount(t *testing.T) {
	all := min(runtime.GOMAXPROCS(0), Most)
	for _, c := range []struct{ n, want int }{{math.MinInt, all}, {-1, all}, {0, all},
		{1, 1}, {Most, Most}, {Most + 1, Most}, {math.MaxInt, Most}} {
		if got := Count(c.n); got != c.want {
			t.Errorf("Count(%d) = %d, want %d", c.n, got, c.want)
		}
	}
}

func TestDoLeavesNothingBehind(t *testing.T) {
	var g Group
	g.Resize(4)
	var sum atomic.Int64
	job := func(worker int) { sum.Add(int64(worker)) }
	g.Do(4, job)
	if n := testing.AllocsPerRun(100, func() { g.Do(4, job) }); n != 0 {
		t.Errorf("%v allocations a call, want none", n)
	}
	time.Sleep(10 * linger)
	before := runtime.NumGoroutine()
	g.Do(4, job)
	for range 1000 { // they look for more work for a while
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before the call", runtime.NumGoroutine(), before)
}

// TestGroupsSideBySide: groups share the goroutines that look for work, and none runs
// another's job or the same one twice, whatever the number of processors.
func TestGroupsSideBySide(t *testing.T) {
	for _, procs := range []int{1, 2, 4} {
		before := runtime.GOMAXPROCS(procs)
		var callers sync.WaitGroup
		for caller := range 5 {
			callers.Add(1)
			go func() {
				defer callers.Done()
				var g Group
				g.Resize(1 + caller)
				counts := make([]int, 1+caller)
				job := func(worker int) { counts[worker]++ }
				for call := range 200 {
					g.Do(1+caller, job)
					for worker, n := range counts {
						if n != call+1 {
							t.Errorf("GOMAXPROCS %d: worker %d of %d has run %d times in %d calls", procs, worker, 1+caller, n, call+1)
							return
						}
					}
					if call%50 == 49 {
						time.Sleep(2 * linger)
					}
				}
			}()
		}
		callers.Wait()
		runtime.GOMAXPROCS(before)
	}
}

func TestShareCoversInOrder(t *testing.T) {
	for _, n := range []int{0, 1, 5, 16, 17, 100} {
		for _, unit := range []int{1, 6, 16} {
			for workers := 1; workers <= 5; workers++ {
				next := 0
				for w := range workers {
					first, end := Share(n, unit, w, workers)
					if first != next || end < first || (first%unit != 0 && first != n) {
						t.Fatalf("Share(%d, %d, %d, %d) = [%d, %d), want it to start at %d", n, unit, w, workers, first, end, next)
					}
					next = end
				}
				if next != n {
					t.Fatalf("Share(%d, %d, ..., %d) ends at %d", n, unit, workers, next)
				}
			}
		}
	}
}
