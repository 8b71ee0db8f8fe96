package nn

import (
	"fmt"
	"math"

	"github.com/packedlstm/packedlstm/internal/memory"
)

// maxElements is the most that one parameter may have; its layer makes two such slices.
const maxElements = min(math.MaxInt32, math.MaxInt/8)

// checkDimensions returns an error unless a matrix [rows, columns] can be a
// parameter.
func checkDimensions(layer, rowsName string, rows int, columnsName string, columns int) error {
	if rows < 1 || columns < 1 || rows > maxElements/columns {
		return fmt.Errorf("nn: %s: %s = %d, %s = %d: want >= 1, and at most %d for their product",
			layer, rowsName, rows, columnsName, columns, maxElements)
	}
	return nil
}

// checkSize returns an error unless x has rows·columns elements, columns >= 1.
func checkSize(operation, name string, x []float32, rows, columns int) error {
	if rows < 0 || rows > math.MaxInt/columns || len(x) != rows*columns {
		return fmt.Errorf("nn: %s: %s has %d elements: want %d rows of %d", operation, name, len(x), rows, columns)
	}
	return nil
}

// checkResult returns an error if a result of rows·columns elements is too large.
func checkResult(operation, rowsName string, rows int, columnsName string, columns int) error {
	if rows > memory.MaxBytes/4/columns {
		return fmt.Errorf("nn: %s: %d %s of %s = %d: a result of more than %d bytes", operation, rows, rowsName, columnsName, columns, memory.MaxBytes)
	}
	return nil
}

// checkApart returns an error if a and b share memory.
func checkApart(operation, aName string, a []float32, bName string, b []float32) error {
	if memory.Overlap(a, b) {
		return fmt.Errorf("nn: %s: %s overlaps %s: want them apart", operation, aName, bName)
	}
	return nil
}
