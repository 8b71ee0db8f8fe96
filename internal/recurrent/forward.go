package recurrent

import (
	"math"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/packed"
)

const (
	// farFloats of W_ih, 8 MB, are in no cache near, and are worth a chunk of farRows though its
	// projections leave L2.
	farFloats = 2 << 20
	farRows   = 128
	// chunkRows are projected together at least: fewer would read W_ih for little arithmetic.
	chunkRows = 64
	// returningRows is up to how many rows every other step walks back over the weights, to
	// find some of them in the cache that all of them exceed (Xeon, L2 of 2 MB, AVX-512, 9 to 18 rows at
	// H = 384 and 512: 1.02 to 1.15 times as fast). More wait for arithmetic: alike, and 0.94 while nothing
	// called what they multiply next (Ice Lake, AVX2, 32 rows at H = 256).
	returningRows = 24
)

// chunkFloats returns how many floats the projected rows of a chunk have at most, unless that is fewer than
// chunkRows or one step has more, where L2 has so many bytes and a pass reads so many floats of weights: three
// eighths of L2, 256 to 512 KB, so that W_ih, W_hh and the states find room beside them. Shorter
// chunks read W_ih more often, longer ones leave L2 (Zen 4, L2 of 1 MB: 256 and 384 KB are alike, 1 MB
// loses 2 to 5 % at H = 128 and 256; Zen 5: alike within 3 % from 256 KB to 1 MB, 4 MB lose 8 %; Xeon, L2
// of 2 MB, at H = 128: 256 to 512 KB are alike, 768 KB lose 1.2 %, 1.5 MB 5 %).
//
// Where weights fill a large L2 by themselves, chunks leave it, too, and have 1.5 MB, for each reads W_ih from
// beyond (Xeon: at H = 512 1.00 to 1.01 times as fast as 512 KB, at H = 256 alike). Not measured on a smaller
// L2 beside a faster L3.
func chunkFloats(l2, weights int) int {
	const largeL2 = 2 << 20
	if l2 >= largeL2 && 4*weights >= l2 {
		return 3 << 19 / 4
	}
	return min(max(256<<10, l2*3/8), 512<<10) / 4
}

// ScratchFloats of pre-activations stay in a cache between product and gates: 16 KB, or three
// thirty-seconds of L2 but 96 KB at most. L2 delivers them faster than the gates take them, and
// many small products lose more at their ends (AVX-512: 1.01 to 1.03 times as fast on a Zen 5);
// but 128 KB lose 3 % with 256 rows at H = 128 (Zen 4).
var ScratchFloats = min(max(16<<10, kernels.CPU().L2*3/32), 96<<10) / 4

// Returns reports whether step s of live rows walks back over the weights.
func Returns(s, live int) bool { return s%2 == 1 && live <= returningRows }

// kept is what the backward pass needs of one layer and direction.
type kept struct {
	gates []float32 // [N, gateStride] activated; the backward pass overwrites them by their gradients
	cell  []float32 // [N, Hp]
	h0    []float32 // [B, Hp] initial states, sorted order
	c0    []float32 // [B, Hp]
}

// pass is the work of one worker in one layer and direction: the sequences of one
// range, or some hidden units of them. Its buffers are reused from layer to layer and
// call to call.
type pass struct {
	config *Config
	cell   Cell
	level  kernels.Level
	layout *packed.Layout
	rows   rowRange
	slice  slice
	states *states // of the range; shared by the workers that own units of it
	done   <-chan struct{}
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

	part    kernels.Panels // of W_ih, where the pass packs it itself
	xRows   []float32      // rows of a chunk where they are not contiguous in x
	proj    []float32      // [chunk rows, projStride]
	scratch []float32      // [rows, some blocks of G·16]
	err     error

	forward kernels.LSTMForward
	product kernels.Product

	side      side // the projections of the chunk that follows
	sideSteps sideSteps
}

// states are those of a range of sequences before and after a step: h in turn.
type states struct {
	h [2][]float32 // [rows, hStride]
	c []float32    // [rows, Hp]
}

