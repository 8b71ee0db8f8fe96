package recurrent

import (
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
	// Method values made once: making them for each call would allocate.
	runPass, runBackpass, runGradients func(worker int)

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
		if w.gradients[i].err = w.gradients[i].run(); w.gradients[i].err == nil {
			w.inputParts[i].err = w.inputParts[i].run()
		}
	}
	return w
}

// split resizes the group and cuts the batch into one range a worker and direction.
func (w *Workspace) split(l *packed.Layout, directions int) {
	w.group.Resize(w.workers)
	w.ranges = splitRows(w.ranges, l, max(w.group.Size()/directions, 1))
}

// Bytes returns the memory that the workspace holds.
func (w *Workspace) Bytes() int {
	floats := cap(w.hn) + cap(w.cn) + cap(w.dh0) + cap(w.dc0)
	for _, list := range [][][]float32{w.outputs, w.dropped, w.drows[:]} {
		for _, s := range list {
			floats += cap(s)
		}
	}
	for i := range w.kept {
		k := &w.kept[i]
		floats += cap(k.gates) + cap(k.cell) + cap(k.h0) + cap(k.c0)
	}
	for i := range w.passes {
		p := &w.passes[i]
		floats += cap(p.h[0]) + cap(p.h[1]) + cap(p.c) + cap(p.xRows) + cap(p.proj) + cap(p.scratch)
	}
	for i := range w.backpasses {
		floats += cap(w.backpasses[i].dh) + cap(w.backpasses[i].dc)
	}
	bytes := 4*floats + w.prepared.Bytes()
	for i := range w.backward {
		bytes += w.backward[i].ih.Bytes() + w.backward[i].hh.Bytes()
	}
	for i := range w.gradients {
		g := &w.gradients[i]
		bytes += g.xRows.Bytes() + g.hRows.Bytes() + 4*cap(g.bias)
	}
	return bytes
}
