package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestMultiplyIsOneChain: at the assembly levels every element of a product is one
// chain of fused multiply-adds in ascending k that starts from init, to the bit, in
// every tile: so the levels agree.
func TestMultiplyIsOneChain(t *testing.T) {
	const seed = 13
	for _, l := range Available() {
		if l == Portable {
			continue // rounds the products: TestMultiply
		}
		t.Run(l.String(), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 1))
			for rows := 1; rows <= 13; rows++ {
				for _, k := range []int{1, 2, 3, 4, 5, 7, 8, 31} {
					for _, n := range []int{1, 16, 17, 32, 48, 64, 80, 100} {
						checkChains(t, l, rng, rows, k, n)
					}
				}
			}
		})
	}
}

// checkChains multiplies random matrices with A as it is, transposed, and one row of
// init for all rows.
func checkChains(t *testing.T, l Level, rng *rand.Rand, rows, k, n int) {
	t.Helper()
	random := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		return x
	}
	a, b, init := random(rows*k), random(k*n), random(rows*n)
	var p Panels
	if err := p.Pack(l, b, k, n, n); err != nil {
		t.Fatal(err)
	}
	transposed := make([]float32, rows*k)
	for r := range rows {
		for i := range k {
			transposed[i*rows+r] = a[r*k+i]
		}
	}
	for name, x := range map[string]Product{
		"init":          {Init: init, InitStride: n, A: a, AStride: k, AKStride: 1},
		"bias":          {Init: init, A: a, AStride: k, AKStride: 1},
		"no init":       {A: a, AStride: k, AKStride: 1},
		"A transposed":  {Init: init, InitStride: n, A: transposed, AStride: 1, AKStride: rows},
		"one row, of A": {Init: init, InitStride: n, A: a, AKStride: 1},
	} {
		x.C, x.CStride, x.Rows, x.Count = make([]float32, rows*n), n, rows, panelCount(n)
		if err := p.Multiply(&x); err != nil {
			t.Fatal(err)
		}
		for r := range rows {
			for j := range n {
				var want float32
				if x.Init != nil {
					want = x.Init[r*x.InitStride+j]
				}
				for i := range k {
					want = fma32(x.A[r*x.AStride+i*x.AKStride], b[i*n+j], want)
				}
				if got := x.C[r*n+j]; math.Float32bits(got) != math.Float32bits(want) {
					t.Fatalf("%s: c[%d, %d] = %x, want %x", fmt.Sprint(rows, " x ", k, " x ", n, ", ", name), r, j, got, want)
				}
			}
		}
	}
}
