package reference

import "math"

// NumericalGradient returns the gradient of f with respect to x by central
// differences of fourth order, with step h = 2⁻¹⁰·max(1, |x[i]|):
//
//	df/dx[i] = (8·(f(x+h) - f(x-h)) - (f(x+2h) - f(x-2h))) / 12h + O(h⁴)
//
// f reads x, which is changed between the calls and restored at the end.
func NumericalGradient(f func() float64, x []float64) []float64 {
	gradient := make([]float64, len(x))
	for i, saved := range x {
		h := math.Max(1, math.Abs(saved)) / 1024
		at := func(steps float64) float64 {
			x[i] = saved + steps*h
			return f()
		}
		gradient[i] = (8*(at(1)-at(-1)) - (at(2) - at(-2))) / (12 * h)
		x[i] = saved
	}
	return gradient
}
