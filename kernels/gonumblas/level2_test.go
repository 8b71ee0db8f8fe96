package gonumblas_test

import (
	"fmt"
	"math"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/blas"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/kernels"
)

// TestSgemv: odd sizes, increments and factors, NaN in y where beta is 0.
func TestSgemv(t *testing.T) {
	sizes := []int{1, 2, 3, 5, 16, 17, 31, 33, 100, 257}
	levels.ForEach(t, func(t *testing.T) {
		rng := newRand(41)
		for _, m := range sizes {
			for _, n := range sizes {
				for _, tA := range bothTransposes {
					alpha, beta := factors[rng.IntN(3)], factors[rng.IntN(3)]
					incX, incY, lda := []int{1, 1, 2, -1, -3}[rng.IntN(5)], []int{1, 1, 3, -2}[rng.IntN(4)], n+rng.IntN(3)
					testSgemv(t, tA, m, n, alpha, beta, lda, incX, incY)
				}
			}
		}
	})
}

func abs(n int) int { return max(n, -n) }

// at returns the index of element i of a vector of n.
func at(i, n, increment int) int {
	if increment < 0 {
		return (i - n + 1) * increment
	}
	return i * increment
}

func testSgemv(t *testing.T, tA blas.Transpose, m, n int, alpha, beta float32, lda, incX, incY int) {
	t.Helper()
	name := fmt.Sprintf("%c %d x %d, lda %d, inc %d %d, alpha %v, beta %v", tA, m, n, lda, incX, incY, alpha, beta)
	rng := newRand(uint64(m*n + lda))
	lenX, lenY := n, m
	if tA != blas.NoTrans {
		lenX, lenY = m, n
	}
	const more = 5 // elements that y has beyond the last
	a, x, y := uniform(rng, (m-1)*lda+n), uniform(rng, (lenX-1)*abs(incX)+1), uniform(rng, (lenY-1)*abs(incY)+1+more)
	if beta == 0 {
		for i := range y[:len(y)-more] {
			if i%abs(incY) == 0 {
				y[i] = float32(math.NaN())
			}
		}
	}
	before := append([]float32(nil), y...)
	ours.Sgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
	for i := range lenY {
		sum, size := 0.0, 0.0
		for l := range lenX {
			e := a[(i*lda+l)%len(a)]
			if tA != blas.NoTrans {
				e = a[l*lda+i]
			}
			p := float64(alpha) * float64(e) * float64(x[at(l, lenX, incX)])
			sum += p
			size += math.Abs(p)
		}
		if beta != 0 {
			p := float64(beta) * float64(before[at(i, lenY, incY)])
			sum += p
			size += math.Abs(p)
		}
		got := float64(y[at(i, lenY, incY)])
		before[at(i, lenY, incY)] = y[at(i, lenY, incY)]
		if !(math.Abs(got-sum) <= float64(lenX+4)*epsilon*size) {
			t.Fatalf("%s: y[%d] = %v, want %v", name, i, got, sum)
		}
	}
	for i := range y {
		if math.Float32bits(y[i]) != math.Float32bits(before[i]) {
			t.Fatalf("%s: element %d, none of y's, was overwritten with %v", name, i, y[i])
		}
	}
}

// TestSger compares with float64, what lies between the rows included.
func TestSger(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		rng := newRand(42)
		for _, m := range []int{1, 3, 17, 100} {
			for _, n := range []int{1, 5, 16, 33, 257, 5000} {
				for _, alpha := range factors {
					lda, incX, incY := n+rng.IntN(3), []int{1, 2, -1}[rng.IntN(3)], []int{1, 1, 2, -2}[rng.IntN(4)]
					a, x, y := uniform(rng, (m-1)*lda+n), uniform(rng, (m-1)*abs(incX)+1), uniform(rng, (n-1)*abs(incY)+1)
					before := append([]float32(nil), a...)
					ours.Sger(m, n, alpha, x, incX, y, incY, a, lda)
					for i, got := range a {
						want, size := float64(before[i]), 0.0
						if r, j := i/lda, i%lda; j < n {
							p := float64(alpha) * float64(x[at(r, m, incX)]) * float64(y[at(j, n, incY)])
							size = math.Abs(want) + 2*math.Abs(p)
							want += p
						}
						if !(math.Abs(float64(got)-want) <= 2*epsilon*size) {
							t.Fatalf("%d x %d, lda %d, inc %d %d, alpha %v: element %d = %v, want %v", m, n, lda, incX, incY, alpha, i, got, want)
						}
					}
				}
			}
		}
	})
}

