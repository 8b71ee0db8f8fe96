package kernels

import "math"

// The portable twins of the activation macros in kernels/asm: the same IEEE
// operations in the same order, but for powers of two, which scale without rounding,
// so the same bits. The derivation stands beside the macros.

const (
	log2E     = 0x1.715476p+0
	ln2High   = 0x1.62e4p-1
	ln2Low    = 0x1.7f7d1cp-20
	expm1C0   = 0x1.fffffep-2
	expm1C1   = 0x1.5554aep-3
	expm1C2   = 0x1.555676p-5
	expm1C3   = 0x1.122914p-7
	expm1C4   = 0x1.6bebd6p-10
	magic     = 0x1.8p+23
	signBit   = 1 << 31
	lowestExp = -104 // e^-104 rounds to 0
	lowestTwo = -24  // tanh 12 rounds to 1
	highest   = 88.8 // e^88.8 rounds to +Inf
)

// expm1Core returns p = e^r - 1 for a = n·ln 2 + r, and the float bias + n whose
// low bits hold n.
func expm1Core(a, bias float32) (p float32, nBits uint32) {
	t := fma32(a, log2E, bias)
	n := t - bias
	r := fma32(n, -ln2High, a)
	r = fma32(n, -ln2Low, r)
	q := fma32(r, expm1C4, expm1C3)
	q = fma32(r, q, expm1C2)
	q = fma32(r, q, expm1C1)
	q = fma32(r, q, expm1C0)
	square := r * r
	return fma32(square, q, r), math.Float32bits(t)
}

func exp32(x float32) float32 {
	a := x
	if a > highest {
		a = highest
	}
	if a < lowestExp {
		a = lowestExp
	}
	p, bits := expm1Core(a, magic)
	n := int32(bits<<9) >> 9
	half := n >> 1
	y := (1 + p) * math.Float32frombits(uint32(half+127)<<23)
	return y * math.Float32frombits(uint32(n-half+127)<<23)
}

func sigmoid32(x float32) float32 {
	bits := math.Float32bits(x)
	a := math.Float32frombits(bits | signBit)
	if a < lowestExp {
		a = lowestExp
	}
	p, n := expm1Core(a, magic+64)
	e := (1 + p) * math.Float32frombits(0x3F800000+n<<23) * 0x1p-64
	if bits&signBit != 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

func tanh32(x float32) float32 {
	bits := math.Float32bits(x)
	a := math.Float32frombits(bits | signBit)
	a += a
	if a < lowestTwo {
		a = lowestTwo
	}
	p, n := expm1Core(a, magic)
	s := math.Float32frombits(0x3F800000 + n<<23)
	e := fma32(s, p, s-1)
	y := e / (2 + e)
	return math.Float32frombits(math.Float32bits(y)&^signBit | bits&signBit)
}
