//go:build openblas

package openblas_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/kernels/openblas"
)

func engine(t testing.TB) kernels.Engine {
	t.Helper()
	before := kernels.ActiveEngine()
	defer kernels.SetEngine(before)
	if err := kernels.SetEngine("openblas"); err != nil {
		t.Fatal(err)
	}
	return kernels.EngineFor(kernels.Active(), 1, 1)
}

// TestOneThread: OpenBLAS works on one thread inside a call, and has its own number back
// after the last one, whatever runs beside it.
func TestOneThread(t *testing.T) {
	e := engine(t)
	before := openblas.Threads()
	if s := e.String(); !strings.Contains(s, "OpenBLAS") || !strings.Contains(s, "threads 1") || !strings.Contains(s, openblas.Kernels()) {
		t.Errorf("engine %q: want OpenBLAS, its kernels %s, and 1 thread", s, openblas.Kernels())
	}
	t.Log(e)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			c := make([]float32, 100*100)
			for range 50 {
				e.Gemm(false, 100, 100, 100, make([]float32, 100*100), 100, make([]float32, 100*100), 100, c, 100)
			}
		})
	}
	group.Wait()
	if now := openblas.Threads(); now != before {
		t.Errorf("%d threads afterwards, want %d", now, before)
	}
}

// TestGemm: within K·2⁻²³·Σ|a||b| of the sum in float64, and nothing beside the columns is
// written.
func TestGemm(t *testing.T) {
	e := engine(t)
	const seed = 5
	rng := rand.New(rand.NewPCG(seed, 1))
	random := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = rng.Float32() - 0.5
		}
		return x
	}
	sizes := []int{1, 3, 5, 7, 17, 31, 33, 100, 257}
	for _, rows := range sizes {
		for _, columns := range []int{1, 7, 33, 100} {
			for _, depth := range sizes {
				for _, transposed := range []bool{false, true} {
					aStride, bStride, cStride := depth+2, columns+1, columns+3
					rowStep, depthStep, size := aStride, 1, rows*aStride
					if transposed {
						aStride = rows + 2
						rowStep, depthStep, size = 1, aStride, depth*aStride
					}
					a, b, c := random(size), random(depth*bStride), random(rows*cStride)
					before := append([]float32(nil), c...)
					e.Gemm(transposed, rows, columns, depth, a, aStride, b, bStride, c, cStride)
					for i, got := range c {
						r, j := i/cStride, i%cStride
						if j >= columns {
							if got != before[i] {
								t.Fatalf("%d x %d x %d: c[%d] beside the columns changed", rows, columns, depth, i)
							}
							continue
						}
						want := float64(before[i])
						sum := math.Abs(want)
						for k := range depth {
							v := float64(a[r*rowStep+k*depthStep]) * float64(b[k*bStride+j])
							want, sum = want+v, sum+math.Abs(v)
						}
						if bound := float64(depth+1) * 0x1p-23 * sum; !(math.Abs(float64(got)-want) <= bound) {
							t.Fatalf("%d x %d x %d, transposed %v: c[%d, %d] = %v, want %v ± %v (seed %d)",
								rows, columns, depth, transposed, r, j, got, want, bound, seed)
						}
					}
				}
			}
		}
	}
}
