//go:build !purego && amd64

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

const (
	// rowsCall bounds the k of all tiles of one call: 100 µs where b comes from L3.
	rowsCall = 1 << 13
	// dotsDepth is where dot products cut K: four rows of A stay in L1 while B passes.
	dotsDepth = 1 << 10
)

// multiplyRowsTiles walks blocks of K, then strips of columns, then rows.
func multiplyRowsTiles(l Level, x *RowProduct) {
	plan := tilings[l].plan(x.Rows)
	beta := x.Beta
	for k := 0; k < x.K; k += maxK {
		depth := min(maxK, x.K-k)
		for j := 0; j < x.Columns; {
			panels := rowsWidth(panelCount(x.Columns - j))
			columns := min(panels*PanelWidth, x.Columns-j)
			r := 0
			for height := maxTileRows; height > 0; height-- {
				for tiles := plan[height]; tiles > 0; {
					n := min(tiles, max(1, rowsCall/depth))
					args := asm.RowsArgs{
						A: &x.A[r*x.AStride+k*x.AKStride], ARow: x.AStride, AK: x.AKStride,
						B: &x.B[k*x.BStride+j], BRow: x.BStride, C: &x.C[r*x.CStride+j], CRow: x.CStride,
						K: depth, Tiles: n, Alpha: x.Alpha, Beta: beta, Last: columns - (panels-1)*PanelWidth,
					}
					rowsTile(l, &args, height, panels)
					tiles -= n
					r += n * height
				}
			}
			j += columns
		}
		beta = 1
	}
}

// rowsWidth returns how many of the remaining panels the next strip takes: strips of
// equal width, where 4 + 1 would leave too few sums in flight.
func rowsWidth(remaining int) int {
	switch {
	case remaining <= 4:
		return remaining
	case remaining < 8:
		return (remaining + 1) / 2
	}
	return 4
}

// multiplyDotsTiles walks blocks of K, then rows of A, four at a time.
func multiplyDotsTiles(l Level, x *DotProducts) {
	beta := x.Beta
	for k := 0; k < x.K; k += dotsDepth {
		depth := min(dotsDepth, x.K-k)
		columns := max(4, (rowsCall/depth)&^3)
		for j := 0; j < x.Columns; j += columns {
			for i := 0; i < x.Rows; {
				rows := dotsHeight(x.Rows - i)
				at := i*x.CStride + j
				args := asm.DotsArgs{
					A: &x.A[i*x.AStride+k], ARow: x.AStride, B: &x.B[j*x.BStride+k], BRow: x.BStride,
					CRow: x.CStride, K: depth, Columns: min(columns, x.Columns-j), Alpha: x.Alpha, Beta: beta,
				}
				if x.Transposed {
					at, args.Transposed = j*x.CStride+i, 1
				}
				args.C = &x.C[at]
				dotsTile(l, &args, rows)
				i += rows
			}
		}
		beta = 1
	}
}

// dotsHeight returns how many of the remaining rows the next tile takes: 3 + 2 for 5.
func dotsHeight(remaining int) int {
	switch {
	case remaining == 5:
		return 3
	case remaining > 4:
		return 4
	}
	return remaining
}
