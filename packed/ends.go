package packed

// FirstRowIndices returns the packed row of each sequence's first step, [B] in the
// caller's order: UnsortedIndices[b], and -1 for length 0. It goes into dst's memory if
// that suffices.
func FirstRowIndices(dst []int, l *Layout) ([]int, error) {
	if l == nil {
		return dst, errNilLayout
	}
	dst = resize(dst, l.Batch())
	for b := range dst {
		dst[b] = l.endRow(b, false)
	}
	return dst, nil
}

// LastRowIndices returns the packed row of each sequence's last step, [B] in the
// caller's order: Offsets[Lengths[b]-1] + UnsortedIndices[b], and -1 for length 0. It
// goes into dst's memory if that suffices.
func LastRowIndices(dst []int, l *Layout) ([]int, error) {
	if l == nil {
		return dst, errNilLayout
	}
	dst = resize(dst, l.Batch())
	for b := range dst {
		dst[b] = l.endRow(b, true)
	}
	return dst, nil
}

// FirstRows returns each sequence's first row, [B, width] in the caller's order; a
// sequence of length 0 gets missing. rows is [N, width]. The result goes into dst's
// memory if that suffices, and must not overlap rows.
func FirstRows[E any](dst []E, l *Layout, rows []E, width int, missing E) ([]E, error) {
	return endRows(dst, l, rows, width, missing, false)
}

// LastRows returns each sequence's last row, as FirstRows does the first.
func LastRows[E any](dst []E, l *Layout, rows []E, width int, missing E) ([]E, error) {
	return endRows(dst, l, rows, width, missing, true)
}

// FirstRowsBackward is the gradient of FirstRows: drows [N, width] has dfirst
// [B, width] in the rows that FirstRows read, and zeros elsewhere. The gradient of a
// sequence of length 0 is never read. dst and aliasing as in FirstRows.
func FirstRowsBackward[E any](dst []E, l *Layout, dfirst []E, width int) ([]E, error) {
	return endRowsBackward(dst, l, "dfirst", dfirst, width, false)
}

// LastRowsBackward is the gradient of LastRows, as FirstRowsBackward of FirstRows.
func LastRowsBackward[E any](dst []E, l *Layout, dlast []E, width int) ([]E, error) {
	return endRowsBackward(dst, l, "dlast", dlast, width, true)
}

// endRow returns the row of the first or last step of sequence b, -1 if it has none.
func (l *Layout) endRow(b int, last bool) int {
	n, k := l.lengths[b], l.unsortedIndices[b]
	switch {
	case n == 0:
		return -1
	case last:
		return l.offsets[n-1] + k
	}
	return k
}

func endRows[E any](dst []E, l *Layout, rows []E, width int, missing E, last bool) ([]E, error) {
	if l == nil {
		return dst, errNilLayout
	}
	if err := checkRows("rows", len(rows), l.Rows(), width); err != nil {
		return dst, err
	}
	dst, err := resizeRows(dst, l.Batch(), width)
	if err != nil || width == 0 {
		return dst, err
	}
	for b := range l.Batch() {
		if row := l.endRow(b, last); row >= 0 {
			copyRows(dst, rows, b, row, 1, width)
		} else {
			fill(dst[b*width:(b+1)*width], missing)
		}
	}
	return dst, nil
}

func endRowsBackward[E any](dst []E, l *Layout, name string, dend []E, width int, last bool) ([]E, error) {
	if l == nil {
		return dst, errNilLayout
	}
	if err := checkRows(name, len(dend), l.Batch(), width); err != nil {
		return dst, err
	}
	dst, err := resizeRows(dst, l.Rows(), width)
	if err != nil || width == 0 {
		return dst, err
	}
	clear(dst)
	for b := range l.Batch() {
		if row := l.endRow(b, last); row >= 0 {
			copyRows(dst, dend, row, b, 1, width)
		}
	}
	return dst, nil
}
