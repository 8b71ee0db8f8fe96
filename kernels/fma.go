package kernels

import "math"

// fma32 returns x·y + z rounded once to float32, as the FMA instructions of the
// assembly levels do: the product is exact in float64, the sum is rounded to odd
// there, and the rounding of an odd-rounded value to float32 is the right one
// (53 >= 24 + 2 bits; Boldo and Melquiond, Emulation of FMA and correctly rounded
// sums, 2008).
func fma32(x, y, z float32) float32 {
	p, w := float64(x)*float64(y), float64(z)
	s := p + w
	// Two-sum: s + rest == p + w exactly.
	t := s - p
	rest := (p - (s - t)) + (w - t)
	if bits := math.Float64bits(s); rest != 0 && bits&1 == 0 && !math.IsInf(s, 0) && !math.IsNaN(s) {
		if (rest > 0) == (s > 0) {
			bits++
		} else {
			bits--
		}
		s = math.Float64frombits(bits)
	}
	return float32(s)
}
