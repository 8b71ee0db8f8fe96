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
	// measuredRuns of each, in turn, of which the fastest counts: the others were disturbed.
	measuredRuns = 7
	// worthwhile is the part of the tiles' time that an engine may take: less of a gain is
	// worth neither other bits nor what a layer does around each product for an engine.
	worthwhile = 0.9
)

// autoChoice is an engine that auto chose, for products of many rows.
type autoChoice struct{ Engine }

// takesRows reports whether e, which may be nil, is for products of so many rows, or gradients
// that sum so many. What auto chose needs some: it packs all of the matrix for one row as for
// measuredRows. (Xeon, 1024 x 4096: one row takes it 1.5 ms, this package 0.2 at AVX-512 and 1
// at AVX2; from 16 rows on, at AVX2 from 8, it may be faster.)
func takesRows(e Engine, l Level, rows int) bool {
	if _, auto := e.(autoChoice); !auto {
		return e != nil
	}
	if l == AVX512 {
		return rows >= 16
	}
	return rows >= 8
}

// measureEngines returns the fastest engine at the shape, if it is clearly faster than the
// level's own tiles, and remembers it. It takes milliseconds, once for each shape; the largest
// take some hundred.
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
	if seconds, ok := measureShape(append([]Engine{nil}, registered...), s); ok {
		least := seconds[0] * worthwhile
		for i, e := range registered {
			if seconds[i+1] < least {
				choice.engine, least = autoChoice{e}, seconds[i+1]
			}
		}
	}
	engines.Lock()
	engines.choices[s] = choice
	engines.Unlock()
	return choice.engine
}

var measuring sync.Mutex

// measureShape returns the seconds of the shape's product by each of the engines. ok is false if
// it is nothing to measure: an empty or an impossible one.
func measureShape(engines []Engine, s engineShape) (seconds []float64, ok bool) {
	if s.k <= 0 || s.n <= 0 || s.k > maxMeasured || s.n > maxMeasured/s.k {
		return nil, false
	}
	runs := make([]func() error, len(engines))
	for i, e := range engines {
		var err error
		if runs[i], err = shapeProduct(e, s); err != nil {
			return nil, false
		}
	}
	seconds = make([]float64, len(engines))
	for round := range measuredRuns + 1 {
		for i, run := range runs {
			start := time.Now()
			if run() != nil {
				return nil, false
			}
			if d := time.Since(start).Seconds(); round <= 1 || d < seconds[i] { // the first warms up
				seconds[i] = d
			}
		}
	}
	return seconds, true
}

// maxMeasured elements of the matrix (64 MB) bound the memory of a measurement, a few times as
// much, and its time, less than a second where all compute as fast as this package. Larger ones
// stay with the panels.
const maxMeasured = 1 << 24

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
