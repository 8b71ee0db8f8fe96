package kernels_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/internal/reference"
	"github.com/packedlstm/packedlstm/kernels"
)

const epsilon = 0x1p-23

// checkProduct compares got with init + a·b within (k+2)·2^-23·(|init| + Σ|a||b|),
// all row-major.
func checkProduct(t *testing.T, name string, got []float32, init, a, b []float64, rows, k, n int) {
	t.Helper()
	absolute := func(x []float64) []float64 {
		y := make([]float64, len(x))
		for i, v := range x {
			y[i] = math.Abs(v)
		}
		return y
	}
	want, size := reference.MatMul(a, b, rows, k, n), reference.MatMul(absolute(a), absolute(b), rows, k, n)
	for i := range want {
		w, s := want[i]+init[i], size[i]+math.Abs(init[i])
		if d := math.Abs(float64(got[i]) - w); !(d <= float64(k+2)*epsilon*s) {
			t.Fatalf("%s: element [%d, %d] = %v, want %v: off by %.3g, bound %.3g", name, i/n, i%n, got[i], w, d, float64(k+2)*epsilon*s)
		}
	}
}

var (
	someRows    = []int{1, 2, 3, 4, 5, 6, 7, 8, 11, 13, 17, 33, 257}
	someDepths  = []int{0, 1, 2, 3, 5, 7, 17, 100, 257, 600}
	someColumns = []int{1, 3, 7, 15, 16, 17, 31, 32, 33, 48, 64, 65, 100, 128}
)

// TestMultiply covers every tile and remainder: rows, depths, widths, strides,
// with init given, zero, one row for all, and in place.
func TestMultiply(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		rng := newRand(3)
		for _, rows := range someRows {
			for _, k := range someDepths {
				if rows*k > 20000 {
					continue
				}
				n := someColumns[rng.IntN(len(someColumns))]
				testMultiply(t, l, rows, k, n, rng.IntN(4), rng.IntN(4), uint64(rows*k))
			}
		}
		for _, n := range someColumns {
			for rows := 1; rows <= 7; rows++ {
				testMultiply(t, l, rows, 9, n, 0, 0, uint64(n))
			}
		}
	})
}

func testMultiply(t *testing.T, l kernels.Level, rows, k, n, padA, padC int, seed uint64) {
	t.Helper()
	name := fmt.Sprintf("%d x %d x %d seed %d", rows, k, n, seed)
	rng := newRand(seed)
	a, w := uniform(rng, rows*(k+padA), 1), uniform(rng, n*k, 1)
	var p kernels.Panels
	if err := p.PackTransposed(l, w, n, k, k); err != nil {
		t.Fatal(err)
	}
	var dense, b []float64
	for r := range rows {
		dense = append(dense, reference.Widen(a[r*(k+padA):][:k])...)
	}
	for i := range k {
		for j := range n {
			b = append(b, float64(w[j*k+i]))
		}
	}
	bias := uniform(rng, n, 1)
	for _, mode := range []string{"zero", "bias", "init", "in place"} {
		cStride := n + padC
		c, intact := guarded(t, name, (rows-1)*cStride+n)
		copy(c, uniform(rng, len(c), 1))
		before := append([]float32(nil), c...)
		product := kernels.Product{C: c, CStride: cStride, A: a, AStride: k + padA, AKStride: 1, Rows: rows, Count: (n + 15) / 16}
		init := make([]float64, rows*n)
		switch mode {
		case "bias":
			product.Init = bias
			for i := range init {
				init[i] = float64(bias[i%n])
			}
		case "init":
			product.Init, product.InitStride = uniform(rng, rows*n, 1), n
			init = reference.Widen(product.Init)
		case "in place":
			product.Init, product.InitStride = c, cStride
			for i := range init {
				init[i] = float64(before[i/n*cStride+i%n])
			}
		}
		if err := p.Multiply(&product); err != nil {
			t.Fatalf("%s %s: %v", name, mode, err)
		}
		intact()
		var got []float32
		for r := range rows {
			got = append(got, c[r*cStride:][:n]...)
			if r < rows-1 {
				sameBits(t, name+" between the rows", c[r*cStride+n:(r+1)*cStride], before[r*cStride+n:(r+1)*cStride])
			}
		}
		checkProduct(t, name+" "+mode, got, init, dense, b, rows, k, n)
	}
}

