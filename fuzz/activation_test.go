package fuzz

import (
	"math"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// FuzzActivations: every level gives the portable bits for any bit pattern.
func FuzzActivations(f *testing.F) {
	for _, seed := range []uint32{0, 1 << 31, 0x7F800000, 0xFF800001, 0x7FC00001, 1, 0x00800000, 0xC2D00000, 0x42B17218} {
		f.Add(seed, uint8(7))
	}
	f.Fuzz(func(t *testing.T, bits uint32, n uint8) {
		x := make([]float32, int(n)+1)
		for i := range x {
			x[i] = math.Float32frombits(bits + uint32(i)*0x9E3779B9)
		}
		x[0] = math.Float32frombits(bits)
		for name, run := range map[string]func(l kernels.Level, dst, x []float32) error{
			"Exp": kernels.Level.Exp, "Sigmoid": kernels.Level.Sigmoid, "Tanh": kernels.Level.Tanh} {
			want, got := make([]float32, len(x)), make([]float32, len(x))
			if err := run(kernels.Portable, want, x); err != nil {
				t.Fatal(err)
			}
			for _, l := range kernels.Available() {
				if err := run(l, got, x); err != nil {
					t.Fatal(err)
				}
				for i := range x {
					g, w := got[i], want[i]
					if math.Float32bits(g) != math.Float32bits(w) && !(g != g && w != w) {
						t.Fatalf("%v %s(%x) = %x, portable %x", l, name, x[i], g, w)
					}
					if (x[i] != x[i]) != (g != g) {
						t.Fatalf("%v %s(%x) = %x: NaN in, NaN out", l, name, x[i], g)
					}
				}
			}
		}
	})
}
