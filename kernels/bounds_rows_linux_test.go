package kernels_test

import (
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// rowsShape is C [rows, n] = alpha·A [rows, k]·B [k, n] + beta·C.
type rowsShape struct {
	rows, k, n int
	turned     bool // A, or for dot products C
	beta       float32
	pad        int // elements between the rows of every matrix
}

func forEachRowsShape(check func(s rowsShape)) {
	shapes := func(rows, k, n int) {
		for i, beta := range []float32{0, 2} {
			check(rowsShape{rows, k, n, (rows+k+n)%2 == 0, beta, (rows + n + i) % 2 * 3})
		}
	}
	eachShape([]int{1, 3, 17}, []int{1, 7, 33}, []int{5, 16, 65}, shapes)
	for _, large := range [][3]int{{1, 4099, 17}, {7, 1030, 65}, {257, 3, 1}, {13, 33, 145}, {24, 64, 32}, {15, 300, 31}, {1, 600, 7}, {1, 33, 256}, {1, 7, 511}, {2, 33, 128}, {2, 6, 250}, {13, 9, 30}, {24, 33, 64}} {
		shapes(large[0], large[1], large[2])
	}
}

func TestMultiplyRowsBounds(t *testing.T) {
	forEachFence(t, func(t *testing.T, l kernels.Level, f *fences) {
		forEachRowsShape(func(s rowsShape) {
			x := kernels.RowProduct{Rows: s.rows, K: s.k, Columns: s.n, Alpha: 1, Beta: s.beta,
				CStride: s.n + s.pad, BStride: s.n + s.pad, AStride: s.k + s.pad, AKStride: 1}
			x.Transposed = s.beta == 0 && s.n%2 == 0
			rows, width := s.rows, s.n
			if x.Transposed {
				rows, width, x.CStride = s.n, s.rows, s.rows+s.pad
			}
			x.C, x.B = f.output(t, "C", rows, x.CStride, width), f.input(t, "B", s.k, x.BStride, s.n)
			if s.turned {
				x.AStride, x.AKStride = 1, s.rows+s.pad
				x.A = f.input(t, "A", s.k, x.AKStride, s.rows)
			} else {
				x.A = f.input(t, "A", s.rows, x.AStride, s.k)
			}
			f.run(t, "MultiplyRows", s, func() error { return l.MultiplyRows(&x) })
		})
	})
}

func TestMultiplyDotsBounds(t *testing.T) {
	forEachFence(t, func(t *testing.T, l kernels.Level, f *fences) {
		forEachRowsShape(func(s rowsShape) {
			x := kernels.DotProducts{Rows: s.rows, K: s.k, Columns: s.n, Alpha: 1, Beta: s.beta, Transposed: s.turned,
				CStride: s.n + s.pad, AStride: s.k + s.pad, BStride: s.k + s.pad}
			rows, width := s.rows, s.n
			if s.turned {
				rows, width, x.CStride = s.n, s.rows, s.rows+s.pad
			}
			x.C = f.output(t, "C", rows, x.CStride, width)
			x.A, x.B = f.input(t, "A", s.rows, x.AStride, s.k), f.input(t, "B", s.n, x.BStride, s.k)
			f.run(t, "MultiplyDots", s, func() error { return l.MultiplyDots(&x) })
		})
	})
}

func TestTransposeBounds(t *testing.T) {
	forEachFence(t, func(t *testing.T, l kernels.Level, f *fences) {
		forEachRowsShape(func(s rowsShape) {
			dst, src := f.output(t, "dst", s.rows, s.n+s.pad, s.n), f.input(t, "src", s.n, s.rows+s.pad, s.rows)
			f.run(t, "Transpose", s, func() error { return l.Transpose(dst, s.n+s.pad, src, s.rows+s.pad, s.rows, s.n) })
		})
	})
}
