package packed

import "fmt"

// SequenceLengths returns the number of rows of each sequence, [len(sequences)]:
// dst[b] = len(sequences[b]) / width, in dst's memory if that suffices. A size that is
// no multiple of width is an error, and so is an element where width is 0.
func SequenceLengths[E any](dst []int, sequences [][]E, width int) ([]int, error) {
	if err := checkWidth(width); err != nil {
		return dst, err
	}
	for b, s := range sequences {
		if len(s) != 0 && (width == 0 || len(s)%width != 0) {
			return dst, fmt.Errorf("packed: sequences[%d] has %d elements: want a multiple of width %d", b, len(s), width)
		}
	}
	dst = resize(dst, len(sequences))
	for b, s := range sequences {
		dst[b] = len(s) / max(width, 1)
	}
	return dst, nil
}

// PackSequences moves a list of sequences, sequences[b] = [Lengths[b], width], into
// packed rows [N, width]:
//
//	dst[Offsets[t]+k] = sequences[SortedIndices[k]][t]
//
// The layout comes from SequenceLengths. The rows go into dst's memory if that
// suffices, and must not overlap a sequence. (torch.nn.utils.rnn.pack_sequence.)
// The gradient of PackSequences is UnpackSequences.
func PackSequences[E any](dst []E, l *Layout, sequences [][]E, width int) ([]E, error) {
	if l == nil {
		return dst, errNilLayout
	}
	if len(sequences) != l.Batch() {
		return dst, fmt.Errorf("packed: %d sequences: want %d, as in the layout", len(sequences), l.Batch())
	}
	if err := checkWidth(width); err != nil {
		return dst, err
	}
	for b, s := range sequences {
		if n := l.lengths[b]; !isRows(len(s), n, width) {
			return dst, fmt.Errorf("packed: sequences[%d] has %d elements: want lengths[%d] = %d rows of width %d", b, len(s), b, n, width)
		}
	}
	dst, err := resizeRows(dst, l.Rows(), width)
	if err != nil || width == 0 {
		return dst, err
	}
	for k, b := range l.sortedIndices {
		moveSequence(l, k, dst, sequences[b], 0, l.lengths[b], width, false)
	}
	return dst, nil
}

// UnpackSequences moves packed rows [N, width] into a list of sequences in the
// caller's order: dst[b] = [Lengths[b], width]. The list, and each of its slices, go
// into the memory that dst has, within its capacity too, where that suffices; those
// slices must overlap neither rows nor each other.
// (torch.nn.utils.rnn.unpack_sequence.) The gradient of UnpackSequences is
// PackSequences.
func UnpackSequences[E any](dst [][]E, l *Layout, rows []E, width int) ([][]E, error) {
	if l == nil {
		return dst, errNilLayout
	}
	if err := checkRows("rows", len(rows), l.Rows(), width); err != nil {
		return dst, err
	}
	dst = resizeList(dst, l.lengths, width)
	if width == 0 {
		return dst, nil
	}
	for k, b := range l.sortedIndices {
		moveSequence(l, k, dst[b], rows, 0, l.lengths[b], width, true)
	}
	return dst, nil
}

