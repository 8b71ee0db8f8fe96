package gonumblas

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// TestEstimatedMethods: every method that an estimate is made for computes the product, whichever is
// chosen, and each is chosen for some.
func TestEstimatedMethods(t *testing.T) {
	if !kernels.AVX2.IsAvailable() {
		t.Skip("no AVX2")
	}
	chosen := map[method]int{}
	for _, s := range [][3]int{
		{1, 512, 100}, {3, 40, 33}, {5, 300, 257}, {8, 17, 513}, {31, 100, 64}, {40, 33, 100}, {64, 66, 96}, {100, 12, 100},
		{130, 7, 257}, {257, 16, 31}, {300, 35, 100}, {2, 1024, 70}, {7, 1536, 40}, {400, 300, 20}, {33, 50, 1600}, {200, 210, 220},
	} {
		for _, transposed := range [][2]bool{{false, false}, {false, true}, {true, false}, {true, true}} {
			for _, beta := range []float32{0, 0.5} {
				x := randomProduct(s, transposed, beta)
				chosen[x.cheapest()]++
				x.estimate(func(w method, time float64) {
					if !(time > 0) {
						t.Errorf("%v, transposed %v: method %d: an estimate of %v ns", s, transposed, w, time)
					}
					y := *x
					y.c.data = append([]float32(nil), x.c.data...)
					y.run(w)
					checkProduct(t, x, &y, w)
				})
			}
		}
	}
	for _, w := range []method{packed, rows, rowsCopied, rowsTransposed, dots} {
		if chosen[w] == 0 {
			t.Errorf("method %d is chosen for no shape", w)
		}
	}
}

// randomProduct returns a product whose matrices are as dense as they can be.
func randomProduct(s [3]int, transposed [2]bool, beta float32) *product {
	rng := rand.New(rand.NewPCG(uint64(s[0]), uint64(s[1])))
	fill := func(rows, columns int, transposed bool) matrix {
		data := make([]float32, rows*columns)
		for i := range data {
			data[i] = rng.Float32() - 0.5
		}
		if transposed {
			return matrix{data, 1, rows}
		}
		return matrix{data, columns, 1}
	}
	x := &product{m: s[0], n: s[1], k: s[2], alpha: 1, beta: beta, level: kernels.AVX2}
	x.a, x.b, x.c = fill(x.m, x.k, transposed[0]), fill(x.k, x.n, transposed[1]), fill(x.m, x.n, false)
	if x.m == 1 { // as Sgemm has vectors
		x.a.row = max(x.a.row, x.k)
	}
	return x
}

// checkProduct compares y's C, computed by the method, with float64's of x.
func checkProduct(t *testing.T, x, y *product, w method) {
	t.Helper()
	at := func(m matrix, i, j int) float64 { return float64(m.data[i*m.row+j*m.column]) }
	for i := range x.m {
		for j := range x.n {
			want := float64(x.beta) * at(x.c, i, j)
			size := math.Abs(want)
			for l := range x.k {
				p := at(x.a, i, l) * at(x.b, l, j)
				want += p
				size += math.Abs(p)
			}
			if got := at(y.c, i, j); !(math.Abs(got-want) <= float64(x.k+4)*0x1p-23*size) {
				t.Fatalf("%d x %d x %d, A's columns %d apart, B's %d, beta %v, method %d: C[%d, %d] = %v, want %v",
					x.m, x.n, x.k, x.a.column, x.b.column, x.beta, w, i, j, got, want)
			}
		}
	}
}
