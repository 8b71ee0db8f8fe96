package kernels_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

var factors = []float32{0, 1, -1.5}

// TestMultiplyRows covers every tile and remainder, A and C in both orders, all kinds of Alpha
// and Beta, and C guarded between its rows; NaNs in C vanish where Beta is 0.
func TestMultiplyRows(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		rng := newRand(21)
		for _, n := range []int{1, 3, 7, 15, 16, 17, 31, 33, 48, 63, 64, 65, 79, 100, 257} {
			for _, rows := range []int{1, 2, 3, 4, 5, 6, 7, 11, 17, 33} {
				k := []int{0, 1, 2, 3, 5, 17, 31, 100, 257}[rng.IntN(9)]
				testMultiplyRows(t, l, rows, k, n, rng.IntN(4), uint64(rows*n))
			}
		}
		for _, rows := range []int{7, 8, 9, 14, 15, 16, 24, 63} { // tiles of eight rows
			for _, n := range []int{1, 8, 15, 16, 17, 31, 32} {
				for _, k := range []int{1, 2, 3, 8, 63} {
					testMultiplyRows(t, l, rows, k, n, rng.IntN(4), uint64(rows*n))
				}
			}
		}
		for _, n := range []int{113, 127, 128, 129, 241, 255, 256, 300, 513} { // tiles of 128 and 256 columns
			for _, k := range []int{1, 3, 4, 8, 33} {
				testMultiplyRows(t, l, 1, k, n, n%3, uint64(n))
				testMultiplyRows(t, l, 2, k, n, n%3, uint64(n))
			}
		}
		testMultiplyRows(t, l, 40, 4095, 20, 1, 1)
		testMultiplyRows(t, l, 3, 4099, 20, 1, 1)
		for _, s := range [][2]int{{4099, 20}, {13, 4105}, {64, 4097}, {300, 1033}, {521, 1033}} { // blocks of one row
			testMultiplyRows(t, l, 1, s[0], s[1], 1, 1)
		}
		testMultiplyRows(t, l, 17, 2100, 16, 0, 1)
		for _, n := range []int{16, 32, 64} { // more of C than one call writes
			if testing.Short() {
				break
			}
			testMultiplyRows(t, l, 1<<18/n+33, 1, n, 1, 1)
		}
	})
}

func testMultiplyRows(t *testing.T, l kernels.Level, rows, k, n, pad int, seed uint64) {
	t.Helper()
	rng := newRand(seed)
	for i := range 4 {
		transposed, turned := i%2 > 0, i/2 > 0
		alpha, beta := factors[1+rng.IntN(2)], factors[rng.IntN(3)]
		name := fmt.Sprintf("%d x %d x %d, A transposed %v, C %v, alpha %v, beta %v, seed %d", rows, k, n, transposed, turned, alpha, beta, seed)
		x := kernels.RowProduct{
			A: uniform(rng, (rows+pad)*(k+pad), 1), AStride: k + pad, AKStride: 1,
			B: uniform(rng, max(0, (k-1)*(n+pad)+n), 1), BStride: n + pad,
			CStride: n + pad, Transposed: turned, Rows: rows, Columns: n, K: k, Alpha: alpha, Beta: beta,
		}
		if transposed {
			x.AStride, x.AKStride = 1, rows+pad
		}
		size := (rows-1)*x.CStride + n
		if turned {
			x.CStride = rows + pad
			size = (n-1)*x.CStride + rows
		}
		b := make([]float64, k*n)
		for i := range b {
			b[i] = float64(x.B[i/n*x.BStride+i%n])
		}
		c, intact := guarded(t, name, size)
		x.C = c
		checkScaled(t, name, c, x.CStride, rows, k, n, alpha, beta, func(r, i int) float32 { return x.A[r*x.AStride+i*x.AKStride] }, b, turned,
			func() error { return l.MultiplyRows(&x) })
		intact()
	}
}

// TestNothingToSum: without k a product is Beta·C, whatever Alpha is.
func TestNothingToSum(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		const n = 17
		for _, alpha := range []float32{0, 1, -1, float32(math.Inf(1)), float32(math.NaN())} {
			for _, beta := range factors {
				x := kernels.RowProduct{C: uniform(newRand(24), n, 1), CStride: n, Rows: 1, Columns: n, BStride: n, Alpha: alpha, Beta: beta}
				y := kernels.DotProducts{C: uniform(newRand(24), n, 1), CStride: n, Rows: 1, Columns: n, Alpha: alpha, Beta: beta}
				want := make([]float32, n)
				for i, c := range x.C {
					if beta != 0 {
						want[i] = beta * c
					}
				}
				if err := l.MultiplyRows(&x); err != nil {
					t.Fatal(err)
				}
				if err := l.MultiplyDots(&y); err != nil {
					t.Fatal(err)
				}
				sameBits(t, fmt.Sprintf("rows, alpha %v, beta %v", alpha, beta), x.C, want)
				sameBits(t, fmt.Sprintf("dots, alpha %v, beta %v", alpha, beta), y.C, want)
			}
		}
	})
}

