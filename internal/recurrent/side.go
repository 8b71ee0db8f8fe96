package recurrent

import (
	"github.com/klauspost/cpuid/v2"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/packed"
)

// A step of one row waits for the cache that holds W_hh, and leaves the multipliers idle. Where the
// level can and the CPU gains by it, steps of one row compute a product of kernels.SideRows other
// rows along: forward the projections of the rows that come next, backward dx of the rows that came
// before. As many steps have the time for that product, if x is as wide as h.

// nearFloats of W_hh stay in L1, 32 KB: there is nothing to wait for.
const nearFloats = 32 << 10 / 4

// sideFloats of the rows that go along pass once for each panel, from L2: an eighth of it, 64 KB at
// least. (Twice as many, dx at H = 512 with an L2 of 512 KB: training 0.93 to 0.96 times as fast.)
var sideFloats = max(kernels.CPU().L2/8, 64<<10) / 4

// Along says whether anything goes along: on AMD's CPUs, where half of the multipliers wait for L2 and
// its lines for nothing else. On others a step of one row waits for L1, which has lines from L2 to
// take in and loads to serve, and the loads of what goes along take as long as that product by
// itself (Xeon, AVX-512: with projections along, H = 128 0.95 to 1.00 and H = 256 0.96 to 1.00 times
// as fast; H = 512, where W_hh comes from L3, 0.91 to 0.97). At AVX2 sixteen registers make it more
// loads, and it gains less than at AVX-512: with H = 128, 256 and 512 forward 1.02 to 1.08, 1.07 to 1.13
// and 1.02 to 1.10, training 1.03 to 1.08 at 128 and 256 (Zen 3). Tests set it; no bit depends on it.
var Along = cpuid.CPU.VendorID == cpuid.AMD

// takesSide reports whether steps of one row are worth it whose products with W_hh are of the given
// depth, where a pass reads columns of W_hh and of W_ih: both are in a cache, but not the nearest
// one. (Each side product reads all of W_ih; from memory that takes longer than what it saves:
// H = 1024, 0.96 times as fast on a Zen 4.)
func takesSide(l kernels.Level, depth, hidden, input, columns int) bool {
	return Along && l.TakesSide() && depth <= min(kernels.MaxSideK, sideFloats/kernels.SideRows) &&
		hidden*columns > nearFloats && input*columns < farFloats
}

// goAlong reports whether products with W_ih can go along with those with W_hh: both are packed
// into panels.
func goAlong(ih *inputPanels, hh *kernels.Panels) bool {
	return ih.source == nil && ih.Engine() == nil && hh.Engine() == nil
}

// oneRow returns how many steps of the range have one row: the last in time.
func (r rowRange) oneRow(l *packed.Layout) int {
	steps := r.steps(l)
	for t := steps - 1; t >= 0; t-- {
		if r.live(l, t) != 1 {
			return steps - 1 - t
		}
	}
	return steps
}

// side is the product that steps of one row compute along.
type side struct {
	next    kernels.SideProduct
	columns kernels.Panels // its left operand, by columns
	begun   bool           // and not finished
}

// begin makes rows [SideRows, k], stride apart, the left operand of what goes along next.
func (s *side) begin(next kernels.SideProduct, rows []float32, k, stride int) error {
	if err := s.columns.PackTransposed(next.B.Level(), rows, kernels.SideRows, k, stride); err != nil {
		return err
	}
	columns, err := s.columns.Panel(0)
	if err != nil {
		return err
	}
	s.next, s.begun = next, true
	s.next.A = columns
	return nil
}

// product returns what a step of live rows computes along, nil: nothing.
func (s *side) product(live int) *kernels.SideProduct {
	if !s.begun || live != 1 || s.next.Done() {
		return nil
	}
	return &s.next
}

// finish computes what the steps have left of it.
func (s *side) finish() error {
	if !s.begun {
		return nil
	}
	s.begun = false
	return s.next.Finish()
}

