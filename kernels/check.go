package kernels

import (
	"fmt"
	"math"

	"github.com/packedlstm/packedlstm/internal/memory"
)

// maxDimension bounds every count and stride, so that no product of two of them
// overflows an int64 in a check. (An int has 32 bits on some machines.)
const maxDimension = math.MaxInt32

// lastIndex returns the index of element [rows-1, columns-1] of a matrix with the given
// strides.
func lastIndex(rows, rowStride, columns, columnStride int) int64 {
	return int64(rows-1)*int64(rowStride) + int64(columns-1)*int64(columnStride)
}

// checkRows returns an error unless s holds rows rows of width elements, stride
// elements apart. A stride below width makes rows overlap and is an error.
func checkRows(operation, name string, s []float32, rows, stride, width int) error {
	if uint(rows) > maxDimension || uint(stride) > maxDimension || uint(width) > maxDimension ||
		stride < width || (rows > 0 && lastIndex(rows, stride, width, 1) >= int64(len(s))) {
		return rowsError(operation, name, s, rows, stride, width)
	}
	return nil
}

func rowsError(operation, name string, s []float32, rows, stride, width int) error {
	switch {
	case uint(rows) > maxDimension:
		return fmt.Errorf("kernels: %s: %s: %d rows: want 0 to %d", operation, name, rows, maxDimension)
	case uint(width) > maxDimension:
		return fmt.Errorf("kernels: %s: %s: rows of %d elements: want 0 to %d", operation, name, width, maxDimension)
	case uint(stride) > maxDimension || stride < width:
		return fmt.Errorf("kernels: %s: %s: stride %d: want %d to %d", operation, name, stride, width, maxDimension)
	}
	return fmt.Errorf("kernels: %s: %s: %d rows of %d elements, %d apart, need %d elements: have %d",
		operation, name, rows, width, stride, lastIndex(rows, stride, width, 1)+1, len(s))
}

// checkLengths returns an error unless dst and x are equally long and either the
// same memory or apart.
func checkLengths(operation string, dst, x []float32) error {
	if len(dst) != len(x) {
		return fmt.Errorf("kernels: %s: dst has %d elements, x has %d: want the same", operation, len(dst), len(x))
	}
	if len(x) > 0 && &dst[0] != &x[0] && memory.Overlap(dst, x) {
		return fmt.Errorf("kernels: %s: dst and x overlap without being the same: want the same slice or separate ones", operation)
	}
	return nil
}

// checkUnits returns an error unless a gate kernel has units, few enough that four
// times their padded count can be a stride.
func checkUnits(operation string, units int) error {
	if units < 1 || units > maxDimension/8 {
		return fmt.Errorf("kernels: %s: Units = %d: want 1 to %d", operation, units, maxDimension/8)
	}
	return nil
}

// checkRange returns an error unless [first, first+count) lies in [0, n).
func checkRange(operation string, first, count, n int) error {
	if first < 0 || count < 0 || first > n-count {
		return fmt.Errorf("kernels: %s: first = %d, count = %d: want a range within %d", operation, first, count, n)
	}
	return nil
}

func errRange(operation, name string, value, most int) error {
	return fmt.Errorf("kernels: %s: %s = %d: want 0 to %d", operation, name, value, most)
}

func errNil(operation, name string) error {
	return fmt.Errorf("kernels: %s: %s is nil", operation, name)
}

func errOverlap(operation, name, others string) error {
	return fmt.Errorf("kernels: %s: %s overlaps %s: want them apart", operation, name, others)
}