// TestMultiplyRowsStandAlone: a row's bits depend neither on the rows beside it
// nor on the panels asked for or their order, and A transposed gives the same bits.
func TestMultiplyRowsStandAlone(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		const k, n = 600, 100
		rng := newRand(4)
		w := uniform(rng, n*k, 1)
		var p kernels.Panels
		if err := p.PackTransposed(l, w, n, k, k); err != nil {
			t.Fatal(err)
		}
		for _, rows := range []int{1, 2, 3, 4, 5, 6, 7, 9, 16, 33, 250} {
			a := uniform(rng, rows*k, 1)
			transposed := make([]float32, len(a))
			for r := range rows {
				for i := range k {
					transposed[i*rows+r] = a[r*k+i]
				}
			}
			together, other := make([]float32, rows*n), make([]float32, rows*n)
			multiply(t, &p, kernels.Product{C: together, CStride: n, A: a, AStride: k, AKStride: 1, Rows: rows, Count: 7})
			multiply(t, &p, kernels.Product{C: other, CStride: n, A: transposed, AStride: 1, AKStride: rows, Rows: rows, Count: 7})
			sameBits(t, fmt.Sprintf("%d rows, A transposed", rows), other, together)
			back := make([]float32, rows*n)
			multiply(t, &p, kernels.Product{C: back, CStride: n, A: a, AStride: k, AKStride: 1, Rows: rows, Count: 7, Descending: true})
			sameBits(t, fmt.Sprintf("%d rows, last panels first", rows), back, together)
			for r := range rows {
				alone := make([]float32, n)
				multiply(t, &p, kernels.Product{C: alone, CStride: n, A: a[r*k:], AStride: k, AKStride: 1, Rows: 1, Count: 7})
				sameBits(t, fmt.Sprintf("row %d of %d", r, rows), alone, together[r*n:(r+1)*n])
			}
			for first := range 6 {
				two := make([]float32, rows*32)
				multiply(t, &p, kernels.Product{C: two, CStride: 32, A: a, AStride: k, AKStride: 1, Rows: rows, First: first, Count: 2})
				for r := range rows {
					columns := min(32, n-first*16)
					sameBits(t, fmt.Sprintf("panels %d+2", first), two[r*32:][:columns], together[r*n+first*16:][:columns])
				}
			}
		}
	})
}

func multiply(t *testing.T, p *kernels.Panels, x kernels.Product) {
	t.Helper()
	if err := p.Multiply(&x); err != nil {
		t.Fatal(err)
	}
}

func TestWeightGradient(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		rng := newRand(5)
		var scratch kernels.WeightGradient
		for _, shape := range [][3]int{{1, 1, 1}, {3, 5, 7}, {17, 31, 33}, {100, 16, 16}, {257, 33, 17}, {600, 48, 20}, {131, 301, 7}} {
			rows, n, m := shape[0], shape[1], shape[2]
			dy, x, dw := uniform(rng, rows*n, 1), uniform(rng, rows*m, 1), uniform(rng, n*m, 1)
			init := reference.Widen(dw)
			whole := append([]float32(nil), dw...)
			if err := scratch.Add(l, whole, m, dy, n, n, x, m, m, rows, 0, n); err != nil {
				t.Fatal(err)
			}
			transposed := make([]float64, len(dy))
			for i, v := range dy {
				transposed[i%n*rows+i/n] = float64(v)
			}
			checkProduct(t, fmt.Sprint(shape), whole, init, transposed, reference.Widen(x), n, rows, m)
			split := append([]float32(nil), dw...)
			cut := n / 3
			for _, part := range [][2]int{{0, cut}, {cut, n - cut}} {
				if err := scratch.Add(l, split, m, dy, n, n, x, m, m, rows, part[0], part[1]); err != nil {
					t.Fatal(err)
				}
			}
			if name := fmt.Sprint(shape, " in two parts"); kernels.ActiveEngine() == "panels" {
				sameBits(t, name, split, whole)
			} else { // an engine may sum parts in another order
				checkProduct(t, name, split, init, transposed, reference.Widen(x), n, rows, m)
			}
		}
	})
}

