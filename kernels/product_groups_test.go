package kernels_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// TestFewRowsOverManyPanels: one call takes many groups of panels for tiles of one height; one
// row at K = 4096, and many rows, take several calls. The bits are those of the portable level,
// whatever the order, the first panel and the kind of init; nothing beside the columns is
// written.
func TestFewRowsOverManyPanels(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		rng := newRand(31)
		for _, s := range [][3]int{
			{1, 1, 128}, {1, 17, 384}, {1, 33, 1000}, {1, 100, 257}, {1, 256, 1024}, {1, 4096, 1300}, {1, 5000, 300},
			{2, 17, 384}, {3, 33, 500}, {4, 100, 257}, {5, 7, 272}, {6, 33, 1000}, {8, 31, 200}, {9, 17, 100}, {10, 5, 257}, {12, 100, 300}, {96, 257, 400}, {240, 1, 1300},
		} {
			checkManyPanels(t, l, rng, s[0], s[1], s[2])
		}
	})
}

func checkManyPanels(t *testing.T, l kernels.Level, rng *rand.Rand, rows, k, n int) {
	t.Helper()
	b, a, init := uniform(rng, k*n, 1), uniform(rng, rows*k, 1), uniform(rng, rows*n, 1)
	var p, portable kernels.Panels
	if err := errors.Join(p.Pack(l, b, k, n, n), portable.Pack(kernels.Portable, b, k, n, n)); err != nil {
		t.Fatal(err)
	}
	for first := range 2 {
		columns := n - first*kernels.PanelWidth
		for name, x := range map[string]kernels.Product{"no init": {}, "bias": {Init: init}, "init": {Init: init, InitStride: n}} {
			x.A, x.AStride, x.AKStride, x.Rows, x.CStride = a, k, 1, rows, n
			x.First, x.Count = first, (columns+kernels.PanelWidth-1)/kernels.PanelWidth
			x.C = make([]float32, rows*n)
			multiply(t, &portable, x)
			want := x.C
			for _, x.Descending = range []bool{false, true} {
				x.C = make([]float32, rows*n)
				multiply(t, &p, x)
				sameBits(t, fmt.Sprintf("%d x %d x %d from panel %d, %s, descending %v", rows, n, k, first, name, x.Descending), x.C, want)
			}
		}
	}
}
