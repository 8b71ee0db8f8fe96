package recurrent

import (
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/packed"
)

const (
	// chunkFloats bounds the projected rows of a chunk, unless one step has more: 512 KB,
	// half of an L2. Shorter chunks read W_ih more often.
	chunkFloats = 128 << 10
	// scratchFloats of pre-activations, 16 KB, stay in L1 between product and gates.
	scratchFloats = 4 << 10
)

// kept is what the backward pass needs of one layer and direction.
type kept struct {
	gates []float32 // [N, gateStride] activated; the backward pass overwrites them by their gradients
	cell  []float32 // [N, Hp]
	h0    []float32 // [B, Hp] initial states, sorted order
	c0    []float32 // [B, Hp]
}

// pass is the work of one worker in one layer and direction: the sequences of one
// range. Its buffers are reused from layer to layer and call to call.
type pass struct {
	config *Config
	cell   Cell
	level  kernels.Level
	layout *packed.Layout
	rows   rowRange
	// reverse runs the steps from each sequence's last to its first.
	reverse bool

	panels  *forwardPanels
	x       []float32 // [N, input]
	input   int
	y       []float32 // [N, D·H], this direction's columns from yColumn on
	yColumn int
	keep    *kept // nil: inference

	h0, c0 []float32 // [B, H] of this layer and direction, the caller's order; nil: zeros
	hn, cn []float32 // [B, H] likewise

	h       [2][]float32 // [rows, hStride] states before and after a step, in turn
	c       []float32    // [rows, Hp]
	xRows   []float32    // rows of a chunk where they are not contiguous in x
	proj    []float32    // [chunk rows, gateStride]
	scratch []float32    // [rows, some blocks of G·16]
	err     error

	forward kernels.LSTMForward
	product kernels.Product
}

// hStride keeps rows of h off a common multiple of the cache's set stride.
func (p *pass) hStride() int { return p.config.padded() + blockUnits }

// run computes the pass.
func (p *pass) run() error {
	rows, hp := p.rows.end-p.rows.first, p.config.padded()
	if rows == 0 {
		return nil
	}
	p.h[0], p.h[1] = resize(p.h[0], rows*p.hStride()), resize(p.h[1], rows*p.hStride())
	p.c = resize(p.c, rows*hp)
	p.scratch = resize(p.scratch, max(scratchFloats, rows*p.cell.Gates()*blockUnits))
	p.loadStates()
	steps := p.rows.steps(p.layout)
	for s := 0; s < steps; {
		end, chunk := p.chunk(s, steps)
		if err := p.project(s, end, chunk, steps); err != nil {
			return err
		}
		// The chunk's rows stand in ascending order of time.
		offset := 0
		if p.reverse {
			offset = chunk
		}
		for ; s < end; s++ {
			t := p.time(s, steps)
			live := p.rows.live(p.layout, t)
			if p.reverse {
				offset -= live
			}
			if err := p.step(s, t, live, offset); err != nil {
				return err
			}
			if !p.reverse {
				offset += live
			}
		}
	}
	p.storeStates(steps)
	return nil
}

// time returns the time step of the s-th step of the pass.
func (p *pass) time(s, steps int) int {
	if p.reverse {
		return steps - 1 - s
	}
	return s
}

// chunk returns the end of the chunk of steps that begins with s, and its rows.
func (p *pass) chunk(s, steps int) (end, rows int) {
	limit := max(chunkFloats/gateStride(p.config, p.cell), 1)
	for end = s; end < steps; end++ {
		live := p.rows.live(p.layout, p.time(end, steps))
		if end > s && rows+live > limit {
			break
		}
		rows += live
	}
	return end, rows
}