// TestMultiplyDots does the same for dot products, C also transposed.
func TestMultiplyDots(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		rng := newRand(22)
		for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 17, 33, 100} {
			for _, rows := range []int{1, 2, 3, 4, 5, 6, 7, 8, 11, 17} {
				k := []int{0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 33, 100, 257}[rng.IntN(13)]
				testMultiplyDots(t, l, rows, k, n, rng.IntN(4), uint64(rows*n))
			}
		}
		for _, k := range []int{255, 256, 511, 512, 513, 1024} { // runs of 256 k
			for _, n := range []int{1, 4, 7} {
				testMultiplyDots(t, l, 1, k, n, n%3, uint64(k))
			}
		}
		testMultiplyDots(t, l, 5, 1030, 9, 1, 1)
		testMultiplyDots(t, l, 2, 17, 3000, 1, 1)
		testMultiplyDots(t, l, 4, 1, 1<<13+7, 1, 1)
	})
}

func testMultiplyDots(t *testing.T, l kernels.Level, rows, k, n, pad int, seed uint64) {
	t.Helper()
	rng := newRand(seed)
	for _, transposed := range []bool{false, true} {
		alpha, beta := factors[1+rng.IntN(2)], factors[rng.IntN(3)]
		name := fmt.Sprintf("%d x %d x %d, C transposed %v, alpha %v, beta %v, seed %d", rows, k, n, transposed, alpha, beta, seed)
		x := kernels.DotProducts{
			A: uniform(rng, (rows-1)*(k+pad)+k, 1), AStride: k + pad, B: uniform(rng, (n-1)*(k+pad)+k, 1), BStride: k + pad,
			CStride: n + pad, Transposed: transposed, Rows: rows, Columns: n, K: k, Alpha: alpha, Beta: beta,
		}
		size := (rows-1)*x.CStride + n
		if transposed {
			x.CStride = rows + pad
			size = (n-1)*x.CStride + rows
		}
		b := make([]float64, k*n)
		for i := range b {
			b[i] = float64(x.B[i%n*x.BStride+i/n])
		}
		c, intact := guarded(t, name, size)
		x.C = c
		checkScaled(t, name, c, x.CStride, rows, k, n, alpha, beta, func(r, i int) float32 { return x.A[r*x.AStride+i] }, b, transposed,
			func() error { return l.MultiplyDots(&x) })
		intact()
	}
}

// checkScaled fills c, runs, and compares with alpha·a·b + beta·c; what lies between the
// rows of c must stay.
func checkScaled(t *testing.T, name string, c []float32, stride, rows, k, n int, alpha, beta float32,
	a func(r, i int) float32, b []float64, transposed bool, run func() error) {
	t.Helper()
	rng := newRand(uint64(len(c)))
	for i := range c {
		c[i] = rng.Float32() - 0.5
		if beta == 0 {
			c[i] = float32(math.NaN())
		}
	}
	before := append([]float32(nil), c...)
	if err := run(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	dense, init, got := make([]float64, rows*k), make([]float64, rows*n), make([]float32, rows*n)
	for i := range dense {
		dense[i] = float64(alpha) * float64(a(i/k, i%k))
	}
	for r := range rows {
		for j := range n {
			at := r*stride + j
			if transposed {
				at = j*stride + r
			}
			got[r*n+j] = c[at]
			if beta != 0 {
				init[r*n+j] = float64(beta) * float64(before[at])
			}
			c[at] = before[at]
		}
	}
	sameBits(t, name+" between the rows", c, before)
	checkProduct(t, name, got, init, dense, b, rows, k, n)
}

// TestMultiplyRowsSameBits: MultiplyRows has the same bits at every level.
func TestMultiplyRowsSameBits(t *testing.T) {
	for _, shape := range [][3]int{{1, 100, 33}, {7, 257, 20}, {13, 31, 130}, {5, 4100, 17}, {1, 4100, 50}, {1, 77, 1100}, {1, 300, 1033}, {1, 100, 4105}, {1, 600, 512}, {1, 600, 1033}, {1, 4100, 257}} {
		for _, factors := range [][2]float32{{0.7, -0.3}, {1, 0}} {
			rows, k, n := shape[0], shape[1], shape[2]
			rng := newRand(23)
			a, b, c := uniform(rng, rows*k, 1), uniform(rng, k*n, 1), uniform(rng, rows*n, 1)
			var want []float32
			for _, l := range kernels.Available() {
				got := append([]float32(nil), c...)
				x := kernels.RowProduct{
					C: got, CStride: n, A: a, AStride: k, AKStride: 1, B: b, BStride: n,
					Rows: rows, Columns: n, K: k, Alpha: factors[0], Beta: factors[1],
				}
				if err := l.MultiplyRows(&x); err != nil {
					t.Fatal(err)
				}
				if want == nil {
					want = got
				}
				sameBits(t, fmt.Sprint(l, shape, factors), got, want)
			}
		}
	}
}

// TestMultiplyRowsMinusZero: sums that round to -0 stay so, at every level and in one row as in several.
func TestMultiplyRowsMinusZero(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		for _, rows := range []int{1, 7} {
			for _, alpha := range []float32{1, 2} {
				const k, n = 9, 21
				a, b, c, want := make([]float32, rows*k), make([]float32, k*n), make([]float32, rows*n), make([]float32, rows*n)
				for i := range a {
					a[i] = 1e-30
				}
				for i := range b {
					b[i] = -1e-30
				}
				for i := range want {
					want[i] = float32(math.Copysign(0, -1))
				}
				x := kernels.RowProduct{C: c, CStride: n, A: a, AStride: k, AKStride: 1, B: b, BStride: n, Rows: rows, Columns: n, K: k, Alpha: alpha}
				if err := l.MultiplyRows(&x); err != nil {
					t.Fatal(err)
				}
				sameBits(t, fmt.Sprintf("%d rows, alpha %v", rows, alpha), c, want)
			}
		}
	})
}

