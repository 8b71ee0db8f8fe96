package kernels_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// sideCase is a product of one row [k]·[k, n] and a side product [16, sideK]·[sideK, sideN], both
// without the first panels.
type sideCase struct{ k, n, first, sideK, sideN, sideFirst int }

var sideCases = []sideCase{
	{k: 1, n: 16, sideK: 1, sideN: 1},
	{k: 3, n: 64, sideK: 2, sideN: 16},
	{k: 4, n: 128, sideK: 5, sideN: 17},
	{k: 7, n: 131, sideK: 7, sideN: 33}, // the one row is not of whole panels
	{k: 17, n: 192, sideK: 31, sideN: 100},
	{k: 31, n: 256, first: 1, sideK: 3, sideN: 257, sideFirst: 2},
	{k: 33, n: 464, sideK: 33, sideN: 64},
	{k: 100, n: 400, first: 3, sideK: 257, sideN: 31, sideFirst: 1},
	{k: 257, n: 320, sideK: 100, sideN: 48},
	{k: 128, n: 512, sideK: 128, sideN: 512},
	{k: 4096, n: 144, sideK: 17, sideN: 2100},
	{k: 4096, n: 144, sideK: 5001, sideN: 32}, // sums deeper than MaxSideK, which is of the one row
	{k: 33000, n: 64, sideK: 16500, sideN: 20},
}

// TestSide: a product of one row and what it computes along have the bits of the same products
// one after the other, whatever the calls, their order and the kinds of init; nothing beside the
// columns is written.
func TestSide(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		rng := newRand(51)
		for _, s := range sideCases {
			p, side := packed(t, l, uniform(rng, s.k*s.n, 1), s.k, s.n), packed(t, l, uniform(rng, s.sideK*s.sideN, 1), s.sideK, s.sideN)
			columns, sideColumns := s.n-16*s.first, s.sideN-16*s.sideFirst
			rows, sideInit := uniform(rng, 16*s.sideK, 1), uniform(rng, 16*s.sideN, 1)
			x := kernels.Product{CStride: s.n, A: uniform(rng, s.k, 1), AStride: s.k, AKStride: 1, Rows: 1, First: s.first, Count: (columns + 15) / 16}
			for i, init := range [][]float32{nil, uniform(rng, s.n, 1)} {
				x.Init = init
				y := kernels.SideProduct{CStride: sideColumns + 3*i, A: byColumns(t, l, rows, s.sideK), B: side, First: s.sideFirst, Count: (sideColumns + 15) / 16}
				for name, y := range map[string]kernels.SideProduct{"": y, ", bias": withInit(y, sideInit, 0), ", init": withInit(y, sideInit, sideColumns)} {
					checkSide(t, fmt.Sprintf("%+v%s", s, name), p, x, y, rows)
				}
			}
		}
	})
}

func withInit(y kernels.SideProduct, init []float32, stride int) kernels.SideProduct {
	y.Init, y.InitStride = init, stride
	return y
}

// packed returns b [k, n] in panels.
func packed(t *testing.T, l kernels.Level, b []float32, k, n int) *kernels.Panels {
	t.Helper()
	p := new(kernels.Panels)
	if err := p.Pack(l, b, k, n, n); err != nil {
		t.Fatal(err)
	}
	return p
}

// byColumns returns the operand A of a side product of rows [16, k].
func byColumns(t *testing.T, l kernels.Level, rows []float32, k int) []float32 {
	t.Helper()
	var columns kernels.Panels
	err := columns.PackTransposed(l, rows, kernels.SideRows, k, k)
	a, err2 := columns.Panel(0)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return a
}

// checkSide computes x twice, once in each order of panels, and y along; then what is left of y.
func checkSide(t *testing.T, name string, p *kernels.Panels, x kernels.Product, y kernels.SideProduct, rows []float32) {
	t.Helper()
	x.C = make([]float32, x.CStride)
	multiply(t, p, x)
	want, k := x.C, y.B.K()
	wantSide := kernels.Product{
		C: make([]float32, 16*y.CStride), CStride: y.CStride, Init: y.Init, InitStride: y.InitStride,
		A: rows, AStride: k, AKStride: 1, Rows: kernels.SideRows, First: y.First, Count: y.Count,
	}
	multiply(t, y.B, wantSide)
	steps := []int{0, 1, 2, 40}
	if !y.B.Level().TakesSide() {
		steps = steps[:2] // nothing is done along
	}
	for _, calls := range steps {
		y := y
		y.C = make([]float32, len(wantSide.C))
		x.Side = &y
		for call := range calls {
			x.C, x.Descending = make([]float32, len(want)), call%2 == 1
			multiply(t, p, x)
			sameBits(t, fmt.Sprintf("%s: the row, call %d", name, call), x.C, want)
		}
		if err := y.Finish(); err != nil || !y.Done() {
			t.Fatalf("%s: Finish: %v, done %v", name, err, y.Done())
		}
		sameBits(t, fmt.Sprintf("%s: the side product along %d calls", name, calls), y.C, wantSide.C)
		if err := y.Finish(); err != nil {
			t.Errorf("%s: Finish once more: %v", name, err)
		}
	}
}

