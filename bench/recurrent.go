package bench

import (
	"slices"

	"github.com/packedlstm/packedlstm/internal/recurrent"
	"github.com/packedlstm/packedlstm/internal/workers"
	"github.com/packedlstm/packedlstm/kernels"
)

// recurrentWorkspace runs mode Recurrent: what a layer does between its input projection
// and its output, and nothing else, for the first layer and direction of a case. For
// every step the live rows of h are multiplied with W_hhᵀ, a few units' gates at a time,
// onto pre-activations that stand ready, and the gate kernel turns each group into c and
// h. It calls the kernels directly because a layer of any input size, 1 included, also
// writes and reads back a projection of 4·H columns for each row, up to a tenth of the
// time where H is small. Several workers share the rows by tokens, as a layer's do: one
// row keeps one worker busy, however many there are.
type recurrentWorkspace struct {
	group   workers.Group
	fixture *Fixture
	level   kernels.Level
	y       []float32 // [N, H]
	parts   []recurrentPart
	job     func(worker int)
}

// recurrentPart is the work of one worker: rows [first, end) of the sorted batch.
type recurrentPart struct {
	first, end int
	h          [2][]float32 // [rows, hStride] before and after a step, in turn
	c          []float32    // [rows, P]
	pre        []float32    // [rows, 4P] input projections: the biases
	scratch    []float32
	product    kernels.Product
	gates      kernels.LSTMForward
	err        error
}

func (w *recurrentWorkspace) run(f *Fixture, l kernels.Level, count int) error {
	if w.job == nil {
		w.job = func(worker int) { w.parts[worker].err = w.parts[worker].run(w.fixture, w.level, w.y) }
	}
	if w.fixture != f || len(w.parts) != count {
		w.group.Resize(count)
		w.fixture = f
		w.y = grow(w.y, f.layout.Rows()*f.Hidden)
		w.parts = slices.Grow(w.parts, count)[:count]
		w.split()
		for i := range w.parts {
			w.parts[i].prepare(f)
		}
	}
	w.level = l
	w.group.Do(count, w.job)
	for i := range w.parts {
		if err := w.parts[i].err; err != nil {
			return err
		}
	}
	return nil
}

// split gives each worker contiguous rows with about as many tokens.
func (w *recurrentWorkspace) split() {
	l := w.fixture.layout
	lengths, sorted := l.Lengths(), l.SortedIndices()
	row, tokens := 0, 0
	for i := range w.parts {
		p := &w.parts[i]
		p.first = row
		goal := (l.Rows()*(i+1) + len(w.parts)/2) / len(w.parts)
		for row < len(sorted) && (i == len(w.parts)-1 || tokens+lengths[sorted[row]]/2 < goal) {
			tokens += lengths[sorted[row]]
			row++
		}
		p.end = row
	}
}

// hStride keeps rows of h off a common multiple of the cache's set stride.
func hStride(hidden int) int { return paddedUnits(hidden) + kernels.GateBlock }

func (p *recurrentPart) run(f *Fixture, l kernels.Level, y []float32) error {
	clear(p.h[0])
	clear(p.c)
	sizes, offsets := f.layout.BatchSizes(), f.layout.Offsets()
	for t := range sizes {
		live := min(sizes[t], p.end) - p.first
		if live <= 0 {
			break
		}
		if err := p.step(f, l, t, live, y[(offsets[t]+p.first)*f.Hidden:]); err != nil {
			return err
		}
	}
	return nil
}

// prepare sizes the buffers for a case and writes the projections.
func (p *recurrentPart) prepare(f *Fixture) {
	rows, units := p.end-p.first, paddedUnits(f.Hidden)
	for i := range p.h {
		p.h[i] = grow(p.h[i], rows*hStride(f.Hidden))
	}
	p.c = grow(p.c, rows*units)
	p.pre = grow(p.pre, rows*4*units)
	for r := range rows {
		copy(p.pre[r*4*units:(r+1)*4*units], f.bias)
	}
}

// step computes step t of the live rows, the result to y as well.
func (p *recurrentPart) step(f *Fixture, l kernels.Level, t, live int, y []float32) error {
	units, stride := paddedUnits(f.Hidden), hStride(f.Hidden)
	group := max(recurrent.ScratchFloats/(gateColumns*live), 1) * kernels.GateBlock
	before, after := p.h[t%2], p.h[(t+1)%2]
	descending := recurrent.Returns(t, live)
	for done := 0; done < units; done += group {
		u, n := done, min(group, units-done)
		if descending {
			u = units - done - n
		}
		p.scratch = grow(p.scratch, live*4*n)
		p.product = kernels.Product{
			C: p.scratch, CStride: 4 * n,
			Init: p.pre[4*u:], InitStride: 4 * units,
			A: before, AStride: stride, AKStride: 1,
			Rows: live, First: 4 * u / kernels.PanelWidth, Count: 4 * n / kernels.PanelWidth, Descending: descending,
		}
		if err := f.hh[l].Multiply(&p.product); err != nil {
			return err
		}
		p.gates = kernels.LSTMForward{
			Pre: p.scratch, PreStride: 4 * n,
			C: p.c[u:], CStride: units,
			H: after[u:], HStride: stride,
			Y: y[u:], YStride: f.Hidden,
			Rows: live, Units: min(n, f.Hidden-u),
		}
		if err := p.gates.Run(l); err != nil {
			return err
		}
	}
	return nil
}

// packGates packs W_hh [4H, H] for h·W_hhᵀ, the gates of a block of units side by side.
func packGates(l kernels.Level, w []float32, hidden int) (*kernels.Panels, error) {
	p := new(kernels.Panels)
	if err := p.Reset(l, hidden, 4*paddedUnits(hidden)); err != nil {
		return nil, err
	}
	for u := 0; u < hidden; u += kernels.GateBlock {
		n := min(kernels.GateBlock, hidden-u)
		for gate := range 4 {
			if err := p.Set(0, 4*u+gate*kernels.GateBlock, hidden, n, w[(gate*hidden+u)*hidden:], 1, hidden); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

// interleave returns biases [4H] in the order of the panels' columns, [4P].
func interleave(bias, more []float32, hidden int) []float32 {
	columns := make([]float32, 4*paddedUnits(hidden))
	for gate := range 4 {
		for u := range hidden {
			at := u/kernels.GateBlock*gateColumns + gate*kernels.GateBlock + u%kernels.GateBlock
			columns[at] = bias[gate*hidden+u] + more[gate*hidden+u]
		}
	}
	return columns
}
