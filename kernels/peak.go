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
	return fmaPeak(l, max(iterations, 0)), nil
}
