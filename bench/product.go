package bench

import (
	"slices"

	"github.com/packedlstm/packedlstm/internal/workers"
	"github.com/packedlstm/packedlstm/kernels"
)

// productWorkspace runs mode Product: Panels.Multiply alone, on operands that stay in L1
// and L2, so often in a call that starting the workers does not count. The workers share
// the panels: so one row, too, keeps several of them busy.
type productWorkspace struct {
	group   workers.Group
	fixture *Fixture
	level   kernels.Level
	a       []float32
	parts   []productPart
	job     func(worker int)
}

type productPart struct {
	c       []float32 // each its own: workers that write to one cache line wait for each other
	product kernels.Product
	times   int
	err     error
}

func (p *productPart) run(b *kernels.Panels) error {
	for range p.times {
		if err := b.Multiply(&p.product); err != nil {
			return err
		}
	}
	return nil
}

func (w *productWorkspace) run(f *Fixture, l kernels.Level, count int) error {
	if w.job == nil {
		w.job = func(worker int) {
			w.parts[worker].err = w.parts[worker].run(w.fixture.product[w.level])
		}
	}
	if w.fixture != f || len(w.parts) != count {
		w.group.Resize(count)
		w.fixture = f
		w.split(count)
	}
	w.level = l
	w.group.Do(count, w.job)
	for i := range w.parts {
		if err := w.parts[i].err; err != nil {
			return err
		}
	}
	return nil
}

// split sizes the operands and gives each worker its rows.
func (w *productWorkspace) split(count int) {
	rows, k, n := w.fixture.productSize(w.fixture.l2)
	stride := k + kernels.PanelWidth // as rows of h are: off a common multiple of the cache's set stride
	if len(w.a) < rows*stride {
		w.a = random(rows*stride, 4)
	}
	w.parts = slices.Grow(w.parts, count)[:count]
	panels := n / kernels.PanelWidth
	for i := range w.parts {
		p := &w.parts[i]
		first, end := workers.Share(panels, 1, i, count)
		columns := (end - first) * kernels.PanelWidth
		p.c = grow(p.c, rows*columns)
		p.times = productTimes(rows, k, n)
		p.product = kernels.Product{
			C: p.c, CStride: columns, A: w.a, AStride: stride, AKStride: 1,
			Rows: rows, First: first, Count: end - first,
		}
	}
}
