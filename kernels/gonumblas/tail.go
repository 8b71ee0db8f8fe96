package gonumblas

import "github.com/packedlstm/packedlstm/kernels"

// tailColumns returns how many of x's last columns are better computed apart, where the others
// are by rows or panels of B: up to half a panel of them, which would cost every row of
// A as much as a whole one. They are the smaller side of dot products with the rows of A, or of
// rows of Cᵀ. It is chosen for the whole product, as the method is.
func (x *product) tailColumns() int {
	const panel = kernels.PanelWidth
	t := x.n % panel
	switch x.level {
	case kernels.AVX512: // 300 x 20, K 256, 1.5 times as fast, 300 x 39 1.17, 128 x 135 1.03
		const most, least, call, margin = panel / 2, 64, 120, 1.15
		if t > most || x.n < panel || x.m < least/2 || x.k < least {
			return 0
		}
		r, m, k := x.rates(), float64(x.m), float64(x.k)
		if r.tile*m*panel*k < margin*(call+(r.dot*k+r.sum)*m*float64(t)) {
			return 0
		}
		return t
	case kernels.AVX2:
		if t <= panel/4 && x.n >= 2*panel && min(x.m, x.k) >= 64 {
			return t
		}
	}
	return 0
}

// multiplyTail computes the last columns of x.
func (x *product) multiplyTail() {
	y := x.block(0, x.n-x.tail, x.m, x.tail)
	if y.a.column == 1 {
		y.multiplyDots()
		return
	}
	y.multiplyRowsTransposed()
}
