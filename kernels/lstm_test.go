package kernels_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// someUnits passes through every remainder of a gate block and several blocks.
func someUnits() []int {
	units := []int{31, 32, 33, 47, 64, 65, 100}
	for u := 1; u <= 18; u++ {
		units = append(units, u)
	}
	return units
}

// blockWidth returns units rounded up to whole gate blocks.
func blockWidth(units int) int { return (units + 15) / 16 * 16 }

// forwardBlock is one gate step with odd strides and canaries around everything
// that is written.
type forwardBlock struct {
	kernels.LSTMForward
	intact []func()
}

func newForwardBlock(t *testing.T, rows, units int, scale float64, seed uint64) *forwardBlock {
	rng := newRand(seed)
	p := blockWidth(units)
	b := &forwardBlock{LSTMForward: kernels.LSTMForward{PreStride: 4*p + 3, GatesStride: 4*p + 7, CStride: p + 1, CellStride: p + 3,
		HStride: p + 7, YStride: p + 17, Rows: rows, Units: units}}
	for _, s := range []struct {
		name          string
		dst           *[]float32
		stride, width int
	}{{"Pre", &b.Pre, b.PreStride, 4 * p}, {"Gates", &b.Gates, b.GatesStride, 4 * p}, {"C", &b.C, b.CStride, p},
		{"Cell", &b.Cell, b.CellStride, p}, {"H", &b.H, b.HStride, p}, {"Y", &b.Y, b.YStride, units}} {
		x, intact := guarded(t, s.name, (rows-1)*s.stride+s.width)
		copy(x, uniform(rng, len(x), scale))
		*s.dst, b.intact = x, append(b.intact, intact)
	}
	return b
}

// TestLSTMForwardLevels: every level gives the portable bits, for every count of
// rows and units, and writes nothing else.
func TestLSTMForwardLevels(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		for _, rows := range []int{1, 2, 3, 5, 17} {
			for _, units := range someUnits() {
				for _, scale := range []float64{0.1, 3, 200} {
					seed := uint64(rows*100 + units)
					want, got := newForwardBlock(t, rows, units, scale, seed), newForwardBlock(t, rows, units, scale, seed)
					if err := want.Run(kernels.Portable); err != nil {
						t.Fatal(err)
					}
					if err := got.Run(l); err != nil {
						t.Fatal(err)
					}
					name := fmt.Sprintf("%d rows, %d units, ±%v: ", rows, units, scale)
					sameBits(t, name+"Gates", got.Gates, want.Gates)
					sameBits(t, name+"C", got.C, want.C)
					sameBits(t, name+"Cell", got.Cell, want.Cell)
					sameBits(t, name+"H", got.H, want.H)
					sameBits(t, name+"Y", got.Y, want.Y)
					for _, intact := range got.intact {
						intact()
					}

					plain := newForwardBlock(t, rows, units, scale, seed)
					plain.Gates, plain.Cell = nil, nil // Pre serves as scratch
					if err := plain.Run(l); err != nil {
						t.Fatal(err)
					}
					sameBits(t, name+"C without Gates and Cell", plain.C, want.C)
					sameBits(t, name+"H without Gates and Cell", plain.H, want.H)
					sameBits(t, name+"Y without Gates and Cell", plain.Y, want.Y)
				}
			}
		}
	})
}

