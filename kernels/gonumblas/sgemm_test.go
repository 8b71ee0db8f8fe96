package gonumblas_test

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"testing"

	"gonum.org/v1/gonum/blas"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/kernels/gonumblas"
)

var (
	bothTransposes = []blas.Transpose{blas.NoTrans, blas.Trans}
	factors        = []float32{0, 1, -1.5}
)

// gemm is one call of Sgemm, its matrices inside larger ones.
type gemm struct {
	tA, tB        blas.Transpose
	m, n, k       int
	alpha, beta   float32
	lda, ldb, ldc int
	a, b, c       []float32
}

func (g *gemm) String() string {
	return fmt.Sprintf("%c%c %d x %d x %d, ld %d %d %d, alpha %v, beta %v", g.tA, g.tB, g.m, g.n, g.k, g.lda, g.ldb, g.ldc, g.alpha, g.beta)
}

// newGemm returns a call with random matrices whose rows are up to 3 elements longer.
func newGemm(seed uint64, tA, tB blas.Transpose, m, n, k int, alpha, beta float32) *gemm {
	rng := newRand(seed)
	g := &gemm{tA: tA, tB: tB, m: m, n: n, k: k, alpha: alpha, beta: beta}
	matrix := func(rows, columns int) ([]float32, int) {
		stride := max(1, columns) + rng.IntN(4)
		return uniform(rng, max(0, (rows-1)*stride+columns)), stride
	}
	turn := func(t blas.Transpose, rows, columns int) (int, int) {
		if t == blas.NoTrans {
			return rows, columns
		}
		return columns, rows
	}
	g.a, g.lda = matrix(turn(tA, m, k))
	g.b, g.ldb = matrix(turn(tB, k, n))
	g.c, g.ldc = matrix(m, n)
	return g
}

func (g *gemm) run() {
	ours.Sgemm(g.tA, g.tB, g.m, g.n, g.k, g.alpha, g.a, g.lda, g.b, g.ldb, g.beta, g.c, g.ldc)
}

// want returns element [i, j] in float64 and the sum of the magnitudes it is made of.
func (g *gemm) want(i, j int, c float32) (sum, size float64) {
	for l := range g.k {
		a, b := i*g.lda+l, l*g.ldb+j
		if g.tA != blas.NoTrans {
			a = l*g.lda + i
		}
		if g.tB != blas.NoTrans {
			b = j*g.ldb + l
		}
		p := float64(g.alpha) * float64(g.a[a]) * float64(g.b[b])
		sum += p
		size += math.Abs(p)
	}
	if g.beta != 0 {
		sum += float64(g.beta) * float64(c)
		size += math.Abs(float64(g.beta) * float64(c))
	}
	return sum, size
}

// spoil makes C NaN where the call must not read it.
func (g *gemm) spoil() {
	if g.beta != 0 {
		return
	}
	for i := range g.c {
		g.c[i] = float32(math.NaN())
	}
}

// reference returns what want does for every element, row by row, for C as it was before.
func (g *gemm) reference(before []float32) (sums, sizes []float64) {
	sums, sizes = make([]float64, g.m*g.n), make([]float64, g.m*g.n)
	for i := range g.m {
		for j := range g.n {
			sums[i*g.n+j], sizes[i*g.n+j] = g.want(i, j, before[i*g.ldc+j])
		}
	}
	return sums, sizes
}

// compare returns an error unless every element of C is as the reference has it, and what lies between its
// rows as it was before.
func (g *gemm) compare(before []float32, sums, sizes []float64) error {
	for at, got := range g.c {
		i, j := at/g.ldc, at%g.ldc
		if j >= g.n {
			if math.Float32bits(got) != math.Float32bits(before[at]) {
				return fmt.Errorf("%v: element %d after row %d was overwritten with %v", g, j-g.n, i, got)
			}
			continue
		}
		want, size := sums[i*g.n+j], sizes[i*g.n+j]
		if bound := float64(g.k+4) * epsilon * size; !(math.Abs(float64(got)-want) <= bound) {
			return fmt.Errorf("%v: C[%d, %d] = %v, want %v: bound %.3g", g, i, j, got, want, bound)
		}
	}
	return nil
}

// check runs the call and compares.
func (g *gemm) check(t *testing.T) {
	t.Helper()
	g.spoil()
	before := append([]float32(nil), g.c...)
	g.run()
	sums, sizes := g.reference(before)
	if err := g.compare(before, sums, sizes); err != nil {
		t.Fatal(err)
	}
}

// TestSgemm: odd sizes, all transposes, factors and strides.
func TestSgemm(t *testing.T) {
	sizes := []int{1, 2, 3, 5, 7, 13, 16, 17, 31, 33, 64, 100}
	levels.ForEach(t, func(t *testing.T) {
		rng := newRand(31)
		for _, m := range sizes {
			for _, n := range sizes {
				for _, tA := range bothTransposes {
					for _, tB := range bothTransposes {
						k := sizes[rng.IntN(len(sizes))]
						newGemm(rng.Uint64(), tA, tB, m, n, k, factors[rng.IntN(3)], factors[rng.IntN(3)]).check(t)
					}
				}
			}
		}
	})
}

