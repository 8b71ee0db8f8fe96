package kernels

// MoveTo moves the panels' elements into memory, which has exactly room for them, so
// that a test can put them beside a page that cannot be touched.
func (p *Panels) MoveTo(memory []float32) {
	copy(memory, p.data)
	p.data = memory
}

// Elements returns how many elements the panels have.
func (p *Panels) Elements() int { return len(p.data) }

// ScratchElements returns how many elements a weight gradient [count, m] over rows needs for
// its rows of dy and for its panels of x.
func (w *WeightGradient) ScratchElements(count, m, rows int) (dy, x int) {
	block := min(rows, GradientRows)
	return block * gradientWidth(gradientPart(count)), block * panelCount(m) * PanelWidth
}

// MoveScratchTo makes w work in the given memory, of ScratchElements' sizes.
func (w *WeightGradient) MoveScratchTo(dy, x []float32) { w.dy, w.x.data = dy, x }

// ScratchIn reports whether w still works in the memory that it was moved to.
func (w *WeightGradient) ScratchIn(dy, x []float32) bool {
	same := func(a, b []float32) bool { return cap(a) == cap(b) && (cap(a) == 0 || &a[:1][0] == &b[:1][0]) }
	return same(w.dy, dy) && same(w.x.data, x)
}
