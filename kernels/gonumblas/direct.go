package gonumblas

import (
	"sync"

	"github.com/packedlstm/packedlstm/kernels"
)

// direct holds what a product without panels needs: room for the copy of a small operand, or of Cᵀ. One that
// copies its left operand besides takes two.
type direct struct {
	copy []float32
}

var directs = sync.Pool{New: func() any { return new(direct) }}

// turnsRows reports whether a left operand [m, k] whose columns are contiguous is copied by rows for tiles
// over rows of B. At AVX2 a tile takes six of the 16 floats of each line; where several tiles do, K repays a
// copy that L2 holds. (Zen 3: 500 x 33 and 33 x 500, K 300, 1.33 times as fast, 100 a side 1.07; K of 40 and
// 70 0.8.)
func turnsRows(l kernels.Level, m, k int) bool {
	return l == kernels.AVX2 && m >= 8 && k >= 96 && m*k <= nearMatrix
}

// multiplyRows computes x over the rows of B, which are contiguous, as those of C are.
func (x *product) multiplyRows() {
	if x.a.column != 1 && turnsRows(x.level, x.m, x.k) {
		s := directs.Get().(*direct)
		defer directs.Put(s)
		y := *x
		y.a = s.copyRows(x)
		x = &y
	}
	check(x.level.MultiplyRows(&kernels.RowProduct{
		C: x.c.data, CStride: x.c.row, A: x.a.data, AStride: x.a.row, AKStride: x.a.column, B: x.b.data, BStride: x.b.row,
		Rows: x.m, Columns: x.n, K: x.k, Alpha: x.alpha, Beta: x.beta,
	}))
}

// multiplyRowsCopied computes x over the rows of a copy of B, whose columns are contiguous.
func (x *product) multiplyRowsCopied() {
	s := directs.Get().(*direct)
	defer directs.Put(s)
	y := *x
	stride := copiedStride(x.n)
	y.b = matrix{s.floats(x.k * stride), stride, 1}
	check(x.level.Transpose(y.b.data, stride, x.b.data, x.b.column, x.k, x.n))
	y.multiplyRows()
}

// copiedStride keeps copied rows of n floats off a multiple of 2 KB, of which few sets of L1 hold lines.
func copiedStride(n int) int {
	if n%(pageFloats/2) == 0 {
		return n + line
	}
	return n
}

// transposedColumns of Cᵀ are computed at a time, and as many rows as the scratch holds, in whole tiles of
// 6 and of 8, transposedRows at most.
const (
	transposedColumns = 1024
	transposedRows    = 960
)

// multiplyRowsTransposed computes Cᵀ = alpha·Bᵀ·Aᵀ over the rows of Aᵀ, which are
// contiguous, in the scratch, and adds it to C.
func (x *product) multiplyRowsTransposed() {
	s := directs.Get().(*direct)
	defer directs.Put(s)
	for i, end := 0, 0; i < x.m; i = end {
		end = x.cut(min(i+transposedColumns, x.m), x.m)
		rows := min(scratchFloats/(end-i)/24*24, transposedRows)
		for j := 0; j < x.n; j += rows {
			y := x.block(i, j, end-i, min(rows, x.n-j))
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

// Tiles that store what they compute as its transpose have storedRows rows, and sums of storedDepth at most.
const (
	storedRows  = 8
	storedDepth = 1 << 12
)

// storesTransposed reports whether such tiles can compute x.
func (x *product) storesTransposed() bool {
	return x.level == kernels.AVX512 && x.beta == 0 && x.n >= storedRows && x.k <= storedDepth
}

// multiplyRowsStored computes the same without a scratch, where beta is 0.
func (x *product) multiplyRowsStored() {
	if x.n < storedRows { // a block narrower than a tile
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
	aRows, _, _, bColumns := x.contiguous()
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

// scratchFloats bounds what a call asks for: fewRows of dotsCopy elements, a block of Cᵀ, twice nearMatrix.
const scratchFloats = fewRows * dotsCopy

// floats returns room for n floats, scratchFloats at most.
func (s *direct) floats(n int) []float32 {
	if cap(s.copy) < n {
		s.copy = make([]float32, n)
	}
	return s.copy[:n]
}
