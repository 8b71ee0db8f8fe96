package packed

import (
	"fmt"
	"math"
	"unsafe"
)

// Order tells which axis of a padded tensor comes first.
type Order int

const (
	BatchFirst Order = iota // [B, T, width], batch_first=True
	TimeFirst               // [T, B, width], batch_first=False
)

// Side tells on which side of a sequence its padding lies.
type Side int

const (
	Right Side = iota // padding behind the sequence
	Left              // padding before the sequence
)

// maxBytes bounds what one call allocates, so that a hostile total length or width
// is an error: make would panic.
const maxBytes = min(1<<40, math.MaxInt)

// grid locates the rows of a padded tensor of batch sequences by steps.
type grid struct {
	batch, steps            int
	batchStride, stepStride int // in rows
}

// newGrid prefers the strides of BatchFirst where a batch of one leaves the choice.
func newGrid(order Order, batch, steps int) grid {
	if order == TimeFirst && batch != 1 {
		return grid{batch, steps, 1, batch}
	}
	return grid{batch, steps, steps, 1}
}

// row returns the row of step t of sequence b.
func (g grid) row(b, t int) int { return b*g.batchStride + t*g.stepStride }

// gridOf finds the steps of a padded tensor from its number of elements, and checks
// that every length fits in. Without rows or width the size tells nothing, and the
// longest length counts.
func gridOf(name string, have int, lengths []int, order Order, width int) (grid, error) {
	if err := checkAxes(order, width); err != nil {
		return grid{}, err
	}
	batch, steps := len(lengths), 0
	if batch == 0 || width == 0 {
		if have != 0 {
			return grid{}, fmt.Errorf("packed: %s has %d elements: want 0 for %d sequences of width %d", name, have, batch, width)
		}
	} else {
		if have%width != 0 || have/width%batch != 0 {
			return grid{}, fmt.Errorf("packed: %s has %d elements: want a multiple of %d sequences times width %d", name, have, batch, width)
		}
		steps = have / width / batch
	}
	for b, n := range lengths {
		if n < 0 {
			return grid{}, fmt.Errorf("packed: lengths[%d] = %d: want >= 0", b, n)
		}
		if width > 0 && n > steps {
			return grid{}, fmt.Errorf("packed: lengths[%d] = %d: beyond the %d steps of %s", b, n, steps, name)
		}
		steps = max(steps, n)
	}
	return newGrid(order, batch, steps), nil
}

// newPadded returns the grid of a padded tensor to be written: totalLength steps,
// or the longest if that is 0.
func newPadded(order Order, batch, longest, totalLength, width int) (grid, error) {
	if err := checkAxes(order, width); err != nil {
		return grid{}, err
	}
	if totalLength != 0 && totalLength < longest {
		return grid{}, fmt.Errorf("packed: totalLength = %d: want 0 or at least the longest length, %d", totalLength, longest)
	}
	steps := max(totalLength, longest)
	if batch > 0 && steps > maxRows/batch {
		what := "totalLength ="
		if totalLength == 0 {
			what = "the longest length,"
		}
		return grid{}, fmt.Errorf("packed: %s %d for %d sequences: more than %d rows in all", what, steps, batch, maxRows)
	}
	return newGrid(order, batch, steps), nil
}

func checkAxes(order Order, width int) error {
	if order != BatchFirst && order != TimeFirst {
		return fmt.Errorf("packed: order = %d: want BatchFirst or TimeFirst", order)
	}
	return checkWidth(width)
}

func checkWidth(width int) error {
	if width < 0 {
		return fmt.Errorf("packed: width = %d: want >= 0", width)
	}
	return nil
}

func checkSide(side Side) error {
	if side != Right && side != Left {
		return fmt.Errorf("packed: side = %d: want Right or Left", side)
	}
	return nil
}

// start returns the first step of a sequence of n steps among steps.
func (side Side) start(steps, n int) int {
	if side == Left {
		return steps - n
	}
	return 0
}

// checkRows returns an error unless a slice of have elements is [rows, width].
func checkRows(name string, have, rows, width int) error {
	if err := checkWidth(width); err != nil {
		return err
	}
	if !isRows(have, rows, width) {
		return fmt.Errorf("packed: %s has %d elements: want %d rows of width %d", name, have, rows, width)
	}
	return nil
}

// isRows reports whether have == rows*width, which may overflow.
func isRows(have, rows, width int) bool {
	if rows == 0 || width == 0 {
		return have == 0
	}
	return have%width == 0 && have/width == rows
}

// resizeRows returns [rows, width] elements in dst's memory if that suffices.
func resizeRows[E any](dst []E, rows, width int) ([]E, error) {
	var e E
	size := max(int(unsafe.Sizeof(e)), 1)
	if rows > 0 && width > maxBytes/size/rows {
		return dst, fmt.Errorf("packed: %d rows of width %d, %d bytes each element: more than %d bytes", rows, width, size, maxBytes)
	}
	return resize(dst, rows*width), nil
}

// fill sets every element to v.
func fill[E any](s []E, v E) {
	if len(s) == 0 {
		return
	}
	s[0] = v
	for n := 1; n < len(s); n *= 2 {
		copy(s[n:], s[:n])
	}
}
