package gonumblas

import (
	"gonum.org/v1/gonum/blas"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/kernels"
)

// tileRows are those of the highest tile.
const tileRows = 6

// hasTiles reports whether the level has tiles over rows of B, and dot products.
func hasTiles(l kernels.Level) bool { return l == kernels.AVX512 || l == kernels.AVX2 }

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

// newProduct returns the product of Sgemm. Where A is transposed, a C of one contiguous column is taken for the
// row of Cᵀ, which tiles over the rows of Aᵀ store as it is.
func newProduct(l kernels.Level, tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int,
	b []float32, ldb int, beta float32, c []float32, ldc int) product {
	aRow, aColumn, bRow, bColumn := lda, 1, ldb, 1
	if tA != blas.NoTrans {
		aRow, aColumn = 1, lda
	}
	if tB != blas.NoTrans {
		bRow, bColumn = 1, ldb
	}
	// A vector that is contiguous has rows, or columns, as far apart as one of them is long.
	if m == 1 && aColumn == 1 {
		aRow = max(aRow, k)
	}
	if n == 1 && bRow == 1 {
		bColumn = max(bColumn, k)
	}
	if n == 1 && ldc == 1 && tA != blas.NoTrans {
		m, n, ldc = 1, m, m
		a, aRow, aColumn, b, bRow, bColumn = b, bColumn, bRow, a, aColumn, aRow
	}
	return product{
		m: m, n: n, k: k, alpha: alpha, beta: beta,
		a: matrix{a, aRow, aColumn}, b: matrix{b, bRow, bColumn}, c: matrix{c, ldc, 1}, level: l,
	}
}

// contiguous reports which matrices have elements side by side: rows of A, rows of Aᵀ, of B, of Bᵀ.
func (x *product) contiguous() (aRows, aColumns, bRows, bColumns bool) {
	return x.a.column == 1 && x.a.row >= x.k, x.a.row == 1 && x.a.column >= x.m,
		x.b.column == 1 && x.b.row >= x.n, x.b.row == 1 && x.b.column >= x.k
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

// scaleC computes C *= beta. C has column stride 1.
func (x *product) scaleC() { x.c.scale(x.m, x.n, x.beta) }

// scale multiplies rows of some columns side by side; 0 overwrites whatever they hold.
func (x matrix) scale(rows, columns int, factor float32) {
	if factor == 1 {
		return
	}
	for i := range rows {
		row := x.data[i*x.row:][:columns]
		if factor == 0 {
			clear(row)
			continue
		}
		for j := range row {
			row[j] *= factor
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
