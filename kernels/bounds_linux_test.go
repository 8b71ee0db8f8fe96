package kernels_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// Every kernel, with every argument beside a page that cannot be touched: each
// dimension runs through every size while the others stay at a few odd ones.

type vectorShape struct{ n, rows, stride int }

func TestVectorBounds(t *testing.T) {
	forEachFence(t, func(t *testing.T, l kernels.Level, f *fences) {
		for _, n := range everySize(257, 1<<15+1) {
			shape := vectorShape{n: n}
			for _, k := range []struct {
				name string
				run  func(dst, x []float32) error
			}{
				{"Exp", l.Exp}, {"Sigmoid", l.Sigmoid}, {"Tanh", l.Tanh},
				{"AddScaled", func(dst, x []float32) error { return l.AddScaled(dst, x, 3) }},
				{"Dropout", func(dst, x []float32) error { return kernels.Dropout(dst, x, 0.3, 1, uint64(n)) }},
			} {
				dst, x := f.vector(t, "dst", n, false), f.vector(t, "x", n, true)
				f.run(t, k.name, shape, func() error { return k.run(dst, x) })
				both := f.vector(t, "dst = x", n, false)
				f.run(t, k.name, shape, func() error { return k.run(both, both) })
			}
		}
	})
}

// vector returns a slice of n elements, as a matrix of one row.
func (f *fences) vector(t *testing.T, name string, n int, readOnly bool) []float32 {
	t.Helper()
	const row = 1 << 13 // someNumbers has so many
	rows, width := 1, n
	if n > row {
		rows, width = n, 1
	}
	if readOnly {
		return f.input(t, name, rows, width, width)
	}
	return f.output(t, name, rows, width, width)
}

func TestAddOuterBounds(t *testing.T) {
	forEachFence(t, func(t *testing.T, l kernels.Level, f *fences) {
		for _, rows := range []int{1, 2, 7, 33} {
			for _, columns := range everySize(100, 257) {
				stride, xStride := columns+rows%3, 1+2*(columns%2)
				c, x, y := f.output(t, "c", rows, stride, columns), f.input(t, "x", rows, xStride, 1), f.input(t, "y", 1, columns, columns)
				f.run(t, "AddOuter", vectorShape{columns, rows, stride}, func() error { return l.AddOuter(c, stride, x, xStride, rows, y, 0.5) })
			}
		}
	})
}

func TestColumnSumsBounds(t *testing.T) {
	forEachFence(t, func(t *testing.T, l kernels.Level, f *fences) {
		for _, rows := range everySize(1<<10+1, 1<<11+3) {
			for _, columns := range []int{16, 48, 64, 144} {
				stride := columns + rows%3*8 + rows%2
				dst, x := f.output(t, "dst", 1, columns, columns), f.input(t, "x", rows, stride, columns)
				f.run(t, "ColumnSums", vectorShape{columns, rows, stride}, func() error { return l.ColumnSums(dst, x, rows, stride) })
			}
		}
	})
}

func TestGatherBlocksBounds(t *testing.T) {
	forEachFence(t, func(t *testing.T, l kernels.Level, f *fences) {
		for _, rows := range everySize(1<<10 + 1) {
			for _, blocks := range []int{1, 2, 7} {
				const apart = 64
				width := (blocks-1)*apart + 16
				srcStride, dstStride := width+rows%3*8+rows%2, blocks*16+rows%2
				dst, src := f.output(t, "dst", rows, dstStride, blocks*16), f.input(t, "src", rows, srcStride, width)
				f.run(t, "GatherBlocks", vectorShape{blocks * 16, rows, srcStride}, func() error {
					return l.GatherBlocks(dst, dstStride, src, srcStride, apart, rows, blocks)
				})
			}
		}
	})
}

// productShape is C [rows, n] = init + A [rows, k]·B [k, n] from a panel on.
type productShape struct {
	rows, k, n, first int
	a, init           string
	pad               int // elements between the rows of every matrix
}

// eachShape calls f with every size of each of three dimensions, the other two from the
// given sizes.
func eachShape(first, second, third []int, f func(a, b, c int)) {
	for _, n := range everySize() {
		for _, b := range second {
			for _, c := range third {
				f(n, b, c)
			}
		}
		for _, a := range first {
			for _, c := range third {
				f(a, n, c)
			}
			for _, b := range second {
				f(a, b, n)
			}
		}
	}
}

