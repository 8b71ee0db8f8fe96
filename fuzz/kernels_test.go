package fuzz

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/packedlstm/packedlstm/internal/reference"
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

// FuzzMultiply: products of any shape, strides and panel range stay within the
// bound of the float64 product.
func FuzzMultiply(f *testing.F) {
	f.Add(uint64(1), uint8(1), uint8(1), uint8(1), uint8(0), uint8(0), false)
	f.Add(uint64(2), uint8(7), uint8(33), uint8(100), uint8(3), uint8(1), true)
	f.Add(uint64(3), uint8(250), uint8(5), uint8(17), uint8(0), uint8(9), false)
	f.Fuzz(func(t *testing.T, seed uint64, rows8, k8, n8, padA, padC uint8, transposed bool) {
		rows, k, n := int(rows8)+1, int(k8), int(n8)+1
		rng := rand.New(rand.NewPCG(seed, 1))
		normal := func(n int) []float32 {
			x := make([]float32, n)
			for i := range x {
				x[i] = float32(rng.NormFloat64())
			}
			return x
		}
		w, init := normal(n*k), normal(rows*n)
		dense := normal(rows * k)
		aStride, kStride := k+int(padA), 1
		if transposed {
			aStride, kStride = 1, rows+int(padA)
		}
		a := make([]float32, rows*aStride+k*kStride)
		for r := range rows {
			for i := range k {
				a[r*aStride+i*kStride] = dense[r*k+i]
			}
		}
		for _, l := range kernels.Available() {
			var p kernels.Panels
			if err := p.PackTransposed(l, w, n, k, k); err != nil {
				t.Fatal(err)
			}
			cStride := n + int(padC)
			c := make([]float32, rows*cStride)
			product := kernels.Product{C: c, CStride: cStride, Init: init, InitStride: n, A: a, AStride: aStride, AKStride: kStride,
				Rows: rows, Count: (n + 15) / 16}
			if err := p.Multiply(&product); err != nil {
				t.Fatal(err)
			}
			want := reference.MatMulTransposedB(reference.Widen(dense), reference.Widen(w), rows, k, n)
			for i, v := range want {
				size := math.Abs(float64(init[i]))
				for j := range k {
					size += math.Abs(float64(dense[i/n*k+j]) * float64(w[i%n*k+j]))
				}
				got := float64(c[i/n*cStride+i%n])
				if d := math.Abs(got - v - float64(init[i])); !(d <= float64(k+2)*0x1p-23*size) {
					t.Fatalf("%v [%d, %d]: %v, want %v", l, i/n, i%n, got, v+float64(init[i]))
				}
			}
		}
	})
}
