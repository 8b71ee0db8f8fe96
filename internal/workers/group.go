// Package workers runs one job on several goroutines and waits for all of them,
// without allocating: what a layer call needs between its phases.
package workers

import (
	"runtime"
	"sync"
)

// Group runs jobs on a fixed number of workers. Goroutines live only while a job
// runs: none is left behind. A Group serves one caller at a time.
type Group struct {
	count int
	job   func(worker int)
	run   []func() // run[i] runs job(i+1); made once, so that starting it allocates nothing
	done  sync.WaitGroup
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
func (g *Group) Resize(n int) {
	g.count = Count(n)
	for i := len(g.run) + 1; i < g.count; i++ {
		g.run = append(g.run, func() {
			defer g.done.Done()
			g.job(i)
		})
	}
}

// Size returns the number of workers.
func (g *Group) Size() int { return max(g.count, 1) }

// Do calls job(0), job(1), ..., job(n-1) at the same time and returns when all have:
// job(0) on the caller's goroutine. Of an n beyond Size it calls the first Size jobs
// only, which then have to do the work of the others. A job made once and kept makes
// the call free of allocations.
func (g *Group) Do(n int, job func(worker int)) {
	n = min(n, g.Size())
	g.job = job
	g.done.Add(max(n-1, 0))
	for i := 1; i < n; i++ {
		go g.run[i-1]()
	}
	if n > 0 {
		job(0)
	}
	g.done.Wait()
	g.job = nil
}

// Share returns the part [first, end) of n things that the given worker of
// several has: contiguous, in order, as even as multiples of unit allow.
func Share(n, unit, worker, workers int) (first, end int) {
	units := (n + unit - 1) / unit
	return min(units*worker/workers*unit, n), min(units*(worker+1)/workers*unit, n)
}
