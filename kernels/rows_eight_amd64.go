//go:build !purego

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

// smallSide bounds the rows and the K of a product whose time is mostly that of its calls.
const smallSide = 64

// takesEightRows reports whether tiles of eight rows x 16 or 32 columns compute x: where A is
// in row-major order, or the product is small. (A whose columns are contiguous, and larger,
// does better with what the other tiles call ahead: Zen 5, 512 x 16 x 512 at 237 instead of
// 211 GFLOP/s; in row-major order at 173 instead of 227.)
func takesEightRows(l Level, x *RowProduct) bool {
	return l == AVX512 && !x.Transposed && x.Columns <= 2*PanelWidth && uint(x.K-1) < rowsDepth &&
		(x.AKStride == 1 || max(x.Rows, x.K) <= smallSide)
}

// multiplyEightRows computes x, which has one or two panels, without a plan: as many tiles
// of eight rows as it has, then one or two of what is left.
func multiplyEightRows(x *RowProduct) {
	panels := panelCount(x.Columns)
	args := &asm.RowsArgs{
		ARow: x.AStride, AK: x.AKStride, B: &x.B[0], BRow: x.BStride, CRow: x.CStride,
		K: x.K, Alpha: x.Alpha, Beta: x.Beta, Last: x.Columns - (panels-1)*PanelWidth,
	}
	for r := 0; r < x.Rows; {
		height := min(8, x.Rows-r)
		args.Tiles = 1
		switch {
		case height == 8:
			args.Tiles = min((x.Rows-r)/8, tilesOfCall(x.K, 8, panels))
		case height > maxTileRows:
			height = 4 // and 3
		}
		args.A, args.C = &x.A[r*x.AStride], &x.C[r*x.CStride]
		rowsTile(AVX512, args, height, panels)
		r += args.Tiles * height
	}
}

// multiplyRowsTransposed computes x, whose C is stored as its transpose, strip by strip of 16
// or 32 columns. The last tile of rows starts at a multiple of eight or, where fewer than eight are
// left, computes some once more, which only C that is not added to allows.
func multiplyRowsTransposed(l Level, x *RowProduct) {
	if l != AVX512 || x.Beta != 0 || x.Rows < 8 || uint(x.K-1) >= rowsDepth {
		multiplyRowsPortable(x)
		return
	}
	args := &asm.RowsArgs{ARow: x.AStride, AK: x.AKStride, BRow: x.BStride, CRow: x.CStride, K: x.K, Alpha: x.Alpha}
	for j := 0; j < x.Columns; {
		panels := min(2, panelCount(x.Columns-j))
		args.B, args.Last = &x.B[j], min(PanelWidth, x.Columns-j-(panels-1)*PanelWidth)
		for r := 0; r < x.Rows; r += 8 * args.Tiles {
			r = min(r, x.Rows-8)
			args.A, args.C = &x.A[r*x.AStride], &x.C[j*x.CStride+r]
			args.Tiles = min((x.Rows-r)/8, tilesOfCall(x.K, 8, panels))
			if panels == 1 {
				asm.ProductRows8x16TransposedAVX512(args)
			} else {
				asm.ProductRows8x32TransposedAVX512(args)
			}
		}
		j += panels * PanelWidth
	}
}
