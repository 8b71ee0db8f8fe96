package recurrent

import (
	"github.com/packedlstm/packedlstm/internal/workers"
	"github.com/packedlstm/packedlstm/kernels"
)

// portion is the part of the weights that a worker packs, and whose gradients it computes: of the
// direction and the units of its passes, where each worker has some. What another core has written comes
// from its cache, and what that has read has to be taken from it before a write: 170 ns a line between
// two cores of a Zen 4 that share no L3, 30 where they do (training of one row on two workers, AVX-512:
// 1.1 to 1.3 and 1.0 to 1.1 times as fast as if each packed half of all weights).
type portion struct {
	directions [2]int // the first, and that after the last
	blocks     [2]int // of units, in every gate; the end 0: what share says
	share      [2]int // this worker of how many
}

// portion returns that of a worker, once the batch is split and the config known.
func (w *Workspace) portion(worker int) portion {
	size, directions := w.group.Size(), w.prepared.config.Directions()
	if len(w.shares) != size {
		return portion{directions: [2]int{0, directions}, share: [2]int{worker, size}}
	}
	s, each := &w.shares[worker], size/directions
	p := portion{directions: [2]int{s.direction, s.direction + 1}, share: [2]int{worker % each, each}}
	if s.slice.barrier != nil {
		p.blocks = [2]int{s.slice.first, s.slice.end}
	}
	return p
}

// wholePortion returns the portion of a worker alone.
func wholePortion(c *Config) portion {
	return portion{directions: [2]int{0, c.Directions()}, share: [2]int{0, 1}}
}

// has reports whether the portion has weights of the direction.
func (p *portion) has(direction int) bool {
	return p.directions[0] <= direction && direction < p.directions[1]
}

// sliced reports whether the portion is a part of the units, for all rows.
func (p *portion) sliced() bool { return p.blocks[1] > 0 }

// runs returns which runs of 16 gate columns, interleaved by blocks of units, the portion has.
func (p *portion) runs(blocks, gates int) (first, end int) {
	if p.sliced() {
		return p.blocks[0] * gates, p.blocks[1] * gates
	}
	return p.shared(blocks * gates)
}

// shared returns which of so many runs the portion has where its share decides: none, if there are fewer
// than workers.
func (p *portion) shared(runs int) (first, end int) {
	return workers.Share(runs, 1, p.share[0], p.share[1])
}

// gateBlocks returns the blocks of a gate whose gradients the portion has: a share of the runs of the
// weights' rows, gate by gate. (Where it is sliced, its own units in all gates were 0.95 to 0.99 times as
// fast at AVX2 and as fast at AVX-512, whether the cores shared an L3 or not.)
func (p *portion) gateBlocks(gate, blocks, gates int) (first, end int) {
	first, end = p.shared(blocks * gates)
	first, end = max(first-gate*blocks, 0), min(end-gate*blocks, blocks)
	return first, max(first, end)
}

// panels returns which panels of n columns of W_ih or W_hh the passes of the portion read: all, or where
// it is sliced, its own.
func (p *portion) panels(n, blocks int) [2]int {
	if !p.sliced() {
		return panelsOf([2]int{0, blocks}, n, blocks)
	}
	return panelsOf(p.blocks, n, blocks)
}

// columns returns the columns of those panels.
func (p *portion) columns(n, blocks int) (first, end int) {
	panels := p.panels(n, blocks)
	return panels[0] * kernels.PanelWidth, min(panels[1]*kernels.PanelWidth, n)
}

// panelsOf returns which panels of n columns belong to blocks of units [first, end) of all of them.
func panelsOf(of [2]int, n, blocks int) [2]int {
	count := (n + kernels.PanelWidth - 1) / kernels.PanelWidth
	return [2]int{of[0] * count / blocks, of[1] * count / blocks}
}