func TestProductErrors(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		const k, n = 5, 20
		var p kernels.Panels
		w := make([]float32, n*k)
		if err := p.PackTransposed(l, w[:n*k-1], n, k, k); err == nil {
			t.Error("PackTransposed of a short w: no error")
		}
		if err := p.Reset(l, -1, 3); err == nil {
			t.Error("Reset(-1, 3): no error")
		}
		if err := p.Reset(l, math.MaxInt32, math.MaxInt32); err == nil {
			t.Error("Reset beyond all memory: no error")
		}
		if err := p.PackTransposed(l, w, n, k, k); err != nil {
			t.Fatal(err)
		}
		if err := p.Set(0, 0, k+1, 1, w, 1, 1); err == nil {
			t.Error("Set beyond K: no error")
		}
		good := func() kernels.Product {
			return kernels.Product{C: make([]float32, 3*n), CStride: n, A: make([]float32, 3*k), AStride: k, AKStride: 1, Rows: 3, Count: 2}
		}
		for name, spoil := range map[string]func(x *kernels.Product){
			"short C; C: 3 rows":               func(x *kernels.Product) { x.C = x.C[:len(x.C)-1] },
			"short A; A[14]":                   func(x *kernels.Product) { x.A = x.A[:len(x.A)-1] },
			"short bias; Init":                 func(x *kernels.Product) { x.Init = make([]float32, n-1) },
			"short init; Init: 3 rows":         func(x *kernels.Product) { x.Init, x.InitStride = make([]float32, 3*n-1), n },
			"init overlaps C; Init overlaps C": func(x *kernels.Product) { x.Init, x.InitStride = x.C[1:], 0 },
			"init added; Init overlaps C":      func(x *kernels.Product) { x.Init, x.InitStride, x.Add = x.C, x.CStride, true },
			"A overlaps C; A overlaps C":       func(x *kernels.Product) { x.A = x.C },
			"negative rows; C: -1 rows":        func(x *kernels.Product) { x.Rows = -1 },
			"huge rows; C: ":                   func(x *kernels.Product) { x.Rows = math.MaxInt },
			"huge stride; A":                   func(x *kernels.Product) { x.AStride = math.MaxInt },
			"negative stride; AKStride = -1":   func(x *kernels.Product) { x.AKStride = -1 },
			"stride below n; C: stride 19":     func(x *kernels.Product) { x.CStride = n - 1 },
			"panel beyond; First = 1":          func(x *kernels.Product) { x.First = 1 },
			"negative panel; First = -1":       func(x *kernels.Product) { x.First = -1 },
			"panels overflow; Count = ":        func(x *kernels.Product) { x.Count = math.MaxInt },
			"first overflows; First = ":        func(x *kernels.Product) { x.First = math.MaxInt },
			"nil A; A[14]":                     func(x *kernels.Product) { x.A = nil },
			"nil C; C: 3 rows":                 func(x *kernels.Product) { x.C = nil },
			"empty, not nil, i; Init":          func(x *kernels.Product) { x.Init = []float32{} },
		} {
			x := good()
			spoil(&x)
			_, want, _ := strings.Cut(name, "; ")
			if err := p.Multiply(&x); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v: want an error with %q", name, err, want)
			}
		}
		x := good()
		if err := p.Multiply(&x); err != nil {
			t.Error(err)
		}
	})
}

// TestAddedDepth: with Add, K has a limit.
func TestAddedDepth(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		for k, wrong := range map[int]bool{512: false, 513: true} {
			var p kernels.Panels
			if err := p.Pack(l, make([]float32, k), k, 1, 1); err != nil {
				t.Fatal(err)
			}
			c := []float32{3}
			err := p.Multiply(&kernels.Product{C: c, CStride: 1, A: make([]float32, k), AStride: k, AKStride: 1, Rows: 1, Count: 1, Add: true})
			if (err != nil) != wrong || c[0] != 3 {
				t.Errorf("K = %d: %v, c = %v", k, err, c)
			}
		}
	})
}