// TestSgemmBlocks: beyond the blocks of rows, columns and depth, in several workers.
func TestSgemmBlocks(t *testing.T) {
	before := runtime.GOMAXPROCS(3)
	defer runtime.GOMAXPROCS(before)
	levels.ForEach(t, func(t *testing.T) {
		if kernels.Active() == kernels.Portable && testing.Short() {
			t.Skip("slow")
		}
		for i, s := range [][3]int{
			{257, 131, 300}, {100, 600, 257}, {1, 700, 1100}, {700, 1, 1100}, {3, 1030, 513}, {1030, 5, 257},
			{40, 33, 4200}, {49, 1041, 31}, {64, 65, 64}, {70, 83, 65}, {250, 132, 250}, {130, 33, 257}, {500, 34, 300},
			{100, 290, 257}, {300, 290, 1025}, {65, 512, 1024}, // A is copied: for its factor, for the distance of its rows
		} {
			for _, tA := range bothTransposes {
				for _, tB := range bothTransposes {
					newGemm(uint64(i), tA, tB, s[0], s[1], s[2], factors[1+i%2], factors[i%3]).check(t)
				}
			}
		}
	})
}

// TestSgemmNear: matrices that tiles take as they are, or copied whole, with and without last columns apart.
func TestSgemmNear(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		for i, s := range [][3]int{{80, 96, 200}, {70, 99, 250}, {90, 70, 400}} {
			for _, tA := range bothTransposes {
				for _, tB := range bothTransposes {
					for _, beta := range []float32{0, 1} {
						newGemm(uint64(i), tA, tB, s[0], s[1], s[2], factors[1+i%2], beta).check(t)
					}
				}
			}
		}
	})
}

// TestSgemmEmpty: dimensions of 0 as gonum has them, without a factor too.
func TestSgemmEmpty(t *testing.T) {
	for _, s := range [][3]int{{0, 3, 3}, {3, 0, 3}, {3, 3, 0}, {0, 0, 0}} {
		for _, beta := range factors {
			g := newGemm(1, blas.NoTrans, blas.Trans, s[0], s[1], s[2], 1, beta)
			g.check(t)
		}
	}
}

// TestSgemmPanics: gonum's own messages.
func TestSgemmPanics(t *testing.T) {
	for name, spoil := range map[string]func(g *gemm){
		"tA":      func(g *gemm) { g.tA = 'X' },
		"tB":      func(g *gemm) { g.tB = 0 },
		"m":       func(g *gemm) { g.m = -1 },
		"n":       func(g *gemm) { g.n = -1 },
		"k":       func(g *gemm) { g.k = -1 },
		"lda":     func(g *gemm) { g.lda = g.k - 1 },
		"ldb":     func(g *gemm) { g.ldb = g.n - 1 },
		"ldc":     func(g *gemm) { g.ldc = g.n - 1 },
		"lda 0":   func(g *gemm) { g.lda, g.m, g.k = 0, 0, 0 },
		"short a": func(g *gemm) { g.a = g.a[:len(g.a)-1] },
		"short b": func(g *gemm) { g.b = g.b[:len(g.b)-1] },
		"short c": func(g *gemm) { g.c = g.c[:len(g.c)-1] },
		"nil":     func(g *gemm) { g.a, g.b, g.c = nil, nil, nil },
	} {
		g := newGemm(2, blas.NoTrans, blas.NoTrans, 4, 5, 6, 1, 1)
		spoil(g)
		got := recovered(g.run)
		want := recovered(func() {
			theirs.Sgemm(g.tA, g.tB, g.m, g.n, g.k, g.alpha, g.a, g.lda, g.b, g.ldb, g.beta, g.c, g.ldc)
		})
		if got == nil || got != want {
			t.Errorf("%s: panics with %v, gonum with %v", name, got, want)
		}
	}
}

// TestSgemmNaN: NaN and infinities reach the elements that they belong to, and no other.
func TestSgemmNaN(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	levels.ForEach(t, func(t *testing.T) {
		for _, s := range [][3]int{{7, 100, 33}, {100, 7, 65}, {50, 60, 70}, {150, 160, 170}} {
			for _, tA := range bothTransposes {
				for _, tB := range bothTransposes {
					g := newGemm(3, tA, tB, s[0], s[1], s[2], 1, 0)
					a, b := 2*g.lda+1, 1 // an element of A in row 2 or 1; of B, in column 1 or row 0
					g.a[a], g.b[b] = nan, inf
					g.run()
					row, column := 2, 1
					if tA != blas.NoTrans {
						row = 1
					}
					if tB != blas.NoTrans {
						column = 0
					}
					for i := range g.m {
						for j := range g.n {
							got := g.c[i*g.ldc+j]
							finite := !math.IsNaN(float64(got)) && !math.IsInf(float64(got), 0)
							if isNaN := got != got; i == row && !isNaN || finite != (i != row && j != column) {
								t.Fatalf("%v: C[%d, %d] = %v", g, i, j, got)
							}
						}
					}
					// A zero does not hide a NaN; alpha = 0 does.
					clear(g.a)
					g.b[b] = nan
					g.run()
					if got := g.c[column]; got == got {
						t.Errorf("%v: 0·NaN gives %v", g, got)
					}
					g.alpha = 0
					g.run()
					if got := g.c[column]; got != 0 {
						t.Errorf("%v: NaN gives %v", g, got)
					}
				}
			}
		}
	})
}

