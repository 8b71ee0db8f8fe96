package gonumblas_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/blas"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/kernels/gonumblas"
)

// TestMethods: every method that an estimate is made for computes the product, whichever is chosen, and
// AVX2 and AVX-512 choose each for some.
func TestMethods(t *testing.T) {
	shapes := [][3]int{
		{1, 512, 100}, {100, 1, 70}, {3, 40, 33}, {5, 300, 130}, {8, 17, 513}, {31, 100, 64}, {40, 33, 100}, {64, 66, 96}, {100, 12, 100},
		{130, 7, 100}, {257, 16, 31}, {90, 35, 100}, {2, 1024, 70}, {7, 512, 40}, {150, 130, 20}, {9, 20, 1600}, {70, 66, 130},
		{40, 300, 450}, {300, 8, 40}, {300, 16, 41}, {300, 8, 39},
	}
	levels.ForEach(t, func(t *testing.T) {
		chosen := map[int]bool{}
		for i, s := range shapes {
			for _, tA := range bothTransposes {
				for _, tB := range bothTransposes {
					g := newGemm(uint64(i), tA, tB, s[0], s[1], s[2], factors[1+i%2], factors[i%3])
					checkMethods(t, g, chosen)
				}
			}
		}
		l := kernels.Active()
		if count := gonumblas.MethodCount(l); (l == kernels.AVX2 || l == kernels.AVX512) && len(chosen) != count {
			t.Errorf("methods %v are chosen, want %d", chosen, count)
		}
	})
}

func checkMethods(t *testing.T, g *gemm, chosen map[int]bool) {
	t.Helper()
	g.spoil()
	before := append([]float32(nil), g.c...)
	sums, sizes := g.reference(before)
	gonumblas.Methods(g.tA, g.tB, g.m, g.n, g.k, g.alpha, g.a, g.lda, g.b, g.ldb, g.beta, g.c, g.ldc,
		func(number int, estimate float64, isChosen bool, run func()) {
			if !(estimate > 0) || math.IsInf(estimate, 0) {
				t.Errorf("%v: method %d: an estimate of %v ns", g, number, estimate)
			}
			if isChosen {
				chosen[number] = true
			}
			copy(g.c, before)
			run()
			if err := g.compare(before, sums, sizes); err != nil {
				t.Errorf("method %d: %v", number, err)
			}
		})
}

// TestStoredDepth: longer sums than tiles that are stored as their transposes have are not offered to them.
func TestStoredDepth(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		for _, k := range []int{4096, 4097} {
			g := newGemm(1, blas.Trans, blas.Trans, 17, 16, k, 1, 0)
			offered := false
			gonumblas.Methods(g.tA, g.tB, g.m, g.n, g.k, g.alpha, g.a, g.lda, g.b, g.ldb, g.beta, g.c, g.ldc,
				func(number int, _ float64, _ bool, _ func()) { offered = offered || number == gonumblas.RowsStored })
			if want := kernels.Active() == kernels.AVX512 && k <= 4096; offered != want {
				t.Errorf("K = %d: stored tiles are offered: %t, want %t", k, offered, want)
			}
		}
	})
}
