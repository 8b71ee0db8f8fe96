package recurrent

import "github.com/packedlstm/packedlstm/kernels"

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
	if err := p.pack(c, cell, weights, l); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Prepared) pack(c Config, cell Cell, weights []Weights, l kernels.Level) error {
	p.config, p.cell, p.level = c, cell, l
	p.panels = resize(p.panels, len(weights))
	for i := range weights {
		if err := p.panels[i].pack(l, &c, cell.Gates(), c.LayerInput(i/c.Directions()), &weights[i]); err != nil {
			return err
		}
	}
	return nil
}

// Bytes returns the memory of the packed weights.
func (p *Prepared) Bytes() int {
	bytes := 0
	for i := range p.panels {
		bytes += p.panels[i].ih.Bytes() + p.panels[i].hh.Bytes() + 4*cap(p.panels[i].bias)
	}
	return bytes
}
