package recurrent

import "github.com/packedlstm/packedlstm/kernels"

// forwardPanels are the weights of one layer and direction, packed for x·W_ihᵀ and
// h·W_hhᵀ, columns interleaved by blocks; the sum of the biases stands in the same
// order.
type forwardPanels struct {
	ih, hh kernels.Panels
	bias   []float32 // [G·Hp]
	config Config    // of the last pack
}

// shape gives the panels their shape for fill, in the memory of the backward panels, nil: none.
func (p *forwardPanels) shape(l kernels.Level, c *Config, gates, input int, before *backwardPanels) error {
	width := gates * c.padded()
	same := p.config == *c
	p.config = *c
	p.ih.SetEngine(kernels.EngineFor(l, input, width))
	p.hh.SetEngine(kernels.StepEngine())
	if before == nil {
		before = new(backwardPanels)
	}
	if err := reshape(&p.ih, same, l, input, width, c, &before.ih); err != nil {
		return err
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
		if err := p.ih.Set(0, column, input, units, w.IH[row*input:], 1, input); err != nil {
			return err
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
	config Config // of the last pack
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

// shape gives the panels their shape for fill, in the memory of the forward panels.
func (p *backwardPanels) shape(l kernels.Level, c *Config, gates, input int, before *forwardPanels) error {
	depth := gates * c.padded()
	same := p.config == *c
	p.config = *c
	p.ih.SetEngine(kernels.EngineFor(l, depth, input))
	p.hh.SetEngine(kernels.StepEngine())
	if err := reshape(&p.ih, same, l, depth, input, c, &before.ih); err != nil {
		return err
	}
	return reshape(&p.hh, same, l, depth, c.padded(), c, &before.hh)
}

// fill packs the runs [first, end) of 16 gate rows.
func (p *backwardPanels) fill(c *Config, gates, input int, w *Weights, first, end int) error {
	for run := first; run < end; run++ {
		block, gate := run/gates, run%gates
		units, row := c.units(block), gate*c.HiddenSize+block*blockUnits
		if err := p.ih.Set(run*blockUnits, 0, units, input, w.IH[row*input:], input, 1); err != nil {
			return err
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
