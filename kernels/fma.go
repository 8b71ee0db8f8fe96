package kernels

import "math"

// fma32 returns x·y + z rounded once to float32, as the FMA instructions of the
// assembly levels do.
func fma32(x, y, z float32) float32 {
	p, w := float64(x)*float64(y), float64(z) // the product is exact
	if s := p + w; !isMidpoint(s) {
		return float32(s)
	}
	return float32(sumRoundedToOdd(p, w))
}

// sumRoundedToOdd returns p + w rounded to odd, so that rounding it to float32 gives
// the float32 nearest to the exact sum (53 >= 24 + 2 bits; Boldo and Melquiond, Emulation
// of FMA and correctly rounded sums, 2008).
func sumRoundedToOdd(p, w float64) float64 {
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
	return s
}

// isMidpoint reports whether s may be the midpoint of two float32, where rounding a
// sum to float64 first can go wrong. A midpoint ends in 28 zeros: 29 bits are cut off a
// normal float32, more off a subnormal one. Everywhere else float32(p + w), for an exact
// product p, is the right fused result.
func isMidpoint(s float64) bool { return math.Float64bits(s)<<36 == 0 }
