// Package workers runs one job on several goroutines and waits for all of them,
// without allocating: what a layer call needs between its phases.
package workers

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Group runs jobs on a fixed number of workers. A Group serves one caller at a time.
type Group struct {
	count   int
	job     func(worker int)
	helpers []*helper // that run job(1), job(2), ...
	pending atomic.Int32
	done    sync.WaitGroup
}

// Most is the largest number of workers: beyond any machine, and every worker costs
// memory and time of its own whether there is work for it or not.
const Most = 1024

// Count returns the number of workers that n stands for: n itself, or GOMAXPROCS
// if n is 0 or less; at most Most.
func Count(n int) int {
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	return min(n, Most)
}

// Resize sets the number of workers, as Count has it.
func (g *Group) Resize(n int) { g.count = Count(n) }

// Size returns the number of workers.
func (g *Group) Size() int { return max(g.count, 1) }

// Do calls job(0), job(1), ..., job(n-1) at the same time and returns when all have:
// job(0) on the caller's goroutine. Of an n beyond Size it calls the first Size jobs
// only, which then have to do the work of the others. A job made once and kept makes
// the call free of allocations.
func (g *Group) Do(n int, job func(worker int)) {
	n = min(n, g.Size())
	if n <= 1 {
		if n == 1 {
			job(0)
		}
		return
	}
	g.job = job
	g.pending.Add(int32(n - 1))
	g.done.Add(n - 1)
	g.helpers = engage(g.helpers[:0], n-1)
	for i, h := range g.helpers {
		h.call(g, i+1)
	}
	job(0)
	if HaveProcessors(n) {
		lookUntil(func() bool { return g.pending.Load() == 0 })
	}
	g.done.Wait()
	g.job = nil
	clear(g.helpers)
}

// linger is how long a worker looks for its next job before it ends, and a caller for the
// end of the others' before it sleeps: some two times what waking a processor costs.
const linger = 200 * time.Microsecond

// lookUntil returns true once found does, and false after linger. Other goroutines get
// the processor in between.
func lookUntil(found func() bool) bool {
	const looks = 2000
	var start time.Time // after the first looks, which mostly find
	for ; ; runtime.Gosched() {
		for range looks {
			if found() {
				return true
			}
		}
		if start.IsZero() {
			start = time.Now()
		} else if time.Since(start) > linger {
			return false
		}
	}
}

// HaveProcessors reports whether n goroutines may each have a processor: only then does one
// that looks keep none from work.
func HaveProcessors(n int) bool { return n <= min(runtime.GOMAXPROCS(0), runtime.NumCPU()) }

// Share returns the part [first, end) of n things that the given worker of
// several has: contiguous, in order, as even as multiples of unit allow.
func Share(n, unit, worker, workers int) (first, end int) {
	units := (n + unit - 1) / unit
	return min(units*worker/workers*unit, n), min(units*(worker+1)/workers*unit, n)
}