// TestLSTMForwardFormula compares one block with the equations in float64, and
// without the optional outputs.
func TestLSTMForwardFormula(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		const rows = 5
		full, plain := newForwardBlock(t, rows, 16, 3, 7), newForwardBlock(t, rows, 16, 3, 7)
		pre, c := append([]float32(nil), full.Pre...), append([]float32(nil), full.C...)
		plain.Gates, plain.Cell = nil, nil
		for _, b := range []*forwardBlock{full, plain} {
			if err := b.Run(l); err != nil {
				t.Fatal(err)
			}
		}
		sameBits(t, "H without Gates and Cell", plain.H, full.H)
		sameBits(t, "C without Gates and Cell", plain.C, full.C)
		sigma := func(x float32) float64 { return 1 / (1 + math.Exp(-float64(x))) }
		for r := range rows {
			for u := range 16 {
				p := pre[r*67:]
				i, f, g, o := sigma(p[u]), sigma(p[16+u]), math.Tanh(float64(p[32+u])), sigma(p[48+u])
				next := f*float64(c[r*17+u]) + i*g
				h := o * math.Tanh(next)
				size := math.Abs(f*float64(c[r*17+u])) + math.Abs(i*g)
				if d := math.Abs(float64(full.C[r*17+u]) - next); d > 8*epsilon*size {
					t.Fatalf("c[%d, %d] off by %g", r, u, d)
				}
				if d := math.Abs(float64(full.H[r*23+u]) - h); d > 8*epsilon*(size+math.Abs(h)) {
					t.Fatalf("h[%d, %d] off by %g", r, u, d)
				}
			}
		}
	})
}

type backwardBlock struct {
	kernels.LSTMBackward
	intact []func()
}

func newBackwardBlock(t *testing.T, rows, units int, seed uint64) *backwardBlock {
	rng := newRand(seed)
	p := blockWidth(units)
	b := &backwardBlock{LSTMBackward: kernels.LSTMBackward{GatesStride: 4*p + 7, DGatesStride: 4*p + 1, CellStride: p + 3,
		CellPrevStride: p + 1, DHStride: p + 7, DYStride: p + 17, DCStride: p + 2, Rows: rows, Units: units}}
	for _, s := range []struct {
		name          string
		dst           *[]float32
		stride, width int
	}{{"Gates", &b.Gates, b.GatesStride, 4 * p}, {"DGates", &b.DGates, b.DGatesStride, 4 * p}, {"Cell", &b.Cell, b.CellStride, p},
		{"CellPrev", &b.CellPrev, b.CellPrevStride, p}, {"DH", &b.DH, b.DHStride, p}, {"DY", &b.DY, b.DYStride, units}, {"DC", &b.DC, b.DCStride, p}} {
		x, intact := guarded(t, s.name, (rows-1)*s.stride+s.width)
		copy(x, uniform(rng, len(x), 1))
		*s.dst, b.intact = x, append(b.intact, intact)
	}
	for _, x := range [][]float32{b.DC, b.DH, b.DY} { // some of what flows back is about to fade
		for i := range x {
			if rng.IntN(2) == 0 {
				x[i] *= float32(math.Ldexp(1, -85-rng.IntN(20)))
			}
		}
	}
	return b
}

func TestLSTMBackwardLevels(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		for _, rows := range []int{1, 2, 3, 5, 17} {
			for _, units := range someUnits() {
				for _, withDY := range []bool{true, false} {
					seed := uint64(rows*100 + units)
					want, got := newBackwardBlock(t, rows, units, seed), newBackwardBlock(t, rows, units, seed)
					if !withDY {
						want.DY, got.DY = nil, nil
					}
					if err := want.Run(kernels.Portable); err != nil {
						t.Fatal(err)
					}
					if err := got.Run(l); err != nil {
						t.Fatal(err)
					}
					name := fmt.Sprintf("%d rows, %d units, dy %v: ", rows, units, withDY)
					sameBits(t, name+"Gates", got.Gates, want.Gates) // only read
					sameBits(t, name+"DGates", got.DGates, want.DGates)
					sameBits(t, name+"DC", got.DC, want.DC)
					for _, intact := range got.intact {
						intact()
					}
				}
			}
		}
	})
}

