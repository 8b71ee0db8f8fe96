package kernels_test

import (
	"flag"
	"fmt"
	"math"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

var exhaustive = flag.Bool("exhaustive", false, "test the activations on every one of the 2^32 float32, not on every 4099th")

type activation struct {
	name  string
	run   func(l kernels.Level, dst, x []float32) error
	exact func(x float64) float64
	ulps  int64
}

var activations = []activation{
	{"Exp", kernels.Level.Exp, math.Exp, 1},
	{"Sigmoid", kernels.Level.Sigmoid, func(x float64) float64 {
		if x < -40 {
			return math.Exp(x) // 1 + e^x rounds to 1, e^-x may overflow a float32 but not this
		}
		return 1 / (1 + math.Exp(-x))
	}, 2},
	{"Tanh", kernels.Level.Tanh, math.Tanh, 2},
}

// TestActivationAccuracy walks the float32 values by bit pattern, every sign and
// exponent among them, and compares with the correctly rounded value.
func TestActivationAccuracy(t *testing.T) {
	stride := uint64(4099)
	if *exhaustive {
		stride = 1
	}
	const block = 1 << 16
	levels := kernels.Available()
	level := levels[len(levels)-1] // the others give the same bits: TestActivationLevels
	for _, f := range activations {
		worst, at := int64(0), float32(0)
		x, y := make([]float32, 0, block), make([]float32, block)
		for bits := uint64(0); bits < 1<<32; {
			x = x[:0]
			for ; bits < 1<<32 && len(x) < block; bits += stride {
				x = append(x, math.Float32frombits(uint32(bits)))
			}
			if err := f.run(level, y[:len(x)], x); err != nil {
				t.Fatal(err)
			}
			for i, v := range x {
				if v != v {
					if y[i] == y[i] {
						t.Fatalf("%s(NaN) = %v", f.name, y[i])
					}
					continue
				}
				if d := ulpDistance(y[i], float32(f.exact(float64(v)))); d > worst {
					worst, at = d, v
				}
			}
		}
		t.Logf("%s: at most %d ulp from the correctly rounded value, at %x", f.name, worst, at)
		if worst > f.ulps {
			t.Errorf("%s(%x): %d ulp from the correctly rounded value, want at most %d", f.name, at, worst, f.ulps)
		}
	}
}

// ulpDistance counts the float32 values between a and b.
func ulpDistance(a, b float32) int64 {
	order := func(x float32) int64 {
		bits := math.Float32bits(x)
		if bits>>31 == 1 {
			return -int64(bits & math.MaxInt32)
		}
		return int64(bits)
	}
	d := order(a) - order(b)
	return max(d, -d)
}

// TestActivationLevels compares the levels bit by bit, over special values and
// random bit patterns, for every length and in place.
func TestActivationLevels(t *testing.T) {
	const seed = 2
	rng := newRand(seed)
	special := []float32{0, float32(math.Copysign(0, -1)), 1, -1, 1e-45, -1e-45, 1e-38, 88.7, 88.8, 89, -87.4, -103.9, -104,
		-105, 9.01, 12, -12, 0.34657, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), math.MaxFloat32}
	for n := 0; n < 67; n++ {
		x := make([]float32, n)
		for i := range x {
			switch rng.IntN(3) {
			case 0:
				x[i] = special[rng.IntN(len(special))]
			case 1:
				x[i] = math.Float32frombits(rng.Uint32())
			case 2:
				x[i] = float32(rng.NormFloat64() * 5)
			}
		}
		for _, f := range activations {
			want := make([]float32, n)
			if err := f.run(kernels.Portable, want, x); err != nil {
				t.Fatal(err)
			}
			for _, l := range kernels.Available() {
				got, intact := guarded(t, f.name, n)
				if err := f.run(l, got, x); err != nil {
					t.Fatal(err)
				}
				sameBits(t, f.name+" "+l.String(), got, want)
				copy(got, x)
				if err := f.run(l, got, got); err != nil {
					t.Fatal(err)
				}
				sameBits(t, f.name+" in place "+l.String(), got, want)
				intact()
			}
		}
	}
}

// TestActivationLevelsByPattern compares the levels bit by bit on every 8209th float32
// value by bit pattern: enough of them to see one rounding too many.
func TestActivationLevelsByPattern(t *testing.T) {
	const stride, block = 8209, 1 << 14
	x, want, got := make([]float32, block), make([]float32, block), make([]float32, block)
	for bits := uint64(0); bits < 1<<32; bits += stride * block {
		for i := range x {
			x[i] = math.Float32frombits(uint32(bits + uint64(i)*stride))
		}
		for _, f := range activations {
			if err := f.run(kernels.Portable, want, x); err != nil {
				t.Fatal(err)
			}
			for _, l := range kernels.Available()[1:] {
				if err := f.run(l, got, x); err != nil {
					t.Fatal(err)
				}
				if !sameBits(t, fmt.Sprintf("%s %v from bits %#x", f.name, l, bits), got, want) {
					return
				}
			}
		}
	}
}

func TestElementwiseErrors(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		x := make([]float32, 10)
		for _, f := range activations {
			if err := f.run(l, x[:3], x[4:8]); err == nil {
				t.Errorf("%s: lengths 3 and 4: no error", f.name)
			}
			if err := f.run(l, x[:5], x[1:6]); err == nil {
				t.Errorf("%s: overlap by 4: no error", f.name)
			}
			if err := f.run(l, nil, nil); err != nil {
				t.Errorf("%s of nothing: %v", f.name, err)
			}
		}
	})
}