// TestSideGoesAlong: sixteen rows of a product as large as W_hh take sixteen steps of one row, no
// fewer and no more, where the level computes them along; elsewhere all is left to Finish.
func TestSideGoesAlong(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		const k, n = 64, 448
		rng := newRand(52)
		p := packed(t, l, uniform(rng, k*n, 1), k, n)
		y := kernels.SideProduct{C: make([]float32, 16*n), CStride: n, A: uniform(rng, 16*k, 1), B: p, Count: n / 16}
		x := kernels.Product{C: make([]float32, n), CStride: n, A: uniform(rng, k, 1), AStride: k, AKStride: 1, Rows: 1, Count: n / 16, Side: &y}
		steps := 0
		for steps < 100 && !y.Done() {
			multiply(t, p, x)
			steps++
		}
		want := 100
		if l.TakesSide() {
			want = 16
		}
		if steps != want {
			t.Errorf("done %v after %d steps: want %d", y.Done(), steps, want)
		}
	})
}

// TestSideErrors: a side product that does not fit is an error of Finish and of each product that
// names it, and nothing is written.
func TestSideErrors(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		const k, n = 9, 70
		rng := newRand(53)
		p, one := packed(t, l, uniform(rng, k*n, 1), k, n), packed(t, l, uniform(rng, 64*k, 1), k, 64)
		for name, spoil := range map[string]func(y *kernels.SideProduct){
			"short C; C: 16 rows":          func(y *kernels.SideProduct) { y.C = y.C[:15*n+n-1] },
			"stride below n; C: stride 69": func(y *kernels.SideProduct) { y.CStride = n - 1 },
			"short A; A: 143 elements":     func(y *kernels.SideProduct) { y.A = y.A[:16*k-1] },
			"short bias; Init":             func(y *kernels.SideProduct) { y.Init = make([]float32, n-1) },
			"short init; Init: 16 rows":    func(y *kernels.SideProduct) { y.Init, y.InitStride = make([]float32, 16*n-1), n },
			"init is C; Init overlaps C":   func(y *kernels.SideProduct) { y.Init, y.InitStride = y.C, y.CStride },
			"A overlaps C; A overlaps C":   func(y *kernels.SideProduct) { y.A = y.C },
			"panel beyond; First = 1":      func(y *kernels.SideProduct) { y.First = 1 },
			"negative panel; First = -1":   func(y *kernels.SideProduct) { y.First = -1 },
			"negative count; Count = -1":   func(y *kernels.SideProduct) { y.Count = -1 },
			"no panels; have 0 panels":     func(y *kernels.SideProduct) { y.B = nil },
			"another B; want a new value":  func(y *kernels.SideProduct) { begin(t, one, y); y.B = packed(t, l, uniform(rng, n, 1), 1, n) },
		} {
			if strings.HasPrefix(name, "another B") && !l.TakesSide() {
				continue // nothing is done along
			}
			y := kernels.SideProduct{C: make([]float32, 16*n), CStride: n, A: uniform(rng, 16*k, 1), B: p, Count: 5}
			_, want, _ := strings.Cut(name, "; ")
			spoil(&y)
			before, c := slices.Clone(y.C), make([]float32, 64)
			x := kernels.Product{C: c, CStride: 64, A: uniform(rng, k, 1), AStride: k, AKStride: 1, Rows: 1, Count: 4, Side: &y}
			for operation, err := range map[string]error{"Finish": y.Finish(), "Multiply": one.Multiply(&x)} {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%s: %s: %v: want an error with %q", name, operation, err, want)
				}
			}
			sameBits(t, name+": C of the side product", y.C, before)
			sameBits(t, name+": C", c, make([]float32, 64))
		}
		y := kernels.SideProduct{C: make([]float32, 16*n), CStride: n, A: uniform(rng, 16*k, 1), B: p, Count: 5}
		y.Init = make([]float32, n)
		a, c := uniform(rng, k, 1), make([]float32, 64)
		for name, x := range map[string]kernels.Product{
			"the C of both; Side: C overlaps C of the product": {C: y.C, A: a},
			"C and A; Side: C overlaps A of the product":       {C: c, A: y.C},
			"C and Init; Side: C overlaps Init of the product": {C: c, A: a, Init: y.C},
			"A and C; C overlaps A of Side":                    {C: y.A, A: a},
			"Init and C; C overlaps Init of Side":              {C: y.Init, A: a},
		} {
			x.CStride, x.AStride, x.AKStride, x.Rows, x.Count, x.Side = 64, k, 1, 1, 4, &y
			_, want, _ := strings.Cut(name, "; ")
			if err := one.Multiply(&x); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("the side product's %v: %v: want an error with %q", name, err, want)
			}
		}
	})
}

// begin computes a first part of y.
func begin(t *testing.T, one *kernels.Panels, y *kernels.SideProduct) {
	t.Helper()
	x := kernels.Product{C: make([]float32, 64), CStride: 64, A: make([]float32, 9), AStride: 9, AKStride: 1, Rows: 1, Count: 4, Side: y}
	multiply(t, one, x)
}