// TestLSTMBackwardFades: dh and dc of less than 2^-95 in absolute value are 0, at every level and in every
// lane; all others are as they are.
func TestLSTMBackwardFades(t *testing.T) {
	const least = 0x1p-95
	values := []float32{0, least, math.Nextafter32(least, 0), 0x1p-126, 0x1p-149, 1, math.MaxFloat32, float32(math.Inf(1)), float32(math.NaN())}
	fade := func(v float32) float32 {
		if v > -least && v < least {
			return 0
		}
		return v
	}
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		tanh := 4 * runHalves(t, l, 1, 1, 0).DGates[48] // of 1/2: d pre.o = dh·tanh/4
		for _, units := range []int{1, 7, 15, 17, 33} {
			for _, v := range values {
				for _, v := range []float32{v, -v} {
					name := fmt.Sprintf("%d units, dc = %g: ", units, v)
					b := runHalves(t, l, units, 0, v)
					b.checkColumn(t, name+"DC", b.DC, b.DCStride, 1, 0, fade(v)/2)
					b.checkColumn(t, name+"d pre.f", b.DGates, b.DGatesStride, 4, 1, fade(v)/4)
					b.checkColumn(t, name+"d pre.o", b.DGates, b.DGatesStride, 4, 3, 0)

					name = fmt.Sprintf("%d units, dh = %g: ", units, v)
					b = runHalves(t, l, units, v, 0)
					dc := fade(float32(fade(v) / 2 * (1 - float32(tanh*tanh))))
					b.checkColumn(t, name+"d pre.o", b.DGates, b.DGatesStride, 4, 3, float32(fade(v)*tanh)/4)
					b.checkColumn(t, name+"DC", b.DC, b.DCStride, 1, 0, dc/2)
				}
			}
		}
	})
}

// runHalves runs a step of two rows whose gates and c are 1/2 and whose c before was 1: DC = dc/2, d pre.f = dc/4.
func runHalves(t *testing.T, l kernels.Level, units int, dh, dc float32) *backwardBlock {
	t.Helper()
	b := newBackwardBlock(t, 2, units, 1)
	for _, s := range []struct {
		dst   []float32
		value float32
	}{{b.Gates, 0.5}, {b.Cell, 0.5}, {b.CellPrev, 1}, {b.DH, dh}, {b.DY, 0}, {b.DC, dc}} {
		for i := range s.dst {
			s.dst[i] = s.value
		}
	}
	if err := b.Run(l); err != nil {
		t.Fatal(err)
	}
	return b
}

// checkColumn compares one of some gates of all units with a value.
func (b *backwardBlock) checkColumn(t *testing.T, name string, x []float32, stride, gates, gate int, want float32) {
	t.Helper()
	var got []float32
	for r := range b.Rows {
		for u := range b.Units {
			got = append(got, x[r*stride+u/16*16*gates+gate*16+u%16])
		}
	}
	sameBits(t, name, got, slices.Repeat([]float32{want}, len(got)))
}

// TestLSTMBlocksStandAlone: many units at once, be they more than one call of the assembly takes, give
// the bits of one block at a time.
func TestLSTMBlocksStandAlone(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		testBlocksStandAlone(t, l, 3, 53)
		testBlocksStandAlone(t, l, 2, 1<<14+33)
	})
}

func testBlocksStandAlone(t *testing.T, l kernels.Level, rows, units int) {
	t.Helper()
	whole, parts := newForwardBlock(t, rows, units, 3, 5), newForwardBlock(t, rows, units, 3, 5)
	back, backParts := newBackwardBlock(t, rows, units, 6), newBackwardBlock(t, rows, units, 6)
	if err := errors.Join(whole.Run(l), back.Run(l)); err != nil {
		t.Fatal(err)
	}
	for u := 0; u < units; u += kernels.GateBlock {
		f := parts.LSTMForward
		f.Units = min(kernels.GateBlock, units-u)
		f.Pre, f.Gates = f.Pre[4*u:], f.Gates[4*u:]
		f.C, f.Cell, f.H, f.Y = f.C[u:], f.Cell[u:], f.H[u:], f.Y[u:]
		g := backParts.LSTMBackward
		g.Units = f.Units
		g.Gates, g.DGates = g.Gates[4*u:], g.DGates[4*u:]
		g.Cell, g.CellPrev, g.DH, g.DY, g.DC = g.Cell[u:], g.CellPrev[u:], g.DH[u:], g.DY[u:], g.DC[u:]
		if err := errors.Join(f.Run(l), g.Run(l)); err != nil {
			t.Fatal(err)
		}
	}
	sameParts(t, whole, parts, back, backParts)
}

