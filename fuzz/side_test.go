package fuzz

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// FuzzSide: products of one row and what they compute along, of any shapes, strides, places in
// memory, number of calls and numbers, are the products one after the other, at every level, and
// write nothing else.
func FuzzSide(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(3), uint8(1), uint8(15), uint8(1), uint8(0), uint16(0))
	f.Add(uint64(2), uint8(64), uint8(8), uint8(64), uint8(112), uint8(16), uint8(0), uint16(0x0001))
	f.Add(uint64(3), uint8(100), uint8(13), uint8(33), uint8(100), uint8(3), uint8(1), uint16(0x0002))
	f.Add(uint64(4), uint8(17), uint8(20), uint8(255), uint8(17), uint8(40), uint8(2), uint16(0x0157))
	f.Fuzz(func(t *testing.T, seed uint64, k8, panels, sideK, sideN, calls, kindA uint8, options uint16) {
		k, n := int(k8)+1, (int(panels)%24+1)*kernels.PanelWidth
		s := sideCase{k: int(sideK), n: int(sideN) + 1, init: int(options) % 3, offset: int(options>>2) % 8, pad: int(options>>5) % 8}
		rng, numbers := rand.New(rand.NewPCG(seed, 1)), kind(kindA)
		a, b := numbers.draw(rng, k), numbers.draw(rng, k*n)
		s.rows, s.b, s.initial = numbers.draw(rng, kernels.SideRows*s.k), numbers.draw(rng, s.k*s.n), numbers.draw(rng, kernels.SideRows*s.n)
		var want, wantSide *frame
		for _, l := range kernels.Available() {
			var p kernels.Panels
			if err := p.Pack(l, b, k, n, n); err != nil {
				t.Fatal(err)
			}
			side, c := s.product(t, l)
			row := newFrame(make([]float32, n), s.offset, 1, n, n)
			x := kernels.Product{C: row.matrix, CStride: n, A: a, AStride: k, AKStride: 1, Rows: 1, Count: n / kernels.PanelWidth, Side: side}
			for call := range int(calls)%24 + 1 {
				x.Descending = (int(options>>8)+call)%2 == 1
				if err := p.Multiply(&x); err != nil {
					t.Fatal(err)
				}
			}
			if err := side.Finish(); err != nil {
				t.Fatal(err)
			}
			if want == nil { // the portable level, which FuzzMultiply compares with float64, computes none along
				want, wantSide = row, c
			}
			row.same(t, fmt.Sprintf("%v: C", l), want)
			c.same(t, fmt.Sprintf("%v: C of the side product", l), wantSide)
		}
	})
}

// sideCase is a side product C [16, n] = init + rows [16, k]·b [k, n].
type sideCase struct {
	k, n, init, offset, pad int // init: 0 none, 1 one row, 2 a matrix
	rows, b, initial        []float32
}

// product returns the side product at a level, and its C.
func (s *sideCase) product(t *testing.T, l kernels.Level) (*kernels.SideProduct, *frame) {
	var b, columns kernels.Panels
	if err := b.Pack(l, s.b, s.k, s.n, s.n); err != nil {
		t.Fatal(err)
	}
	if err := columns.PackTransposed(l, s.rows, kernels.SideRows, s.k, s.k); err != nil {
		t.Fatal(err)
	}
	a, err := columns.Panel(0)
	if err != nil {
		t.Fatal(err)
	}
	c := newFrame(make([]float32, kernels.SideRows*s.n), s.offset, kernels.SideRows, s.n+s.pad, s.n)
	side := &kernels.SideProduct{C: c.matrix, CStride: s.n + s.pad, A: a, B: &b, Count: (s.n + kernels.PanelWidth - 1) / kernels.PanelWidth}
	if s.init > 0 {
		side.Init, side.InitStride = s.initial, (s.init-1)*s.n
	}
	return side, c
}
