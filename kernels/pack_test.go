package kernels_test

import (
	"fmt"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// TestPack: panels hold the matrix, packed row by row, transposed, and in blocks, at
// every size, over an earlier matrix of the same shape too; padding is zero.
func TestPack(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		rng := newRand(31)
		var p kernels.Panels
		check := func(name string, k, n int, want func(i, j int) float32) {
			t.Helper()
			for panel := 0; panel*16 < n; panel++ {
				data, err := p.Panel(panel)
				if err != nil {
					t.Fatal(err)
				}
				for at, v := range data {
					i, j := at/16, panel*16+at%16
					w := float32(0)
					if j < n {
						w = want(i, j)
					}
					if v != w {
						t.Fatalf("%s %d x %d: [%d, %d] = %v, want %v", name, k, n, i, j, v, w)
					}
				}
			}
		}
		for _, k := range []int{1, 3, 7, 8, 9, 16, 31, 33, 100} {
			for _, n := range []int{1, 5, 15, 16, 17, 31, 33, 64, 100} {
				for range 2 { // the second time over what the first one left
					stride := k + rng.IntN(3)
					w := uniform(rng, n*stride, 1)
					if err := p.PackTransposed(l, w, n, k, stride); err != nil {
						t.Fatal(err)
					}
					check("transposed", k, n, func(i, j int) float32 { return w[j*stride+i] })
					stride = n + rng.IntN(3)
					b := uniform(rng, k*stride, 1)
					if err := p.Pack(l, b, k, n, stride); err != nil {
						t.Fatal(err)
					}
					check("rows", k, n, func(i, j int) float32 { return b[i*stride+j] })
				}
				if err := p.Reset(l, k, n); err != nil {
					t.Fatal(err)
				}
				check("zero", k, n, func(i, j int) float32 { return 0 })
			}
		}
	})
}

// TestSet: blocks that begin and end inside panels, from rows and from columns of the source,
// leave what surrounds them.
func TestSet(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		const before = 7
		for _, s := range []struct{ k, n, k0, n0, rows, columns int }{
			{3, 16, 0, 5, 3, 2}, {3, 16, 0, 15, 3, 1}, {9, 33, 0, 5, 9, 28}, {16, 40, 8, 17, 8, 15}, {33, 50, 1, 3, 31, 45}, {8, 32, 0, 5, 7, 11},
		} {
			src := uniform(newRand(32), s.rows*s.columns, 1)
			for _, strides := range [][2]int{{1, s.rows}, {s.columns, 1}} {
				var p kernels.Panels
				whole := make([]float32, s.k*s.n)
				for i := range whole {
					whole[i] = before
				}
				if err := p.Pack(l, whole, s.k, s.n, s.n); err != nil {
					t.Fatal(err)
				}
				if err := p.Set(s.k0, s.n0, s.rows, s.columns, src, strides[0], strides[1]); err != nil {
					t.Fatal(err)
				}
				for i, got := range whole {
					k, j := i/s.n, i%s.n
					panel, err := p.Panel(j / 16)
					if err != nil {
						t.Fatal(err)
					}
					want := got
					if k, j := k-s.k0, j-s.n0; k >= 0 && k < s.rows && j >= 0 && j < s.columns {
						want = src[k*strides[0]+j*strides[1]]
					}
					if got := panel[k*16+j%16]; got != want {
						t.Fatalf("%+v, strides %v: [%d, %d] = %v, want %v", s, strides, k, j, got, want)
					}
				}
			}
		}
	})
}

// TestReshape: the same shape keeps its elements, another one is zero.
func TestReshape(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		var p kernels.Panels
		if err := p.Pack(l, []float32{1, 2, 3, 4, 5, 6}, 2, 3, 3); err != nil {
			t.Fatal(err)
		}
		for _, shape := range [][3]int{{2, 3, 1}, {3, 2, 0}} {
			if err := p.Reshape(l, shape[0], shape[1]); err != nil {
				t.Fatal(err)
			}
			data, err := p.Panel(0)
			if err != nil || data[0] != float32(shape[2]) || p.K() != shape[0] || p.N() != shape[1] {
				t.Errorf("Reshape(%d, %d): %v of %d x %d, %v", shape[0], shape[1], data[0], p.K(), p.N(), err)
			}
		}
		if err := p.Reshape(l, -1, 2); err == nil {
			t.Error(fmt.Sprint("Reshape(-1, 2): no error, shape ", p.K(), " x ", p.N()))
		}
	})
}
