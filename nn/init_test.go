package nn_test

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/nn"
	"github.com/packedlstm/packedlstm/param"
)

// hash returns the FNV-1a sum of the bits.
func hash(x []float32) uint64 {
	sum := fnv.New64a()
	for _, v := range x {
		sum.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
	}
	return sum.Sum64()
}

// A seed gives the same bits on every machine, also where the compiler fuses
// multiplications and additions, and so do the steps that start from them.
func TestSameOnEveryMachine(t *testing.T) {
	const size = 5003
	decay := 0.1
	value, grad := make([]float32, size), make([]float32, size)
	check := func(what string, want uint64) {
		t.Helper()
		if got := hash(value); got != want {
			t.Errorf("%s: the bits' hash is %#x, want %#x", what, got, want)
		}
	}
	nn.Uniform(value, -0.3, 0.7, 7)
	check("Uniform", 0xe09b97b2a1f71f16)
	nn.Normal(value, 0.3, 0.7, 7)
	check("Normal", 0x4c7464bc6d1c2bf0)
	if err := nn.XavierUniform(value, 17, 31, 1, 7); err != nil {
		t.Fatal(err)
	}
	check("XavierUniform", 0x32e348c62ad95e0a)
	for _, c := range []struct {
		name string
		s    settings
		want uint64
	}{
		{"adam", settings{WeightDecay: &decay}, 0x4501ba8e74889cfa},
		{"adamw", settings{}, 0xc2fda380d806b88f},
		{"sgd", settings{Momentum: 0.9, Nesterov: true, WeightDecay: &decay}, 0x6093306d09c852d3},
	} {
		nn.Normal(value, 0, 1, 1)
		nn.Normal(grad, 0, 1, 2)
		o := newOptimizer(t, c.name, c.s, []param.Parameter{{Name: "p", Shape: []int{size}, Value: value, Grad: grad}}, 1)
		for range 3 {
			if err := o.Step(0.01); err != nil {
				t.Fatal(err)
			}
		}
		check(c.name, c.want)
	}
}

func TestXavierUniform(t *testing.T) {
	const fanIn, fanOut = 100, 257
	bound := 2 * math.Sqrt(6.0/(fanIn+fanOut))
	x := make([]float32, fanIn*fanOut)
	if err := nn.XavierUniform(x, fanIn, fanOut, 2, 3); err != nil {
		t.Fatal(err)
	}
	// The largest of 25700 draws lies within 1/1000 of the bound but for e^-12.
	for _, end := range []float32{slices.Max(x), -slices.Min(x)} {
		if !(float64(end) <= bound*(1+0x1p-24) && float64(end) >= bound*0.999) {
			t.Errorf("draws reach %v, want the bound %v", end, bound)
		}
	}
	for _, c := range []struct {
		fanIn, fanOut int
		gain          float64
		says          string
	}{
		{0, 1, 1, "fanIn = 0"}, {1, -2, 1, "fanOut = -2"}, {1, 1, -1, "gain = -1"}, {1, 1, math.NaN(), "gain = NaN"}, {1, 1, math.Inf(1), "gain = +Inf"},
	} {
		y := []float32{5}
		wantError(t, c.says, nn.XavierUniform(y, c.fanIn, c.fanOut, c.gain, 1), c.says)
		if y[0] != 5 {
			t.Errorf("%s: written in spite of the error", c.says)
		}
	}
}