func TestMultiplyBounds(t *testing.T) {
	forEachFence(t, func(t *testing.T, l kernels.Level, f *fences) {
		rng := newRand(12)
		check := func(rows, k, n int) {
			var p kernels.Panels
			if err := p.PackTransposed(l, uniform(rng, n*k, 1), n, k, k); err != nil {
				t.Fatal(err)
			}
			for i, a := range []string{"row-major", "transposed", "strided"} {
				for j, init := range []string{"zeros", "row", "matrix", "C", "added", "row, added"} {
					checkProductBounds(t, f, &p, productShape{rows: rows, k: k, n: n, a: a, init: init, pad: (i + j) % 2 * 3})
				}
			}
		}
		eachShape([]int{1, 5, 17}, []int{1, 3, 33}, []int{7, 16, 49, 65}, check)
		for _, large := range [][3]int{{1, 4099, 17}, {3, 300, 65}, {7, 257, 129}, {241, 5, 33}, {257, 3, 1}, {13, 33, 145}} {
			check(large[0], large[1], large[2])
		}
	})
}

func checkProductBounds(t *testing.T, f *fences, packed *kernels.Panels, s productShape) {
	t.Helper()
	if s.n > 16 && s.pad > 0 {
		s.first = 1
	}
	p := *packed
	p.MoveTo(f.vector(t, "panel data", p.Elements(), false))
	f.readOnly()
	columns := s.n - s.first*kernels.PanelWidth
	x := kernels.Product{Rows: s.rows, First: s.first, Count: (columns + 15) / 16, CStride: columns + s.pad}
	x.C = f.output(t, "C", s.rows, x.CStride, columns)
	switch s.a {
	case "row-major":
		x.AStride, x.AKStride = s.k+s.pad, 1
		x.A = f.input(t, "A", s.rows, x.AStride, s.k)
	case "transposed":
		x.AStride, x.AKStride = 1, s.rows+s.pad
		x.A = f.input(t, "A", s.k, x.AKStride, s.rows)
	case "strided":
		x.AStride, x.AKStride = 2*s.k+s.pad, 2
		x.A = f.input(t, "A", s.rows, x.AStride, 2*s.k-min(s.k, 1))
	}
	switch s.init {
	case "row", "row, added":
		x.Init = f.input(t, "Init", 1, columns, columns)
	case "matrix":
		x.InitStride = columns + s.pad + 1
		x.Init = f.input(t, "Init", s.rows, x.InitStride, columns)
	case "C":
		x.Init, x.InitStride = x.C, x.CStride
	}
	x.Add = strings.HasSuffix(s.init, "added") && s.k <= 512
	for _, x.Descending = range []bool{false, true} {
		f.run(t, "Multiply", s, func() error { return p.Multiply(&x) })
	}
}

// gradientShape is dw [n, m], rows [first, first+count), from dy [rows, n] and x [rows, m].
type gradientShape struct{ rows, n, m, first, count, pad int }

func TestWeightGradientBounds(t *testing.T) {
	forEachFence(t, func(t *testing.T, l kernels.Level, f *fences) {
		check := func(rows, n, m int) {
			for pad := range 2 {
				s := gradientShape{rows: rows, n: n, m: m, first: n / 3 * pad, pad: 3 * pad}
				s.count = n - s.first - n/5*pad
				checkGradientBounds(t, l, f, s)
			}
		}
		eachShape([]int{1, 5, 33}, []int{1, 7, 17, 33}, []int{3, 16, 31, 65}, check)
		for _, rows := range []int{127, 128, 129, 257} {
			check(rows, 17, 33)
		}
		check(33, 257, 17) // columns of dy in three parts
	})
}

