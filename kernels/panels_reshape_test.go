package kernels_test

import (
	"errors"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// TestPanelsReshapeIn: p takes the larger memory of the two, q is empty then, and what Set
// does not reach, columns beyond n, is zero.
func TestPanelsReshapeIn(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		rng := newRand(5)
		const k, n, rows = 33, 49, 3
		w, a := uniform(rng, k*n, 1), uniform(rng, rows*k, 1)
		var p, q, fresh kernels.Panels
		if err := errors.Join(q.Pack(l, uniform(rng, n*k, 1), n, k, k), fresh.Pack(l, w, k, n, n)); err != nil {
			t.Fatal(err)
		}
		large := q.Bytes()
		for range 2 { // the second time q has nothing to give
			if err := errors.Join(p.ReshapeIn(&q, l, k, n), p.Set(0, 0, k, n, w, n, 1)); err != nil {
				t.Fatal(err)
			}
			if p.Bytes() != large || q.K() != 0 || q.N() != 0 || q.Bytes() != 0 {
				t.Fatalf("p has %d bytes, q %d as [%d, %d]: want %d and an empty q", p.Bytes(), q.Bytes(), q.K(), q.N(), large)
			}
			var got, want [rows * n]float32
			multiply(t, &p, kernels.Product{C: got[:], CStride: n, A: a, AStride: k, AKStride: 1, Rows: rows, Count: 4})
			multiply(t, &fresh, kernels.Product{C: want[:], CStride: n, A: a, AStride: k, AKStride: 1, Rows: rows, Count: 4})
			sameBits(t, "product", got[:], want[:])
		}
		if err := p.ReshapeIn(nil, l, 1, 1); err == nil {
			t.Error("nil q: want an error")
		}
		for _, wrong := range [][2]int{{-1, 1}, {1, -1}, {1 << 31, 1}} {
			if err := q.ReshapeIn(&p, l, wrong[0], wrong[1]); err == nil || p.K() != k || p.N() != n || p.Bytes() != large {
				t.Errorf("%v: error %v, p has %d bytes as [%d, %d]: want one, and p as it was", wrong, err, p.Bytes(), p.K(), p.N())
			}
		}
	})
}
