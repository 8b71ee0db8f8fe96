package recurrent

import (
	"github.com/packedlstm/packedlstm/internal/workers"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/packed"
)

// gradientRuns runs of dgates are packed at a time. In place, each of their rows would lie
// on a page of its own: more pages than the first level of the TLB holds.
const gradientRuns = 4

// gradientPass is one worker's share of the parameter gradients of one layer: some
// runs of 16 gate columns in every direction, over all packed rows.
type gradientPass struct {
	config *Config
	cell   Cell
	level  kernels.Level
	engine kernels.Engine // nil: the level's tiles; all workers' the same, for it decides how they share
	layout *packed.Layout

	x     []float32 // [N, input] what the layer read
	input int
	y     []float32      // [N, D·H] what the layer wrote
	keep  []kept         // [direction]; the gates hold their gradients
	grads []Weights      // [direction]
	add   bool           // to what grads hold
	share [2]int         // this worker, of how many
	xRows kernels.Panels // a block of rows of x
	hRows kernels.Panels // the same rows of h before their steps
	gates kernels.Panels // the same rows of some runs of dgates
	bias  []float32      // [16] for each run of the share
	gate  []float32      // [rows, units] one gate of the share, for an engine
	err   error

	product kernels.Product
}

// run computes dW_ih, dW_hh and the biases' gradients; there is a row at least. The first
// block of rows overwrites what it is not to add to: clearing the gradients before would
// cost a way to memory and back.
func (g *gradientPass) run() error {
	gates := g.cell.Gates()
	first, end := workers.Share(g.config.blocks()*gates, 1, g.share[0], g.share[1])
	blockRows, block := kernels.GradientRows, g.block
	if g.engine != nil {
		first, end = workers.Share(g.config.blocks()*gates, gates, g.share[0], g.share[1])
		blockRows, block = engineRows, g.blockByGate
	}
	g.xRows.SetEngine(g.engine)
	g.hRows.SetEngine(g.engine)
	for direction := range g.grads {
		g.bias = resize(g.bias, (end-first)*blockUnits)
		clear(g.bias)
		for row := 0; row < g.layout.Rows() && first < end; row += blockRows {
			rows := min(blockRows, g.layout.Rows()-row)
			if err := block(direction, row, rows, first, end); err != nil {
				return err
			}
		}
		if !g.config.Bias {
			continue
		}
		for run := first; run < end; run++ {
			at, units := g.weightRow(run)
			sums, ih, hh := g.bias[(run-first)*blockUnits:][:units], g.grads[direction].BiasIH[at:], g.grads[direction].BiasHH[at:]
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
	return nil
}

// weightRow returns the first row of the weights that the run stands for, and how
// many it has.
func (g *gradientPass) weightRow(run int) (row, units int) {
	block, gate := run/g.cell.Gates(), run%g.cell.Gates()
	return gate*g.config.HiddenSize + block*blockUnits, g.config.units(block)
}

// engineRows of a block for an engine: fewer leave it short of work, more let rounding
// errors gather.
const engineRows = 256

// blockByGate is block for an engine, which takes the units of a whole gate at a time. The
// share is some whole blocks of units.
func (g *gradientPass) blockByGate(direction, row, rows, first, end int) error {
	gates, hidden, stride := g.cell.Gates(), g.config.HiddenSize, gateStride(g.config, g.cell)
	if err := g.packRows(direction, row, rows); err != nil {
		return err
	}
	dgates := g.keep[direction].gates[row*stride+first*blockUnits:]
	if g.config.Bias {
		if err := g.level.ColumnSums(g.bias, dgates, rows, stride); err != nil {
			return err
		}
	}
	unit := first / gates * blockUnits
	units := min(end/gates*blockUnits, hidden) - unit
	g.gate = resize(g.gate, rows*units)
	grads := &g.grads[direction]
	for gate := range gates {
		for r := range rows {
			for u := 0; u < units; u += blockUnits {
				copy(g.gate[r*units+u:r*units+min(u+blockUnits, units)], dgates[r*stride+u*gates+gate*blockUnits:])
			}
		}
		at := gate*hidden + unit
		g.product = kernels.Product{A: g.gate, AStride: 1, AKStride: units, Rows: units, Add: g.add || row > 0, Far: true}
		if err := g.multiply(&g.xRows, grads.IH[at*g.input:], g.input); err != nil {
			return err
		}
		if err := g.multiply(&g.hRows, grads.HH[at*hidden:], hidden); err != nil {
			return err
		}
	}
	return nil
}

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

// block adds what packed rows [row, row+rows) contribute to the runs [first, end); the first
// rows overwrite.
func (g *gradientPass) block(direction, row, rows, first, end int) error {
	hidden, stride := g.config.HiddenSize, gateStride(g.config, g.cell)
	if err := g.packRows(direction, row, rows); err != nil {
		return err
	}
	grads := &g.grads[direction]
	for run := first; run < end; run++ {
		if (run-first)%gradientRuns == 0 {
			runs := min(gradientRuns, end-run)
			d := g.keep[direction].gates[row*stride+run*blockUnits:]
			if err := g.gates.Pack(g.level, d, rows, runs*blockUnits, stride); err != nil {
				return err
			}
			if g.config.Bias {
				if err := g.level.ColumnSums(g.bias[(run-first)*blockUnits:][:runs*blockUnits], d, rows, stride); err != nil {
					return err
				}
			}
		}
		d, err := g.gates.Panel((run - first) % gradientRuns)
		if err != nil {
			return err
		}
		at, units := g.weightRow(run)
		g.product = kernels.Product{A: d, AStride: 1, AKStride: kernels.PanelWidth, Rows: units, Add: g.add || row > 0, Far: true}
		if err := g.multiply(&g.xRows, grads.IH[at*g.input:], g.input); err != nil {
			return err
		}
		if err := g.multiply(&g.hRows, grads.HH[at*hidden:], hidden); err != nil {
			return err
		}
	}
	return nil
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

// inputPass is one worker's share of dx [N, input] = Σ_d dgates_d·W_ih_d: some rows.
type inputPass struct {
	panels  []backwardPanels // [direction]
	keep    []kept           // [direction]; the gates hold their gradients
	stride  int              // of the gates' rows
	dx      []float32
	input   int
	rows    rowRange
	err     error
	product kernels.Product
}

func (p *inputPass) run() error {
	rows := p.rows.end - p.rows.first
	if rows == 0 {
		return nil
	}
	dx := p.dx[p.rows.first*p.input : p.rows.end*p.input]
	for direction := range p.panels {
		p.product = kernels.Product{
			C: dx, CStride: p.input,
			A: p.keep[direction].gates[p.rows.first*p.stride:], AStride: p.stride, AKStride: 1,
			Rows: rows, Count: (p.input + kernels.PanelWidth - 1) / kernels.PanelWidth,
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
