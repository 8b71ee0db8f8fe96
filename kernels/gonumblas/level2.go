package gonumblas

import (
	"math"

	"gonum.org/v1/gonum/blas"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/kernels"
)

// Sgemv computes y = alpha·op(A)·x + beta·y, where op(A) is A or Aᵀ, A [m, n] in row-major
// order. Increments that are negative, one of y with Aᵀ that is not 1, and rows too short for the level's
// kernels are left to gonum.
func (i Implementation) Sgemv(tA blas.Transpose, m, n int, alpha float32, a []float32, lda int,
	x []float32, incX int, beta float32, y []float32, incY int) {
	level := kernels.Active()
	if !takesSgemv(level, tA, m, n, a, lda, x, incX, y, incY) || alpha == 0 {
		if tA != blas.NoTrans && incY == 1 && n >= 0 && len(y) > n {
			y = y[:n] // where beta is 0, gonum 0.17 clears all of it
		}
		i.Implementation.Sgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
		return
	}
	small := m*n < workerFLOP // one worker, and what multiply would come to
	switch {
	case small && tA != blas.NoTrans:
		check(level.MultiplyRows(&kernels.RowProduct{
			C: y, CStride: n, A: x, AStride: 1, AKStride: incX, B: a, BStride: lda, Rows: 1, Columns: n, K: m, Alpha: alpha, Beta: beta,
		}))
	case small && incX == 1:
		check(level.MultiplyDots(&kernels.DotProducts{
			C: y, CStride: incY, Transposed: true, A: x, AStride: n, B: a, BStride: lda, Rows: 1, Columns: m, K: n, Alpha: alpha, Beta: beta,
		}))
	case tA != blas.NoTrans: // yᵀ = xᵀ·A
		p := newProduct(level, blas.Trans, blas.NoTrans, 1, n, m, alpha, x, incX, a, lda, beta, y, n)
		p.multiply()
	default:
		p := newProduct(level, blas.NoTrans, blas.NoTrans, m, 1, n, alpha, a, lda, x, incX, beta, y, incY)
		p.multiply()
	}
}

// takesSgemv reports whether the arguments of Sgemv are right and the level has a kernel for them.
func takesSgemv(l kernels.Level, tA blas.Transpose, m, n int, a []float32, lda int, x []float32, incX int, y []float32, incY int) bool {
	if !hasTiles(l) || m < 1 || n < 1 || lda < n || incX < 1 || incY < 1 || max(m, n, lda, incX, incY) > math.MaxInt32 || !holds(a, m, n, lda) {
		return false
	}
	switch tA {
	case blas.NoTrans:
		short := n < shortDepth && min(m, n) < fewDots
		return !short && holds(x, n, 1, incX) && holds(y, m, 1, incY)
	case blas.Trans, blas.ConjTrans:
		return incY == 1 && n >= kernels.PanelWidth && holds(x, m, 1, incX) && holds(y, n, 1, incY)
	}
	return false
}

// fewDots: with fewer rows of A, or columns, gonum's own is as fast as dot products of less than shortDepth. (Zen 3,
// AVX2: 4 x 12 0.85, 16 x 8 1.7, 16 x 16 1.6, 100 x 20 3.4 times as fast; Zen 5, AVX-512: 16 x 8 1.4, 16 x 16 1.6,
// 100 x 20 2.7.)
const fewDots = 8

