package bench_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/kernels/gonumblas"
)

// blasses are the implementations that are compared. netlib's OpenBLAS joins them by
//
//	OPENBLAS_NUM_THREADS=1 CGO_LDFLAGS=-lopenblas go test -tags openblas -cpu 1 ...
var blasses = []namedBLAS{{"packedlstm", gonumblas.Implementation{}}, {"gonum", gonum.Implementation{}}}

type namedBLAS struct {
	name string
	blas blas.Float32
}

var transposes = map[byte]blas.Transpose{'N': blas.NoTrans, 'T': blas.Trans}

// gemmCase is op(A) [m, k] times op(B) [k, n]; trans says which are transposed, as in "NT".
type gemmCase struct {
	trans   string
	m, n, k int
}

func (g gemmCase) String() string { return fmt.Sprintf("%s_%dx%dx%d", g.trans, g.m, g.n, g.k) }

func gemmCases() []gemmCase {
	var cases []gemmCase
	for _, trans := range []string{"NN", "NT", "TN", "TT"} {
		for _, s := range [][3]int{
			{512, 512, 512}, {1024, 1024, 1024},
			{8, 8, 8}, {16, 16, 16}, {32, 32, 32}, {64, 64, 64}, {100, 100, 100}, {128, 128, 128}, {200, 200, 200},
			{1, 512, 512}, {2, 512, 512}, {4, 512, 512}, {8, 512, 512}, {16, 512, 512}, {32, 512, 512}, {64, 512, 512},
			{512, 1, 512}, {512, 2, 512}, {512, 4, 512}, {512, 8, 512}, {512, 16, 512}, {512, 32, 512}, {512, 64, 512},
			{4096, 4, 64}, {4096, 16, 256}, {4, 4096, 64}, {16, 4096, 256}, {33, 500, 300}, {500, 33, 300},
		} {
			cases = append(cases, gemmCase{trans, s[0], s[1], s[2]})
		}
	}
	return cases
}

// call returns the product with an implementation; FLOP are 2·m·n·k.
func (g gemmCase) call(l blas.Float32, a, b, c []float32) func() {
	tA, tB := transposes[g.trans[0]], transposes[g.trans[1]]
	lda, ldb := g.k, g.n
	if tA == blas.Trans {
		lda = g.m
	}
	if tB == blas.Trans {
		ldb = g.k
	}
	return func() { l.Sgemm(tA, tB, g.m, g.n, g.k, 1, a, lda, b, ldb, 0, c, g.n) }
}

func randomFloats(n int) []float32 {
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	x := make([]float32, n)
	for i := range x {
		x[i] = rng.Float32() - 0.5
	}
	return x
}

