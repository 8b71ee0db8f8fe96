package gonumblas

import "github.com/packedlstm/packedlstm/kernels"

// smallSide bounds all sides of a product that takes longer to prepare than to compute.
const smallSide = 32

// isSmall reports whether multiplySmall computes such a product. Fewer columns leave most
// of a register empty.
func isSmall(l kernels.Level, m, n, k int) bool {
	return l == kernels.AVX512 && max(m, n, k) <= smallSide && n >= fewColumns/2 && k > 0
}

// multiplySmall computes x, where B's columns are contiguous over a copy of its rows.
func multiplySmall(x *kernels.RowProduct, columns bool) {
	if !columns {
		check(kernels.AVX512.MultiplyRows(x))
		return
	}
	s := directs.Get().(*direct)
	b := s.floats(smallSide * smallSide)
	check(kernels.AVX512.Transpose(b, smallSide, x.B, x.BStride, x.K, x.Columns))
	x.B, x.BStride = b, smallSide
	check(kernels.AVX512.MultiplyRows(x))
	directs.Put(s)
}
