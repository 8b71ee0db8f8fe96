package fuzz

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// kind is how the numbers of a case are drawn.
type kind uint8

const (
	normal  kind = iota
	short        // few bits: sums fall on the midpoints of two float32
	special      // normal, with NaN, infinities, zeros, subnormals and the largest among them
	tiny         // around the least normal number: products and sums are subnormal
	huge         // around the largest: some sums overflow
	bits         // any bit pattern
	kinds
)

var specials = []uint32{0, 1 << 31, 1, 1<<31 | 1, 0x007FFFFF, 0x807FFFFF, 0x00800000, 0x80800000, 0x7F7FFFFF, 0xFF7FFFFF,
	0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00001, 0x7F800001, 0x3F800000, 0xBF800000}

func (k kind) draw(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = (k % kinds).one(rng)
	}
	return x
}

func (k kind) one(rng *rand.Rand) float32 {
	v := rng.NormFloat64()
	switch k {
	case short:
		v = math.Ldexp(float64(rng.IntN(9)-4), -rng.IntN(30))
	case special:
		if rng.IntN(16) == 0 {
			return math.Float32frombits(specials[rng.IntN(len(specials))])
		}
	case tiny:
		v = math.Ldexp(v, -126+rng.IntN(64)-32)
	case huge:
		return float32(math.Ldexp(v, 60+rng.IntN(60))) // infinite now and then
	case bits:
		return math.Float32frombits(rng.Uint32())
	}
	return float32(v)
}

// canary fills what a kernel must not touch. It is a NaN: what is computed from one shows.
const canary = 0x7FA5A5A5

// frame is a matrix of rows stride apart, somewhere in a larger buffer that holds canaries.
type frame struct {
	whole                      []float32
	matrix                     []float32
	first, rows, stride, width int
}

// newFrame places rows of the given elements offset elements into a buffer.
func newFrame(elements []float32, offset, rows, stride, width int) *frame {
	n := 0
	if rows > 0 {
		n = (rows-1)*stride + width
	}
	f := &frame{whole: make([]float32, offset+n+67), first: offset, rows: rows, stride: stride, width: width}
	for i := range f.whole {
		f.whole[i] = math.Float32frombits(canary)
	}
	f.matrix = f.whole[offset : offset+n : offset+n]
	for r := range rows {
		copy(f.matrix[r*stride:][:width], elements[r*width:])
	}
	return f
}

func (f *frame) clone() *frame {
	g := *f
	g.whole = append([]float32(nil), f.whole...)
	g.matrix = g.whole[f.first : f.first+len(f.matrix) : f.first+len(f.matrix)]
	return &g
}

// inside reports whether element i of the buffer is one of the matrix.
func (f *frame) inside(i int) bool {
	i -= f.first
	return i >= 0 && i < len(f.matrix) && i%max(f.stride, 1) < f.width
}

// row returns row r.
func (f *frame) row(r int) []float32 { return f.matrix[r*f.stride:][:f.width] }

// intact asks for every canary.
func (f *frame) intact(t *testing.T, name string) {
	t.Helper()
	for i, v := range f.whole {
		if !f.inside(i) && math.Float32bits(v) != canary {
			t.Fatalf("%s: element %d, outside the rows, was overwritten with %v", name, i-f.first, v)
		}
	}
}

// same asks for the bits of want, all NaNs counting as one, and for every canary.
func (f *frame) same(t *testing.T, name string, want *frame) {
	t.Helper()
	f.intact(t, name)
	for i, v := range f.whole {
		at := i - f.first
		if f.inside(i) && !sameNumber(v, want.whole[i]) {
			t.Fatalf("%s[%d, %d] = %x (%v), want %x (%v)", name, at/f.stride, at%f.stride,
				math.Float32bits(v), v, math.Float32bits(want.whole[i]), want.whole[i])
		}
	}
}

// unchanged asks for the bits of before, the payloads of NaNs too.
func (f *frame) unchanged(t *testing.T, name string, before *frame) {
	t.Helper()
	for i, v := range f.whole {
		if math.Float32bits(v) != math.Float32bits(before.whole[i]) {
			t.Fatalf("%s: element %d, only to be read, was overwritten with %v", name, i-f.first, v)
		}
	}
}

// sameNumber reports whether a and b have the same bits or are both NaN.
func sameNumber(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// sameNumbers asks for the same bits, all NaNs counting as one; of an engine, for a difference
// of at most 2^-16 of the largest element.
func sameNumbers(t *testing.T, name string, got, want []float32) {
	t.Helper()
	bound := -1.0 // that no difference is within: -0 is not 0
	if kernels.ActiveEngine() != "panels" || kernels.ActiveStepEngine() != "panels" {
		bound = 0
		for _, v := range want {
			if v == v {
				bound = max(bound, 0x1p-16*math.Abs(float64(v)))
			}
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", name, len(got), len(want))
	}
	for i := range got {
		if !sameNumber(got[i], want[i]) && !(math.Abs(float64(got[i])-float64(want[i])) <= bound) {
			t.Fatalf("%s[%d] = %x (%v), want %x (%v)", name, i, math.Float32bits(got[i]), got[i], math.Float32bits(want[i]), want[i])
		}
	}
}

// exact is a sum in float64 and what its float32 counterpart may be off by.
type exact struct {
	sum, size float64 // size: the sum of the finite terms' magnitudes
	roundings int
}

func (e *exact) add(term float64) {
	e.sum += term
	if !math.IsNaN(term) && !math.IsInf(term, 0) {
		e.size += math.Abs(term)
	}
	e.roundings++
}

// check compares a float32 sum with the exact one. Where float32 may overflow on the
// way, only a NaN that came in must come out.
func (e *exact) check(t *testing.T, name string, got float32) {
	t.Helper()
	g := float64(got)
	switch {
	case math.IsNaN(e.sum):
		if got == got {
			t.Fatalf("%s = %v, want NaN", name, got)
		}
	case e.size > math.MaxFloat32/2:
	case math.IsInf(e.sum, 0):
		if g != e.sum {
			t.Fatalf("%s = %v, want %v", name, got, e.sum)
		}
	default:
		bound := float64(e.roundings+2) * (0x1p-24*(1+float64(e.roundings)*0x1p-23)*e.size + 0x1p-150)
		if d := math.Abs(g - e.sum); !(d <= bound) {
			t.Fatalf("%s = %v, want %v ± %v", name, got, e.sum, bound)
		}
	}
}