// BenchmarkSgemm times every case with every implementation. Compare them on one thread:
// go test -bench Sgemm -cpu 1 ./bench
func BenchmarkSgemm(b *testing.B) {
	for _, g := range gemmCases() {
		x, y, z := randomFloats(g.m*g.k), randomFloats(g.k*g.n), make([]float32, g.m*g.n)
		for _, l := range blasses {
			b.Run(g.String()+"/"+l.name, func(b *testing.B) {
				call := g.call(l.blas, x, y, z)
				b.ReportAllocs()
				for b.Loop() {
					call()
				}
				b.ReportMetric(2*float64(g.m)*float64(g.n)*float64(g.k)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
			})
		}
	}
}

// vectorCase is y = op(A)·x, op as in "N", or A += x·yᵀ, "outer", with A [m, n].
type vectorCase struct {
	operation string
	m, n      int
}

func (v vectorCase) String() string { return fmt.Sprintf("%s_%dx%d", v.operation, v.m, v.n) }

func vectorCases() []vectorCase {
	var cases []vectorCase
	for _, operation := range []string{"N", "T", "outer"} {
		for _, s := range [][2]int{{16, 16}, {64, 64}, {100, 100}, {33, 500}, {500, 33}, {256, 256}, {1024, 1024}} { // in L1, in L2 and beyond
			cases = append(cases, vectorCase{operation, s[0], s[1]})
		}
	}
	return cases
}

// call returns the product with an implementation; FLOP are 2·m·n.
func (v vectorCase) call(l blas.Float32, a, x, y []float32) func() {
	if v.operation == "outer" {
		return func() { l.Sger(v.m, v.n, 1e-9, x[:v.m], 1, y[:v.n], 1, a, v.n) }
	}
	trans := transposes[v.operation[0]]
	return func() { l.Sgemv(trans, v.m, v.n, 1, a, v.n, x, 1, 0, y, 1) }
}

// BenchmarkSgemvSger times every case with every implementation.
func BenchmarkSgemvSger(b *testing.B) {
	for _, v := range vectorCases() {
		a, x, y := randomFloats(v.m*v.n), randomFloats(max(v.m, v.n)), make([]float32, max(v.m, v.n))
		for _, l := range blasses {
			b.Run(v.String()+"/"+l.name, func(b *testing.B) {
				call := v.call(l.blas, a, x, y)
				for b.Loop() {
					call()
				}
				b.ReportMetric(2*float64(v.m)*float64(v.n)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
			})
		}
	}
}

var blasTable = flag.String("blastable", "", "TestBLASTable prints the cases whose names contain one of these, separated by commas; all: every case")

// TestBLASTable prints, case by case, the GFLOP/s of every implementation on one thread,
// medians of samples taken in turn, and the FMA peak. It measures and asserts nothing.
func TestBLASTable(t *testing.T) {
	if *blasTable == "" {
		t.Skip("want -blastable")
	}
	fmt.Printf("%-18s %8s", kernels.Active(), "peak")
	for _, l := range blasses {
		fmt.Printf(" %12s", l.name)
	}
	fmt.Println()
	for _, g := range gemmCases() {
		x, y, z := randomFloats(g.m*g.k), randomFloats(g.k*g.n), make([]float32, g.m*g.n)
		tableRow(g.String(), 2*float64(g.m)*float64(g.n)*float64(g.k), func(l blas.Float32) func() { return g.call(l, x, y, z) })
	}
	for _, v := range vectorCases() {
		a, x, y := randomFloats(v.m*v.n), randomFloats(max(v.m, v.n)), make([]float32, max(v.m, v.n))
		tableRow(v.String(), 2*float64(v.m)*float64(v.n), func(l blas.Float32) func() { return v.call(l, a, x, y) })
	}
}

// tableRow times a case of so many FLOP, if it is wanted, and prints its row.
func tableRow(name string, flop float64, callOf func(blas.Float32) func()) {
	wanted := func(s string) bool { return s == "all" || strings.Contains(name, s) }
	if !slices.ContainsFunc(strings.Split(*blasTable, ","), wanted) {
		return
	}
	calls := max(1, int(min(1e8/flop, 1e5)))
	samples := make([][]float64, len(blasses)+1)
	for range 7 {
		samples[len(blasses)] = append(samples[len(blasses)], peakGFLOPS())
		for i, l := range blasses {
			n := calls
			if l.name == "gonum" {
				n = max(1, calls/20)
			}
			call := callOf(l.blas)
			call()
			start := time.Now()
			for range n {
				call()
			}
			samples[i] = append(samples[i], flop*float64(n)/float64(time.Since(start).Nanoseconds()))
		}
	}
	fmt.Printf("%-18s %8.1f", name, middle(samples[len(blasses)]))
	for i := range blasses {
		fmt.Printf(" %12.1f", middle(samples[i]))
	}
	fmt.Println()
}

func middle(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

func peakGFLOPS() float64 {
	start := time.Now()
	operations, err := kernels.RunFMAs(kernels.Active(), 100000)
	if err != nil {
		return 0
	}
	return float64(operations) / float64(time.Since(start).Nanoseconds())
}
