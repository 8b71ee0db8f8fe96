package workers

import (
	"math"
	"runtime"
	"sync/atomic"
	"testing"
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
	before := runtime.NumGoroutine()
	g.Do(4, job)
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("%d goroutines, %d before the call", runtime.NumGoroutine(), before)
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
