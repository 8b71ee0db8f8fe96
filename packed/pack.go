package packed

import (
	"errors"
	"slices"
)

var errNilLayout = errors.New("packed: l is nil: want a layout of NewLayout")

// Pack moves the rows of a padded tensor into packed rows [N, width]:
//
//	dst[Offsets[t]+k] = padded[SortedIndices[k], t]    for t < length of that sequence
//
// padded is [B, T', width] for BatchFirst, [T', B, width] for TimeFirst, padded on the
// right; T' follows from its size. Steps behind the longest length are dropped, and
// padding is never read. The rows go into dst's memory if that suffices, and must not
// overlap padded. An error names what does not fit, such as a length beyond T'; dst is
// untouched then. (torch.nn.utils.rnn.pack_padded_sequence; with NewSortedLayout,
// enforce_sorted=True.)
func Pack[E any](dst []E, l *Layout, padded []E, order Order, width int) ([]E, error) {
	if l == nil {
		return dst, errNilLayout
	}
	g, err := gridOf("padded", len(padded), l.lengths, order, width)
	if err != nil {
		return dst, err
	}
	rows, err := resizeRows(dst, l.Rows(), width)
	if err != nil {
		return dst, err
	}
	move(l, g, rows, padded, width, false)
	return rows, nil
}

// PackBackward is the gradient of Pack: dpadded, [B, T', width] or [T', B, width] with
// T' = totalLength (0: the longest), has drows [N, width] where Pack read, and zeros
// elsewhere. dst, aliasing and errors as in Unpack.
func PackBackward[E any](dst []E, l *Layout, drows []E, order Order, width, totalLength int) ([]E, error) {
	var zero E
	return Unpack(dst, l, drows, order, width, zero, totalLength)
}

// Unpack moves packed rows [N, width] into a padded tensor, in the caller's order,
// padded on the right:
//
//	dst[b, t] = rows[Offsets[t]+UnsortedIndices[b]]    for t < Lengths[b], else paddingValue
//
// dst is [B, T', width] for BatchFirst, [T', B, width] for TimeFirst, T' = totalLength,
// or the longest length if that is 0. It goes into dst's memory if that suffices, all
// of it is written, and it must not overlap rows. A total length below the longest, or
// more than 2^31-1 padded rows, is an error; dst is untouched then.
// (torch.nn.utils.rnn.pad_packed_sequence.)
func Unpack[E any](dst []E, l *Layout, rows []E, order Order, width int, paddingValue E, totalLength int) ([]E, error) {
	if l == nil {
		return dst, errNilLayout
	}
	g, err := newPadded(order, l.Batch(), l.Steps(), totalLength, width)
	if err != nil {
		return dst, err
	}
	if err := checkRows("rows", len(rows), l.Rows(), width); err != nil {
		return dst, err
	}
	padded, err := resizeRows(dst, g.batch*g.steps, width)
	if err != nil {
		return dst, err
	}
	move(l, g, padded, rows, width, true)
	fillPadding(l, g, padded, width, paddingValue)
	return padded, nil
}

// UnpackBackward is the gradient of Unpack: drows [N, width] are the gradients in
// dpadded, [B, T', width] or [T', B, width], that belong to rows; those of the padding
// are never read. dst, aliasing and errors as in Pack.
func UnpackBackward[E any](dst []E, l *Layout, dpadded []E, order Order, width int) ([]E, error) {
	return Pack(dst, l, dpadded, order, width)
}

// move copies all live rows: packed rows dst from the padded tensor src or, if unpack
// is set, the padded tensor dst from packed rows src.
func move[E any](l *Layout, g grid, dst, src []E, width int, unpack bool) {
	if width == 0 {
		return
	}
	if g.stepStride == 1 { // a sequence's rows stand together in the padded tensor
		for k, b := range l.sortedIndices {
			moveSequence(l, k, dst, src, g.row(b, 0), l.lengths[b], width, unpack)
		}
		return
	}
	t := 0
	if g.batch > 0 && slices.IsSorted(l.sortedIndices) { // the first steps, all live, are one run
		t = l.lengths[g.batch-1]
		copy(dst[:t*g.batch*width], src)
	}
	for ; t < len(l.batchSizes); t++ {
		live := l.sortedIndices[:l.batchSizes[t]]
		for k := 0; k < len(live); {
			count := ascendingRun(live[k:])
			to, from := l.offsets[t]+k, g.row(live[k], t)
			if unpack {
				to, from = from, to
			}
			copyRows(dst, src, to, from, count, width)
			k += count
		}
	}
}

// moveSequence copies the n rows of sorted position k, which begin at row first of
// the padded side, from src to dst.
func moveSequence[E any](l *Layout, k int, dst, src []E, first, n, width int, unpack bool) {
	if unpack {
		for t := range n {
			copyRows(dst, src, first+t, l.offsets[t]+k, 1, width)
		}
		return
	}
	for t := range n {
		copyRows(dst, src, l.offsets[t]+k, first+t, 1, width)
	}
}

// copyRows copies count rows from row from of src to row to of dst.
func copyRows[E any](dst, src []E, to, from, count, width int) {
	if count == 1 && width == 1 { // token ids: cheaper than a call of memmove
		dst[to] = src[from]
		return
	}
	copy(dst[to*width:(to+count)*width], src[from*width:(from+count)*width])
}

// ascendingRun returns how many leading indices are s[0], s[0]+1, s[0]+2, ...
func ascendingRun(s []int) int {
	n := 1
	for n < len(s) && s[n] == s[0]+n {
		n++
	}
	return n
}

// fillPadding sets the padding of a tensor padded on the right.
func fillPadding[E any](l *Layout, g grid, padded []E, width int, v E) {
	if len(padded) == 0 { // whatever the number of steps
		return
	}
	if g.stepStride == 1 {
		for b, n := range l.lengths {
			fill(padded[g.row(b, n)*width:g.row(b+1, 0)*width], v)
		}
		return
	}
	for t := range g.steps {
		ended := l.sortedIndices
		if t < len(l.batchSizes) {
			ended = ended[l.batchSizes[t]:]
		}
		for len(ended) > 0 {
			count := ascendingRun(ended)
			row := g.row(ended[0], t)
			fill(padded[row*width:(row+count)*width], v)
			ended = ended[count:]
		}
	}
}
