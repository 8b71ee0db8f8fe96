package nn

import (
	"github.com/packedlstm/packedlstm/internal/workers"
	"github.com/packedlstm/packedlstm/kernels"
)

// LinearWorkspace owns the buffers and the workers of Linear's calls; one may serve
// many layers, one call at a time. The weights are packed anew in every call, so
// they are never stale. Once it has grown, a call allocates nothing.
type LinearWorkspace struct {
	group     workers.Group
	panels    kernels.Panels           // Wᵀ forward, W backward
	gradients []kernels.WeightGradient // by worker
	biasSums  []float64                // [OutFeatures]
	errors    []error                  // by worker

	multiplyRows, addGradients func(worker int)

	// The arguments of the call.
	layer       *Linear
	level       kernels.Level
	dst, init   []float32 // of multiplyRows: dst = init + a·panels
	a           []float32
	x, dy       []float32
	rows, share int // share: the number of workers that take part
}

// NewLinearWorkspace returns a workspace of that many workers; 0 stands for
// GOMAXPROCS, and more than 1024 are 1024. Results have the same bits for any number.
func NewLinearWorkspace(count int) *LinearWorkspace {
	ws := &LinearWorkspace{}
	ws.resize(workers.Count(count))
	return ws
}

func (ws *LinearWorkspace) resize(count int) {
	ws.group.Resize(count)
	ws.gradients = make([]kernels.WeightGradient, count)
	ws.errors = make([]error, count)
	ws.multiplyRows, ws.addGradients = ws.runRows, ws.runGradients
}

// rowUnit is the number of rows of the kernels' tile: workers' shares are multiples.
const rowUnit = 6

func (ws *LinearWorkspace) forward(l *Linear, y, x []float32, rows int) error {
	if ws.errors == nil {
		ws.resize(1)
	}
	level := kernels.Active()
	ws.panels.SetEngine(kernels.EngineFor(level, l.InFeatures, l.OutFeatures))
	if err := ws.panels.PackTransposed(level, l.Weight, l.OutFeatures, l.InFeatures, l.InFeatures); err != nil {
		return err
	}
	ws.begin(l, level, rows)
	ws.dst, ws.init, ws.a = y, l.Bias, x
	return ws.run(ws.multiplyRows)
}

func (ws *LinearWorkspace) backward(l *Linear, dx, x, dy []float32, rows int) error {
	if ws.errors == nil {
		ws.resize(1)
	}
	level := kernels.Active()
	ws.panels.SetEngine(kernels.EngineFor(level, l.OutFeatures, l.InFeatures))
	if err := ws.panels.Pack(level, l.Weight, l.OutFeatures, l.InFeatures, l.InFeatures); err != nil {
		return err
	}
	ws.begin(l, level, rows)
	ws.dst, ws.init, ws.a = dx, nil, dy
	if err := ws.run(ws.multiplyRows); err != nil {
		return err
	}
	ws.begin(l, level, rows)
	ws.x, ws.dy = x, dy
	if cap(ws.biasSums) < l.OutFeatures {
		ws.biasSums = make([]float64, l.OutFeatures)
	}
	return ws.run(ws.addGradients)
}

// begin notes the call. Workers take part only in a product of a size that pays for
// waking them.
func (ws *LinearWorkspace) begin(l *Linear, level kernels.Level, rows int) {
	const smallProduct = 1 << 17
	ws.layer, ws.level, ws.rows, ws.share = l, level, rows, ws.group.Size()
	if rows <= smallProduct/(l.InFeatures*l.OutFeatures) {
		ws.share = 1
	}
}

// run runs the job on every worker that takes part, forgets the caller's slices and
// returns the first worker's error.
func (ws *LinearWorkspace) run(job func(worker int)) error {
	clear(ws.errors)
	ws.group.Do(ws.share, job)
	ws.layer, ws.dst, ws.init, ws.a, ws.x, ws.dy = nil, nil, nil, nil, nil, nil
	for _, err := range ws.errors {
		if err != nil {
			return err
		}
	}
	return nil
}

// runRows computes the worker's rows of dst.
func (ws *LinearWorkspace) runRows(worker int) {
	first, end := workers.Share(ws.rows, rowUnit, worker, ws.share)
	if first == end {
		return
	}
	k, n := ws.panels.K(), ws.panels.N()
	ws.errors[worker] = ws.panels.Multiply(&kernels.Product{
		C: ws.dst[first*n : end*n], CStride: n,
		Init: ws.init,
		A:    ws.a[first*k : end*k], AStride: k, AKStride: 1,
		Rows: end - first, Count: (n + kernels.PanelWidth - 1) / kernels.PanelWidth,
	})
}

// runGradients adds to the worker's rows of DWeight and to as much of DBias.
func (ws *LinearWorkspace) runGradients(worker int) {
	l := ws.layer
	first, end := workers.Share(l.OutFeatures, kernels.PanelWidth, worker, ws.share)
	if first == end || ws.rows == 0 {
		return
	}
	ws.errors[worker] = ws.gradients[worker].Add(ws.level, l.DWeight, l.InFeatures,
		ws.dy, l.OutFeatures, l.OutFeatures, ws.x, l.InFeatures, l.InFeatures, ws.rows, first, end-first)
	if l.Bias == nil {
		return
	}
	sums := ws.biasSums[first:end]
	clear(sums)
	for r := range ws.rows {
		for j, v := range ws.dy[r*l.OutFeatures+first : r*l.OutFeatures+end] {
			sums[j] += float64(v)
		}
	}
	for j, sum := range sums {
		l.DBias[first+j] += float32(sum)
	}
}
