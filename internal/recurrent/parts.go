package recurrent

import (
	"github.com/packedlstm/packedlstm/internal/workers"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/packed"
)

// Few rows read packed W_ih once only: for the projections of a single chunk, and for dx. To
// pack all of it first is a way to memory and back that takes longer than the product. So
// each worker packs a part, which stays in L2 until its product has read it, then the next.

// packsParts reports whether the passes over l pack W_ih themselves: if one chunk holds all
// rows, and no two workers would pack the same part.
func (w *Workspace) packsParts(l *packed.Layout, c *Config, gates int) bool {
	w.split(l, c, gates)
	return len(w.shares) > 0 && (len(w.ranges) == 1 || w.shares[0].slice.barrier != nil) &&
		l.Rows()*gates*c.padded() <= chunkFloats
}

// shapePart gives a part the shape [k, n]; what Set does not reach of padded units is zero.
func shapePart(part *kernels.Panels, l kernels.Level, k, n int, padded bool) error {
	if padded {
		return part.Reset(l, k, n)
	}
	return part.Reshape(l, k, n)
}

// projectParts computes proj = bias + x·W_ihᵀ for all rows, some blocks of units at a time.
func (p *pass) projectParts(x []float32, rows int) error {
	c, gates := p.config, p.cell.Gates()
	width := gates * blockUnits
	atOnce := max(ScratchFloats/(p.input*width), 1)
	for done, blocks := 0, p.slice.blocks(); done < blocks; done += atOnce {
		first, count := p.slice.first+done, min(atOnce, blocks-done)
		padded := c.units(first+count-1) < blockUnits
		if err := shapePart(&p.part, p.level, p.input, count*width, padded); err != nil {
			return err
		}
		for run := range count * gates {
			block, gate := first+run/gates, run%gates
			row := gate*c.HiddenSize + block*blockUnits
			if err := p.part.Set(0, run*blockUnits, p.input, c.units(block), p.panels.source.IH[row*p.input:], 1, p.input); err != nil {
				return err
			}
		}
		p.product = kernels.Product{
			C: p.proj[done*width:], CStride: p.projStride(), Init: p.panels.bias[first*width:],
			A: x, AStride: p.input, AKStride: 1, Rows: rows, Count: count * gates,
		}
		if err := p.part.Multiply(&p.product); err != nil {
			return err
		}
	}
	return nil
}

// partPanels are the columns of a part of dx, in panels: wide enough for long runs of each row
// of W_ih, narrow enough that the sums take many of its rows before they go through dx.
const partPanels = 32

// runParts computes the worker's columns of dx for all rows.
func (p *inputPass) runParts() error {
	if len(p.dx) == 0 {
		return nil
	}
	first, end := workers.Share((p.input+kernels.PanelWidth-1)/kernels.PanelWidth, 1, p.share[0], p.share[1])
	for ; first < end; first += partPanels {
		for direction := range p.panels {
			if err := p.columns(direction, first, min(first+partPanels, end)); err != nil {
				return err
			}
		}
	}
	return nil
}

// columns adds one direction's dgates·W_ih to the columns of the panels [first, end); the
// first direction overwrites. The sums go on through dx from one part to the next.
func (p *inputPass) columns(direction, first, end int) error {
	c, gates := p.config, p.cell.Gates()
	column := first * kernels.PanelWidth
	width, depth := min(end*kernels.PanelWidth, p.input)-column, gates*blockUnits
	dx := p.dx[column:]
	atOnce := max(ScratchFloats/(depth*width), 1)
	for block := 0; block < c.blocks(); block += atOnce {
		count := min(atOnce, c.blocks()-block)
		padded := c.units(block+count-1) < blockUnits
		if err := shapePart(&p.part, p.level, count*depth, width, padded); err != nil {
			return err
		}
		for run := range count * gates {
			row := run%gates*c.HiddenSize + (block+run/gates)*blockUnits
			w := p.panels[direction].source.IH[row*p.input+column:]
			if err := p.part.Set(run*blockUnits, 0, c.units(block+run/gates), width, w, p.input, 1); err != nil {
				return err
			}
		}
		p.product = kernels.Product{
			C: dx, CStride: p.input,
			A: p.keep[direction].gates[block*depth:], AStride: p.stride, AKStride: 1,
			Rows: len(p.dx) / p.input, Count: end - first,
		}
		if direction > 0 || block > 0 {
			p.product.Init, p.product.InitStride = dx, p.input
		}
		if err := p.part.Multiply(&p.product); err != nil {
			return err
		}
	}
	return nil
}
