package kernels

// GradientRows is the number of rows that a weight gradient sums at a time: short
// enough that a chain of float32 sums stays as close to the exact sum as PyTorch's, a
// block of dy and one of x, 16 columns each, fill half of a small L1 together.
const GradientRows = 128

// WeightGradient holds the scratch of weight gradients: the panels of one block
// of rows. The zero value is ready; it grows to what a call needs and is reused.
type WeightGradient struct {
	dy, x Panels
}

// Add computes, for dy [rows, n] and x [rows, m] in row-major order,
//
//	dw[i, j] += Σ_r dy[r, i]·x[r, j]    r = 0, 1, ..., rows-1
//
// for i in [first, first+count): the rows in blocks of GradientRows, each summed as
// one chain in ascending r, the blocks' sums added to dw in order (one chain over all
// rows would gather their rounding errors). dw [n, m] has rows dwStride apart. So any split of the
// rows of dw among workers gives the same bits. dw must overlap neither dy nor x.
// Arguments that do not fit are an error and change nothing. Nothing is allocated
// once the scratch has grown.
func (w *WeightGradient) Add(l Level, dw []float32, dwStride int, dy []float32, dyStride, n int,
	x []float32, xStride, m, rows, first, count int) error {
	const operation = "WeightGradient.Add"
	if w == nil {
		return errNil(operation, "w")
	}
	if err := l.check(); err != nil {
		return err
	}
	if err := checkRows(operation, "dw", dw, n, dwStride, m); err != nil {
		return err
	}
	if err := checkRows(operation, "dy", dy, rows, dyStride, n); err != nil {
		return err
	}
	if err := checkRows(operation, "x", x, rows, xStride, m); err != nil {
		return err
	}
	if m == 0 || rows == 0 {
		return checkRange(operation, first, count, n)
	}
	if err := checkRange(operation, first, count, n); err != nil {
		return err
	}
	if overlap(dw, dy) || overlap(dw, x) {
		return errOverlap(operation, "dw", "dy and x")
	}
	if e := GradientEngineFor(l, n, m); e != nil && count > 0 {
		e.Gemm(true, count, m, rows, dy[first:], dyStride, x, xStride, dw[first*dwStride:], dwStride)
		return nil
	}
	return w.addTiles(l, dw, dwStride, dy, dyStride, x, xStride, m, rows, first, count)
}

// addTiles is Add by the level's tiles.
func (w *WeightGradient) addTiles(l Level, dw []float32, dwStride int, dy []float32, dyStride int,
	x []float32, xStride, m, rows, first, count int) error {
	for r := 0; r < rows; r += GradientRows {
		block := min(GradientRows, rows-r)
		if err := w.x.Pack(l, x[r*xStride:], block, m, xStride); err != nil {
			return err
		}
		for i := first; i < first+count; i += PanelWidth {
			if err := w.addRun(l, dw[i*dwStride:], dwStride, dy[r*dyStride+i:], dyStride, block, min(PanelWidth, first+count-i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// addRun adds the block's share of up to PanelWidth rows of dw; dw and dy begin
// at the first of them.
func (w *WeightGradient) addRun(l Level, dw []float32, dwStride int, dy []float32, dyStride, rows, units int) error {
	if err := w.dy.Pack(l, dy, rows, units, dyStride); err != nil {
		return err
	}
	return w.x.Multiply(&Product{
		C: dw, CStride: dwStride,
		A: w.dy.panel(0), AStride: 1, AKStride: PanelWidth,
		Rows: units, Count: panelCount(w.x.n), Add: true, Far: true,
	})
}
