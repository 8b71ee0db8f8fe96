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
	check(x.level.MultiplyRows(&kernels.RowProduct{
		C: x.c.data, CStride: x.c.row, A: x.a.data, AStride: x.a.row, AKStride: x.a.column, B: x.b.data, BStride: x.b.row,
		Rows: x.m, Columns: x.n, K: x.k, Alpha: x.alpha, Beta: x.beta,
	}))
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

// transposedColumns of Cᵀ are computed at a time: a few rows of them stay in L2.
const transposedColumns = 1024

// multiplyRowsTransposed computes Cᵀ = alpha·Bᵀ·Aᵀ over the rows of Aᵀ, which are
// contiguous, in the scratch, and adds it to C.
func (x *product) multiplyRowsTransposed() {
	s := directs.Get().(*direct)
	defer directs.Put(s)
	for i, end := 0, 0; i < x.m; i = end {
		end = x.cut(min(i+transposedColumns, x.m), x.m)
		y := x.block(i, 0, end-i, x.n)
		c := y.c
		y = y.transposed()
		y.c, y.beta = matrix{s.floats(y.m * y.n), y.n, 1}, 0
		y.multiplyRows()
		if x.beta == 0 {
			check(x.level.Transpose(c.data, c.row, y.c.data, y.n, y.n, y.m))
			continue
		}
		addTransposed(c, y.c.data, y.n, y.m, x.beta)
	}
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

// multiplyDots computes x by dot products: the rows of A or the columns of B are
// contiguous; if not both, the others are copied.
func (x *product) multiplyDots() {
	s := directs.Get().(*direct)
	y := *x
	aRows, bColumns := x.a.column == 1 && x.a.row >= x.k, x.b.row == 1 && x.b.column >= x.k
	turned := aRows && (!bColumns || x.n < x.m) // so that of y, A is the one to copy, or the smaller
	if turned {
		y = x.transposed()
	}
	if !(aRows && bColumns) {
		a := matrix{s.floats(y.m * y.k), y.k, 1}
		if y.m == 1 {
			gather(a.data, y.a.data, 0, y.a.column)
		} else {
			check(x.level.Transpose(a.data, y.k, y.a.data, y.a.column, y.m, y.k))
		}
		y.a = a
	}
	check(x.level.MultiplyDots(&kernels.DotProducts{
		C: x.c.data, CStride: x.c.row, Transposed: turned, A: y.a.data, AStride: y.a.row, B: y.b.data, BStride: y.b.column,
		Rows: y.m, Columns: y.n, K: y.k, Alpha: x.alpha, Beta: x.beta,
	}))
	directs.Put(s)
}

// gather copies every stride-th element of src from index at on.
func gather(dst, src []float32, at, stride int) {
	for i := range dst {
		dst[i] = src[at]
		at += stride
	}
}

func (s *direct) floats(n int) []float32 {
	if cap(s.copy) < n {
		s.copy = make([]float32, n)
	}
	return s.copy[:n]
}
