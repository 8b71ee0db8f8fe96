package gonumblas

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
	// nearMatrix elements (256 KB) stay in L2: a copy of as many elements of B is read from there by all tiles.
	nearMatrix = 1 << 16
	// shortDepth: at AVX2 dot products that are shorter were not measured. At AVX-512 the rate of a sum of lanes
	// weighs them.
	shortDepth = 32
)

// method chooses by the shape, by how far apart rows are and by whether beta is 0, so that the bits do not
// depend on how the product is split.
func (x *product) method() method {
	if hasTiles(x.level) {
		return x.cheapest()
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
