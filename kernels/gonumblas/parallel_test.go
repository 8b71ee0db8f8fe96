package gonumblas

import (
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// TestBlocks: the blocks of the workers are all of C, none twice. At AVX2 none has fewer columns
// than a panel, where the whole has them: there is no kernel for it. Nor rows of what is computed
// as its transpose.
func TestBlocks(t *testing.T) {
	for _, level := range []kernels.Level{kernels.AVX2, kernels.AVX512} {
		for _, m := range []method{packed, rows, rowsCopied, rowsTransposed, rowsStored, dots} {
			for _, size := range [][2]int{{32, 79}, {32, 143}, {7, 1000}, {16, 16}, {17, 31}, {33, 65}, {1039, 12}, {100, 47}, {300, 129}, {1000, 1}} {
				for _, grid := range [][2]int{{1, 1}, {1, 2}, {2, 1}, {2, 2}, {1, 5}, {5, 1}, {3, 4}, {16, 1}} {
					p := parts{product: product{m: size[0], n: size[1], level: level}, method: m, rows: grid[0], columns: grid[1]}
					checkBlocks(t, &p)
					if m == packed { // and a transposed A, whose last columns are computed apart
						p.product.tail, p.product.a = size[1]%kernels.PanelWidth, matrix{row: 1, column: size[0]}
						checkBlocks(t, &p)
					}
				}
			}
		}
	}
}

func checkBlocks(t *testing.T, p *parts) {
	t.Helper()
	x := &p.product
	wide := x.level == kernels.AVX2 && x.n >= kernels.PanelWidth
	high := x.level == kernels.AVX2 && x.m >= kernels.PanelWidth && (p.method == rowsTransposed || x.tail > 0)
	times := make([]int, x.m*x.n)
	for worker := range p.rows * p.columns {
		i, end, j, last := p.block(worker)
		if i >= end || j >= last {
			continue
		}
		if wide && last-j < kernels.PanelWidth || high && end-i < kernels.PanelWidth {
			t.Errorf("%v, method %d, %d x %d: a block of %d x %d", x.level, p.method, x.m, x.n, end-i, last-j)
		}
		for r := i; r < end; r++ {
			for c := j; c < last; c++ {
				times[r*x.n+c]++
			}
		}
	}
	for at, n := range times {
		if n != 1 {
			t.Fatalf("%v, method %d, %d x %d by %d x %d workers: element [%d, %d] in %d blocks",
				x.level, p.method, x.m, x.n, p.rows, p.columns, at/x.n, at%x.n, n)
		}
	}
}

// TestCut: a cut leaves a panel before and behind it at AVX2, and stays where it is elsewhere.
func TestCut(t *testing.T) {
	for _, test := range []struct {
		level       kernels.Level
		at, n, want int
	}{
		{kernels.AVX2, 1024, 1039, 1008},
		{kernels.AVX2, 1024, 1025, 1008},
		{kernels.AVX2, 1024, 1040, 1024},
		{kernels.AVX2, 1024, 1024, 1024},
		{kernels.AVX2, 16, 31, 0},
		{kernels.AVX2, 0, 5, 0},
		{kernels.AVX512, 1024, 1039, 1024},
		{kernels.Portable, 1024, 1039, 1024},
	} {
		x := product{level: test.level}
		if got := x.cut(test.at, test.n); got != test.want {
			t.Errorf("%v: a cut of %d at %d is made at %d, want %d", test.level, test.n, test.at, got, test.want)
		}
	}
}