// leastSteps of one row follow a chunk that is computed along: fewer would not have the time.
const leastSteps = kernels.SideRows / 2

// sideChunks returns how many chunks of dx, SideRows rows each from the last one back, the backward
// steps of a layer compute along: those that are complete at steps of one row, of which there
// are some left. With two directions there are none, for dx is the sum of both.
func (w *Workspace) sideChunks(layer int) int {
	c := &w.prepared.config
	panels := &w.backward[layer*c.Directions()]
	if c.Directions() > 1 || !goAlong(&panels.ih, &panels.hh) {
		return 0
	}
	return w.sideCount(w.prepared.level, w.layout, c, c.LayerInput(layer), w.prepared.cell.Gates())
}

// sideCount is sideChunks, but for how W_ih is kept.
func (w *Workspace) sideCount(level kernels.Level, l *packed.Layout, c *Config, input, gates int) int {
	s := w.shares[0].slice
	if !takesSide(level, gates*c.padded(), c.HiddenSize, input, s.blocks()*gates*blockUnits) {
		return 0
	}
	return max(0, (rowRange{0, l.Batch()}).oneRow(l)-leastSteps) / kernels.SideRows
}

// sideSteps are the steps [first, end) of a forward pass that have one row and whose chunks are
// projected along, and the projections of the next such chunk.
type sideSteps struct {
	first, end int
	proj       []float32 // [SideRows, projStride]
	at         int       // the step that proj begins with; -1: none
}

// planSide finds the steps with one row, if there are enough and they are worth it.
func (p *pass) planSide(steps int) {
	p.side.begun = false
	p.sideSteps.first, p.sideSteps.end, p.sideSteps.at = steps, 0, -1
	hidden := p.config.HiddenSize
	if !goAlong(&p.panels.ih, &p.panels.hh) || !takesSide(p.level, hidden, hidden, p.input, p.projStride()) {
		return
	}
	count := p.rows.oneRow(p.layout)
	if count <= kernels.SideRows {
		return
	}
	p.sideSteps.first, p.sideSteps.end = steps-count, steps
	if p.reverse {
		p.sideSteps.first, p.sideSteps.end = 0, count
	}
}

// leastFirst rows at least are in the first chunk of steps with one row, SideRows more at most: it
// has the rest of all of them by SideRows, and reads W_ih for itself.
const leastFirst = 4

// sideChunk returns the end of the chunk that begins with step s, and its rows, if all have one:
// SideRows but for the first, so that the last is no smaller.
func (p *pass) sideChunk(s int) (end, rows int) {
	if s < p.sideSteps.first || s >= p.sideSteps.end {
		return 0, 0
	}
	rows = (p.sideSteps.end-s-1)%kernels.SideRows + 1
	if rows < leastFirst {
		rows += kernels.SideRows
	}
	return s + rows, rows
}

// prepare has the projections of the steps [s, end) in proj, and begins those of the chunk that
// follows if they go along.
func (p *pass) prepare(s, end, chunk, steps int) error {
	if p.sideSteps.at == s {
		p.proj, p.sideSteps.proj = p.sideSteps.proj, p.proj
	} else if err := p.project(s, end, chunk, steps); err != nil {
		return err
	}
	if end <= p.sideSteps.first || end >= p.sideSteps.end {
		return nil // steps of several rows, or the last
	}
	stride, gates := p.projStride(), p.cell.Gates()
	p.sideSteps.at, p.sideSteps.proj = end, memory.Buffer(p.sideSteps.proj, kernels.SideRows*stride)
	return p.side.begin(kernels.SideProduct{
		C: p.sideSteps.proj, CStride: stride,
		Init: p.panels.bias[p.slice.first*gates*blockUnits:],
		B:    &p.panels.ih.Panels, First: p.slice.first * gates, Count: p.slice.blocks() * gates,
	}, p.rowsOf(end, end+kernels.SideRows, kernels.SideRows, steps), p.input, p.input)
}
