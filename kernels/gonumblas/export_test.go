package gonumblas

import (
	"gonum.org/v1/gonum/blas"

	"github.com/packedlstm/packedlstm/kernels"
)

// Methods calls f with every method that can compute the product at the active level: its number and
// estimate, whether it is the one that is chosen, and what computes the product by it.
func Methods(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int,
	beta float32, c []float32, ldc int, f func(number int, estimate float64, chosen bool, run func())) {
	x := newProduct(kernels.Active(), tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	chosen, tail := x.method(), x.tailColumns()
	consider := func(w method, estimate float64) {
		f(int(w), estimate, w == chosen, func() {
			y := x
			if w.hasTail() {
				y.tail = tail
			}
			y.run(w)
		})
	}
	if !hasTiles(x.level) {
		consider(packed, 1)
		return
	}
	x.estimate(consider)
}

// MethodCount returns how many methods a level with tiles has.
func MethodCount(l kernels.Level) int {
	if l == kernels.AVX512 {
		return 6
	}
	return 5
}

// RowsStored is the number of the method whose tiles are stored as their transposes.
const RowsStored = int(rowsStored)
