package gonumblas

import (
	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/kernels"
)

// matrix has its element [i, j] at data[i·row + j·column]; one of the strides is 1.
type matrix struct {
	data        []float32
	row, column int
}

func (x matrix) transposed() matrix { return matrix{x.data, x.column, x.row} }

// from returns the part of x from element [i, j] on.
func (x matrix) from(i, j int) matrix { return matrix{x.data[i*x.row+j*x.column:], x.row, x.column} }

// product is C = alpha·A·B + beta·C, A [m, k], B [k, n], C [m, n], none of them empty.
type product struct {
	m, n, k     int
	alpha, beta float32
	a, b, c     matrix
	level       kernels.Level
	tail        int // last columns that run computes apart
}

// transposed returns the same product as Cᵀ = alpha·Bᵀ·Aᵀ + beta·Cᵀ.
func (x *product) transposed() product {
	y := *x
	y.m, y.n, y.tail = x.n, x.m, 0
	y.a, y.b, y.c = x.b.transposed(), x.a.transposed(), x.c.transposed()
	return y
}

// block returns the part of the product that computes rows x columns of C from [i, j] on.
func (x *product) block(i, j, rows, columns int) product {
	y := *x
	y.m, y.n = rows, columns
	if j+columns < x.n {
		y.tail = 0
	}
	y.a, y.b, y.c = x.a.from(i, 0), x.b.from(0, j), x.c.from(i, j)
	return y
}

// scaleC computes C *= beta; 0 overwrites whatever C holds. C has column stride 1.
func (x *product) scaleC() {
	if x.beta == 1 {
		return
	}
	for i := range x.m {
		row := x.c.data[i*x.c.row:][:x.n]
		if x.beta == 0 {
			clear(row)
			continue
		}
		for j := range row {
			row[j] *= x.beta
		}
	}
}

// elements returns those of the first rows and columns of x, with all that lies between them.
func (x matrix) elements(rows, columns int) []float32 {
	return x.data[:(rows-1)*x.row+(columns-1)*x.column+1]
}

// sharesC reports whether the memory of C and of a matrix [rows, columns] overlaps,
// with all that lies between their rows.
func (x *product) sharesC(y matrix, rows, columns int) bool {
	return memory.Overlap(x.c.elements(x.m, x.n), y.elements(rows, columns))
}
