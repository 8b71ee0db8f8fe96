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
	reverse bool

	panels  *backwardPanels
	keep    *kept     // its gates are overwritten by their gradients
	dy      []float32 // [N, D·H], this direction's columns from yColumn on; nil: zeros
	yColumn int

	dhn, dcn []float32 // [B, H] of this layer and direction, the caller's order; nil: zeros
	dh0, dc0 []float32 // [B, H] likewise

	dh, dc []float32 // [rows, Hp] gradients on their way back
	err    error

	backward kernels.LSTMBackward
	product  kernels.Product
}

// run computes the pass. A sequence enters it with the gradient of its final
// state, and leaves it with that of its initial state in dh and dc.
func (p *backpass) run() error {
	rows, hidden, hp := p.rows.end-p.rows.first, p.config.HiddenSize, p.config.padded()
	if rows == 0 {
		return nil
	}
	p.dh, p.dc = resize(p.dh, rows*hp), resize(p.dc, rows*hp)
	clear(p.dh)
	clear(p.dc)
	for at := range rows {
		b := p.layout.SortedIndices()[p.rows.first+at]
		if p.dhn != nil {
			copy(p.dh[at*hp:], p.dhn[b*hidden:(b+1)*hidden])
		}
		if p.dcn != nil {
			copy(p.dc[at*hp:], p.dcn[b*hidden:(b+1)*hidden])
		}
	}
	steps := p.rows.steps(p.layout)
	for s := range steps {
		t := steps - 1 - s
		if p.reverse {
			t = s
		}
		if err := p.step(t, steps); err != nil {
			return err
		}
	}
	for at := range rows {
		b := p.layout.SortedIndices()[p.rows.first+at]
		copy(p.dh0[b*hidden:(b+1)*hidden], p.dh[at*hp:])
		copy(p.dc0[b*hidden:(b+1)*hidden], p.dc[at*hp:])
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
	p.product = kernels.Product{
		C: p.dh, CStride: hp,
		A: p.keep.gates[row*stride:], AStride: stride, AKStride: 1,
		Rows: live, Count: p.config.blocks(),
	}
	return p.panels.hh.Multiply(&p.product)
}

// gates runs the gate kernel for rows [first, end) of the step whose packed rows
// begin at row; cellPrev begins at their first.
func (p *backpass) gates(row, first, end int, cellPrev []float32) error {
	hp, stride, outputs := p.config.padded(), gateStride(p.config, p.cell), p.config.OutputSize()
	row += first
	gates := p.keep.gates[row*stride:]
	p.backward = kernels.LSTMBackward{
		Gates: gates, GatesStride: stride, DGates: gates, DGatesStride: stride,
		Cell: p.keep.cell[row*hp:], CellStride: hp,
		CellPrev: cellPrev, CellPrevStride: hp,
		DH: p.dh[first*hp:], DHStride: hp,
		DC: p.dc[first*hp:], DCStride: hp,
		Rows: end - first, Units: p.config.HiddenSize,
	}
	if p.dy != nil {
		p.backward.DY, p.backward.DYStride = p.dy[row*outputs+p.yColumn:], outputs
	}
	return p.cell.Backward(p.level, &p.backward)
}
