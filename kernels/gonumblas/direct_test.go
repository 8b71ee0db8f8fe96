package gonumblas

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/kernels"
)

// TestScratch: what a product copies does not grow with its longest side.
func TestScratch(t *testing.T) {
	const long = 1 << 17
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // all that the pool has is at hand
	for _, s := range [][3]int{
		{64, long, 3}, {long, 3, 64}, {12, 12, long}, {32, 33, long}, {33, 12, long}, {1, 3, long}, {3, 1, long},
		{600, 600, 600}, {1100, 200, 300}, {2048, 128, 128}, {128, 512, 128},
	} {
		for _, tA := range []blas.Transpose{blas.NoTrans, blas.Trans} {
			for _, tB := range []blas.Transpose{blas.NoTrans, blas.Trans} {
				checkScratch(t, tA, tB, s[0], s[1], s[2])
			}
		}
	}
	var i Implementation
	i.Sger(1, long, 1, []float32{1}, 1, make([]float32, 2*long), 2, make([]float32, long), long)
	checkPool(t, "Sger")
}

func checkScratch(t *testing.T, tA, tB blas.Transpose, m, n, k int) {
	t.Helper()
	lda, ldb := k, n
	if tA != blas.NoTrans {
		lda = m
	}
	if tB != blas.NoTrans {
		ldb = k
	}
	var i Implementation
	i.Sgemm(tA, tB, m, n, k, 1, make([]float32, m*k), lda, make([]float32, k*n), ldb, 0, make([]float32, m*n), n)
	checkPool(t, string(tA)+string(tB), m, n, k)
}

// checkPool looks at the scratch that the pool has at hand: a product may have taken two.
func checkPool(t *testing.T, of ...any) {
	t.Helper()
	for range 2 {
		s := directs.Get().(*direct)
		defer directs.Put(s)
		if cap(s.copy) > scratchFloats {
			t.Errorf("%v: a scratch of %d floats, want at most %d", of, cap(s.copy), scratchFloats)
			s.copy = nil
		}
	}
}

// TestNarrowStored: a worker's block that is narrower than a tile that is stored as its transpose has the same bits.
func TestNarrowStored(t *testing.T) {
	const m, n, k = 37, 13, 50
	levels.ForEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 0))
		a, b := make([]float32, k*m), make([]float32, n*k)
		for _, s := range [][]float32{a, b} {
			for i := range s {
				s[i] = rng.Float32() - 0.5
			}
		}
		whole, parts := make([]float32, m*n), make([]float32, m*n)
		x := newProduct(kernels.Active(), blas.Trans, blas.Trans, m, n, k, 1, a, m, b, k, 0, whole, n)
		x.multiplyRowsStored()
		x.c.data = parts
		for j, columns := range []int{8, 5} {
			y := x.block(0, 8*j, m, columns)
			y.multiplyRowsStored()
		}
		if !slices.Equal(whole, parts) {
			t.Errorf("blocks of 8 and 5 columns differ from one of 13")
		}
	})
}
