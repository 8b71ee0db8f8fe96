package recurrent

import (
	"errors"
	"fmt"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/packed"
)

// Upstream holds the gradients of what a forward pass returned; nil stands for
// zeros.
type Upstream struct {
	Y      []float32 // [N, D·H]
	HN, CN []float32 // [L·D, B, H]
}

// Trained returns the rows and sequences of the training pass that the workspace
// holds, or an error if it holds none, one of another shape, or one whose layout has
// been changed since.
func (w *Workspace) Trained(c Config) (rows, batch int, err error) {
	switch {
	case !w.trained:
		return 0, 0, errors.New("the workspace holds no ForwardTraining that Backward has not used up")
	case w.prepared.config != c:
		return 0, 0, fmt.Errorf("the workspace's ForwardTraining was of %+v: want %+v", w.prepared.config, c)
	case w.shape != shapeOf(w.layout):
		return 0, 0, fmt.Errorf("the layout has changed since ForwardTraining: [rows, sequences, steps] are %v, were %v",
			shapeOf(w.layout), w.shape)
	}
	return w.shape[0], w.shape[1], nil
}

// shapeOf returns the rows, sequences and steps of a layout.
func shapeOf(l *packed.Layout) [3]int { return [3]int{l.Rows(), l.Batch(), l.Steps()} }

// Backward computes the gradients of the last ForwardTraining but those of the weights,
// which Gradients computes from what it leaves. The gradients of the gates take the
// place of the gates: it may be called once. x and the layout must not have changed; the
// weights are those of the forward pass, taken from weights again. The caller has asked
// Trained.
func (w *Workspace) Backward(weights []Weights, dy Upstream) (InputGradients, error) {
	p, l := &w.prepared, w.layout
	c := &p.config
	w.trained = false
	states := c.NumLayers * c.Directions() * l.Batch() * c.HiddenSize
	w.dh0, w.dc0 = memory.Buffer(w.dh0, states), memory.Buffer(w.dc0, states)
	w.backward = memory.Resize(w.backward, len(weights))
	w.group.Resize(w.workers)
	w.split(l, c, p.cell.Gates())
	sources := w.sources(weights, p.level, l, c, p.cell)
	for i := range weights {
		if err := w.backward[i].shape(p.level, c, p.cell.Gates(), c.LayerInput(i/c.Directions()), &p.panels[i], sourceOf(sources, i)); err != nil {
			return InputGradients{}, err
		}
	}
	if err := w.pack(weights, w.backward); err != nil {
		return InputGradients{}, err
	}
	rows, turn := dy.Y, 0
	if buffer := w.drows[(c.NumLayers-1)%2]; memory.Overlap(rows, buffer[:cap(buffer)]) {
		turn = 1 // dx is written while dy is still read
	}
	for layer := c.NumLayers - 1; layer >= 0; layer-- {
		dx := &w.drows[(layer+turn)%2]
		*dx = memory.Buffer(*dx, l.Rows()*c.LayerInput(layer))
		sides := w.sideChunks(layer)
		if err := w.backwardStates(layer, rows, dy, *dx, sides); err != nil {
			return InputGradients{}, err
		}
		left := (l.Rows() - sides*kernels.SideRows) * c.LayerInput(layer)
		if err := w.backwardInput(layer, (*dx)[:left]); err != nil {
			return InputGradients{}, err
		}
		rows = *dx
		if layer > 0 && c.Dropout > 0 {
			if err := kernels.Dropout(rows, rows, c.Dropout, w.seed, w.dropoutOffset(layer)); err != nil {
				return InputGradients{}, err
			}
		}
	}
	return InputGradients{X: rows, H0: w.dh0, C0: w.dc0}, cancelled(w.done)
}

// Gradients writes the gradients of the weights to grads [layer·D + direction], after
// Backward, or adds them to what is there. It cannot be cancelled: it comes last, so that a
// cancelled Backward leaves the gradients as they were.
func (w *Workspace) Gradients(grads []Weights, add bool) error {
	if w.layout.Rows() == 0 {
		if !add {
			clearWeights(grads)
		}
		return nil
	}
	for layer := range w.prepared.config.NumLayers {
		if err := w.backwardWeights(layer, grads, add); err != nil {
			return err
		}
	}
	return nil
}

