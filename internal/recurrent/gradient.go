package recurrent

import (
	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/internal/workers"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/packed"
)

// gradientBlocks bounds the blocks of 16 units of a gate that one product takes as the rows of
// dW.
const gradientBlocks = kernels.GradientColumns / blockUnits

// gradientPass is one worker's portion of the parameter gradients of one layer: some runs of 16
// units, as rows of the weights are, over all packed rows.
type gradientPass struct {
	config *Config
	cell   Cell
	level  kernels.Level
	engine kernels.Engine // nil: the level's tiles
	layout *packed.Layout

	x       []float32 // [N, input] what the layer read
	input   int
	y       []float32 // [N, D·H] what the layer wrote
	keep    []kept    // [direction]; the gates hold their gradients
	grads   []Weights // [direction]
	add     bool      // to what grads hold
	portion portion
	xRows   kernels.Panels // a block of rows of x
	hRows   kernels.Panels // the same rows of h before their steps
	gates   []float32      // the same rows of some blocks of a gate, as packGate leaves them
	bias    []float32      // [Hp] for each gate
	err     error

	product kernels.Product
}

// run computes dW_ih, dW_hh and the biases' gradients; there is a row at least. The first
// block of rows overwrites what it is not to add to: clearing the gradients before would
// cost a way to memory and back.
func (g *gradientPass) run() error {
	if first, end := g.portion.shared(g.config.blocks() * g.cell.Gates()); first == end {
		return nil
	}
	blockRows := kernels.GradientRows
	if g.engine != nil {
		blockRows = engineRows
	}
	g.xRows.SetEngine(g.engine)
	g.hRows.SetEngine(g.engine)
	for direction := g.portion.directions[0]; direction < g.portion.directions[1]; direction++ {
		g.bias = memory.Buffer(g.bias, g.cell.Gates()*g.config.padded())
		clear(g.bias)
		for row := 0; row < g.layout.Rows(); row += blockRows {
			rows := min(blockRows, g.layout.Rows()-row)
			if err := g.block(direction, row, rows); err != nil {
				return err
			}
		}
		if g.config.Bias {
			g.storeBias(direction)
		}
	}
	return nil
}

// storeBias writes or adds the sums of the portion to the gradients of both biases.
func (g *gradientPass) storeBias(direction int) {
	grads, blocks := &g.grads[direction], g.config.blocks()
	for gate := range g.cell.Gates() {
		first, end := g.portion.gateBlocks(gate, blocks, g.cell.Gates())
		for block := first; block < end; block++ {
			at, units := gate*g.config.HiddenSize+block*blockUnits, g.config.units(block)
			sums, ih, hh := g.bias[(gate*blocks+block)*blockUnits:][:units], grads.BiasIH[at:], grads.BiasHH[at:]
			if !g.add {
				clear(ih[:units])
				clear(hh[:units])
			}
			for u, v := range sums {
				ih[u] += v
				hh[u] += v
			}
		}
	}
}

// engineRows of a block for an engine: fewer leave it short of work, more let rounding
// errors gather.
const engineRows = 256

// packRows packs rows of x and of h before their steps.
func (g *gradientPass) packRows(direction, row, rows int) error {
	if err := g.xRows.Pack(g.level, g.x[row*g.input:], rows, g.input, g.input); err != nil {
		return err
	}
	if err := g.hRows.Reshape(g.level, rows, g.config.HiddenSize); err != nil {
		return err
	}
	return g.packStates(direction, row, rows)
}

// block adds what packed rows [row, row+rows) contribute to the portion; the first rows overwrite. It
// takes as many blocks of one gate at a time as gradientBlocks allows, an engine all of them.
func (g *gradientPass) block(direction, row, rows int) error {
	if err := g.packRows(direction, row, rows); err != nil {
		return err
	}
	blocks := g.config.blocks()
	for gate := range g.cell.Gates() {
		block, end := g.portion.gateBlocks(gate, blocks, g.cell.Gates())
		for block < end {
			count := end - block
			if g.engine == nil { // parts of equal size
				parts := (count + gradientBlocks - 1) / gradientBlocks
				count = (count + parts - 1) / parts
			}
			if err := g.part(direction, row, rows, gate, block, count, g.bias[(gate*blocks+block)*blockUnits:][:count*blockUnits]); err != nil {
				return err
			}
			block += count
		}
	}
	return nil
}

// part is block for count blocks of one gate from the given one on, whose column sums are added
// to bias.
func (g *gradientPass) part(direction, row, rows, gate, block, count int, bias []float32) error {
	hidden, grads := g.config.HiddenSize, &g.grads[direction]
	width, err := g.packGate(direction, row, rows, gate, block, count)
	if err != nil {
		return err
	}
	if g.config.Bias {
		if err := g.level.ColumnSums(bias, g.gates, rows, width); err != nil {
			return err
		}
	}
	unit := block * blockUnits
	at := gate*hidden + unit
	g.product = kernels.Product{
		A: g.gates, AStride: 1, AKStride: width,
		Rows: min(unit+count*blockUnits, hidden) - unit, Add: g.add || row > 0, Far: true,
	}
	if err := g.multiply(&g.xRows, grads.IH[at*g.input:], g.input); err != nil {
		return err
	}
	return g.multiply(&g.hRows, grads.HH[at*hidden:], hidden)
}

