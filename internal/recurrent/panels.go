package recurrent

import (
	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/kernels"
)

// forwardPanels are the weights of one layer and direction, packed for x·W_ihᵀ and
// h·W_hhᵀ, columns interleaved by blocks; the sum of the biases stands in the same
// order.
type forwardPanels struct {
	ih     inputPanels
	hh     kernels.Panels
	bias   []float32 // [G·Hp]
	config Config    // of the last pack
}

// shape gives the panels their shape for fill, in the memory of the backward panels, nil: none.
// source is that of inputPanels.
func (p *forwardPanels) shape(l kernels.Level, c *Config, gates, input int, before *backwardPanels, source *Weights) error {
	width := gates * c.padded()
	same := p.config == *c
	p.config = *c
	p.hh.SetEngine(kernels.StepEngine())
	if before == nil {
		before = new(backwardPanels)
	}
	if err := p.ih.shape(same, l, input, width, c, &before.ih, source); err != nil {
		return err
	}
	if err := reshape(&p.hh, same, l, c.HiddenSize, width, c, &before.hh); err != nil {
		return err
	}
	p.bias = memory.Buffer(p.bias, width)
	return nil
}

// fill packs the runs [first, end) of 16 gate columns.
func (p *forwardPanels) fill(c *Config, gates, input int, w *Weights, first, end int) error {
	if p.ih.source == nil {
		if err := setColumns(&p.ih.Panels, first*blockUnits, c, gates, first, end, w.IH, input); err != nil {
			return err
		}
	}
	if err := setColumns(&p.hh, first*blockUnits, c, gates, first, end, w.HH, c.HiddenSize); err != nil {
		return err
	}
	clear(p.bias[first*blockUnits : end*blockUnits])
	for run := first; run < end && c.Bias; run++ {
		row, units := weightRows(c, gates, run)
		for u := range units {
			p.bias[run*blockUnits+u] = w.BiasIH[row+u] + w.BiasHH[row+u]
		}
	}
	return nil
}

// weightRows returns the first row of the weights that a run of 16 interleaved gates stands
// for, and how many it has.
func weightRows(c *Config, gates, run int) (row, units int) {
	block, gate := run/gates, run%gates
	return gate*c.HiddenSize + block*blockUnits, c.units(block)
}

// setColumns packs the runs [first, end) of w [G·H, k] for x·wᵀ, from the given column of p on.
func setColumns(p *kernels.Panels, column int, c *Config, gates, first, end int, w []float32, k int) error {
	for run := first; run < end; run++ {
		row, units := weightRows(c, gates, run)
		if err := p.Set(0, column, k, units, w[row*k:], 1, k); err != nil {
			return err
		}
		column += blockUnits
	}
	return nil
}

// backwardPanels are the same weights packed for dgates·W_ih and dgates·W_hh:
// their rows are interleaved, as the columns of dgates are.
type backwardPanels struct {
	ih     inputPanels
	hh     kernels.Panels
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
// source is that of inputPanels.
func (p *backwardPanels) shape(l kernels.Level, c *Config, gates, input int, before *forwardPanels, source *Weights) error {
	depth := gates * c.padded()
	same := p.config == *c
	p.config = *c
	p.hh.SetEngine(kernels.StepEngine())
	if err := p.ih.shape(same, l, depth, input, c, &before.ih, source); err != nil {
		return err
	}
	return reshape(&p.hh, same, l, depth, c.padded(), c, &before.hh)
}

// fill packs a portion of the weights: all columns of its runs of 16 gate rows, or where it is sliced,
// its columns of all of them.
func (p *backwardPanels) fill(c *Config, gates, input int, w *Weights, part *portion) error {
	first, end := part.runs(c.blocks(), gates)
	if part.sliced() {
		first, end = 0, c.blocks()*gates
	}
	if p.ih.source == nil {
		column, last := part.columns(input, c.blocks())
		if err := setRows(&p.ih.Panels, first*blockUnits, column, c, gates, first, end, w.IH[column:], last-column, input); err != nil {
			return err
		}
	}
	column, last := part.columns(c.HiddenSize, c.blocks())
	return setRows(&p.hh, first*blockUnits, column, c, gates, first, end, w.HH[column:], last-column, c.HiddenSize)
}

// setRows packs the runs [first, end) of the first n columns of w, rows stride apart, for
// dgates·w, from the given row and column of p on.
func setRows(p *kernels.Panels, k, column int, c *Config, gates, first, end int, w []float32, n, stride int) error {
	for run := first; run < end; run++ {
		row, units := weightRows(c, gates, run)
		if err := p.Set(k, column, units, n, w[row*stride:], stride, 1); err != nil {
			return err
		}
		k += blockUnits
	}
	return nil
}

// grow is memory.Resize that keeps what the elements hold, buffers of theirs for instance.
func grow[E any](s []E, n int) []E {
	for len(s) < n {
		var zero E
		s = append(s, zero)
	}
	return s
}