// sameParts compares steps that were computed in parts with the same at once.
func sameParts(t *testing.T, whole, parts *forwardBlock, back, backParts *backwardBlock) {
	t.Helper()
	sameBits(t, "Gates", parts.Gates, whole.Gates)
	sameBits(t, "C", parts.C, whole.C)
	sameBits(t, "H", parts.H, whole.H)
	sameBits(t, "Y", parts.Y, whole.Y)
	sameBits(t, "DGates", backParts.DGates, back.DGates)
	sameBits(t, "DC", backParts.DC, back.DC)
}

// TestLSTMManyRows: steps that take several calls of the assembly give the bits of one
// row at a time, and padding lanes of the gradients are 0 though infinities meet there.
func TestLSTMManyRows(t *testing.T) {
	const rows, units = 70, 257
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		whole, parts := newForwardBlock(t, rows, units, 3, 5), newForwardBlock(t, rows, units, 3, 5)
		back, backParts := newBackwardBlock(t, rows, units, 6), newBackwardBlock(t, rows, units, 6)
		for _, b := range []*backwardBlock{back, backParts} {
			for r := range rows {
				b.DH[r*b.DHStride+units] = float32(math.Inf(1))
				b.DC[r*b.DCStride+units] = float32(math.NaN())
			}
		}
		if err := errors.Join(whole.Run(l), back.Run(l)); err != nil {
			t.Fatal(err)
		}
		for r := range rows {
			f, g := parts.LSTMForward, backParts.LSTMBackward
			f.Rows, g.Rows = 1, 1
			f.Pre, f.Gates = f.Pre[r*f.PreStride:], f.Gates[r*f.GatesStride:]
			f.C, f.Cell, f.H, f.Y = f.C[r*f.CStride:], f.Cell[r*f.CellStride:], f.H[r*f.HStride:], f.Y[r*f.YStride:]
			g.Gates, g.DGates = g.Gates[r*g.GatesStride:], g.DGates[r*g.DGatesStride:]
			g.Cell, g.CellPrev, g.DH = g.Cell[r*g.CellStride:], g.CellPrev[r*g.CellPrevStride:], g.DH[r*g.DHStride:]
			g.DY, g.DC = g.DY[r*g.DYStride:], g.DC[r*g.DCStride:]
			if err := errors.Join(f.Run(l), g.Run(l)); err != nil {
				t.Fatal(err)
			}
			for gate := range 4 {
				for lane := 1; lane < 16; lane++ {
					if v := g.DGates[4*256+gate*16+lane]; v != 0 {
						t.Fatalf("padding lane %d of gate %d of row %d: %v, want 0", lane, gate, r, v)
					}
				}
			}
		}
		sameParts(t, whole, parts, back, backParts)
	})
}

