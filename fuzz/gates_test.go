package fuzz

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// gateFrames are the arguments of a gate kernel, in the order of its fields.
type gateFrames []*frame

// newGateFrames draws one frame for each width, with strides and places of their own.
func newGateFrames(rng *rand.Rand, numbers kind, rows int, pad, offset uint8, widths ...int) gateFrames {
	var frames gateFrames
	for i, width := range widths {
		stride := width + int(pad)*(i+1)%11
		frames = append(frames, newFrame(numbers.draw(rng, rows*width), (int(offset)+3*i)%16, rows, stride, width))
	}
	return frames
}

func (f gateFrames) clone() gateFrames {
	var cloned gateFrames
	for _, x := range f {
		cloned = append(cloned, x.clone())
	}
	return cloned
}

func (f gateFrames) same(t *testing.T, l kernels.Level, want gateFrames, names ...string) {
	t.Helper()
	for i, name := range names {
		f[i].same(t, fmt.Sprintf("%v: %s", l, name), want[i])
	}
}

func paddedUnits(units int) int {
	return (units + kernels.GateBlock - 1) / kernels.GateBlock * kernels.GateBlock
}

// addGateSeeds adds every remainder of a block and every kind of numbers.
func addGateSeeds(f *testing.F) {
	for units := range uint8(20) {
		f.Add(uint64(units), units%7, units, units%3, units, units%uint8(kinds), units%4)
	}
	f.Add(uint64(20), uint8(16), uint8(99), uint8(5), uint8(7), uint8(bits), uint8(0))
	f.Add(uint64(21), uint8(2), uint8(64), uint8(0), uint8(0), uint8(special), uint8(3))
}

// FuzzLSTMForward: the gates of any shape, strides, place in memory and numbers have
// the portable bits at every level, and nothing else is written. Whatever the
// numbers, i, f and o are in [0, 1], g in [-1, 1], and NaN is where NaN was.
func FuzzLSTMForward(f *testing.F) {
	addGateSeeds(f)
	f.Fuzz(func(t *testing.T, seed uint64, rows8, units8, pad, offset, numbers, options uint8) {
		rows, units := int(rows8)%20, int(units8)%100+1
		p := paddedUnits(units)
		before := newGateFrames(rand.New(rand.NewPCG(seed, 1)), kind(numbers), rows, pad, offset, 4*p, 4*p, p, p, p, units)
		var want gateFrames
		for _, l := range kernels.Available() {
			x := before.clone()
			g := kernels.LSTMForward{Pre: x[0].matrix, Gates: x[1].matrix, C: x[2].matrix,
				Cell: x[3].matrix, H: x[4].matrix, Y: x[5].matrix,
				PreStride: x[0].stride, GatesStride: x[1].stride, CStride: x[2].stride, CellStride: x[3].stride,
				HStride: x[4].stride, YStride: x[5].stride, Rows: rows, Units: units}
			if options&1 != 0 {
				g.Gates = nil
			}
			if options&2 != 0 {
				g.Cell = nil
			}
			if err := g.Run(l); err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = x
				checkForward(t, before, x, units, options)
			}
			if g.Gates == nil {
				x[0].intact(t, fmt.Sprintf("%v: Pre, a scratch", l))
			} else {
				x[:1].same(t, l, want, "Pre")
			}
			x[1:].same(t, l, want[1:], "Gates", "C", "Cell", "H", "Y")
		}
	})
}

// checkForward checks what holds for any numbers.
func checkForward(t *testing.T, before, after gateFrames, units int, options uint8) {
	wanted := options&1 == 0
	if wanted {
		after[0].unchanged(t, "Pre", before[0])
	} else {
		after[1].unchanged(t, "Gates, which are not wanted", before[1])
	}
	if options&2 != 0 {
		after[3].unchanged(t, "Cell, which is not wanted", before[3])
	}
	for r := range after[0].rows {
		for i, v := range after[1].row(r) {
			if !wanted {
				break
			}
			least := float32(0)
			if i/kernels.GateBlock%4 == 2 {
				least = -1
			}
			if pre := before[0].row(r)[i]; (v != v) != (pre != pre) || v < least || v > 1 {
				t.Fatalf("gates[%d, %d] = %v of %v: want it in [%v, 1], NaN for NaN", r, i, v, pre, least)
			}
		}
		if options&2 == 0 {
			sameNumbers(t, "Cell and C", after[3].row(r), after[2].row(r))
		}
		sameNumbers(t, "Y and H", after[5].row(r), after[4].row(r)[:units])
	}
}

// FuzzLSTMBackward: likewise for the gradient of the gates, with and without DY, and
// with DGates in the memory of Gates.
func FuzzLSTMBackward(f *testing.F) {
	addGateSeeds(f)
	f.Fuzz(func(t *testing.T, seed uint64, rows8, units8, pad, offset, numbers, options uint8) {
		rows, units := int(rows8)%20, int(units8)%100+1
		p := paddedUnits(units)
		before := newGateFrames(rand.New(rand.NewPCG(seed, 1)), kind(numbers), rows, pad, offset, 4*p, 4*p, p, p, p, units, p)
		var want gateFrames
		for _, l := range kernels.Available() {
			x := before.clone()
			g := kernels.LSTMBackward{Gates: x[0].matrix, DGates: x[1].matrix, Cell: x[2].matrix, CellPrev: x[3].matrix, DH: x[4].matrix,
				DY: x[5].matrix, DC: x[6].matrix, GatesStride: x[0].stride, DGatesStride: x[1].stride, CellStride: x[2].stride,
				CellPrevStride: x[3].stride, DHStride: x[4].stride, DYStride: x[5].stride, DCStride: x[6].stride, Rows: rows, Units: units}
			if options&1 != 0 {
				g.DY = nil
			}
			inPlace := options&2 != 0
			if inPlace {
				g.DGates, g.DGatesStride = g.Gates, g.GatesStride
			}
			if err := g.Run(l); err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = x
				checkInPlace(t, g, before, x, inPlace)
				checkPadding(t, g)
			}
			x.same(t, l, want, "Gates", "DGates", "Cell", "CellPrev", "DH", "DY", "DC")
			for i, name := range []string{"Gates", "", "Cell", "CellPrev", "DH", "DY"} {
				if name != "" && !(inPlace && i == 0) {
					x[i].unchanged(t, name, before[i])
				}
			}
		}
	})
}

// checkInPlace: the gradients do not depend on where they are written.
func checkInPlace(t *testing.T, g kernels.LSTMBackward, before, after gateFrames, inPlace bool) {
	if !inPlace {
		return
	}
	x := before.clone()
	g.Gates, g.DGates, g.DGatesStride, g.DC = x[0].matrix, x[1].matrix, x[1].stride, x[6].matrix
	if err := g.Run(kernels.Portable); err != nil {
		t.Fatal(err)
	}
	for r := range x[0].rows {
		sameNumbers(t, "DGates in place", after[0].row(r), x[1].row(r))
	}
}

// checkPadding: the gradients of units that do not exist are 0.
func checkPadding(t *testing.T, g kernels.LSTMBackward) {
	for r := range g.Rows {
		for i, v := range g.DGates[r*g.DGatesStride:][:4*paddedUnits(g.Units)] {
			unit := i/(4*kernels.GateBlock)*kernels.GateBlock + i%kernels.GateBlock
			if unit >= g.Units && math.Float32bits(v) != 0 {
				t.Fatalf("DGates[%d, %d], of padding unit %d, is %v: want 0", r, i, unit, v)
			}
		}
	}
}
