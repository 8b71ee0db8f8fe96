package gonumblas

import (
	"runtime"
	"sync"

	"github.com/packedlstm/packedlstm/internal/workers"
	"github.com/packedlstm/packedlstm/kernels"
)

// workerFLOP is the least that a worker gets: some tens of microseconds.
const workerFLOP = 1 << 22

// parts is a product cut into blocks of C, one for each worker.
type parts struct {
	group         workers.Group
	product       product
	method        method
	rows, columns int // of the grid of blocks
	job           func(worker int)
}

var partsPool = sync.Pool{New: func() any {
	p := new(parts)
	p.job = p.run
	return p
}}

// multiply computes x, on as many goroutines as are worth it.
func (x *product) multiply() {
	m := x.method()
	if m.hasTail() {
		x.tail = x.tailColumns()
	}
	count := x.workers()
	if count == 1 {
		x.run(m)
		return
	}
	p := partsPool.Get().(*parts)
	p.product, p.method = *x, m
	p.rows, p.columns = grid(x.m, x.n, count)
	p.group.Resize(p.rows * p.columns)
	p.group.Do(p.rows*p.columns, p.job)
	p.product = product{} // the pool must not keep the caller's memory
	partsPool.Put(p)
}

func (x *product) workers() int {
	flop := 2 * float64(x.m) * float64(x.n) * float64(x.k)
	if flop < 2*workerFLOP {
		return 1
	}
	return int(min(float64(workers.Count(runtime.GOMAXPROCS(0))), flop/workerFLOP))
}

// grid cuts C [m, n] into rows x columns blocks, at most count, so that the workers together
// copy as little of A and B as possible: each needs its rows of the one, its columns of the other.
func grid(m, n, count int) (rows, columns int) {
	least := 0.0
	for r := 1; r <= count; r++ {
		c := count / r
		// What a worker computes counts first: as few idle ones as possible.
		cost := float64(m)/float64(r)*float64(n)/float64(c) + 8*(float64(m)/float64(r)+float64(n)/float64(c))
		if r == 1 || cost < least {
			rows, columns, least = r, c, cost
		}
	}
	return rows, columns
}

// Blocks begin at a multiple of a tile's rows and of a tile's columns.
const (
	rowUnit    = tileRows
	columnUnit = 64
)

func (p *parts) run(worker int) {
	i, end, j, last := p.block(worker)
	if i < end && j < last {
		y := p.product.block(i, j, end-i, last-j)
		y.run(p.method)
	}
}

// block returns the rows [i, end) and the columns [j, last) of C that a worker computes.
func (p *parts) block(worker int) (i, end, j, last int) {
	x := &p.product
	// Rows are columns of what is computed as its transpose, the last columns of a transposed A, too.
	turned := p.method == rowsTransposed || x.tail > 0 && x.a.column != 1
	if turned && x.level == kernels.AVX2 {
		i, end = workers.Share(x.m, kernels.PanelWidth, worker/p.columns, p.rows)
		i, end = x.cut(i, x.m), x.cut(end, x.m)
	} else {
		i, end = workers.Share(x.m, rowUnit, worker/p.columns, p.rows)
	}
	j, last = workers.Share(x.n, columnUnit, worker%p.columns, p.columns)
	return i, end, x.cut(j, x.n), x.cut(last, x.n)
}

// cut returns where n columns are cut that were to be cut at a multiple of a panel: one panel
// before it where fewer columns are left than AVX2 has a kernel for.
func (x *product) cut(at, n int) int {
	if left := n - at; x.level == kernels.AVX2 && at > 0 && left > 0 && left < kernels.PanelWidth {
		return at - kernels.PanelWidth
	}
	return at
}
