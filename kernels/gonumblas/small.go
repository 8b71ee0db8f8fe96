package gonumblas

import "github.com/packedlstm/packedlstm/kernels"

// smallSide bounds all sides of a product that takes longer to prepare than to compute.
const smallSide = 32

// isSmall reports whether multiplySmall computes such a product. Fewer columns leave most
// of a register empty.
func isSmall(l kernels.Level, m, n, k int) bool {
	const leastColumns = 6
	return hasTiles(l) && max(m, n, k) <= smallSide && n >= leastColumns && k > 0
}

// multiplySmall computes x with A, B or both transposed: of both, as Cᵀ = B·A over the rows of
// A where AVX-512's kernel can; with a transposed B of fewer columns than AVX2 has tiles for, by dot products;
// else over a copy of the columns of B.
func multiplySmall(l kernels.Level, x *kernels.RowProduct, transposedA, transposedB bool) {
	switch {
	case l == kernels.AVX512 && transposedA && transposedB && x.Beta == 0 && x.Columns >= storedRows:
		x.A, x.AStride, x.B, x.BStride = x.B, x.BStride, x.A, x.AStride
		x.Rows, x.Columns, x.Transposed = x.Columns, x.Rows, true
		check(l.MultiplyRows(x))
		return
	case l == kernels.AVX2 && transposedB && x.Columns < kernels.PanelWidth:
		multiplySmallDots(l, x, transposedA)
		return
	case transposedA:
		x.AStride, x.AKStride = 1, x.AStride
	}
	if !transposedB {
		check(l.MultiplyRows(x))
		return
	}
	s := directs.Get().(*direct)
	b := s.floats(smallSide * smallSide)
	check(l.Transpose(b, smallSide, x.B, x.BStride, x.K, x.Columns))
	x.B, x.BStride = b, smallSide
	check(l.MultiplyRows(x))
	directs.Put(s)
}

// multiplySmallDots does the same with a transposed B, by dot products of its columns and the rows of A, or of a
// copy of them.
func multiplySmallDots(l kernels.Level, x *kernels.RowProduct, transposedA bool) {
	y := &kernels.DotProducts{
		C: x.C, CStride: x.CStride, A: x.A, AStride: x.AStride, B: x.B, BStride: x.BStride,
		Rows: x.Rows, Columns: x.Columns, K: x.K, Alpha: x.Alpha, Beta: x.Beta,
	}
	if !transposedA {
		check(l.MultiplyDots(y))
		return
	}
	s := directs.Get().(*direct)
	y.A, y.AStride = s.floats(smallSide*smallSide), smallSide
	check(l.Transpose(y.A, smallSide, x.A, x.AStride, x.Rows, x.K))
	check(l.MultiplyDots(y))
	directs.Put(s)
}
