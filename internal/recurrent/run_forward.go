package recurrent

import (
	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/packed"
)

// Forward runs the stack over packed rows x [N, I] and keeps nothing for a backward
// pass. The arguments have been checked.
func (p *Prepared) Forward(w *Workspace, l *packed.Layout, x []float32, initial State) (Output, error) {
	w.trained = false
	w.group.Resize(w.workers)
	w.split(l, &p.config, p.cell.Gates())
	return w.forward(p, l, x, initial, false)
}

// ForwardTraining packs the weights as they are now, runs the stack and keeps what
// Backward needs. seed chooses the dropout masks.
func (w *Workspace) ForwardTraining(c Config, cell Cell, weights []Weights, level kernels.Level,
	l *packed.Layout, x []float32, initial State, seed uint64) (Output, error) {
	w.seed = seed
	if _, err := w.Pack(c, cell, weights, level, l); err != nil {
		return Output{}, err
	}
	out, err := w.forward(&w.prepared, l, x, initial, true)
	w.trained, w.shape = err == nil, shapeOf(l)
	return out, err
}

// Forget makes Backward an error until the next ForwardTraining.
func (w *Workspace) Forget() { w.trained = false }

// Pack packs the weights as they are now into the workspace and returns their prepared form,
// for one pass over l; the next such call overwrites it. Until then the weights must not change.
func (w *Workspace) Pack(c Config, cell Cell, weights []Weights, level kernels.Level, l *packed.Layout) (*Prepared, error) {
	w.trained = false
	w.group.Resize(w.workers)
	w.split(l, &c, cell.Gates())
	if err := w.prepared.shape(c, cell, level, w.backward, w.sources(weights, level, l, &c, cell)); err != nil {
		return nil, err
	}
	if err := w.pack(weights, nil); err != nil {
		return nil, err
	}
	return &w.prepared, nil
}

// forward runs the stack, shared as split has it.
func (w *Workspace) forward(p *Prepared, l *packed.Layout, x []float32, initial State, training bool) (Output, error) {
	c := &p.config
	states := c.NumLayers * c.Directions() * l.Batch() * c.HiddenSize
	w.layout = l
	w.hn, w.cn = memory.Buffer(w.hn, states), memory.Buffer(w.cn, states)
	w.outputs, w.inputs = memory.Resize(w.outputs, c.NumLayers), memory.Resize(w.inputs, c.NumLayers)
	w.dropped = memory.Resize(w.dropped, c.NumLayers)
	w.kept = memory.Resize(w.kept, c.NumLayers*c.Directions())
	for layer := range c.NumLayers {
		// Inference needs the rows of two layers only.
		slot := layer
		if !training {
			slot = layer % 2
		}
		w.outputs[slot] = memory.Buffer(w.outputs[slot], l.Rows()*c.OutputSize())
		w.inputs[layer] = x
		if training && layer > 0 && c.Dropout > 0 {
			w.dropped[layer] = memory.Buffer(w.dropped[layer], len(x))
			if err := kernels.Dropout(w.dropped[layer], x, c.Dropout, w.seed, w.dropoutOffset(layer)); err != nil {
				return Output{}, err
			}
			w.inputs[layer] = w.dropped[layer]
		}
		if err := w.forwardLayer(p, layer, w.inputs[layer], w.outputs[slot], initial, training); err != nil {
			return Output{}, err
		}
		x = w.outputs[slot]
	}
	return Output{Y: x, HN: w.hn, CN: w.cn}, nil
}

// dropoutOffset gives every layer masks of its own under one seed.
func (w *Workspace) dropoutOffset(layer int) uint64 { return uint64(layer) << 40 }

func (w *Workspace) forwardLayer(p *Prepared, layer int, x, y []float32, initial State, training bool) error {
	c := &p.config
	w.passes = memory.Resize(w.passes, len(w.shares))
	for i := range w.passes {
		share := w.shares[i]
		direction := share.direction
		index := layer*c.Directions() + direction
		part := &w.passes[i]
		part.config, part.cell, part.level, part.layout = c, p.cell, p.level, w.layout
		part.rows, part.slice, part.reverse = share.rows, share.slice, direction == 1
		part.states, part.done = &w.states[share.states], w.done
		part.panels = &p.panels[index]
		part.x, part.input = x, c.LayerInput(layer)
		part.y, part.yColumn = y, direction*c.HiddenSize
		part.h0, part.c0 = stateOf(initial.H, c, w.layout, index), stateOf(initial.C, c, w.layout, index)
		part.hn, part.cn = stateOf(w.hn, c, w.layout, index), stateOf(w.cn, c, w.layout, index)
		part.keep = nil
		if training {
			part.keep = w.keep(p, index)
		}
	}
	w.resetBarriers()
	for i := range w.shares {
		w.states[w.shares[i].states].resize(w.shares[i].rows.end-w.shares[i].rows.first, c)
	}
	w.group.Do(len(w.passes), w.runPass)
	return firstError(len(w.passes), func(i int) error { return w.passes[i].err })
}

// firstError returns the first error that says more than that another worker gave up.
func firstError(n int, errorOf func(i int) error) error {
	for i := range n {
		if err := errorOf(i); err != nil && err != errAborted {
			return err
		}
	}
	return nil
}

// keep sizes what the backward pass needs of one layer and direction.
func (w *Workspace) keep(p *Prepared, index int) *kept {
	c := &p.config
	k, hp := &w.kept[index], c.padded()
	k.gates = memory.Buffer(k.gates, w.layout.Rows()*gateStride(c, p.cell))
	k.cell = memory.Buffer(k.cell, w.layout.Rows()*hp)
	k.h0, k.c0 = memory.Buffer(k.h0, w.layout.Batch()*hp), memory.Buffer(k.c0, w.layout.Batch()*hp)
	return k
}

// stateOf returns the part [B, H] of a state [L·D, B, H], nil of nil.
func stateOf(state []float32, c *Config, l *packed.Layout, index int) []float32 {
	if state == nil {
		return nil
	}
	size := l.Batch() * c.HiddenSize
	return state[index*size : (index+1)*size]
}