func clearWeights(weights []Weights) {
	for _, w := range weights {
		for _, part := range [][]float32{w.IH, w.HH, w.BiasIH, w.BiasHH} {
			clear(part)
		}
	}
}

// backwardStates runs the time loops of one layer backwards, which compute the given number of
// chunks of dx along.
func (w *Workspace) backwardStates(layer int, rows []float32, dy Upstream, dx []float32, sides int) error {
	p := &w.prepared
	c := &p.config
	w.backpasses = memory.Resize(w.backpasses, len(w.shares))
	for i := range w.backpasses {
		share := w.shares[i]
		direction := share.direction
		index := layer*c.Directions() + direction
		part := &w.backpasses[i]
		part.config, part.cell, part.level, part.layout = c, p.cell, p.level, w.layout
		part.rows, part.slice, part.reverse = share.rows, share.slice, direction == 1
		part.states, part.done = &w.states[share.states], w.done
		part.panels, part.keep = &w.backward[index], &w.kept[index]
		part.dy, part.yColumn = rows, direction*c.HiddenSize
		part.dx, part.input, part.sides = dx, c.LayerInput(layer), 0
		if part.rows.first == 0 {
			part.sides = sides
			part.panel = panelsOf([2]int{share.slice.first, share.slice.end}, part.input, c.blocks())
		}
		part.dhn, part.dcn = stateOf(dy.HN, c, w.layout, index), stateOf(dy.CN, c, w.layout, index)
		part.dh0, part.dc0 = stateOf(w.dh0, c, w.layout, index), stateOf(w.dc0, c, w.layout, index)
	}
	w.resetBarriers()
	for i := range w.shares {
		w.states[w.shares[i].states].resize(w.shares[i].rows.end-w.shares[i].rows.first, c)
	}
	w.group.Do(len(w.backpasses), w.runBackpass)
	return firstError(len(w.backpasses), func(i int) error { return w.backpasses[i].err })
}

// backwardWeights computes the parameter gradients of one layer.
func (w *Workspace) backwardWeights(layer int, grads []Weights, add bool) error {
	p := &w.prepared
	c := &p.config
	directions, count := c.Directions(), w.group.Size()
	w.gradients = memory.Resize(w.gradients, count)
	engine := kernels.GradientEngineFor(p.level, p.cell.Gates()*c.HiddenSize, c.LayerInput(layer))
	for i := range count {
		g := &w.gradients[i]
		g.config, g.cell, g.level, g.engine, g.layout = c, p.cell, p.level, engine, w.layout
		g.x, g.input, g.y = w.inputs[layer], c.LayerInput(layer), w.outputs[layer]
		g.keep = w.kept[layer*directions : (layer+1)*directions]
		g.grads = grads[layer*directions : (layer+1)*directions]
		g.add, g.portion = add, w.portion(i)
	}
	w.group.Do(count, w.runGradients)
	for i := range count {
		if err := w.gradients[i].err; err != nil {
			return err
		}
	}
	return nil
}

// backwardInput computes dx, the gradient of what a layer read.
func (w *Workspace) backwardInput(layer int, dx []float32) error {
	c := &w.prepared.config
	directions, count := c.Directions(), w.group.Size()
	w.inputParts = memory.Resize(w.inputParts, count)
	for i := range count {
		part := &w.inputParts[i]
		part.config, part.cell, part.level, part.share = c, w.prepared.cell, w.prepared.level, [2]int{i, count}
		part.panels = w.backward[layer*directions : (layer+1)*directions]
		part.keep = w.kept[layer*directions : (layer+1)*directions]
		part.dx, part.input, part.portion = dx, c.LayerInput(layer), w.portion(i)
	}
	w.group.Do(count, w.runInputParts)
	for i := range count {
		if err := w.inputParts[i].err; err != nil {
			return err
		}
	}
	return nil
}
