package kernels

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// TestFMA32 compares fma32 with exact arithmetic, on random bit patterns and on
// sums that fall on and beside the midpoint of two float32, where a second
// rounding would go wrong.
func TestFMA32(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	exact := func(x, y, z float32) float32 {
		p := new(big.Float).SetPrec(600).SetFloat64(float64(x))
		p.Mul(p, new(big.Float).SetFloat64(float64(y)))
		p.Add(p, new(big.Float).SetFloat64(float64(z)))
		f, _ := p.Float32()
		return f
	}
	finite := func() float32 {
		for {
			if v := math.Float32frombits(rng.Uint32()); v-v == 0 {
				return v
			}
		}
	}
	check := func(x, y, z float32) {
		t.Helper()
		want := exact(x, y, z)
		if got := fma32(x, y, z); got != want {
			t.Fatalf("fma32(%x, %x, %x) = %x, want %x", x, y, z, got, want)
		}
	}
	for range 100000 {
		check(finite(), finite(), finite())
		// x·y is half an ulp of z, plus or minus far less than a float64 of z can hold.
		z := float32(1 + float64(rng.Uint32N(1<<23))*0x1p-23)
		y := float32(1 + float64(int(rng.Uint32N(3))-1)*0x1p-23)
		check(0x1p-24, y, z)
		check(-0x1p-24, y, z)
		check(0x1p-24+0x1p-46, y, z)
		// The same among subnormal results: x·y is half their ulp, or nearly.
		w := float32(rng.Uint32N(1<<22)) * 0x1p-149
		check(0x1p-75, 0x1p-75*y, w)
		check(-0x1p-75, 0x1p-75*y, w)
		check(0x1p-75, 0x1p-75+0x1p-98, w)
	}
	if v := fma32(float32(math.Inf(1)), 0, 1); v == v {
		t.Errorf("fma32(Inf, 0, 1) = %v, want NaN", v)
	}
	if v := fma32(math.MaxFloat32, 2, float32(math.Inf(-1))); !math.IsInf(float64(v), -1) {
		t.Errorf("fma32(max, 2, -Inf) = %v", v)
	}
}