// Sger computes A += alpha·x·yᵀ, A [m, n] in row-major order. Negative increments read x
// and y from their ends, as the reference BLAS does (gonum 0.17 adds nothing for those of y). Short
// rows go through tiles of AVX-512; where it is not there and they are shorter still, or elements of A are few,
// gonum's own are faster.
func (i Implementation) Sger(m, n int, alpha float32, x []float32, incX int, y []float32, incY int, a []float32, lda int) {
	if m < 1 || n < 1 || lda < n || incX == 0 || incY == 0 || alpha == 0 ||
		max(m, n, lda, incX, incY) > math.MaxInt32 || min(incX, incY) < -math.MaxInt32 ||
		!holds(x, m, 1, max(incX, -incX)) || !holds(y, n, 1, max(incY, -incY)) || !holds(a, m, n, lda) {
		i.Implementation.Sger(m, n, alpha, x, incX, y, incY, a, lda)
		return
	}
	level := kernels.Active()
	inTiles := level == kernels.AVX512 && incX > 0 && n < longRow && m*n >= fewElements
	if !inTiles && incX > 0 && incY > 0 && isShort(level, m, n) {
		i.Implementation.Sger(m, n, alpha, x, incX, y, incY, a, lda)
		return
	}
	s := directs.Get().(*direct)
	defer directs.Put(s)
	first, at := start(n, incY), start(m, incX)
	if inTiles {
		check(level.MultiplyRows(&kernels.RowProduct{
			C: a, CStride: lda, A: x, AStride: incX, AKStride: 1, B: s.elements(a, y, first, incY, n), BStride: n,
			Rows: m, Columns: n, K: 1, Alpha: alpha, Beta: 1,
		}))
		return
	}
	for j := 0; j < n; j += outerPart {
		part := s.elements(a, y, first+j*incY, incY, min(outerPart, n-j))
		for r := 0; r < m; r += outerPart {
			count := min(outerPart, m-r)
			from, step := x[max(at+r*incX, 0):], incX
			if incX < 0 || memory.Overlap(a, from[:(count-1)*incX+1]) { // from its end, or a column beside A
				from, step = s.copyPart(outerPart, x, at+r*incX, incX, count), 1
			}
			check(level.AddOuter(a[r*lda+j:], lda, from, step, count, part, alpha))
		}
	}
}

// isShort reports whether gonum's own Sger is as fast where tiles do not compute it.
func isShort(l kernels.Level, m, n int) bool {
	switch l {
	case kernels.AVX512:
		return m*n < fewElements
	case kernels.AVX2:
		return n < shortRow || m*n < fewElements
	}
	return false
}

// outerPart elements of y stay in L1 while as many rows pass.
const outerPart = 1 << 12

// elements returns up to outerPart elements of y, incY apart, from index at on: a copy if they are not
// contiguous, or lie in a.
func (s *direct) elements(a, y []float32, at, incY, n int) []float32 {
	if incY == 1 && !memory.Overlap(a, y[at:at+n]) {
		return y[at : at+n]
	}
	return s.copyPart(0, y, at, incY, n)
}

// copyPart returns a copy of n elements of x, inc apart, from index at on, in the scratch from element begin on.
func (s *direct) copyPart(begin int, x []float32, at, inc, n int) []float32 {
	part := s.floats(2 * outerPart)[begin:][:n]
	gather(part, x, at, inc)
	return part
}

const (
	// longRow elements of A, and more, are faster row by row than in tiles (Zen 5: rows of 48 0.86, of 64 0.9 to
	// 1.1, of 100 1.01 to 1.05, of 200 1.3 to 1.5, of 300 1.2 to 1.5 times as fast).
	longRow = 80
	// shortRow elements, and more, are faster than gonum's at AVX2 (Zen 3: rows of 16 0.7, of 33 1.1, of 64 1.3, of
	// 200 1.8 times as fast).
	shortRow = 32
	// fewElements of A are not worth a product's cost (Xeon: 16 x 16 61 ns, gonum's 36; Zen 3: 30 x 40 alike; Zen 5:
	// 8 x 100 alike, 2 x 100 0.6 times as fast).
	fewElements = 1 << 10
)

// start returns where element 0 of a vector of n stands.
func start(n, increment int) int { return max(0, (1-n)*increment) }

// Saxpy computes y += alpha·x.
func (i Implementation) Saxpy(n int, alpha float32, x []float32, incX int, y []float32, incY int) {
	level := kernels.Active()
	if level == kernels.Portable || n < 1 || incX != 1 || incY != 1 || len(x) < n || len(y) < n || alpha == 0 {
		i.Implementation.Saxpy(n, alpha, x, incX, y, incY)
		return
	}
	addScaled(level, y[:n], x[:n], alpha)
}

// addScaled computes dst += scale·x, one element after the other where the two overlap.
func addScaled(l kernels.Level, dst, x []float32, scale float32) {
	if l.AddScaled(dst, x, scale) == nil {
		return
	}
	for i, v := range x {
		dst[i] += float32(scale * v)
	}
}
