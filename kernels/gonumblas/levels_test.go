package gonumblas_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/blas/testblas"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/kernels/gonumblas"
)

// judge lets gonum's float64 suite test the float32 routines. It calls one with the
// arguments rounded to float32 and gonum's float64 routine with the same arguments; if they
// agree within the bound, or panic with the same message, the suite gets the float64 result.
type judge struct{ t *testing.T }

const epsilon = 0x1p-23

// run compares. Both calls get copies of out; size bounds the sum of the magnitudes that
// an element of out is computed from, terms their number.
func (j judge) run(name string, out []float64, terms int, size float64, ours func(out []float32), theirs func(out []float64)) {
	j.t.Helper()
	got := narrow(out)
	gotPanic := recovered(func() { ours(got) })
	want := recovered(func() { theirs(out) })
	if gotPanic != want {
		j.t.Errorf("%s panics with %v, gonum's with %v", name, gotPanic, want)
	}
	if want != nil {
		panic(want) // the suite expects it
	}
	bound := float64(terms+8) * epsilon * size
	for i, w := range out {
		g := float64(got[i])
		if !(math.Abs(g-w) <= bound || math.IsNaN(g) && math.IsNaN(w) || g == w) {
			j.t.Errorf("%s: element %d = %v, want %v: bound %.3g", name, i, g, w, bound)
			out[i] = g
		}
	}
}

func recovered(f func()) (message any) {
	defer func() { message = recover() }()
	f()
	return nil
}

func narrow(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// largest returns the largest finite magnitude in x and 1.
func largest(x []float64) float64 {
	m := 1.0
	for _, v := range x {
		if a := math.Abs(v); a > m && !math.IsInf(a, 1) {
			m = a
		}
	}
	return m
}

var (
	ours   gonumblas.Implementation
	theirs gonum.Implementation
)

func (j judge) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	a32, b32 := narrow(a), narrow(b)
	size := math.Abs(alpha)*float64(max(k, 1))*largest(a)*largest(b) + (math.Abs(beta)+1)*largest(c)
	j.run("Sgemm", c, k, size,
		func(c []float32) {
			ours.Sgemm(tA, tB, m, n, k, float32(alpha), a32, lda, b32, ldb, float32(beta), c, ldc)
		},
		func(c []float64) { theirs.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) })
}

func (j judge) Dgemv(tA blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	a32, x32 := narrow(a), narrow(x)
	size := math.Abs(alpha)*float64(max(m, n, 1))*largest(a)*largest(x) + (math.Abs(beta)+1)*largest(y)
	j.run("Sgemv", y, max(m, n), size,
		func(y []float32) { ours.Sgemv(tA, m, n, float32(alpha), a32, lda, x32, incX, float32(beta), y, incY) },
		func(y []float64) { theirs.Dgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY) })
}

func (j judge) Dger(m, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	x32, y32 := narrow(x), narrow(y)
	j.run("Sger", a, 1, math.Abs(alpha)*largest(x)*largest(y)+largest(a),
		func(a []float32) { ours.Sger(m, n, float32(alpha), x32, incX, y32, incY, a, lda) },
		func(a []float64) { theirs.Dger(m, n, alpha, x, incX, y, incY, a, lda) })
}

func (j judge) Daxpy(n int, alpha float64, x []float64, incX int, y []float64, incY int) {
	x32 := narrow(x)
	j.run("Saxpy", y, 1, math.Abs(alpha)*largest(x)+largest(y),
		func(y []float32) { ours.Saxpy(n, float32(alpha), x32, incX, y, incY) },
		func(y []float64) { theirs.Daxpy(n, alpha, x, incX, y, incY) })
}

// TestGonumSuite runs gonum's public tests of every routine that this package has.
func TestGonumSuite(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		t.Run("gemm", func(t *testing.T) { testblas.TestDgemm(t, judge{t}) })
		t.Run("gemv", func(t *testing.T) { testblas.DgemvTest(t, judge{t}) })
		t.Run("ger", func(t *testing.T) { testblas.DgerTest(t, judge{t}) })
		t.Run("axpy", func(t *testing.T) { testblas.DaxpyTest(t, judge{t}) })
	})
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

func uniform(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = 2*rng.Float32() - 1
	}
	return x
}
