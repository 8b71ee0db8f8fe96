package mask

import (
	"fmt"
	"math"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/packed"
)

// SumPacked returns the sum of each sequence's rows:
//
//	dst[b, j] = Σ_t x[row of (b, t), j]     t = 0 to lengths[b]-1, in float64
//
// x is [N, width], packed rows of l; dst [B, width], in the caller's order and in dst's
// memory if that suffices, must not overlap x. A sequence of length 0 gives zeros.
func SumPacked(dst []float32, l *packed.Layout, x []float32, width int) ([]float32, error) {
	return poolPacked(dst, l, x, width, poolSum)
}

// MeanPacked is SumPacked divided by the length; a sequence of length 0 gives zeros.
func MeanPacked(dst []float32, l *packed.Layout, x []float32, width int) ([]float32, error) {
	return poolPacked(dst, l, x, width, poolMean)
}

// MaxPacked is SumPacked with the largest element instead of the sum; NaN counts as the
// largest, as in torch.amax. A sequence of length 0 gives zeros.
func MaxPacked(dst []float32, l *packed.Layout, x []float32, width int) ([]float32, error) {
	return poolPacked(dst, l, x, width, poolMax)
}

// SumPadded is SumPacked over a padded tensor x, [B, steps, width] for packed.BatchFirst,
// [steps, B, width] for packed.TimeFirst, B = len(lengths). The padding is never read.
func SumPadded(dst []float32, lengths []int, x []float32, order packed.Order, steps, width int) ([]float32, error) {
	return poolPadded(dst, lengths, x, order, steps, width, poolSum)
}

// MeanPadded is MeanPacked over a padded tensor, as SumPadded.
func MeanPadded(dst []float32, lengths []int, x []float32, order packed.Order, steps, width int) ([]float32, error) {
	return poolPadded(dst, lengths, x, order, steps, width, poolMean)
}

// MaxPadded is MaxPacked over a padded tensor, as SumPadded.
func MaxPadded(dst []float32, lengths []int, x []float32, order packed.Order, steps, width int) ([]float32, error) {
	return poolPadded(dst, lengths, x, order, steps, width, poolMax)
}

// pooling names what becomes of a sequence's rows.
type pooling uint8

const (
	poolSum pooling = iota
	poolMean
	poolMax
)

func poolPacked(dst []float32, l *packed.Layout, x []float32, width int, kind pooling) ([]float32, error) {
	rows, err := packedRows(l)
	if err != nil {
		return dst, err
	}
	return pool(dst, rows, x, width, kind)
}

func poolPadded(dst []float32, lengths []int, x []float32, order packed.Order, steps, width int, kind pooling) ([]float32, error) {
	rows, err := paddedRows(lengths, order, steps)
	if err != nil {
		return dst, err
	}
	return pool(dst, rows, x, width, kind)
}

func pool(dst []float32, rows batchRows, x []float32, width int, kind pooling) ([]float32, error) {
	if err := rows.checkSize("x", len(x), width); err != nil {
		return dst, err
	}
	batch := len(rows.lengths)
	if batch > 0 && width > maxElements/batch {
		return dst, fmt.Errorf("mask: %d sequences of width %d: want at most %d elements", batch, width, maxElements)
	}
	if n := batch * width; n <= cap(dst) && memory.Overlap(dst[:n], x) {
		return dst, fmt.Errorf("mask: dst overlaps x: want them apart")
	}
	dst = memory.Resize(dst, batch*width)
	for b := range batch {
		out := dst[b*width:][:width]
		for first := 0; first < width; first += poolColumns {
			poolBlock(out[first:min(first+poolColumns, width)], &rows, b, x, first, width, kind)
		}
	}
	return dst, nil
}

// poolColumns is how many columns are added up side by side, on the stack.
const poolColumns = 64

// poolBlock reduces len(dst) columns of sequence b, from column first on.
func poolBlock(dst []float32, rows *batchRows, b int, x []float32, first, width int, kind pooling) {
	length := rows.lengths[b]
	var sums [poolColumns]float64
	if kind == poolMax && length > 0 {
		for j := range dst {
			sums[j] = math.Inf(-1)
		}
	}
	for t := range length {
		row := x[rows.at(b, t)*width+first:][:len(dst)]
		if kind == poolMax {
			for j, v := range row {
				sums[j] = max(sums[j], float64(v)) // NaN if one is
			}
			continue
		}
		for j, v := range row {
			sums[j] += float64(v)
		}
	}
	divisor := 1.0
	if kind == poolMean && length > 0 {
		divisor = float64(length)
	}
	for j := range dst {
		dst[j] = float32(sums[j] / divisor)
	}
}
