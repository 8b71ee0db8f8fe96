package recurrent

import "github.com/packedlstm/packedlstm/kernels"

// forwardPanels are the weights of one layer and direction, packed for x·W_ihᵀ and
// h·W_hhᵀ, columns interleaved by blocks; the sum of the biases stands in the same
// order.
type forwardPanels struct {
	ih, hh kernels.Panels
	bias   []float32 // [G·Hp]
	config Config    // of the last pack
	source *Weights  // the passes pack their W_ih in parts, ih holds nothing of it; nil: it does
}

// shape gives the panels their shape for fill, in the memory of the backward panels, nil: none.
// source is nil, or what the passes may pack W_ih from; an engine has it whole.
func (p *forwardPanels) shape(l kernels.Level, c *Config, gates, input int, before *backwardPanels, source *Weights) error {
	width := gates * c.padded()
	same, whole := p.config == *c, p.source == nil
	p.config, p.source = *c, source
	if p.ih.SetEngine(kernels.EngineFor(l, input, width)); p.ih.Engine() != nil {
		p.source = nil
	}
	p.hh.SetEngine(kernels.StepEngine())
	if before == nil {
		before = new(backwardPanels)
	}
	if p.source == nil {
		if err := reshape(&p.ih, same && whole, l, input, width, c, &before.ih); err != nil {
			return err
		}
	}
	if err := reshape(&p.hh, same, l, c.HiddenSize, width, c, &before.hh); err != nil {
		return err
	}
	p.bias = resize(p.bias, width)
	return nil
}

// fill packs the runs [first, end) of 16 gate columns.
func (p *forwardPanels) fill(c *Config, gates, input int, w *Weights, first, end int) error {
	clear(p.bias[first*blockUnits : end*blockUnits])
	for run := first; run < end; run++ {
		block, gate := run/gates, run%gates
		units, row := c.units(block), gate*c.HiddenSize+block*blockUnits
		column := run * blockUnits
		if p.source == nil {
			if err := p.ih.Set(0, column, input, units, w.IH[row*input:], 1, input); err != nil {
				return err
			}
		}
		if err := p.hh.Set(0, column, c.HiddenSize, units, w.HH[row*c.HiddenSize:], 1, c.HiddenSize); err != nil {
			return err
		}
		if c.Bias {
			for u := range units {
				p.bias[column+u] = w.BiasIH[row+u] + w.BiasHH[row+u]
			}
		}
	}
	return nil
}

// backwardPanels are the same weights packed for dgates·W_ih and dgates·W_hh:
// their rows are interleaved, as the columns of dgates are.
type backwardPanels struct {
	ih, hh kernels.Panels
	config Config   // of the last pack
	source *Weights // as for the forward panels
}

// reshape gives panels their shape, zero unless they were filled for the same config:
// fill leaves the padding of units as it is. Without that, it takes the memory of the same
// weights' panels for the other pass, which nobody needs any more: training then touches
// less memory, and what a cache holds of it is written over.
func reshape(p *kernels.Panels, same bool, l kernels.Level, k, n int, c *Config, other *kernels.Panels) error {
	if c.HiddenSize%blockUnits == 0 && p.Engine() == nil && other.Engine() == nil {
		return p.ReshapeIn(other, l, k, n)
	}
	if same {
		return p.Reshape(l, k, n)
	}
	return p.Reset(l, k, n)
}

// shape gives the panels their shape for fill, in the memory of the forward panels. source is
// as there.
func (p *backwardPanels) shape(l kernels.Level, c *Config, gates, input int, before *forwardPanels, source *Weights) error {
	depth := gates * c.padded()
	same, whole := p.config == *c, p.source == nil
	p.config, p.source = *c, source
	if p.ih.SetEngine(kernels.EngineFor(l, depth, input)); p.ih.Engine() != nil {
		p.source = nil
	}
	p.hh.SetEngine(kernels.StepEngine())
	if p.source == nil {
		if err := reshape(&p.ih, same && whole, l, depth, input, c, &before.ih); err != nil {
			return err
		}
	}
	return reshape(&p.hh, same, l, depth, c.padded(), c, &before.hh)
}

// fill packs the runs [first, end) of 16 gate rows.
func (p *backwardPanels) fill(c *Config, gates, input int, w *Weights, first, end int) error {
	for run := first; run < end; run++ {
		block, gate := run/gates, run%gates
		units, row := c.units(block), gate*c.HiddenSize+block*blockUnits
		if p.source == nil {
			if err := p.ih.Set(run*blockUnits, 0, units, input, w.IH[row*input:], input, 1); err != nil {
				return err
			}
		}
		if err := p.hh.Set(run*blockUnits, 0, units, c.HiddenSize, w.HH[row*c.HiddenSize:], c.HiddenSize, 1); err != nil {
			return err
		}
	}
	return nil
}

// resize returns s with n elements, in the memory it has if that suffices.
func resize[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}

// grow is resize that keeps what the elements hold, buffers of theirs for instance.
func grow[E any](s []E, n int) []E {
	for len(s) < n {
		var zero E
		s = append(s, zero)
	}
	return s
}