// project computes proj = bias + x·W_ihᵀ for the rows of the chunk's steps [s, end),
// in ascending order of time.
func (p *pass) project(s, end, chunk, steps int) error {
	first, last := p.time(s, steps), p.time(end-1, steps)
	if p.reverse {
		first, last = last, first
	}
	offsets, sizes := p.layout.Offsets(), p.layout.BatchSizes()
	x := p.x[offsets[first]*p.input:]
	if p.rows.first > 0 || sizes[first] > p.rows.end {
		// Other ranges' rows lie between: gather this one's.
		p.xRows = resize(p.xRows, chunk*p.input)
		x = p.xRows
		at := 0
		for t := first; t <= last; t++ {
			row, live := offsets[t]+p.rows.first, p.rows.live(p.layout, t)
			at += copy(x[at:], p.x[row*p.input:(row+live)*p.input])
		}
	}
	stride := gateStride(p.config, p.cell)
	p.proj = resize(p.proj, chunk*stride)
	p.product = kernels.Product{
		C: p.proj, CStride: stride,
		Init: p.panels.bias,
		A:    x, AStride: p.input, AKStride: 1,
		Rows: chunk, Count: p.config.blocks() * p.cell.Gates(),
	}
	return p.panels.ih.Multiply(&p.product)
}

// step runs the s-th step, time t, of live rows, whose projections begin at row
// offset of the chunk: as many blocks of units at a time as the scratch holds.
func (p *pass) step(s, t, live, offset int) error {
	if live == 0 {
		return nil
	}
	gates, hp := p.cell.Gates(), p.config.padded()
	width, stride := gates*blockUnits, gateStride(p.config, p.cell)
	row := p.layout.Offsets()[t] + p.rows.first
	outputs := p.config.OutputSize()
	before, after := p.h[s%2], p.h[(s+1)%2]
	atOnce := max(scratchFloats/(width*live), 1)
	for b := 0; b < p.config.blocks(); b += atOnce {
		count := min(atOnce, p.config.blocks()-b)
		unit := b * blockUnits
		p.product = kernels.Product{
			C: p.scratch, CStride: count * width,
			Init: p.proj[offset*stride+b*width:], InitStride: stride,
			A: before, AStride: p.hStride(), AKStride: 1,
			Rows: live, First: b * gates, Count: count * gates,
		}
		if err := p.panels.hh.Multiply(&p.product); err != nil {
			return err
		}
		p.forward = kernels.LSTMForward{
			Pre: p.scratch, PreStride: count * width,
			C: p.c[unit:], CStride: hp,
			H: after[unit:], HStride: p.hStride(),
			Y: p.y[row*outputs+p.yColumn+unit:], YStride: outputs,
			Rows: live, Units: min(count*blockUnits, p.config.HiddenSize-unit),
		}
		if p.keep != nil {
			p.forward.Gates, p.forward.GatesStride = p.keep.gates[row*stride+b*width:], stride
			p.forward.Cell, p.forward.CellStride = p.keep.cell[row*hp+unit:], hp
		}
		if err := p.cell.Forward(p.level, &p.forward); err != nil {
			return err
		}
	}
	return nil
}

// loadStates copies the range's initial states into c and both h: a sequence that
// joins later (reverse direction) finds its own in whichever is current.
func (p *pass) loadStates() {
	hidden, hp, stride := p.config.HiddenSize, p.config.padded(), p.hStride()
	clear(p.h[0])
	clear(p.h[1])
	clear(p.c)
	for r := p.rows.first; r < p.rows.end; r++ {
		b, at := p.layout.SortedIndices()[r], r-p.rows.first
		if p.h0 != nil {
			copy(p.h[0][at*stride:], p.h0[b*hidden:(b+1)*hidden])
			copy(p.h[1][at*stride:], p.h0[b*hidden:(b+1)*hidden])
		}
		if p.c0 != nil {
			copy(p.c[at*hp:], p.c0[b*hidden:(b+1)*hidden])
		}
		if p.keep != nil {
			copy(p.keep.h0[r*hp:(r+1)*hp], p.h[0][at*stride:])
			copy(p.keep.c0[r*hp:(r+1)*hp], p.c[at*hp:])
		}
	}
}

// storeStates writes every sequence's state after its own last step (in reverse:
// its first) in the caller's order.
func (p *pass) storeStates(steps int) {
	hidden, hp, stride := p.config.HiddenSize, p.config.padded(), p.hStride()
	for r := p.rows.first; r < p.rows.end; r++ {
		b, at := p.layout.SortedIndices()[r], r-p.rows.first
		taken := steps
		if !p.reverse {
			taken = p.layout.Lengths()[b]
		}
		copy(p.hn[b*hidden:(b+1)*hidden], p.h[taken%2][at*stride:])
		copy(p.cn[b*hidden:(b+1)*hidden], p.c[at*hp:])
	}
}
