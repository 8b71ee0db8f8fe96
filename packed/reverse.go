package packed

// Reverse reverses time inside each sequence's own length:
//
//	dst[Offsets[t]+k] = rows[Offsets[n-1-t]+k]    n the length of sorted position k
//
// rows and dst are [N, width]. dst may be rows, or share its memory otherwise: it is
// a copy of rows first. Reverse is its own inverse and its own gradient.
func Reverse[E any](dst []E, l *Layout, rows []E, width int) ([]E, error) {
	if l == nil {
		return dst, errNilLayout
	}
	if err := checkRows("rows", len(rows), l.Rows(), width); err != nil {
		return dst, err
	}
	dst = resize(dst, len(rows))
	copy(dst, rows)
	for k, b := range l.sortedIndices {
		for from, to := 0, l.lengths[b]-1; from < to && width > 0; from, to = from+1, to-1 {
			swapRows(dst, l.offsets[from]+k, l.offsets[to]+k, width)
		}
	}
	return dst, nil
}

// ReversePadded is Reverse for a padded tensor, [B, T', width] or [T', B, width]: the
// steps of each sequence turn round where they are, padding stays on its side. Padding
// is never read; in dst it is paddingValue. dst may be padded, but must not overlap it
// otherwise. Errors as in UnpadSequences. With a padding value of 0 it is its own gradient.
// (flax.linen flip_sequences, tf.reverse_sequence.)
func ReversePadded[E any](dst, padded []E, lengths []int, order Order, width int, paddingValue E, side Side) ([]E, error) {
	if err := checkSide(side); err != nil {
		return dst, err
	}
	g, err := gridOf("padded", len(padded), lengths, order, width)
	if err != nil {
		return dst, err
	}
	dst = resize(dst, len(padded))
	if width == 0 {
		return dst, nil
	}
	for b, n := range lengths {
		start := side.start(g.steps, n)
		for t := range n {
			copyRows(dst, padded, g.row(b, start+t), g.row(b, start+t), 1, width)
		}
		for from, to := start, start+n-1; from < to; from, to = from+1, to-1 {
			swapRows(dst, g.row(b, from), g.row(b, to), width)
		}
		fillAround(g, b, start, n, dst, width, paddingValue)
	}
	return dst, nil
}

func swapRows[E any](s []E, i, j, width int) {
	a, b := s[i*width:(i+1)*width], s[j*width:(j+1)*width]
	for x := range a {
		a[x], b[x] = b[x], a[x]
	}
}
