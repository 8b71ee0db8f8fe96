package recurrent

import (
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/packed"
)

// backpass is the time loop of one worker in one layer and direction, backwards:
// from the gradient of y to that of the gates, h0 and c0.
type backpass struct {
	config  *Config
	cell    Cell
	level   kernels.Level
	layout  *packed.Layout
	rows    rowRange
	slice   slice
	states  *states // h[0] and c hold the gradients of h and c on their way back
	done    <-chan struct{}
	reverse bool

	panels  *backwardPanels
	keep    *kept     // its gates are overwritten by their gradients
	dy      []float32 // [N, D·H], this direction's columns from yColumn on; nil: zeros
	yColumn int

	dx    []float32 // [N, input] of what the layer read, the rows of which sides are computed here
	input int
	sides int    // how many chunks of SideRows steps, from the last in time on; 0: none
	panel [2]int // the pass's own columns of dx: panels [first, end)

	dhn, dcn []float32 // [B, H] of this layer and direction, the caller's order; nil: zeros
	dh0, dc0 []float32 // [B, H] likewise

	err error

	backward kernels.LSTMBackward
	product  kernels.Product
	side     side // dx of the last chunk that is complete
}

// run computes the pass, and lets the others of its slices go if it fails.
func (p *backpass) run() error {
	err := p.runSteps()
	if err != nil {
		p.slice.abort()
	}
	return err
}

// runSteps: a sequence enters with the gradient of its final state, and leaves with that
// of its initial state in dh and dc.
func (p *backpass) runSteps() error {
	rows, hidden, hp := p.rows.end-p.rows.first, p.config.HiddenSize, p.config.padded()
	if rows == 0 {
		return nil
	}
	// The steps set what they use: nothing may be left of another call.
	p.product, p.backward = kernels.Product{}, kernels.LSTMBackward{}
	dh, dc := p.states.h[0], p.states.c
	first, last, end := p.slice.first*blockUnits, min(p.slice.end*blockUnits, hidden), p.slice.end*blockUnits
	for at := range rows {
		b := p.layout.SortedIndices()[p.rows.first+at]
		clear(dh[at*hp+first : at*hp+end])
		clear(dc[at*hp+first : at*hp+end])
		if p.dhn != nil {
			copy(dh[at*hp+first:at*hp+last], p.dhn[b*hidden+first:])
		}
		if p.dcn != nil {
			copy(dc[at*hp+first:at*hp+last], p.dcn[b*hidden+first:])
		}
	}
	steps := p.rows.steps(p.layout)
	p.side.begun = false
	for s := range steps {
		t := steps - 1 - s
		if p.reverse {
			t = s
		}
		if err := cancelled(p.done); err != nil {
			return err
		}
		if err := p.step(t, steps); err != nil {
			return err
		}
	}
	if err := p.side.finish(); err != nil {
		return err
	}
	for at := range rows {
		b := p.layout.SortedIndices()[p.rows.first+at]
		copy(p.dh0[b*hidden+first:b*hidden+last], dh[at*hp+first:])
		copy(p.dc0[b*hidden+first:b*hidden+last], dc[at*hp+first:])
	}
	return nil
}

// step runs time t: gate gradients, in the place of the gates, then dh = dgates·W_hh.
func (p *backpass) step(t, steps int) error {
	hp, stride := p.config.padded(), gateStride(p.config, p.cell)
	live := p.rows.live(p.layout, t)
	offsets := p.layout.Offsets()
	row := offsets[t] + p.rows.first

	// The rows that had a step before this one find its cell state there, the
	// others in c0.
	before := t - 1
	if p.reverse {
		before = t + 1
	}
	went := 0
	if before >= 0 && before < steps {
		went = min(p.rows.live(p.layout, before), live)
	}
	if went > 0 {
		if err := p.gates(row, 0, went, p.keep.cell[(offsets[before]+p.rows.first)*hp:]); err != nil {
			return err
		}
	}
	if went < live {
		if err := p.gates(row, went, live, p.keep.c0[(p.rows.first+went)*hp:]); err != nil {
			return err
		}
	}
	if !p.slice.meet() { // the product reads the gradients of all units
		return errAborted
	}
	if err := p.beginSide(t, steps, row); err != nil {
		return err
	}
	x := &p.product
	x.C, x.CStride = p.states.h[0][p.slice.first*blockUnits:], hp
	x.A, x.AStride, x.AKStride = p.keep.gates[row*stride:], stride, 1
	x.Rows, x.First, x.Count, x.Descending = live, p.slice.first, p.slice.blocks(), Returns(t, live)
	x.Side = p.side.product(live)
	return p.panels.hh.Multiply(x)
}

// gates runs the gate kernel for rows [first, end) of the step whose packed rows
// begin at row; cellPrev begins at their first.
func (p *backpass) gates(row, first, end int, cellPrev []float32) error {
	hp, stride, outputs := p.config.padded(), gateStride(p.config, p.cell), p.config.OutputSize()
	row += first
	unit := p.slice.first * blockUnits
	g := &p.backward
	g.Gates, g.GatesStride = p.keep.gates[row*stride+unit*p.cell.Gates():], stride
	g.DGates, g.DGatesStride = g.Gates, stride
	g.Cell, g.CellStride = p.keep.cell[row*hp+unit:], hp
	g.CellPrev, g.CellPrevStride = cellPrev[unit:], hp
	g.DH, g.DHStride = p.states.h[0][first*hp+unit:], hp
	g.DC, g.DCStride = p.states.c[first*hp+unit:], hp
	g.Rows, g.Units = end-first, min(p.slice.end*blockUnits, p.config.HiddenSize)-unit
	if p.dy != nil {
		g.DY, g.DYStride = p.dy[row*outputs+p.yColumn+unit:], outputs
	}
	return p.cell.Backward(p.level, g)
}

// beginSide lets the steps that follow compute dx of the chunk that step t completes, if it is one of
// those: rows from the given one on.
func (p *backpass) beginSide(t, steps, row int) error {
	done := steps - t
	if done%kernels.SideRows > 0 || done/kernels.SideRows > p.sides || p.panel[0] == p.panel[1] {
		return nil
	}
	if err := p.side.finish(); err != nil {
		return err
	}
	stride := gateStride(p.config, p.cell)
	return p.side.begin(kernels.SideProduct{
		C: p.dx[row*p.input+p.panel[0]*kernels.PanelWidth:], CStride: p.input,
		B: &p.panels.ih.Panels, First: p.panel[0], Count: p.panel[1] - p.panel[0],
	}, p.keep.gates[row*stride:], p.panels.ih.K(), stride)
}
