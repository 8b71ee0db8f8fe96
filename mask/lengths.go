package mask

import (
	"fmt"
	"math"
	"slices"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/packed"
)

// FromLengths returns the mask of a padded batch:
//
//	mask[b, t] = t < lengths[b]
//
// [B, steps] for packed.BatchFirst, [steps, B] for packed.TimeFirst. steps 0 stands
// for the longest length. The result is in dst's memory if that suffices. A negative
// length or one beyond steps is an error. (torch.arange(steps) < lengths[:, None];
// tf.sequence_mask.)
func FromLengths(dst []bool, lengths []int, order packed.Order, steps int) ([]bool, error) {
	if steps == 0 && len(lengths) > 0 {
		steps = max(0, slices.Max(lengths))
	}
	rows, err := paddedRows(lengths, order, steps)
	if err != nil {
		return dst, err
	}
	dst = memory.Resize(dst, rows.count)
	clear(dst)
	for b, n := range lengths {
		for t := range n {
			dst[rows.at(b, t)] = true
		}
	}
	return dst, nil
}

// batchRows locates the rows of a batch, packed or padded. For packed rows offsets
// and unsortedIndices are those of the layout; else they are nil.
type batchRows struct {
	lengths                  []int // [B]
	count                    int   // rows in all, the padding's included
	steps                    int   // T; of a padded tensor its length, else the longest
	offsets, unsortedIndices []int
	batchStride, stepStride  int // of a padded tensor, in rows
}

// at returns the row of step t of sequence b.
func (r *batchRows) at(b, t int) int {
	if r.offsets != nil {
		return r.offsets[t] + r.unsortedIndices[b]
	}
	return b*r.batchStride + t*r.stepStride
}

func packedRows(l *packed.Layout) (batchRows, error) {
	if l == nil {
		return batchRows{}, fmt.Errorf("mask: l is nil: want a layout")
	}
	return batchRows{lengths: l.Lengths(), count: l.Rows(), steps: l.Steps(),
		offsets: l.Offsets(), unsortedIndices: l.UnsortedIndices()}, nil
}

func paddedRows(lengths []int, order packed.Order, steps int) (batchRows, error) {
	batch := len(lengths)
	if order != packed.BatchFirst && order != packed.TimeFirst {
		return batchRows{}, fmt.Errorf("mask: order = %d: want packed.BatchFirst or packed.TimeFirst", order)
	}
	if steps < 0 {
		return batchRows{}, fmt.Errorf("mask: steps = %d: want >= 0", steps)
	}
	if batch > 0 && steps > maxElements/batch {
		return batchRows{}, fmt.Errorf("mask: %d sequences of %d steps: want at most %d rows", batch, steps, maxElements)
	}
	for b, n := range lengths {
		if n < 0 || n > steps {
			return batchRows{}, fmt.Errorf("mask: lengths[%d] = %d: want 0 to %d, the steps", b, n, steps)
		}
	}
	rows := batchRows{lengths: lengths, count: batch * steps, steps: steps, batchStride: steps, stepStride: 1}
	if order == packed.TimeFirst {
		rows.batchStride, rows.stepStride = 1, batch
	}
	return rows, nil
}

// maxElements bounds the rows of a padded tensor and the elements of a pool; hostile
// sizes are an error, not an allocation without end.
const maxElements = min(math.MaxInt32, math.MaxInt/4)

// checkSize returns an error unless a slice of have elements is [rows, width].
func (r *batchRows) checkSize(name string, have, width int) error {
	if width < 0 {
		return fmt.Errorf("mask: %s: rows of %d elements: want >= 0", name, width)
	}
	if width == 0 || r.count == 0 {
		if have == 0 {
			return nil
		}
	} else if have%width == 0 && have/width == r.count {
		return nil
	}
	return fmt.Errorf("mask: %s has %d elements: want %d rows of %d", name, have, r.count, width)
}
