package kernels

import (
	"fmt"

	"github.com/packedlstm/packedlstm/internal/memory"
)

// Assembly cannot be preempted, and the garbage collector waits for it: one call takes
// no more than these many elements, or rows, some tens of microseconds.
const (
	callElements = 1 << 15
	callRows     = 1 << 10 // far apart, each may miss every cache
	callColumns  = 64
	// resultElements of C, 1 MB, are what a call writes where K is short.
	resultElements = 1 << 18
)

// AddScaled computes dst[i] += scale·x[i], product and sum rounded apart. dst and
// x have the same length; dst may be x, any other overlap is an error. The bits
// are the same at every level.
func (l Level) AddScaled(dst, x []float32, scale float32) error {
	if err := l.check(); err != nil {
		return err
	}
	if err := checkLengths("AddScaled", dst, x); err != nil {
		return err
	}
	for len(x) > 0 {
		n := min(callElements, len(x))
		addScaled(l, dst[:n], x[:n], scale)
		dst, x = dst[n:], x[n:]
	}
	return nil
}

func addScaledPortable(dst, x []float32, scale float32) {
	for i, v := range x {
		dst[i] += float32(scale * v)
	}
}

// AddOuter computes c[r, j] += (scale·x[r·xStride])·y[j] for r < rows and every j of y, rounded after each. c
// has rows cStride apart; xStride may be 0, for one element. What c has from its first row to the end of its last must
// not overlap y, nor x from its first to its last element. Arguments that do not fit are an error and change
// nothing. The bits are the same at every level: those of AddScaled row by row.
func (l Level) AddOuter(c []float32, cStride int, x []float32, xStride, rows int, y []float32, scale float32) error {
	const operation = "AddOuter"
	if err := l.check(); err != nil {
		return err
	}
	if err := checkRows(operation, "c", c, rows, cStride, len(y)); err != nil {
		return err
	}
	if uint(xStride) > maxDimension {
		return errRange(operation, "xStride", xStride, maxDimension)
	}
	if rows == 0 || len(y) == 0 {
		return nil
	}
	if last := lastIndex(rows, xStride, 1, 0); last >= int64(len(x)) {
		return fmt.Errorf("kernels: %s: x[%d] is needed for %d rows: have %d elements", operation, last, rows, len(x))
	}
	c, x = c[:(rows-1)*cStride+len(y)], x[:(rows-1)*xStride+1]
	if memory.Overlap(c, x) || memory.Overlap(c, y) {
		return errOverlap(operation, "c", "x or y")
	}
	addOuter(l, c, cStride, x, xStride, rows, y, scale)
	return nil
}

// addOuterRows is AddOuter row by row.
func addOuterRows(l Level, c []float32, cStride int, x []float32, xStride, rows int, y []float32, scale float32) {
	for r := range rows {
		for j := 0; j < len(y); j += callElements {
			part := y[j:min(j+callElements, len(y))]
			addScaled(l, c[r*cStride+j:][:len(part)], part, scale*x[r*xStride])
		}
	}
}

// ColumnSums computes dst[j] += x[0, j] + x[1, j] + ... in ascending order of the
// rows, for x [rows, columns], rows stride apart. dst has columns elements, a multiple of
// PanelWidth, and must not overlap x. The bits are the same at every level.
func (l Level) ColumnSums(dst, x []float32, rows, stride int) error {
	if err := l.check(); err != nil {
		return err
	}
	if len(dst)%PanelWidth > 0 {
		return fmt.Errorf("kernels: ColumnSums: dst has %d elements: want a multiple of %d", len(dst), PanelWidth)
	}
	if err := checkRows("ColumnSums", "x", x, rows, stride, len(dst)); err != nil || len(dst) == 0 {
		return err
	}
	if memory.Overlap(dst, x) {
		return fmt.Errorf("kernels: ColumnSums: dst overlaps x: want them apart")
	}
	for row := 0; row < rows; row += callRows {
		for j := 0; j < len(dst); j += callColumns {
			end := min(j+callColumns, len(dst))
			columnSums(l, dst[j:end], x[row*stride+j:], min(callRows, rows-row), stride)
		}
	}
	return nil
}

func columnSumsPortable(dst, x []float32, rows, stride int) {
	for r := range rows {
		for j, v := range x[r*stride : r*stride+len(dst)] {
			dst[j] += v
		}
	}
}