// TestLSTMBackwardFormula compares the gradient of h·vh + c·vc with central
// differences of the equations in float64.
func TestLSTMBackwardFormula(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		rng := newRand(8)
		pre, c0 := uniform(rng, 64, 2), uniform(rng, 16, 1)
		vh, vc := uniform(rng, 16, 1), uniform(rng, 16, 1)
		gates := make([]float32, 64)
		forward := kernels.LSTMForward{Pre: append([]float32(nil), pre...), PreStride: 64, Gates: gates, GatesStride: 64, C: append([]float32(nil), c0...), CStride: 16,
			H: make([]float32, 16), HStride: 16, Y: make([]float32, 16), YStride: 16, Rows: 1, Units: 16}
		if err := forward.Run(l); err != nil {
			t.Fatal(err)
		}
		back := kernels.LSTMBackward{Gates: gates, GatesStride: 64, DGates: gates, DGatesStride: 64, Cell: forward.C, CellStride: 16, CellPrev: c0, CellPrevStride: 16,
			DH: make([]float32, 16), DHStride: 16, DY: vh, DYStride: 16, DC: append([]float32(nil), vc...), DCStride: 16, Rows: 1, Units: 16}
		if err := back.Run(l); err != nil {
			t.Fatal(err)
		}
		sigma := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
		for u := range 16 {
			value := func(d [5]float64) float64 {
				i, f := sigma(float64(pre[u])+d[0]), sigma(float64(pre[16+u])+d[1])
				g, o := math.Tanh(float64(pre[32+u])+d[2]), sigma(float64(pre[48+u])+d[3])
				c := f*(float64(c0[u])+d[4]) + i*g
				return o*math.Tanh(c)*float64(vh[u]) + c*float64(vc[u])
			}
			got := [5]float32{back.Gates[u], back.Gates[16+u], back.Gates[32+u], back.Gates[48+u], back.DC[u]}
			for v := range got {
				const h = 1e-5
				var up, down [5]float64
				up[v], down[v] = h, -h
				want := (value(up) - value(down)) / (2 * h)
				if d := math.Abs(float64(got[v]) - want); d > 2e-6 {
					t.Errorf("gradient %d of unit %d = %v, want %v", v, u, got[v], want)
				}
			}
		}
	})
}

func TestLSTMErrors(t *testing.T) {
	for name, spoil := range map[string]func(b *forwardBlock){
		"units 0":     func(b *forwardBlock) { b.Units = 0 },
		"units 17":    func(b *forwardBlock) { b.Units = 17 },
		"huge units":  func(b *forwardBlock) { b.Units = math.MaxInt },
		"rows -1":     func(b *forwardBlock) { b.Rows = -1 },
		"short Pre":   func(b *forwardBlock) { b.Pre = b.Pre[1:] },
		"short Gates": func(b *forwardBlock) { b.Gates = b.Gates[1:] },
		"short C":     func(b *forwardBlock) { b.C = b.C[1:] },
		"short Cell":  func(b *forwardBlock) { b.Cell = b.Cell[1:] },
		"short H":     func(b *forwardBlock) { b.H = b.H[1:] },
		"short Y":     func(b *forwardBlock) { b.Y = b.Y[1:] },
		"stride":      func(b *forwardBlock) { b.HStride = 15 },
	} {
		b := newForwardBlock(t, 3, 16, 1, 9)
		spoil(b)
		if err := b.Run(kernels.Portable); err == nil {
			t.Errorf("forward, %s: no error", name)
		}
	}
	for name, spoil := range map[string]func(b *backwardBlock){
		"units 0":        func(b *backwardBlock) { b.Units = 0 },
		"short Gates":    func(b *backwardBlock) { b.Gates = b.Gates[1:] },
		"short DGates":   func(b *backwardBlock) { b.DGates = b.DGates[1:] },
		"short Cell":     func(b *backwardBlock) { b.Cell = b.Cell[1:] },
		"short CellPrev": func(b *backwardBlock) { b.CellPrev = b.CellPrev[1:] },
		"short DH":       func(b *backwardBlock) { b.DH = b.DH[1:] },
		"short DY":       func(b *backwardBlock) { b.DY = b.DY[1:] },
		"short DC":       func(b *backwardBlock) { b.DC = b.DC[1:] },
	} {
		b := newBackwardBlock(t, 3, 16, 9)
		spoil(b)
		if err := b.Run(kernels.Portable); err == nil {
			t.Errorf("backward, %s: no error", name)
		}
	}
}
