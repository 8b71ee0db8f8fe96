package kernels_test

import (
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// TestSideBounds: a product of one row and what it computes along, with every operand beside a page
// that cannot be touched, from the first call to Finish.
func TestSideBounds(t *testing.T) {
	forEachFence(t, func(t *testing.T, l kernels.Level, f *fences) {
		rng := newRand(14)
		check := func(k, n, sideK int) {
			const sideN = 49
			p := packed(t, l, uniform(rng, k*n, 1), k, n)
			side := packed(t, l, uniform(rng, sideK*sideN, 1), sideK, sideN)
			for pad, calls := range []int{1, 2, 9} {
				checkSideBounds(t, f, *p, *side, sideShape{k, n, sideK, sideN, calls, pad})
			}
		}
		eachShape([]int{1, 3, 33}, []int{64, 128, 192}, []int{1, 4, 17}, check)
		check(257, 208, 100)
		check(4097, 112, 33)
	})
}

// sideShape is one row of [k, n] in so many calls, and along 16 rows of [sideK, sideN].
type sideShape struct{ k, n, sideK, sideN, calls, pad int }

func checkSideBounds(t *testing.T, f *fences, p, side kernels.Panels, s sideShape) {
	t.Helper()
	p.MoveTo(f.vector(t, "panel data", p.Elements(), false))
	f.readOnly()
	side.MoveTo(f.vector(t, "side panel data", side.Elements(), false))
	f.readOnly()
	y := kernels.SideProduct{
		CStride: s.sideN + s.pad, B: &side, Count: (s.sideN + 15) / 16,
		A: f.vector(t, "side A", 16*s.sideK, true),
	}
	y.C = f.output(t, "side C", 16, y.CStride, s.sideN)
	switch s.pad {
	case 1:
		y.Init = f.input(t, "side Init", 1, s.sideN, s.sideN)
	case 2:
		y.InitStride = s.sideN + 1
		y.Init = f.input(t, "side Init", 16, y.InitStride, s.sideN)
	}
	x := kernels.Product{
		C: f.output(t, "C", 1, s.n, s.n), CStride: s.n, A: f.input(t, "A", 1, s.k, s.k), AStride: s.k, AKStride: 1,
		Rows: 1, Count: (s.n + 15) / 16, Side: &y, Descending: s.pad == 1,
	}
	f.run(t, "Multiply with Side", s, func() error {
		for range s.calls {
			if err := p.Multiply(&x); err != nil {
				return err
			}
		}
		return y.Finish()
	})
}
