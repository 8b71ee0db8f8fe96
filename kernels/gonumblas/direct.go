package gonumblas

import (
	"sync"

	"github.com/packedlstm/packedlstm/kernels"
)

// direct holds what one goroutine needs for products without panels: room for the copy of
// a small operand, or of Cᵀ.
type direct struct {
	copy []float32
}

var directs = sync.Pool{New: func() any { return new(direct) }}

// multiplyRows computes x over the rows of B, which are contiguous, as those of C are.
func (x *product) multiplyRows() {
	if x.a.column != 1 && turnsRows(x.level, x.m, x.k) {
		s := directs.Get().(*direct)
		defer directs.Put(s)
		a := matrix{s.floats(x.m * x.k), x.k, 1}
		check(x.level.Transpose(a.data, x.k, x.a.data, x.a.column, x.m, x.k))
		y := *x
		y.a = a
		x = &y
	}
	check(x.level.MultiplyRows(&kernels.RowProduct{
		C: x.c.data, CStride: x.c.row, A: x.a.data, AStride: x.a.row, AKStride: x.a.column, B: x.b.data, BStride: x.b.row,
		Rows: x.m, Columns: x.n, K: x.k, Alpha: x.alpha, Beta: x.beta,
	}))
}

// turnsRows reports whether a left operand [m, k] whose columns are contiguous is copied by rows for tiles
// over rows of B: at AVX2, of which each tile of six rows takes a column from a line of 16, where several
// tiles do, K repays the copy, and L2 holds it. (Zen 3: 500 x 33 and 33 x 500, K 300, 1.33 times as fast, 100 a
// side 1.07; K of 40 and 70 0.8.)
func turnsRows(l kernels.Level, m, k int) bool {
	return l == kernels.AVX2 && m > 6 && k >= 96 && m*k <= nearMatrix
}

// multiplyRowsCopied does the same where B's columns are contiguous, by a copy of them.
func (x *product) multiplyRowsCopied() {
	s := directs.Get().(*direct)
	y := *x
	y.b = matrix{s.floats(x.k * x.n), x.n, 1}
	check(x.level.Transpose(y.b.data, x.n, x.b.data, x.b.column, x.k, x.n))
	y.multiplyRows()
	directs.Put(s)
}

const (
	// transposedColumns of Cᵀ are computed at a time: a few rows of them stay in L2.
	transposedColumns = 1024
	// transposedRows likewise, whole tiles of 6 and of 8: Cᵀ may be as high as it likes.
	transposedRows = 960
)

// multiplyRowsTransposed computes Cᵀ = alpha·Bᵀ·Aᵀ over the rows of Aᵀ, which are
// contiguous, in the scratch, and adds it to C.
func (x *product) multiplyRowsTransposed() {
	s := directs.Get().(*direct)
	defer directs.Put(s)
	for i, end := 0, 0; i < x.m; i = end {
		end = x.cut(min(i+transposedColumns, x.m), x.m)
		for j := 0; j < x.n; j += transposedRows {
			y := x.block(i, j, end-i, min(transposedRows, x.n-j))
			s.multiplyTransposed(&y)
		}
	}
}

// multiplyTransposed is multiplyRowsTransposed for one block.
func (s *direct) multiplyTransposed(x *product) {
	y := x.transposed()
	y.c, y.beta = matrix{s.floats(y.m * y.n), y.n, 1}, 0
	y.multiplyRows()
	if x.beta == 0 {
		check(x.level.Transpose(x.c.data, x.c.row, y.c.data, y.n, y.n, y.m))
		return
	}
	addTransposed(x.c, y.c.data, y.n, y.m, x.beta)
}

// storesTransposed reports whether Cᵀ can be stored from tiles of 8 x 16, and whether that is
// faster than a copy: not where the last tile has few rows of C, or few columns that a copy
// leaves to the tail.
func (x *product) storesTransposed() bool {
	last := x.m % kernels.PanelWidth
	return x.beta == 0 && x.n >= kernels.PanelWidth && x.tailColumns() == 0 && (last == 0 || last > kernels.PanelWidth/4)
}

// multiplyRowsStored computes the same without a scratch, where beta is 0.
func (x *product) multiplyRowsStored() {
	if x.n < 8 { // a block narrower than a tile
		x.multiplyRowsTransposed()
		return
	}
	check(x.level.MultiplyRows(&kernels.RowProduct{
		C: x.c.data, CStride: x.c.row, Transposed: true, A: x.b.data, AStride: x.b.column, AKStride: 1, B: x.a.data, BStride: x.a.column,
		Rows: x.n, Columns: x.m, K: x.k, Alpha: x.alpha,
	}))
}

// addTransposed computes c = beta·c + tᵀ, t [columns, rows].
func addTransposed(c matrix, t []float32, rows, columns int, beta float32) {
	for i := range rows {
		row := c.data[i*c.row:][:columns]
		at := i
		for j := range row {
			row[j] = beta*row[j] + t[at]
			at += rows
		}
	}
}

// dotsCopy of k are copied at a time for dot products: a multiple of where they cut their sums,
// so that no bit depends on it.
const dotsCopy = 1 << 12

// multiplyDots computes x by dot products: the rows of A or the columns of B are
// contiguous; if not both, the others are copied.
func (x *product) multiplyDots() {
	y := *x
	aRows, bColumns := x.a.column == 1 && x.a.row >= x.k, x.b.row == 1 && x.b.column >= x.k
	turned := aRows && (!bColumns || x.n < x.m) // so that of y, A is the one to copy, or the smaller
	if turned {
		y = x.transposed()
	}
	if aRows && bColumns {
		y.dotProducts(y.a, x.c, turned)
		return
	}
	s := directs.Get().(*direct)
	defer directs.Put(s)
	for k := 0; k < x.k; k += dotsCopy {
		z := y
		z.a, z.b, z.k = y.a.from(0, k), y.b.from(k, 0), min(dotsCopy, x.k-k)
		if k > 0 {
			z.beta = 1
		}
		z.dotProducts(s.copyRows(&z), x.c, turned)
	}
}

// dotProducts computes x over the rows of a, which is A, into c, which is C, or Cᵀ if turned.
func (x *product) dotProducts(a, c matrix, turned bool) {
	check(x.level.MultiplyDots(&kernels.DotProducts{
		C: c.data, CStride: c.row, Transposed: turned, A: a.data, AStride: a.row, B: x.b.data, BStride: x.b.column,
		Rows: x.m, Columns: x.n, K: x.k, Alpha: x.alpha, Beta: x.beta,
	}))
}

// copyRows returns A, whose columns are contiguous, with rows that are.
func (s *direct) copyRows(x *product) matrix {
	a := matrix{s.floats(x.m * x.k), x.k, 1}
	if x.m == 1 {
		gather(a.data, x.a.data, 0, x.a.column)
	} else {
		check(x.level.Transpose(a.data, x.k, x.a.data, x.a.column, x.m, x.k))
	}
	return a
}

// gather copies every stride-th element of src from index at on.
func gather(dst, src []float32, at, stride int) {
	for i := range dst {
		dst[i] = src[at]
		at += stride
	}
}

// scratchFloats bounds what a call asks for: fewRows of dotsCopy elements, 64 rows of
// transposedColumns, nearMatrix.
const scratchFloats = fewRows * dotsCopy

// floats returns room for n floats, scratchFloats at most.
func (s *direct) floats(n int) []float32 {
	if cap(s.copy) < n {
		s.copy = make([]float32, n)
	}
	return s.copy[:n]
}
