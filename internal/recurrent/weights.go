package recurrent

import (
	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/internal/workers"
	"github.com/packedlstm/packedlstm/kernels"
)

// Prepared is the immutable inference form of a stack: its weights packed for one
// level. Any number of goroutines may use it at once, each with a Workspace.
type Prepared struct {
	config Config
	cell   Cell
	level  kernels.Level
	panels []forwardPanels // [layer·D + direction]
}

// Prepare packs weights [layer·D + direction] for level l.
func Prepare(c Config, cell Cell, weights []Weights, l kernels.Level) (*Prepared, error) {
	p := &Prepared{}
	if err := p.shape(c, cell, l, nil, nil); err != nil {
		return nil, err
	}
	all := wholePortion(&c)
	if err := p.fill(weights, &all); err != nil {
		return nil, err
	}
	return p, nil
}

// shape gives the panels their shapes for fill, in the memory of the backward panels that
// there are. sources are nil, or the weights whose W_ih the passes pack themselves.
func (p *Prepared) shape(c Config, cell Cell, l kernels.Level, backward []backwardPanels, sources []Weights) error {
	p.config, p.cell, p.level = c, cell, l
	p.panels = memory.Resize(p.panels, c.NumLayers*c.Directions())
	for i := range p.panels {
		var before *backwardPanels
		if i < len(backward) {
			before = &backward[i]
		}
		if err := p.panels[i].shape(l, &p.config, cell.Gates(), c.LayerInput(i/c.Directions()), before, sourceOf(sources, i)); err != nil {
			return err
		}
	}
	return nil
}

// fill packs a portion of the weights.
func (p *Prepared) fill(weights []Weights, part *portion) error {
	c, gates := &p.config, p.cell.Gates()
	first, end := part.runs(c.blocks(), gates)
	for i := range p.panels {
		if !part.has(i % c.Directions()) {
			continue
		}
		if err := p.panels[i].fill(c, gates, c.LayerInput(i/c.Directions()), &weights[i], first, end); err != nil {
			return err
		}
	}
	return nil
}

// Bytes returns the memory of the packed weights.
func (p *Prepared) Bytes() int {
	bytes := 0
	panels := all(p.panels)
	for i := range panels {
		bytes += panels[i].ih.Bytes() + panels[i].hh.Bytes() + 4*cap(panels[i].bias)
	}
	return bytes
}

// packPass is one worker's portion of packing the weights, for one pass or the other.
type packPass struct {
	prepared *Prepared
	backward []backwardPanels // nil: pack the prepared ones
	weights  []Weights
	portion  portion
	err      error
}

func (p *packPass) run() error {
	if p.backward == nil {
		return p.prepared.fill(p.weights, &p.portion)
	}
	c, gates := &p.prepared.config, p.prepared.cell.Gates()
	for i := range p.backward {
		if !p.portion.has(i % c.Directions()) {
			continue
		}
		if err := p.backward[i].fill(c, gates, c.LayerInput(i/c.Directions()), &p.weights[i], &p.portion); err != nil {
			return err
		}
	}
	return nil
}

// sharedWeights is from how many on workers share the packing in any case: it takes longer then than
// a processor takes to wake. Fewer they share where all of them have passes, which wake theirs anyway.
const sharedWeights = 1 << 18

// pack packs the weights into the workspace's panels for forward passes, or into those for
// backward passes.
func (w *Workspace) pack(weights []Weights, backward []backwardPanels) error {
	count, elements := w.group.Size(), 0
	for i := range weights {
		elements += len(weights[i].IH) + len(weights[i].HH)
	}
	if elements < sharedWeights && (len(w.shares) != count || !workers.HaveProcessors(count)) {
		count = 1
	}
	w.packs = memory.Resize(w.packs, count)
	for i := range w.packs {
		part := wholePortion(&w.prepared.config)
		if count > 1 {
			part = w.portion(i)
		}
		w.packs[i] = packPass{prepared: &w.prepared, backward: backward, weights: weights, portion: part}
	}
	w.group.Do(count, w.runPacks)
	err := firstError(count, func(i int) error { return w.packs[i].err })
	clear(w.packs) // of the caller's weights
	return err
}