func TestRowsErrors(t *testing.T) {
	l := kernels.Active()
	if l.MultiplyRows(nil) == nil || l.MultiplyDots(nil) == nil {
		t.Error("nil: no error")
	}
	for name, spoil := range map[string]func(x *kernels.RowProduct){
		"short A": func(x *kernels.RowProduct) { x.A = x.A[:14] },
		"short B": func(x *kernels.RowProduct) { x.B = x.B[:len(x.B)-1] },
		"short C": func(x *kernels.RowProduct) { x.C = x.C[:len(x.C)-1] },
		"stride":  func(x *kernels.RowProduct) { x.BStride = 19 },
		"rows":    func(x *kernels.RowProduct) { x.Rows = -1 },
		"AStride": func(x *kernels.RowProduct) { x.AStride = math.MaxInt },
	} {
		x := kernels.RowProduct{C: make([]float32, 60), CStride: 20, A: make([]float32, 15), AStride: 5, AKStride: 1,
			B: make([]float32, 100), BStride: 20, Rows: 3, Columns: 20, K: 5, Alpha: 1}
		if err := l.MultiplyRows(&x); err != nil {
			t.Fatal(err)
		}
		spoil(&x)
		if l.MultiplyRows(&x) == nil {
			t.Errorf("MultiplyRows, %s: no error", name)
		}
	}
	for name, spoil := range map[string]func(x *kernels.DotProducts){
		"short A": func(x *kernels.DotProducts) { x.A = x.A[:14] },
		"short B": func(x *kernels.DotProducts) { x.B = x.B[:len(x.B)-1] },
		"short C": func(x *kernels.DotProducts) { x.C = x.C[:len(x.C)-1] },
		"turned":  func(x *kernels.DotProducts) { x.Transposed = true; x.CStride = 2 },
		"K":       func(x *kernels.DotProducts) { x.K = -1 },
	} {
		x := kernels.DotProducts{C: make([]float32, 60), CStride: 20, A: make([]float32, 15), AStride: 5,
			B: make([]float32, 100), BStride: 5, Rows: 3, Columns: 20, K: 5, Alpha: 1}
		if err := l.MultiplyDots(&x); err != nil {
			t.Fatal(err)
		}
		spoil(&x)
		if l.MultiplyDots(&x) == nil {
			t.Errorf("MultiplyDots, %s: no error", name)
		}
	}
}

// TestTranspose: every remainder of the blocks that a level transposes at a time, two rows and
// two columns without a gap too.
func TestTranspose(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		for _, rows := range []int{0, 1, 2, 3, 7, 8, 9, 16, 33, 100} {
			for _, columns := range []int{0, 1, 2, 5, 8, 15, 16, 17, 31, 33, 64, 100} {
				testTranspose(t, l, rows, columns, 2, 3)
				testTranspose(t, l, rows, columns, 0, 0)
			}
		}
		testTranspose(t, l, 2, 1<<14+9, 1, 0)
		testTranspose(t, l, 1<<14+9, 2, 0, 1)
		if l.Transpose(make([]float32, 5), 2, make([]float32, 6), 3, 3, 2) == nil {
			t.Error("short dst: no error")
		}
	})
}

// testTranspose leaves gaps between the rows of both matrices.
func testTranspose(t *testing.T, l kernels.Level, rows, columns, dstGap, srcGap int) {
	t.Helper()
	name := fmt.Sprintf("%d x %d, gaps %d and %d", rows, columns, dstGap, srcGap)
	dstStride, srcStride := columns+dstGap, rows+srcGap
	src := uniform(newRand(24), columns*srcStride, 1)
	dst, intact := guarded(t, name, max(0, (rows-1)*dstStride+columns))
	before := append([]float32(nil), dst...)
	if err := l.Transpose(dst, dstStride, src, srcStride, rows, columns); err != nil {
		t.Fatal(err)
	}
	intact()
	for i := range dst {
		if r, j := i/dstStride, i%dstStride; j < columns {
			before[i] = src[j*srcStride+r]
		}
	}
	sameBits(t, name, dst, before)
}