func (s *states) resize(rows int, c *Config) {
	s.h[0], s.h[1] = memory.Buffer(s.h[0], rows*hStride(c)), memory.Buffer(s.h[1], rows*hStride(c))
	s.c = memory.Buffer(s.c, rows*c.padded())
}

// hStride keeps rows of h off a common multiple of the cache's set stride.
func hStride(c *Config) int { return c.padded() + blockUnits }

// projStride is the distance between rows of the projections to the pass's own units.
func (p *pass) projStride() int { return p.slice.blocks()*p.cell.Gates()*blockUnits + blockUnits }

// run computes the pass, and lets the others of its slices go if it fails.
func (p *pass) run() error {
	err := p.runSteps()
	if err != nil {
		p.slice.abort()
	}
	return err
}

func (p *pass) runSteps() error {
	rows := p.rows.end - p.rows.first
	if rows == 0 {
		return nil
	}
	p.scratch = memory.Buffer(p.scratch, max(ScratchFloats, rows*p.cell.Gates()*blockUnits))
	// The steps set what they use: nothing may be left of another call.
	p.product, p.forward = kernels.Product{}, kernels.LSTMForward{}
	p.loadStates()
	if !p.slice.meet() { // step 0 reads all units of h
		return errAborted
	}
	steps := p.rows.steps(p.layout)
	p.planSide(steps)
	for s := 0; s < steps; {
		end, chunk := p.chunk(s, steps)
		if err := p.prepare(s, end, chunk, steps); err != nil {
			return err
		}
		// The chunk's rows stand in ascending order of time.
		offset := 0
		if p.reverse {
			offset = chunk
		}
		for ; s < end; s++ {
			if err := cancelled(p.done); err != nil {
				return err
			}
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
			if !p.slice.meet() {
				return errAborted
			}
		}
		if err := p.side.finish(); err != nil {
			return err
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
	if p.panels.ih.source != nil {
		return p.stepsWithin(s, steps, math.MaxInt) // a part of W_ih is packed once
	}
	if end, rows = p.sideChunk(s); rows > 0 {
		return end, rows
	}
	if s < p.sideSteps.first {
		steps = p.sideSteps.first
	}
	limit := p.chunkLimit()
	// Less than half a chunk at the end goes with the one before.
	if end, rows = p.stepsWithin(s, steps, limit+limit/2); end == steps {
		return end, rows
	}
	return p.stepsWithin(s, steps, limit)
}

// chunkLimit returns how many rows are projected at once where several steps have them.
func (p *pass) chunkLimit() int {
	weights := (p.input + p.config.HiddenSize) * p.projStride()
	limit := max(chunkFloats(kernels.CPU().L2, weights)/p.projStride(), chunkRows)
	if p.input*p.projStride() >= farFloats {
		limit = max(limit, farRows)
	}
	return limit
}

// stepsWithin returns the end of the steps from s on that have at most limit rows, one step at
// least, and their rows.
func (p *pass) stepsWithin(s, steps, limit int) (end, rows int) {
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
	x := p.rowsOf(s, end, chunk, steps)
	stride, gates := p.projStride(), p.cell.Gates()
	p.proj = memory.Buffer(p.proj, chunk*stride)
	if p.panels.ih.source != nil {
		return p.projectParts(x, chunk)
	}
	p.product = kernels.Product{
		C: p.proj, CStride: stride,
		Init: p.panels.bias[p.slice.first*gates*blockUnits:],
		A:    x, AStride: p.input, AKStride: 1,
		Rows: chunk, First: p.slice.first * gates, Count: p.slice.blocks() * gates,
	}
	return p.panels.ih.Multiply(&p.product)
}

// rowsOf returns the rows of x [chunk, input] of the steps [s, end), in ascending order of time.
func (p *pass) rowsOf(s, end, chunk, steps int) []float32 {
	first, last := p.time(s, steps), p.time(end-1, steps)
	if p.reverse {
		first, last = last, first
	}
	offsets, sizes := p.layout.Offsets(), p.layout.BatchSizes()
	x := p.x[offsets[first]*p.input:]
	if p.rows.first > 0 || sizes[first] > p.rows.end {
		// Other ranges' rows lie between: gather this one's.
		p.xRows = memory.Buffer(p.xRows, chunk*p.input)
		x = p.xRows
		at := 0
		for t := first; t <= last; t++ {
			row, live := offsets[t]+p.rows.first, p.rows.live(p.layout, t)
			at += copy(x[at:], p.x[row*p.input:(row+live)*p.input])
		}
	}
	return x
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
	before, after := p.states.h[s%2], p.states.h[(s+1)%2]
	atOnce := max(ScratchFloats/(width*live), 1)
	descending := Returns(s, live)
	for done, blocks := 0, p.slice.blocks(); done < blocks; done += atOnce {
		count := min(atOnce, blocks-done)
		b := p.slice.first + done
		if descending {
			b = p.slice.end - done - count
		}
		unit := b * blockUnits
		// Field by field: a literal would be made elsewhere and copied, 6 ns of the 200 of a small step.
		x, g := &p.product, &p.forward
		x.C, x.CStride = p.scratch, count*width
		x.Init, x.InitStride = p.proj[offset*p.projStride()+(b-p.slice.first)*width:], p.projStride()
		x.A, x.AStride, x.AKStride = before, hStride(p.config), 1
		x.Rows, x.First, x.Count, x.Descending = live, b*gates, count*gates, descending
		x.Side = p.side.product(live)
		if err := p.panels.hh.Multiply(x); err != nil {
			return err
		}
		g.Pre, g.PreStride = p.scratch, count*width
		g.C, g.CStride = p.states.c[unit:], hp
		g.H, g.HStride = after[unit:], hStride(p.config)
		g.Y, g.YStride = p.y[row*outputs+p.yColumn+unit:], outputs
		g.Rows, g.Units = live, min(count*blockUnits, p.config.HiddenSize-unit)
		if p.keep != nil {
			g.Gates, g.GatesStride = p.keep.gates[row*stride+b*width:], stride
			g.Cell, g.CellStride = p.keep.cell[row*hp+unit:], hp
		}
		if err := p.cell.Forward(p.level, g); err != nil {
			return err
		}
	}
	return nil
}

// loadStates copies the initial states of the pass's units into c and both h: a sequence
// that joins later (reverse direction) finds its own in whichever is current.
func (p *pass) loadStates() {
	hidden, hp, stride := p.config.HiddenSize, p.config.padded(), hStride(p.config)
	first, last, end := p.slice.first*blockUnits, min(p.slice.end*blockUnits, hidden), p.slice.end*blockUnits
	for r := p.rows.first; r < p.rows.end; r++ {
		b, at := p.layout.SortedIndices()[r], r-p.rows.first
		h, c := p.states.h[0][at*stride:], p.states.c[at*hp:]
		clear(h[first:end])
		clear(c[first:end])
		if p.h0 != nil {
			copy(h[first:last], p.h0[b*hidden+first:])
		}
		if p.c0 != nil {
			copy(c[first:last], p.c0[b*hidden+first:])
		}
		copy(p.states.h[1][at*stride:][first:end], h[first:end])
		if p.keep != nil {
			copy(p.keep.h0[r*hp+first:r*hp+end], h[first:])
			copy(p.keep.c0[r*hp+first:r*hp+end], c[first:])
		}
	}
}

// storeStates writes the units' states of every sequence after its own last step (in
// reverse: its first) in the caller's order.
func (p *pass) storeStates(steps int) {
	hidden, hp, stride := p.config.HiddenSize, p.config.padded(), hStride(p.config)
	first, last := p.slice.first*blockUnits, min(p.slice.end*blockUnits, hidden)
	for r := p.rows.first; r < p.rows.end; r++ {
		b, at := p.layout.SortedIndices()[r], r-p.rows.first
		taken := steps
		if !p.reverse {
			taken = p.layout.Lengths()[b]
		}
		copy(p.hn[b*hidden+first:b*hidden+last], p.states.h[taken%2][at*stride+first:])
		copy(p.cn[b*hidden+first:b*hidden+last], p.states.c[at*hp+first:])
	}
}