// PadSequences moves a list of sequences, each a multiple of width elements, into a
// padded tensor: [B, T', width] for BatchFirst, [T', B, width] for TimeFirst, with
// T' = totalLength, or the longest length if that is 0. Padding lies on the given side
// and is paddingValue. The tensor goes into dst's memory if that suffices, all of it is
// written, and it must not overlap a sequence. (torch.nn.utils.rnn.pad_sequence.)
func PadSequences[E any](dst []E, sequences [][]E, order Order, width int, paddingValue E, side Side, totalLength int) ([]E, error) {
	if err := checkSide(side); err != nil {
		return dst, err
	}
	if err := checkAxes(order, width); err != nil {
		return dst, err
	}
	longest := 0
	for b, s := range sequences {
		if width == 0 && len(s) > 0 || width > 0 && len(s)%width != 0 {
			return dst, fmt.Errorf("packed: sequences[%d] has %d elements: want a multiple of width %d", b, len(s), width)
		}
		longest = max(longest, len(s)/max(width, 1))
	}
	g, err := newPadded(order, len(sequences), longest, totalLength, width)
	if err != nil {
		return dst, err
	}
	dst, err = resizeRows(dst, g.batch*g.steps, width)
	if err != nil || width == 0 {
		return dst, err
	}
	for b, s := range sequences {
		n := len(s) / width
		start := side.start(g.steps, n)
		if g.stepStride == 1 {
			copy(dst[g.row(b, start)*width:], s)
		} else {
			for t := range n {
				copyRows(dst, s, g.row(b, start+t), t, 1, width)
			}
		}
		fillAround(g, b, start, n, dst, width, paddingValue)
	}
	return dst, nil
}

// PadSequencesBackward is the gradient of PadSequences: the gradients of the sequences
// are the rows of dpadded that belong to them; those of the padding are never read.
// Arguments as in UnpadSequences.
func PadSequencesBackward[E any](dst [][]E, dpadded []E, lengths []int, order Order, width int, side Side) ([][]E, error) {
	return UnpadSequences(dst, dpadded, lengths, order, width, side)
}

// UnpadSequences moves the sequences of a padded tensor, [B, T', width] or
// [T', B, width], into a list: dst[b] = [lengths[b], width]. T' follows from the
// tensor's size; a length beyond it is an error, and padding is never read. dst as in
// UnpackSequences. (torch.nn.utils.rnn.unpad_sequence, which knows Right only.)
func UnpadSequences[E any](dst [][]E, padded []E, lengths []int, order Order, width int, side Side) ([][]E, error) {
	if err := checkSide(side); err != nil {
		return dst, err
	}
	g, err := gridOf("padded", len(padded), lengths, order, width)
	if err != nil {
		return dst, err
	}
	dst = resizeList(dst, lengths, width)
	if width == 0 {
		return dst, nil
	}
	for b, n := range lengths {
		start := side.start(g.steps, n)
		if g.stepStride == 1 {
			copy(dst[b], padded[g.row(b, start)*width:])
			continue
		}
		for t := range n {
			copyRows(dst[b], padded, t, g.row(b, start+t), 1, width)
		}
	}
	return dst, nil
}

// UnpadSequencesBackward is the gradient of UnpadSequences: dpadded has the gradients
// of the sequences, and zeros in the padding. Arguments as in PadSequences; totalLength
// is the T' that UnpadSequences read (0: the longest).
func UnpadSequencesBackward[E any](dst []E, dsequences [][]E, order Order, width int, side Side, totalLength int) ([]E, error) {
	var zero E
	return PadSequences(dst, dsequences, order, width, zero, side, totalLength)
}

// fillAround sets the padding before and behind n steps of sequence b.
func fillAround[E any](g grid, b, start, n int, padded []E, width int, v E) {
	if g.stepStride == 1 {
		fill(padded[g.row(b, 0)*width:g.row(b, start)*width], v)
		fill(padded[g.row(b, start+n)*width:g.row(b+1, 0)*width], v)
		return
	}
	for t := range g.steps {
		if t < start || t >= start+n {
			row := g.row(b, t)
			fill(padded[row*width:(row+1)*width], v)
		}
	}
}

// resizeList returns a list of sequences of the given lengths in dst's memory where
// that suffices.
func resizeList[E any](dst [][]E, lengths []int, width int) [][]E {
	if cap(dst) < len(lengths) {
		dst = append(dst[:cap(dst)], make([][]E, len(lengths)-cap(dst))...)
	}
	dst = dst[:len(lengths)]
	for b, n := range lengths {
		dst[b] = resize(dst[b], n*width)
	}
	return dst
}
