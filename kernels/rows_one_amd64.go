//go:build !purego

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

// One row times rows of B takes eight of them at a time, from end to end: AVX2's tiles of 64 columns read
// 256 bytes of each row, which the CPU does not foresee, and leave too few sums in flight for columns beyond
// whole tiles. At AVX-512 that pays where B is beyond L2.

const (
	// leastRowSums rows of B at least: fewer would pass one by one.
	leastRowSums = 8
	// rowSumsCall bounds the elements of b of a call: 1 MB, 100 µs from memory.
	rowSumsCall = 1 << 18
	// rowSumsColumns of C stay in L1 while the rows pass.
	rowSumsColumns = 1 << 12
	// scaledColumns of sums, 2 KB, stand in a scratch where C is not the sums themselves: where Alpha is not 1, or C is
	// added.
	scaledColumns = 1 << 9
)

// farRowsB elements of B, as much as L2 has or 1 MB, and more come from beyond it.
var farRowsB = max(CPU().L2, 1<<20) / 4

// takesRowSums reports whether x is computed so. AVX-512's tiles of up to 1 KB of each row are 1.25 times as fast
// from L2 (256 x 256), these from beyond 1.02 to 1.32 times (rows of 64 to 3000 elements; 24 and 33 0.99, 20
// 0.94). Measured on a Xeon.
func takesRowSums(l Level, x *RowProduct) bool {
	const farColumns = 4 * PanelWidth
	switch {
	case x.Rows != 1 || x.K < leastRowSums:
		return false
	case l == AVX512:
		return x.Columns >= farColumns && x.K*x.Columns > farRowsB
	}
	return l == AVX2 && x.Columns >= PanelWidth
}

// multiplyOneRow computes x, of one row, by AVX2.
func multiplyOneRow(x *RowProduct) {
	y := *x
	for k := 0; k < x.K; k += rowsDepth {
		y.A, y.B, y.K = x.A[k*x.AKStride:], x.B[k*x.BStride:], min(rowsDepth, x.K-k)
		most := scaledColumns
		if y.Alpha == 1 && y.Beta == 0 {
			most = rowSumsColumns
		}
		for j := 0; j < x.Columns; {
			columns := min(most, x.Columns-j)
			if left := x.Columns - j - columns; left > 0 && left < PanelWidth { // too few for a call
				columns -= PanelWidth
			}
			z := y
			z.B, z.C, z.Columns = y.B[j:], x.C[j:], columns
			if most == rowSumsColumns {
				z.rowSums(z.C[:columns])
			} else {
				z.scaledRowSums()
			}
			j += columns
		}
		y.Beta = 1
	}
}

// rowSums computes sums = A·B, of one row.
func (x *RowProduct) rowSums(sums []float32) {
	clear(sums)
	most := min(rowSumsCall/x.Columns&^7, callRows)
	for k := 0; k < x.K; k += most {
		asm.RowSumsAVX2(&asm.RowSumsArgs{
			Sums: &sums[0], A: &x.A[k*x.AKStride], AK: x.AKStride, B: &x.B[k*x.BStride], BRow: x.BStride,
			K: min(most, x.K-k), Columns: x.Columns,
		})
	}
}

// scaledRowSums computes x, of one row and up to scaledColumns columns, from its sums.
func (x *RowProduct) scaledRowSums() {
	var sums [scaledColumns]float32
	x.rowSums(sums[:x.Columns])
	args := &asm.ScaleSumsArgs{C: &x.C[0], Sums: &sums[0], Columns: x.Columns, Alpha: x.Alpha, Beta: x.Beta}
	asm.ScaleSumsAVX2(args)
}
