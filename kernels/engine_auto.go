package kernels

import (
	"sync"
	"time"
)

// engineShape is what auto measures once: products of many rows with a matrix [k, n], or
// weight gradients [n, k].
type engineShape struct {
	level    Level
	gradient bool
	k, n     int
}

// engineChoice is the fastest among so many registered engines and the level's tiles,
// which nil stands for.
type engineChoice struct {
	engine Engine
	among  int
}

const (
	// measuredRows are those of the products that auto compares, a chunk's or a block's.
	measuredRows = GradientRows
	// measuredRuns of each, of which the fastest counts: the others were disturbed.
	measuredRuns = 5
)

// measureEngines returns the engine that is faster at the shape than the others and than the
// level's own tiles, and remembers it. It takes milliseconds, once for each shape.
func measureEngines(registered []Engine, s engineShape) Engine {
	measuring.Lock() // one at a time: two would disturb each other, and might disagree
	defer measuring.Unlock()
	engines.RLock()
	choice, ok := engines.choices[s]
	engines.RUnlock()
	if ok && choice.among == len(registered) { // by who came before
		return choice.engine
	}
	choice = engineChoice{among: len(registered)}
	if fastest, ok := measureShape(nil, s); ok {
		for _, e := range registered {
			if seconds, ok := measureShape(e, s); ok && seconds < fastest {
				choice.engine, fastest = e, seconds
			}
		}
	}
	engines.Lock()
	engines.choices[s] = choice
	engines.Unlock()
	return choice.engine
}

var measuring sync.Mutex

// measureShape returns the seconds of the shape's product. ok is false if it is nothing
// to measure: an empty or an impossible one.
func measureShape(e Engine, s engineShape) (seconds float64, ok bool) {
	if s.k <= 0 || s.n <= 0 || s.k > maxMeasured || s.n > maxMeasured {
		return 0, false
	}
	run, err := shapeProduct(e, s)
	if err != nil {
		return 0, false
	}
	for i := range measuredRuns + 1 {
		start := time.Now()
		if run() != nil {
			return 0, false
		}
		if d := time.Since(start).Seconds(); i > 0 && (i == 1 || d < seconds) { // the first warms up
			seconds = d
		}
	}
	return seconds, true
}

// maxMeasured bounds the memory of a measurement.
const maxMeasured = 1 << 14

// shapeProduct returns a call of the shape's product by e, or by the level's tiles.
func shapeProduct(e Engine, s engineShape) (run func() error, err error) {
	ramp := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(i%17)/16 - 0.5
		}
		return x
	}
	if s.gradient {
		var w WeightGradient
		dw, dy, x := make([]float32, s.n*s.k), ramp(measuredRows*s.n), ramp(measuredRows*s.k)
		if e != nil {
			return func() error {
				e.Gemm(true, s.n, s.k, measuredRows, dy, s.n, x, s.k, dw, s.k)
				return nil
			}, nil
		}
		return func() error { return w.addTiles(s.level, dw, s.k, dy, s.n, x, s.k, s.k, measuredRows, 0, s.n) }, nil
	}
	var p Panels
	p.SetEngine(e)
	if err := p.Pack(s.level, ramp(s.k*s.n), s.k, s.n, s.n); err != nil {
		return nil, err
	}
	product := Product{
		C: make([]float32, measuredRows*s.n), CStride: s.n, A: ramp(measuredRows * s.k), AStride: s.k, AKStride: 1,
		Rows: measuredRows, Count: panelCount(s.n),
	}
	return func() error { return p.Multiply(&product) }, nil
}
