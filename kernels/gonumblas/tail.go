package gonumblas

import "github.com/packedlstm/packedlstm/kernels"

// tailColumns returns how many of x's last columns are better computed apart, where the others
// are by rows or panels of B: up to a quarter of a panel of them, which would cost every row of
// A as much as a whole one. They are the smaller side of dot products with the rows of A, or of
// rows of Cᵀ. It is chosen for the whole product, as the method is.
func (x *product) tailColumns() int {
	const most, columns, least = kernels.PanelWidth / 4, 2 * kernels.PanelWidth, 64
	t := x.n % kernels.PanelWidth
	if !hasTiles(x.level) || t > most || x.n < columns || min(x.m, x.k) < least {
		return 0
	}
	return t
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