// TestSgemmViews: A, B and C may be column ranges of one matrix.
func TestSgemmViews(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		for _, s := range []struct{ n, apart int }{{5, 5}, {20, 20}, {70, 70}, {150, 150}, {100, 512}} {
			for _, tA := range bothTransposes {
				for _, tB := range bothTransposes {
					for _, alpha := range []float32{1, -1} {
						checkViews(t, tA, tB, s.n, s.apart, alpha)
					}
				}
			}
		}
	})
}

// checkViews runs a product of matrices [n, n] that begin so many columns apart.
func checkViews(t *testing.T, tA, tB blas.Transpose, n, apart int, alpha float32) {
	t.Helper()
	stride := 3 * apart
	whole := uniform(newRand(4), n*stride)
	g := &gemm{tA: tA, tB: tB, m: n, n: n, k: n, alpha: alpha, beta: 1, lda: stride, ldb: stride, ldc: stride}
	g.c, g.a, g.b = whole[apart:], whole, whole[2*apart:]
	before := append([]float32(nil), whole...)
	g.run()
	for at := range whole {
		i, j := at/stride, at%stride-apart
		want, size := float64(before[at]), 0.0
		if j >= 0 && j < n {
			want, size = g.want(i, j, before[at])
		}
		if !(math.Abs(float64(whole[at])-want) <= float64(n+4)*epsilon*size) {
			t.Fatalf("%v: element %d, %d = %v, want %v", g, i, j, whole[at], want)
		}
	}
}

// TestSgemmBits: the bits do not depend on the number of workers.
func TestSgemmBits(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	shapes := [][3]int{
		{300, 200, 250}, {20, 700, 600}, {700, 20, 600}, {700, 5, 1500}, {250, 132, 250}, {210, 228, 250}, {200, 198, 220},
		{64, 34, 2500}, {40, 1024, 130}, // last columns apart of few rows; rows of B 4 KB apart
		{9000, 8, 64}, // tiles stored as their transposes
	}
	levels.ForEach(t, func(t *testing.T) {
		if kernels.Active() == kernels.Portable && len(kernels.Available()) > 1 {
			t.Skip("slow, and one method for all")
		}
		for _, s := range shapes {
			for _, tA := range bothTransposes {
				for _, tB := range bothTransposes {
					sameOnAnyWorkers(t, s, tA, tB, 0)
					sameOnAnyWorkers(t, s, tA, tB, 0.3)
				}
			}
		}
	})
}

func sameOnAnyWorkers(t *testing.T, s [3]int, tA, tB blas.Transpose, beta float32) {
	t.Helper()
	var want []float32
	for _, procs := range []int{1, 2, 3, 7} {
		runtime.GOMAXPROCS(procs)
		g := newGemm(5, tA, tB, s[0], s[1], s[2], 0.7, beta)
		g.run()
		if want == nil {
			want = g.c
		}
		for i := range want {
			if math.Float32bits(g.c[i]) != math.Float32bits(want[i]) {
				t.Fatalf("%v, GOMAXPROCS %d: element %d = %v, on one %v", g, procs, i, g.c[i], want[i])
			}
		}
	}
}

// TestConcurrency: many goroutines at once, each in workers of its own.
func TestConcurrency(t *testing.T) {
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for r := range 3 {
				n := 20 + 45*((i+r)%4)
				newGemm(uint64(i), bothTransposes[i%2], bothTransposes[i/2%2], n, n+3, n+1, 1, 1).check(t)
			}
		})
	}
	group.Wait()
}

// TestAllocations: none once the pools are warm, whatever the method.
func TestAllocations(t *testing.T) {
	for _, s := range [][3]int{{4, 200, 200}, {200, 4, 200}, {30, 30, 30}, {200, 200, 200}, {1, 300, 300}} {
		for _, tA := range bothTransposes {
			for _, tB := range bothTransposes {
				g := newGemm(6, tA, tB, s[0], s[1], s[2], 1, 1)
				g.run()
				// A collection empties the pools.
				if n := testing.AllocsPerRun(50, g.run); n >= 1 && !raceEnabled {
					t.Errorf("%v: %v allocations a call", g, n)
				}
			}
		}
	}
}

var _ blas.Float32 = gonumblas.Implementation{}
