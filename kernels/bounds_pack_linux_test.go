package kernels_test

import (
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// packShape is a weight matrix [n, k].
type packShape struct {
	n, k, pad  int
	transposed bool
}

// TestPackBounds: packing reads the matrix and writes the panels, and nothing else.
func TestPackBounds(t *testing.T) {
	forEachFence(t, func(t *testing.T, l kernels.Level, f *fences) {
		both := func(n, k int) {
			for pad := range 2 {
				checkPackBounds(t, f, l, packShape{n, k, 3 * pad, false})
				checkPackBounds(t, f, l, packShape{n, k, 3 * pad, true})
			}
		}
		for _, size := range everySize(129) {
			for _, odd := range []int{1, 7, 16, 33} {
				both(size, odd)
				both(odd, size)
			}
		}
	})
}

func checkPackBounds(t *testing.T, f *fences, l kernels.Level, s packShape) {
	t.Helper()
	var p kernels.Panels
	p.MoveTo(f.vector(t, "panel data", s.k*((s.n+15)/16*16), false))
	if s.transposed {
		w := f.input(t, "w", s.n, s.k+s.pad, s.k)
		f.run(t, "PackTransposed", s, func() error { return p.PackTransposed(l, w, s.n, s.k, s.k+s.pad) })
		return
	}
	b := f.input(t, "b", s.k, s.n+s.pad, s.n)
	f.run(t, "Pack", s, func() error { return p.Pack(l, b, s.k, s.n, s.n+s.pad) })
}
