package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestMultiplyIsOneChain: at every level every element of a product is one
// chain of fused multiply-adds in ascending k that starts from init, to the bit, in
// every tile: so the levels agree.
func TestMultiplyIsOneChain(t *testing.T) {
	const seed = 13
	for _, l := range Available() {
		t.Run(l.String(), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 1))
			for rows := 1; rows <= 13; rows++ {
				for _, k := range []int{1, 2, 3, 4, 5, 7, 8, 17, 31, 33} {
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
	// A third of the values have few bits, so that sums fall on midpoints of two float32.
	random := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
			if rng.IntN(3) == 0 {
				x[i] = float32(math.Ldexp(float64(rng.IntN(9)-4), -rng.IntN(30)))
			}
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
		"added":         {A: a, AStride: k, AKStride: 1, Add: true},
		"init, added":   {Init: init, InitStride: n, A: transposed, AStride: 1, AKStride: rows, Add: true},
	} {
		before := random(rows * n)
		x.C, x.CStride, x.Rows, x.Count = slices.Clone(before), n, rows, panelCount(n)
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
				if x.Add {
					want += before[r*n+j]
				}
				if got := x.C[r*n+j]; math.Float32bits(got) != math.Float32bits(want) {
					t.Fatalf("%s: c[%d, %d] = %x, want %x", fmt.Sprint(rows, " x ", k, " x ", n, ", ", name), r, j, got, want)
				}
			}
		}
	}
}

// TestNotReproducible: with the setting off, the portable products keep their bound and
// the assembly levels their bits.
func TestNotReproducible(t *testing.T) {
	defer SetReproducible(Reproducible())
	const seed, rows, k, n = 21, 5, 300, 33
	rng := rand.New(rand.NewPCG(seed, 1))
	a, b := make([]float32, rows*k), make([]float32, k*n)
	for _, x := range [][]float32{a, b} {
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
	}
	for _, l := range Available() {
		var results [2][]float32
		for i, on := range []bool{true, false} {
			SetReproducible(on)
			if Reproducible() != on {
				t.Fatalf("Reproducible() = %v after SetReproducible(%v)", !on, on)
			}
			var p Panels
			if err := p.Pack(l, b, k, n, n); err != nil {
				t.Fatal(err)
			}
			results[i] = make([]float32, rows*n)
			if err := p.Multiply(&Product{C: results[i], CStride: n, A: a, AStride: k, AKStride: 1, Rows: rows, Count: panelCount(n)}); err != nil {
				t.Fatal(err)
			}
		}
		for i, got := range results[1] {
			size := 0.0
			for j := range k {
				size += math.Abs(float64(a[i/n*k+j]) * float64(b[j*n+i%n]))
			}
			if d := math.Abs(float64(got) - float64(results[0][i])); d > 2*float64(k)*0x1p-23*size || l != Portable && d != 0 {
				t.Errorf("%v: element %d = %v, reproducible %v", l, i, got, results[0][i])
			}
		}
	}
}
