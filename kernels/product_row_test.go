package kernels_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// TestOneRowOverManyPanels: one row takes many groups of panels a call, and at K = 4096
// several calls. Its bits are those of the portable level, whatever the order, the first
// panel and the kind of init; nothing beside its columns is written.
func TestOneRowOverManyPanels(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		rng := newRand(31)
		for _, s := range [][2]int{{1, 128}, {17, 384}, {33, 1000}, {100, 257}, {256, 1024}, {4096, 1300}, {5000, 300}} {
			k, n := s[0], s[1]
			b, a, init := uniform(rng, k*n, 1), uniform(rng, k, 1), uniform(rng, n, 1)
			var p, portable kernels.Panels
			if err := errors.Join(p.Pack(l, b, k, n, n), portable.Pack(kernels.Portable, b, k, n, n)); err != nil {
				t.Fatal(err)
			}
			for first := range 2 {
				columns := n - first*kernels.PanelWidth
				for name, x := range map[string]kernels.Product{"no init": {}, "bias": {Init: init}, "init": {Init: init, InitStride: n}} {
					x.A, x.AStride, x.AKStride, x.Rows, x.CStride = a, k, 1, 1, n
					x.First, x.Count = first, (columns+kernels.PanelWidth-1)/kernels.PanelWidth
					x.C = make([]float32, n)
					multiply(t, &portable, x)
					want := x.C
					for _, x.Descending = range []bool{false, true} {
						x.C = make([]float32, n)
						multiply(t, &p, x)
						sameBits(t, fmt.Sprintf("K = %d, N = %d from panel %d, %s, descending %v", k, n, first, name, x.Descending), x.C, want)
					}
				}
			}
		}
	})
}
