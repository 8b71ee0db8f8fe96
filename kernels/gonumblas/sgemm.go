package gonumblas

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/packedlstm/packedlstm/kernels"
)

// Implementation is gonum's BLAS with some float32 routines replaced. The zero value
// is ready, and any number of goroutines may use it.
type Implementation struct {
	gonum.Implementation
}

var _ interface {
	blas.Float32
	blas.Float64
	blas.Complex64
	blas.Complex128
} = Implementation{}

// Sgemm computes
//
//	C = alpha·op(A)·op(B) + beta·C
//
// where op(X) is X or Xᵀ, op(A) [m, k], op(B) [k, n] and C [m, n], in row-major order.
// Large products run on up to GOMAXPROCS goroutines.
func (i Implementation) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int,
	b []float32, ldb int, beta float32, c []float32, ldc int) {
	if !goodSgemm(tA, tB, m, n, k, a, lda, b, ldb, c, ldc) || max(m, n, k, lda, ldb, ldc) > math.MaxInt32 {
		// gonum's own panics, with its own message; or takes what package kernels does not.
		i.Implementation.Sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	if m == 0 || n == 0 {
		return
	}
	level := kernels.Active()
	if isSmall(level, m, n, k) && alpha != 0 {
		x := &kernels.RowProduct{
			C: c, CStride: ldc, A: a, AStride: lda, AKStride: 1, B: b, BStride: ldb,
			Rows: m, Columns: n, K: k, Alpha: alpha, Beta: beta,
		}
		multiplySmall(level, x, tA != blas.NoTrans, tB != blas.NoTrans)
		return
	}
	x := newProduct(level, tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	if alpha == 0 || k == 0 {
		x.scaleC()
		return
	}
	x.multiply()
}

// goodSgemm reports whether gonum's Sgemm would take the arguments.
func goodSgemm(tA, tB blas.Transpose, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) bool {
	aRows, aColumns := m, k
	switch tA {
	case blas.NoTrans:
	case blas.Trans, blas.ConjTrans:
		aRows, aColumns = k, m
	default:
		return false
	}
	bRows, bColumns := k, n
	switch tB {
	case blas.NoTrans:
	case blas.Trans, blas.ConjTrans:
		bRows, bColumns = n, k
	default:
		return false
	}
	if m < 0 || n < 0 || k < 0 || lda < max(1, aColumns) || ldb < max(1, bColumns) || ldc < max(1, n) {
		return false
	}
	return m == 0 || n == 0 ||
		holds(a, aRows, aColumns, lda) && holds(b, bRows, bColumns, ldb) && holds(c, m, n, ldc)
}

// holds reports whether s has all elements of a matrix, counted as gonum does.
func holds(s []float32, rows, columns, stride int) bool { return len(s) >= (rows-1)*stride+columns }
