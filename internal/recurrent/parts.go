package recurrent

import (
	"github.com/packedlstm/packedlstm/internal/workers"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/packed"
)

// Few rows read packed W_ih once only: for the projections of one chunk, and for dx. To
// pack all of it first is a way to memory and back that takes longer than the product. So
// each worker packs a part, which stays in L2 until its product has read it, then the next.

// inputPanels are W_ih packed for one pass or the other, or what that packs it from itself.
type inputPanels struct {
	kernels.Panels          // empty where there is a source
	source         *Weights // nil: the panels hold W_ih
}

// shape gives the panels their shape [k, n], in other's memory; same says that they were last
// filled for the same config. source is nil, or what the passes may pack W_ih from: an engine
// has it whole.
func (p *inputPanels) shape(same bool, l kernels.Level, k, n int, c *Config, other *inputPanels, source *Weights) error {
	filled := same && p.source == nil
	p.source = source
	if p.SetEngine(kernels.EngineFor(l, k, n)); p.Engine() != nil {
		p.source = nil
	}
	if p.source != nil {
		return nil
	}
	return reshape(&p.Panels, filled, l, k, n, c, &other.Panels)
}

// partsFloats bounds the projections of rows that read parts of W_ih: as many as L2 holds, 512 KB
// to 1 MB.
var partsFloats = min(max(512<<10, kernels.CPU().L2), 1<<20) / 4

// sources returns the weights if the passes over l, shared as split has it, pack W_ih
// themselves: if the rows are few, and so one chunk, no two workers would pack the same
// part, and no steps compute products with it along. Else nil.
func (w *Workspace) sources(weights []Weights, level kernels.Level, l *packed.Layout, c *Config, cell Cell) []Weights {
	apart := len(w.ranges) == 1 || w.shares[0].slice.barrier != nil
	if !apart || l.Rows()*gateStride(c, cell) > partsFloats {
		return nil
	}
	input := max(c.InputSize, c.LayerInput(c.NumLayers-1))
	if c.Directions() == 1 && kernels.StepEngine() == nil && w.sideCount(level, l, c, input, cell.Gates()) > 0 {
		return nil
	}
	return weights
}

// sourceOf returns source i, nil if there are none.
func sourceOf(sources []Weights, i int) *Weights {
	if sources == nil {
		return nil
	}
	return &sources[i]
}

// shapePart gives a part the shape [k, n] for the blocks of units up to end; what is not set
// of padded units is zero.
func shapePart(part *kernels.Panels, l kernels.Level, k, n int, c *Config, end int) error {
	if c.units(end-1) < blockUnits {
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
		if err := shapePart(&p.part, p.level, p.input, count*width, c, first+count); err != nil {
			return err
		}
		if err := setColumns(&p.part, 0, c, gates, first*gates, (first+count)*gates, p.panels.ih.source.IH, p.input); err != nil {
			return err
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
	dx, w := p.dx[column:], p.panels[direction].ih.source.IH[column:]
	atOnce := max(ScratchFloats/(depth*width), 1)
	for block := 0; block < c.blocks(); block += atOnce {
		count := min(atOnce, c.blocks()-block)
		if err := shapePart(&p.part, p.level, count*depth, width, c, block+count); err != nil {
			return err
		}
		if err := setRows(&p.part, 0, 0, c, gates, block*gates, (block+count)*gates, w, width, p.input); err != nil {
			return err
		}
		p.product = kernels.Product{
			C: dx, CStride: p.input,
			A: p.keep[direction].gates[block*depth:], AStride: gateStride(c, p.cell), AKStride: 1,
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
