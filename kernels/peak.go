package kernels

import "fmt"

// RunFMAs runs iterations rounds of independent fused multiply-adds on registers
// at level l and returns how many floating-point operations that were, two for
// each lane: their time is this core's FMA peak, what products are measured
// against. A level without such a loop is an error.
func RunFMAs(l Level, iterations int) (operations int, err error) {
	if err := l.check(); err != nil {
		return 0, err
	}
	if l == Portable {
		return 0, fmt.Errorf("kernels: RunFMAs: level %v has no FMA loop", l)
	}
	for iterations > 0 {
		n := min(iterations, callIterations)
		operations += fmaRun(l, n)
		iterations -= n
	}
	return operations, nil
}

// callIterations keeps a call below 100 µs: assembly cannot be preempted.
const callIterations = 1 << 14

// fmaRun is one call. Go preempts the loop around it where it enters this function:
// inlined, nearly every signal would find the loop inside the assembly.
//
//go:noinline
func fmaRun(l Level, iterations int) int { return fmaPeak(l, iterations) }
