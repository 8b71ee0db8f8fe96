package fuzz

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// FuzzMultiply: products of any shape, strides, place in memory, panel range and
// numbers are the float64 products, have the same bits at every level, and write
// nothing else.
func FuzzMultiply(f *testing.F) {
	f.Add(uint64(1), uint8(1), uint8(1), uint8(1), uint8(0), uint8(0), uint8(0), uint8(0), uint16(0))
	f.Add(uint64(2), uint8(7), uint8(33), uint8(100), uint8(3), uint8(1), uint8(1), uint8(1), uint16(0x0135))
	f.Add(uint64(3), uint8(79), uint8(5), uint8(17), uint8(0), uint8(9), uint8(2), uint8(2), uint16(0x0212))
	f.Add(uint64(1), uint8(27), uint8(0), uint8('3'), uint8(0), uint8(0xb9), uint8(1), uint8(0), uint16(0))
	f.Add(uint64(5), uint8(11), uint8(255), uint8(47), uint8(1), uint8(0), uint8(3), uint8(3), uint16(0x1007)) // K in blocks
	f.Add(uint64(6), uint8(0), uint8(255), uint8(144), uint8(0), uint8(0), uint8(4), uint8(4), uint16(0x1000))
	f.Add(uint64(7), uint8(2), uint8(9), uint8(64), uint8(2), uint8(2), uint8(5), uint8(5), uint16(0x0377))
	f.Add(uint64(8), uint8(6), uint8(40), uint8(99), uint8(1), uint8(3), uint8(0), uint8(1), uint16(0x2000))
	f.Add(uint64(9), uint8(8), uint8(170), uint8(144), uint8(0), uint8(1), uint8(1), uint8(0), uint16(0x7002))
	for k := range kinds {
		f.Add(uint64(8+k), uint8(5), uint8(31), uint8(80), uint8(1), uint8(2), uint8(k), uint8(k), uint16(0x0241*uint16(k)))
	}
	on := kernels.Reproducible()
	kernels.SetReproducible(true)
	f.Cleanup(func() { kernels.SetReproducible(on) })
	f.Fuzz(func(t *testing.T, seed uint64, rows8, k8, n8, padA, padC, kindA, kindB uint8, options uint16) {
		c := productCase{rows: int(rows8)%80 + 1, k: int(k8), n: int(n8)%200 + 1, padA: int(padA), padC: int(padC),
			init: int(options) % 4, layout: int(options>>2) % 4, offset: int(options>>4) % 8, first: int(options>>7) % 16}
		if options&0x1000 != 0 {
			c.k = 3*c.k + 1
		}
		c.first %= (c.n + 15) / 16
		c.descending = options&0x4000 != 0
		c.add = options&0x2000 != 0 && c.init != 3 && c.k <= 512
		rng := rand.New(rand.NewPCG(seed, 1))
		c.a, c.b = kind(kindA).draw(rng, c.rows*c.k), kind(kindB).draw(rng, c.k*c.n)
		c.c = kind(kindA).draw(rng, c.rows*c.columns())
		c.initial = kind(kindB).draw(rng, c.rows*c.columns())
		c.check(t)
	})
}

// productCase is C [rows, columns] = init + A [rows, k]·B [k, n] from a panel on.
type productCase struct {
	rows, k, n, padA, padC, offset, first int
	init                                  int // 0 none, 1 one row, 2 a matrix, 3 C itself
	add, descending                       bool
	layout                                int // of A: 0, 1 row-major, 2 transposed, 3 elements apart too
	a, b, c, initial                      []float32
}

func (c *productCase) columns() int { return c.n - c.first*kernels.PanelWidth }

func (c *productCase) check(t *testing.T) {
	columns := c.columns()
	base := kernels.Product{Add: c.add, Descending: c.descending, Rows: c.rows, First: c.first, Count: (columns + 15) / 16, CStride: columns + c.padC}
	a := c.frameA(&base)
	before := newFrame(c.c, c.offset, c.rows, base.CStride, columns)
	var init *frame
	switch c.init {
	case 1:
		init = newFrame(c.initial, c.offset+1, 1, columns, columns)
	case 2:
		base.InitStride = columns + c.padA
		init = newFrame(c.initial, c.offset+2, c.rows, base.InitStride, columns)
	case 3:
		base.InitStride = base.CStride
	}
	aBefore := a.clone()
	var want *frame
	for _, l := range kernels.Available() {
		var p kernels.Panels
		if err := p.Pack(l, c.b, c.k, c.n, c.n); err != nil {
			t.Fatal(err)
		}
		got := before.clone()
		x := base
		x.A, x.C = a.matrix, got.matrix
		if init != nil {
			x.Init = init.matrix
		} else if c.init == 3 {
			x.Init = x.C
		}
		if err := p.Multiply(&x); err != nil {
			t.Fatal(err)
		}
		if want == nil { // the portable level is the first
			c.checkExact(t, got)
			want = got
		}
		got.same(t, fmt.Sprintf("%v: C", l), want)
		a.unchanged(t, fmt.Sprintf("%v: A", l), aBefore)
	}
}

