//go:build purego || !(amd64 || arm64)

package kernels

// Where there is no assembly, every kernel is its portable twin.

func multiply(_ Level, p *Panels, x *Product, columns int) { multiplyPortable(p, x, columns) }
func activate(_ Level, f function, dst, x []float32)       { activatePortable(f, dst, x) }
func addOuter(l Level, c []float32, cStride int, x []float32, xStride, rows int, y []float32, scale float32) {
	addOuterRows(l, c, cStride, x, xStride, rows, y, scale)
}

func addScaled(_ Level, dst, x []float32, scale float32) { addScaledPortable(dst, x, scale) }
func columnSums(_ Level, dst, x []float32, rows, stride int) {
	columnSumsPortable(dst, x, rows, stride)
}
func copyRuns(_ Level, c *runsCopy)         { copyRunsPortable(c) }
func lstmForward(_ Level, g *LSTMForward)   { lstmForwardPortable(g) }
func lstmBackward(_ Level, g *LSTMBackward) { lstmBackwardPortable(g) }
func fmaPeak(Level, int) (flops int)        { return 0 }

// transpose has no routine here.
func transpose(Level, []float32, int, []float32, int, int, int) (done int) { return 0 }

func transposePairs(Level, []float32, int, []float32, int, int, int) bool { return false }
