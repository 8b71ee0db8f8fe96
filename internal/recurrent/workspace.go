package recurrent

import (
	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/internal/workers"
	"github.com/packedlstm/packedlstm/packed"
)

// State holds the hidden and cell states of every layer and direction, [L·D, B, H]
// each in the caller's order; nil stands for zeros.
type State struct {
	H, C []float32
}

// Output is what a forward pass returns. Its slices belong to the workspace and are
// valid until its next forward pass.
type Output struct {
	Y      []float32 // [N, D·H] packed rows of the last layer
	HN, CN []float32 // [L·D, B, H] states after each sequence's last step, the caller's order
}

// InputGradients is what a backward pass returns besides the parameters' gradients.
// Its slices belong to the workspace and are valid until its next backward pass.
type InputGradients struct {
	X      []float32 // [N, I] packed rows
	H0, C0 []float32 // [L·D, B, H] the caller's order
}

// Workspace holds every buffer of forward and backward passes and the workers that
// run them. It grows to what a call needs and is reused; one call at a time.
type Workspace struct {
	group   workers.Group
	workers int // as asked for: 0 or less follows GOMAXPROCS

	prepared Prepared // re-packed by every pass over changeable weights
	backward []backwardPanels
	layout   *packed.Layout
	ranges   []rowRange
	shares   []share
	states   []states           // of a direction and range of rows
	barriers [2]workers.Barrier // [direction] where the owners of units meet
	done     <-chan struct{}    // of the caller's context; nil: never cancelled

	outputs [][]float32 // [layer] [N, D·H]
	inputs  [][]float32 // [layer] what the layer read; owned where dropped says so
	dropped [][]float32 // [layer] inputs after dropout
	hn, cn  []float32
	kept    []kept // [layer·D + direction]
	seed    uint64

	drows    [2][]float32 // gradients of the rows between layers, in turn
	dh0, dc0 []float32

	passes     []pass
	backpasses []backpass
	gradients  []gradientPass
	inputParts []inputPass
	packs      []packPass
	// Method values made once: making them for each call would allocate.
	runPass, runBackpass, runGradients, runInputParts, runPacks func(worker int)

	trained bool   // the buffers hold a training pass that Backward can use
	shape   [3]int // of its layout
}

// NewWorkspace returns a workspace with the given number of workers; 0 or less
// follows GOMAXPROCS.
func NewWorkspace(workers int) *Workspace {
	w := &Workspace{workers: workers}
	// With fewer workers than directions a worker runs several passes in turn.
	w.runPass = func(i int) {
		for ; i < len(w.passes); i += w.group.Size() {
			w.passes[i].err = w.passes[i].run()
		}
	}
	w.runBackpass = func(i int) {
		for ; i < len(w.backpasses); i += w.group.Size() {
			w.backpasses[i].err = w.backpasses[i].run()
		}
	}
	w.runGradients = func(i int) {
		w.gradients[i].err = w.gradients[i].run()
	}
	w.runInputParts = func(i int) {
		w.inputParts[i].err = w.inputParts[i].run()
	}
	w.runPacks = func(i int) {
		w.packs[i].err = w.packs[i].run()
	}
	return w
}

// Watch makes the calls that follow end between two steps, with context.Canceled, once
// done is closed. nil: never.
func (w *Workspace) Watch(done <-chan struct{}) { w.done = done }

// share is what one pass does: in a direction some rows, of which all or some units.
type share struct {
	direction int
	rows      rowRange
	slice     slice
	states    int // which of the workspace's
}

// split cuts the batch into at most one share a worker and direction: rows of their own,
// or where there are too few, units of their own.
func (w *Workspace) split(l *packed.Layout, c *Config, gates int) {
	directions := c.Directions()
	count := max(w.group.Size()/directions, 1)
	w.ranges = splitRows(w.ranges, l, count)
	together := sliceUnits(w.ranges, l, c, gates)
	if !together {
		w.ranges = withRows(w.ranges)
		count = len(w.ranges)
	}
	w.shares = memory.Resize(w.shares, directions*count)
	w.states = grow(w.states, directions*count)
	for i := range w.shares {
		s := &w.shares[i]
		*s = share{direction: i / count, rows: w.ranges[i%count], slice: slice{end: c.blocks()}, states: i}
		if together {
			s.rows, s.states = rowRange{0, l.Batch()}, s.direction
			s.slice.first, s.slice.end = workers.Share(c.blocks(), 1, i%count, count)
			s.slice.barrier = &w.barriers[s.direction]
		}
	}
}

// resetBarriers prepares them for the shares of a layer.
func (w *Workspace) resetBarriers() {
	for d := range w.barriers {
		size := 0
		for i := range w.shares {
			if w.shares[i].direction == d {
				size++
			}
		}
		w.barriers[d].Reset(size)
	}
}

// Bytes returns the memory that the workspace holds, with that of the layers, passes and
// workers which the last call left out.
func (w *Workspace) Bytes() int {
	floats := cap(w.hn) + cap(w.cn) + cap(w.dh0) + cap(w.dc0)
	for _, list := range [][][]float32{all(w.outputs), all(w.dropped), w.drows[:]} {
		for _, s := range list {
			floats += cap(s)
		}
	}
	for _, k := range all(w.kept) {
		floats += cap(k.gates) + cap(k.cell) + cap(k.h0) + cap(k.c0)
	}
	for _, s := range all(w.states) {
		floats += cap(s.h[0]) + cap(s.h[1]) + cap(s.c)
	}
	bytes := 4*floats + w.prepared.Bytes()
	passes, backpasses, inputParts := all(w.passes), all(w.backpasses), all(w.inputParts)
	for i := range passes {
		p := &passes[i]
		bytes += 4*(cap(p.xRows)+cap(p.proj)+cap(p.scratch)+cap(p.sideSteps.proj)) + p.part.Bytes() + p.side.columns.Bytes()
	}
	for i := range backpasses {
		bytes += backpasses[i].side.columns.Bytes()
	}
	for i := range inputParts {
		bytes += inputParts[i].part.Bytes()
	}
	backward, gradients := all(w.backward), all(w.gradients)
	for i := range backward {
		bytes += backward[i].ih.Bytes() + backward[i].hh.Bytes()
	}
	for i := range gradients {
		g := &gradients[i]
		bytes += g.xRows.Bytes() + g.hRows.Bytes() + 4*(cap(g.bias)+cap(g.gates))
	}
	return bytes
}

// all returns s with what lies beyond its length.
func all[E any](s []E) []E { return s[:cap(s)] }