// frameA lays A out and sets its strides.
func (c *productCase) frameA(x *kernels.Product) *frame {
	switch c.layout {
	case 2:
		transposed := make([]float32, len(c.a))
		for r := range c.rows {
			for k := range c.k {
				transposed[k*c.rows+r] = c.a[r*c.k+k]
			}
		}
		x.AStride, x.AKStride = 1, c.rows+c.padA
		return newFrame(transposed, c.offset, c.k, x.AKStride, c.rows)
	case 3:
		x.AKStride = 1 + c.padA%5
		x.AStride = c.k*x.AKStride + c.padA
		width := max(c.k-1, 0)*x.AKStride + min(c.k, 1)
		apart := make([]float32, c.rows*width)
		for i := range apart {
			apart[i] = math.Float32frombits(canary)
		}
		for i, v := range c.a {
			apart[i/c.k*width+i%c.k*x.AKStride] = v
		}
		return newFrame(apart, c.offset, c.rows, x.AStride, width)
	}
	x.AStride, x.AKStride = c.k+c.padA, 1
	return newFrame(c.a, c.offset, c.rows, x.AStride, c.k)
}

func (c *productCase) checkExact(t *testing.T, got *frame) {
	columns, first := c.columns(), c.first*kernels.PanelWidth
	for r := range c.rows {
		for j := range columns {
			var e exact
			switch c.init {
			case 1:
				e.add(float64(c.initial[j]))
			case 2:
				e.add(float64(c.initial[r*columns+j]))
			case 3:
				e.add(float64(c.c[r*columns+j]))
			}
			for k := range c.k {
				e.add(float64(c.a[r*c.k+k]) * float64(c.b[k*c.n+first+j]))
			}
			if c.add {
				e.add(float64(c.c[r*columns+j]))
			}
			e.check(t, "C", got.row(r)[j])
		}
	}
}

// FuzzWeightGradient: weight gradients of any shape, strides and numbers are the
// float64 ones, have the same bits at every level and for any split of their rows, and
// leave the other rows alone.
func FuzzWeightGradient(f *testing.F) {
	f.Add(uint64(1), uint16(1), uint8(1), uint8(1), uint8(0), uint8(0), uint8(0), uint8(0), uint8(0))
	f.Add(uint64(2), uint16(129), uint8(33), uint8(17), uint8(3), uint8(5), uint8(2), uint8(9), uint8(40))
	f.Add(uint64(3), uint16(257), uint8(16), uint8(64), uint8(0), uint8(1), uint8(1), uint8(16), uint8(255))
	for k := range kinds {
		f.Add(uint64(4+k), uint16(40*k), uint8(20), uint8(35), uint8(1), uint8(k), uint8(k), uint8(3), uint8(11))
	}
	on := kernels.Reproducible()
	kernels.SetReproducible(true)
	f.Cleanup(func() { kernels.SetReproducible(on) })
	engine := kernels.ActiveEngine()
	f.Fuzz(func(t *testing.T, seed uint64, rows16 uint16, n8, m8, pad, offset, numbers, first8, middle8 uint8) {
		rows, n, m := int(rows16)%400, int(n8)%70, int(m8)%70
		rng := rand.New(rand.NewPCG(seed, 1))
		draw := kind(numbers).draw
		x := newFrame(draw(rng, rows*m), int(offset)%8, rows, m+int(pad), m)
		dy := newFrame(draw(rng, rows*n), int(offset)/8%8, rows, n+int(pad)%7, n)
		before := newFrame(draw(rng, n*m), int(offset)/3%8, n, m+int(pad)/2, m)
		first := int(first8) % (n + 1)
		middle := first + int(middle8)%(n-first+1)
		var want *frame
		for _, l := range kernels.Available() {
			var w kernels.WeightGradient
			add := func(dw *frame, first, count int) {
				if err := w.Add(l, dw.matrix, dw.stride, dy.matrix, dy.stride, n, x.matrix, x.stride, m, rows, first, count); err != nil {
					t.Fatal(err)
				}
			}
			whole, split := before.clone(), before.clone()
			add(whole, first, n-first)
			add(split, middle, n-middle)
			add(split, first, middle-first)
			if want == nil || engine == "auto" { // which may take another engine at each level
				checkGradient(t, whole, before, dy, x, first)
				want = whole
			}
			whole.same(t, fmt.Sprintf("%v: dw", l), want)
			if engine == "panels" {
				split.same(t, fmt.Sprintf("%v: dw in two ranges", l), want)
			} else { // an engine may sum parts in another order
				checkGradient(t, split, before, dy, x, first)
			}
		}
	})
}

func checkGradient(t *testing.T, dw, before, dy, x *frame, first int) {
	dw.intact(t, "dw")
	for i := range dw.rows {
		if i < first {
			for j, v := range dw.row(i) {
				if want := before.row(i)[j]; !sameNumber(v, want) {
					t.Fatalf("dw[%d, %d], before the range, = %v, want %v", i, j, v, want)
				}
			}
			continue
		}
		for j := range dw.width {
			e := exact{roundings: 1}
			e.add(float64(before.row(i)[j]))
			for r := range x.rows {
				e.add(float64(dy.row(r)[i]) * float64(x.row(r)[j]))
			}
			e.check(t, fmt.Sprintf("dw[%d, %d]", i, j), dw.row(i)[j])
		}
	}
}