func checkGradientBounds(t *testing.T, l kernels.Level, f *fences, s gradientShape) {
	t.Helper()
	var w kernels.WeightGradient
	dyElements, xElements := w.ScratchElements(s.count, s.m, s.rows)
	dyRows, xPanels := f.vector(t, "rows of dy", dyElements, false), f.vector(t, "x panels", xElements, false)
	w.MoveScratchTo(dyRows, xPanels)
	dwStride, dyStride, xStride := s.m+s.pad, s.n+s.pad, s.m+2*s.pad
	dw := f.output(t, "dw", s.n, dwStride, s.m)
	dy, x := f.input(t, "dy", s.rows, dyStride, s.n), f.input(t, "x", s.rows, xStride, s.m)
	f.run(t, "WeightGradient", s, func() error {
		err := w.Add(l, dw, dwStride, dy, dyStride, s.n, x, xStride, s.m, s.rows, s.first, s.count)
		if err == nil && !w.ScratchIn(dyRows, xPanels) {
			return fmt.Errorf("the scratch was allocated anew: want it in the memory of exactly its size")
		}
		return err
	})
}

// gateShape is a gate step of rows x units; without the arguments that may be nil, or
// DGates in place.
type gateShape struct {
	rows, units, pad int
	less             bool
}

func eachGateShape(f func(s gateShape)) {
	both := func(rows, units int) {
		for pad := range 2 {
			f(gateShape{rows, units, 3 * pad, false})
			f(gateShape{rows, units, 3 * pad, true})
		}
	}
	for _, n := range everySize(100, 257) {
		for _, odd := range []int{1, 2, 7, 33} {
			both(n, odd)
			if n > 0 {
				both(odd, n)
			}
		}
	}
	both(1025, 1) // more than one call
	both(65, 257)
}

func TestLSTMForwardBounds(t *testing.T) {
	forEachFence(t, func(t *testing.T, l kernels.Level, f *fences) {
		eachGateShape(func(s gateShape) {
			p := blockWidth(s.units)
			g := kernels.LSTMForward{PreStride: 4*p + s.pad, GatesStride: 4*p + 2*s.pad, CStride: p + s.pad, CellStride: p + 3*s.pad,
				HStride: p + 2*s.pad, YStride: s.units + s.pad, Rows: s.rows, Units: s.units}
			g.C, g.H = f.output(t, "C", s.rows, g.CStride, p), f.output(t, "H", s.rows, g.HStride, p)
			g.Y = f.output(t, "Y", s.rows, g.YStride, s.units)
			if s.less {
				g.Pre = f.output(t, "Pre", s.rows, g.PreStride, 4*p)
			} else {
				g.Pre = f.input(t, "Pre", s.rows, g.PreStride, 4*p)
				g.Gates, g.Cell = f.output(t, "Gates", s.rows, g.GatesStride, 4*p), f.output(t, "Cell", s.rows, g.CellStride, p)
			}
			f.run(t, "LSTMForward", s, func() error { return g.Run(l) })
		})
	})
}

func TestLSTMBackwardBounds(t *testing.T) {
	forEachFence(t, func(t *testing.T, l kernels.Level, f *fences) {
		eachGateShape(func(s gateShape) {
			p := blockWidth(s.units)
			g := kernels.LSTMBackward{GatesStride: 4*p + s.pad, DGatesStride: 4*p + 2*s.pad, CellStride: p + s.pad,
				CellPrevStride: p + 3*s.pad, DHStride: p + 2*s.pad, DYStride: s.units + s.pad, DCStride: p + 4*s.pad,
				Rows: s.rows, Units: s.units}
			g.Cell, g.CellPrev = f.input(t, "Cell", s.rows, g.CellStride, p), f.input(t, "CellPrev", s.rows, g.CellPrevStride, p)
			g.DH, g.DC = f.input(t, "DH", s.rows, g.DHStride, p), f.output(t, "DC", s.rows, g.DCStride, p)
			if s.less {
				g.Gates = f.output(t, "Gates = DGates", s.rows, g.GatesStride, 4*p)
				g.DGates, g.DGatesStride = g.Gates, g.GatesStride
			} else {
				g.Gates, g.DGates = f.input(t, "Gates", s.rows, g.GatesStride, 4*p), f.output(t, "DGates", s.rows, g.DGatesStride, 4*p)
				g.DY = f.input(t, "DY", s.rows, g.DYStride, s.units)
			}
			f.run(t, "LSTMBackward", s, func() error { return g.Run(l) })
		})
	})
}
