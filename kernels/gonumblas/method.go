package gonumblas

import "github.com/packedlstm/packedlstm/kernels"

// method is a way to compute a product.
type method uint8

const (
	packed         method = iota // B packed into panels: large products, and every level
	rows                         // B's rows as they are
	rowsCopied                   // B transposed by a copy, then its rows
	rowsTransposed               // Cᵀ = Bᵀ·Aᵀ over the rows of Aᵀ as they are
	rowsStored                   // the same, each tile stored as its transpose
	dots                         // dot products of A's rows and B's columns as they are
)

const (
	// fewRows of one operand do not repay the copy of the other.
	fewRows = 32
	// fewColumns leave most of a register empty.
	fewColumns = 12
	// oneStrip of columns leaves part of a tile empty.
	oneStrip = 48
	// smallMatrix elements (64 KB) stay in the caches as they are.
	smallMatrix = 1 << 14
	// nearMatrix elements (256 KB) stay in L2, from where AVX-512's tiles take rows as fast as panels, and
	// at AVX2 those of a copy.
	nearMatrix = 1 << 16
	// shortDepth is too short for dot products: adding up the lanes takes longer.
	shortDepth = 32
)

// method chooses by the shape, by how far apart rows are and by whether beta is 0, so that the bits do not
// depend on how the product is split.
func (x *product) method() method {
	switch x.level {
	case kernels.AVX512:
		return x.byLimits()
	case kernels.AVX2:
		return x.cheapest()
	}
	return packed
}

// byLimits returns the method at AVX-512. The limits were measured on an Ice Lake server against all
// other methods, nearMatrix on a Zen 5 server.
func (x *product) byLimits() method {
	aRows, aColumns, bRows, bColumns := x.contiguous()
	size := max(x.k*x.n, x.m*x.k)
	small, near := size <= smallMatrix, size <= nearMatrix
	narrow := x.n <= 64 && x.k*x.n <= 2*smallMatrix
	switch {
	case bRows && small && x.m <= fewRows && x.n >= fewColumns/2:
		return rows
	case x.n <= fewColumns && x.n <= x.m && aRows && x.k >= shortDepth:
		return dots
	case x.n <= fewColumns && x.n <= x.m && aColumns:
		return rowsTransposed
	case x.m <= fewRows && bColumns && x.k >= 2*shortDepth:
		return dots
	case bRows && (x.m <= fewRows || small || near || (aRows || x.n > oneStrip) && narrow):
		return rows
	case near && aColumns && bColumns && x.storesTransposed():
		return rowsStored
	case bColumns && (small || near && min(x.m, x.n) > 64 && (aColumns || size <= nearMatrix/2) || aRows && narrow):
		return rowsCopied
	case aColumns && (x.n <= oneStrip || bColumns && min(x.m, x.n) <= 64):
		return rowsTransposed
	}
	return packed
}

// hasTail reports whether the last columns may be computed apart: where tiles take rows of A and C.
func (m method) hasTail() bool { return m == rows || m == rowsCopied || m == packed }

// run computes x, its tail apart.
func (x *product) run(m method) {
	if x.tail > 0 {
		x.multiplyTail()
		y := x.block(0, 0, x.m, x.n-x.tail)
		x = &y
	}
	switch m {
	case rows:
		x.multiplyRows()
	case rowsCopied:
		x.multiplyRowsCopied()
	case rowsTransposed:
		x.multiplyRowsTransposed()
	case rowsStored:
		x.multiplyRowsStored()
	case dots:
		x.multiplyDots()
	default:
		x.multiplyPacked()
	}
}
