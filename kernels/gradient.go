package kernels

import "github.com/packedlstm/packedlstm/internal/memory"

// GradientRows is the number of rows that a weight gradient sums at a time: short
// enough that a chain of float32 sums stays as close to the exact sum as PyTorch's, and
// that 16 columns of x take a quarter of a small L1.
const GradientRows = 128

// GradientColumns of dy are the rows of dW that a product takes at most: while their tiles
// pass, a panel of x stays in L1, and they, 72 KB, in L2.
const GradientColumns = 128

// WeightGradient holds the scratch of weight gradients: one block of rows, of x as panels, of
// dy some columns. The zero value is ready; it grows to what a call needs and is reused.
type WeightGradient struct {
	dy []float32 // [GradientRows, gradientWidth]
	x  Panels
}

// gradientPart returns how many of count columns a product takes: parts of equal size.
func gradientPart(count int) int {
	parts := max((count+GradientColumns-1)/GradientColumns, 1)
	return (count + parts - 1) / parts
}

// gradientWidth is the distance between rows of that many columns of dy: an odd number of
// cache lines, so that a column meets all sets of L1.
func gradientWidth(columns int) int { return (panelCount(columns) | 1) * PanelWidth }

// Add computes, for dy [rows, n] and x [rows, m] in row-major order,
//
//	dw[i, j] += Σ_r dy[r, i]·x[r, j]    r = 0, 1, ..., rows-1
//
// for i in [first, first+count): the rows in blocks of GradientRows, each summed as
// one chain in ascending r, the blocks' sums added to dw in order (one chain over all
// rows would gather their rounding errors). dw [n, m] has rows dwStride apart. So any split of the
// rows of dw among workers gives the same bits. An engine sums all rows at once, in an order of its
// own. dw must overlap neither dy nor x.
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
	if memory.Overlap(dw, dy) || memory.Overlap(dw, x) {
		return errOverlap(operation, "dw", "dy and x")
	}
	if e := GradientEngineFor(l, n, m); takesRows(e, l, rows) && count > 0 {
		e.Gemm(true, count, m, rows, dy[first:], dyStride, x, xStride, dw[first*dwStride:], dwStride)
		return nil
	}
	return w.addTiles(l, dw, dwStride, dy, dyStride, x, xStride, m, rows, first, count)
}

// addTiles is Add by the level's tiles.
func (w *WeightGradient) addTiles(l Level, dw []float32, dwStride int, dy []float32, dyStride int,
	x []float32, xStride, m, rows, first, count int) error {
	columns := gradientPart(count)
	w.dy = memory.Buffer(w.dy, min(rows, GradientRows)*gradientWidth(columns))
	for r := 0; r < rows; r += GradientRows {
		block := min(GradientRows, rows-r)
		if err := w.x.Pack(l, x[r*xStride:], block, m, xStride); err != nil {
			return err
		}
		for i := first; i < first+count; i += columns {
			part := min(columns, first+count-i)
			a, width := w.gather(dy[r*dyStride+i:], dyStride, block, part)
			err := w.x.Multiply(&Product{
				C: dw[i*dwStride:], CStride: dwStride,
				A: a, AStride: 1, AKStride: width,
				Rows: part, Count: panelCount(m), Add: true, Far: true,
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// gather copies rows of some columns of dy to the scratch, rows width apart: in place each
// might lie on a page of its own, more than the first level of the TLB holds.
func (w *WeightGradient) gather(dy []float32, dyStride, rows, columns int) (dst []float32, width int) {
	width = gradientWidth(columns)
	dst = w.dy[:rows*width]
	for r := range rows {
		copy(dst[r*width:][:columns], dy[r*dyStride:])
	}
	return dst, width
}