// packGate copies rows of dgates, count blocks of one gate, to g.gates, rows width apart: in
// place, each row would lie on a page of its own, more pages than the first level of the TLB
// holds. The width is an odd number of cache lines, so that a column meets all sets of L1.
func (g *gradientPass) packGate(direction, row, rows, gate, block, count int) (width int, err error) {
	gates, stride := g.cell.Gates(), gateStride(g.config, g.cell)
	width = (count | 1) * blockUnits
	g.gates = memory.Buffer(g.gates, rows*width)
	src := g.keep[direction].gates[row*stride+(block*gates+gate)*blockUnits:]
	return width, g.level.GatherBlocks(g.gates, width, src, stride, gates*blockUnits, rows, count)
}

// multiply computes dw [units, columns] += dᵀ·rows, d the product's A, or overwrites. The block
// is summed from zero and then added: one chain over all rows would gather their rounding errors.
func (g *gradientPass) multiply(rows *kernels.Panels, dw []float32, columns int) error {
	g.product.C, g.product.CStride = dw, columns
	g.product.Count = (columns + kernels.PanelWidth - 1) / kernels.PanelWidth
	return rows.Multiply(&g.product)
}

// packStates fills hRows with h before the step of each packed row [row, row+rows):
// the output of the step before in the direction's order, or the initial state.
func (g *gradientPass) packStates(direction, row, rows int) error {
	hidden, hp, outputs := g.config.HiddenSize, g.config.padded(), g.config.OutputSize()
	offsets, sizes := g.layout.Offsets(), g.layout.BatchSizes()
	t := stepOf(offsets, row)
	for at := 0; at < rows; {
		for row+at >= offsets[t+1] {
			t++
		}
		k := row + at - offsets[t] // sorted position
		count := min(rows-at, offsets[t+1]-row-at)
		before := t - 1
		if direction == 1 {
			before = t + 1
		}
		live := 0
		if before >= 0 && before < len(sizes) {
			live = sizes[before]
		}
		src, stride := g.keep[direction].h0[k*hp:], hp
		if k < live {
			count = min(count, live-k)
			src, stride = g.y[(offsets[before]+k)*outputs+direction*hidden:], outputs
		}
		if err := g.hRows.Set(at, 0, count, hidden, src, stride, 1); err != nil {
			return err
		}
		at += count
	}
	return nil
}

// stepOf returns the time step of a packed row: the last t with offsets[t] <= row.
func stepOf(offsets []int, row int) int {
	low, high := 0, len(offsets)-1
	for high-low > 1 {
		if middle := (low + high) / 2; offsets[middle] <= row {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// inputPass is one worker's share of dx [N, input] = Σ_d dgates_d·W_ih_d: some rows, or some columns
// where it has units in the time loops, or packs W_ih itself.
type inputPass struct {
	config  *Config
	cell    Cell
	level   kernels.Level
	panels  []backwardPanels // [direction]
	keep    []kept           // [direction]; the gates hold their gradients
	dx      []float32        // [N, input]
	input   int
	share   [2]int         // this worker, of how many
	portion portion        // of the weights
	part    kernels.Panels // of W_ih, where the pass packs it itself
	err     error
	product kernels.Product
}

func (p *inputPass) run() error {
	if len(p.dx) == 0 {
		return nil
	}
	if p.panels[0].ih.source != nil {
		return p.runParts()
	}
	// With units in the time loops, it has packed some columns of W_ih: it takes those of all rows, unless
	// the rows are so many that the gradients of the gates which others wrote are more than the columns.
	first, end, part := 0, len(p.dx)/p.input, p.portion
	if !part.sliced() || len(p.panels) > 1 || end > 2*p.input {
		part = wholePortion(p.config)
		first, end = workers.Share(end, 6, p.share[0], p.share[1])
	}
	panels := part.panels(p.input, p.config.blocks())
	if first == end || panels[0] == panels[1] {
		return nil
	}
	dx, stride := p.dx[first*p.input+panels[0]*kernels.PanelWidth:end*p.input], gateStride(p.config, p.cell)
	for direction := range p.panels {
		p.product = kernels.Product{
			C: dx, CStride: p.input,
			A: p.keep[direction].gates[first*stride:], AStride: stride, AKStride: 1,
			Rows: end - first, First: panels[0], Count: panels[1] - panels[0],
		}
		if direction > 0 {
			p.product.Init, p.product.InitStride = dx, p.input
		}
		if err := p.panels[direction].ih.Multiply(&p.product); err != nil {
			return err
		}
	}
	return nil
}