// TestSgerIncrement: an increment that no kernel takes is no reason to panic.
func TestSgerIncrement(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		const n = 1100
		for _, incX := range []int{math.MaxInt, math.MinInt + 1, math.MaxInt32} {
			a, y := make([]float32, n), uniform(newRand(47), n)
			ours.Sger(1, n, 1, []float32{1}, incX, y, 1, a, n)
			for i := range a {
				if a[i] != y[i] {
					t.Fatalf("incX = %d: element %d is %v, want %v", incX, i, a[i], y[i])
				}
			}
		}
	})
}

// TestSgerViews: x may be a column beside A and y a row above it, in one matrix, and nothing is allocated.
func TestSgerViews(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		for _, s := range [][2]int{{3, 40}, {100, 100}, {4100, 33}, {5, 4100}} {
			m, n := s[0], s[1]
			lda := n + 1
			whole := uniform(newRand(44), (m+1)*lda)
			want := append([]float32(nil), whole...)
			run := func() { ours.Sger(m, n, 0.5, whole[lda:], lda, whole[1:], 1, whole[lda+1:], lda) }
			run()
			for r := 1; r <= m; r++ {
				for j := 1; j <= n; j++ {
					p := 0.5 * want[r*lda] * want[j]
					if got, sum := whole[r*lda+j], want[r*lda+j]+p; !(math.Abs(float64(got-sum)) <= 2*epsilon*(math.Abs(float64(sum))+math.Abs(float64(p)))) {
						t.Fatalf("%d x %d: element %d, %d is %v, want %v", m, n, r, j, got, sum)
					}
				}
			}
			if allocs := testing.AllocsPerRun(20, run); allocs >= 1 && !raceEnabled {
				t.Errorf("%d x %d: %v allocations a call", m, n, allocs)
			}
		}
	})
}

// TestSgemvLarge: enough for several workers, whose number changes no bit; and beyond what one takes.
func TestSgemvLarge(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	levels.ForEach(t, func(t *testing.T) {
		for _, s := range [][2]int{{2100, 2050}, {220000, 20}} {
			m, n := s[0], s[1]
			a, v := uniform(newRand(45), m*n), uniform(newRand(46), max(m, n))
			for _, tA := range bothTransposes {
				lenX, lenY := n, m
				if tA != blas.NoTrans {
					lenX, lenY = m, n
				}
				var want []float32
				for _, procs := range []int{1, 2, 3} {
					runtime.GOMAXPROCS(procs)
					got := make([]float32, lenY)
					ours.Sgemv(tA, m, n, 1, a, n, v[:lenX], 1, 0, got, 1)
					if want == nil {
						want = got
						checkSgemv(t, tA, m, n, a, v[:lenX], got)
					}
					for i := range got {
						if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
							t.Fatalf("%c %d x %d, GOMAXPROCS %d: y[%d] = %v, on one %v", tA, m, n, procs, i, got[i], want[i])
						}
					}
				}
			}
		}
	})
}

// checkSgemv compares y = op(A)·x, A without gaps, with float64.
func checkSgemv(t *testing.T, tA blas.Transpose, m, n int, a, x, y []float32) {
	t.Helper()
	sums, sizes := make([]float64, len(y)), make([]float64, len(y))
	for i := range m {
		for j := range n {
			from, to := j, i
			if tA != blas.NoTrans {
				from, to = i, j
			}
			p := float64(a[i*n+j]) * float64(x[from])
			sums[to] += p
			sizes[to] += math.Abs(p)
		}
	}
	for i, got := range y {
		if !(math.Abs(float64(got)-sums[i]) <= float64(len(x)+4)*epsilon*sizes[i]) {
			t.Fatalf("%c %d x %d: y[%d] = %v, want %v", tA, m, n, i, got, sums[i])
		}
	}
}

// TestSaxpyOverlap: vectors that overlap are no reason to panic; one element is computed after
// the other. At the portable level gonum's own Saxpy does as it will.
func TestSaxpyOverlap(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		for _, n := range []int{1, 6, 30, 257} {
			for _, at := range []struct{ x, y int }{{0, 5}, {5, 0}, {0, 1}, {1, 0}, {3, 3}} {
				got := uniform(newRand(43), n+7)
				want := append([]float32(nil), got...)
				ours.Saxpy(n, 0.7, got[at.x:][:n], 1, got[at.y:][:n], 1)
				for i := range n {
					want[at.y+i] += float32(0.7 * want[at.x+i])
				}
				for i := range got {
					if kernels.Active() != kernels.Portable && math.Float32bits(got[i]) != math.Float32bits(want[i]) {
						t.Fatalf("n = %d, x from %d, y from %d: element %d is %v, want %v", n, at.x, at.y, i, got[i], want[i])
					}
				}
			}
		}
	})
}
