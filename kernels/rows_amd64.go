//go:build !purego

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

func multiplyRows(l Level, x *RowProduct) {
	if takesEightRows(l, x) {
		multiplyEightRows(x)
		return
	}
	if x.Transposed {
		multiplyRowsTransposed(l, x)
		return
	}
	switch {
	case takesRowSums(l, x):
		multiplyOneRow(x)
	case x.K > 0 && (l == AVX512 || l == AVX2 && x.Columns >= PanelWidth):
		multiplyRowsTiles(l, x)
	case x.K > 0 && l == AVX2 && x.K <= paddedDepth && x.Rows > 1:
		multiplyRowsPadded(l, x)
	default:
		multiplyRowsPortable(x)
	}
}

func multiplyDots(l Level, x *DotProducts) {
	if l != Portable && x.K > 0 {
		multiplyDotsTiles(l, x)
		return
	}
	multiplyDotsPortable(x)
}

// rowsTile runs the routine of the shape height x panels over rows of b.
func rowsTile(l Level, args *asm.RowsArgs, height, panels int) {
	switch {
	case l == AVX2:
		rowsTileAVX2(args, height, panels)
	case height <= 3:
		lowRowsTileAVX512(args, height, panels)
	default:
		highRowsTileAVX512(args, height, panels)
	}
}

func lowRowsTileAVX512(args *asm.RowsArgs, height, panels int) {
	switch height<<5 | panels {
	case 1<<5 | 1:
		asm.ProductRows1x16AVX512(args)
	case 1<<5 | 2:
		asm.ProductRows1x32AVX512(args)
	case 1<<5 | 3:
		asm.ProductRows1x48AVX512(args)
	case 1<<5 | 4:
		asm.ProductRows1x64AVX512(args)
	case 1<<5 | 16:
		asm.ProductRows1x256AVX512(args)
	case 2<<5 | 1:
		asm.ProductRows2x16AVX512(args)
	case 2<<5 | 2:
		asm.ProductRows2x32AVX512(args)
	case 2<<5 | 3:
		asm.ProductRows2x48AVX512(args)
	case 2<<5 | 4:
		asm.ProductRows2x64AVX512(args)
	case 2<<5 | 8:
		asm.ProductRows2x128AVX512(args)
	case 3<<5 | 1:
		asm.ProductRows3x16AVX512(args)
	case 3<<5 | 2:
		asm.ProductRows3x32AVX512(args)
	case 3<<5 | 3:
		asm.ProductRows3x48AVX512(args)
	case 3<<5 | 4:
		asm.ProductRows3x64AVX512(args)
	}
}

func highRowsTileAVX512(args *asm.RowsArgs, height, panels int) {
	switch height<<5 | panels {
	case 4<<5 | 1:
		asm.ProductRows4x16AVX512(args)
	case 4<<5 | 2:
		asm.ProductRows4x32AVX512(args)
	case 4<<5 | 3:
		asm.ProductRows4x48AVX512(args)
	case 4<<5 | 4:
		asm.ProductRows4x64AVX512(args)
	case 5<<5 | 1:
		asm.ProductRows5x16AVX512(args)
	case 5<<5 | 2:
		asm.ProductRows5x32AVX512(args)
	case 5<<5 | 3:
		asm.ProductRows5x48AVX512(args)
	case 5<<5 | 4:
		asm.ProductRows5x64AVX512(args)
	case 6<<5 | 1:
		asm.ProductRows6x16AVX512(args)
	case 6<<5 | 2:
		asm.ProductRows6x32AVX512(args)
	case 6<<5 | 3:
		asm.ProductRows6x48AVX512(args)
	case 6<<5 | 4:
		asm.ProductRows6x64AVX512(args)
	case 8<<5 | 1:
		asm.ProductRows8x16AVX512(args)
	case 8<<5 | 2:
		asm.ProductRows8x32AVX512(args)
	}
}

// dotsTile runs the routine of so many rows.
func dotsTile(l Level, args *asm.DotsArgs, rows int) {
	if l == AVX2 {
		dotsTileAVX2(args, rows)
		return
	}
	switch rows {
	case 1:
		asm.Dots1AVX512(args)
	case 2:
		asm.Dots2AVX512(args)
	case 3:
		asm.Dots3AVX512(args)
	case 4:
		asm.Dots4AVX512(args)
	}
}

func rowsTileAVX2(args *asm.RowsArgs, height, panels int) {
	switch height<<4 | panels {
	case 1<<4 | 1:
		asm.ProductRows1x16AVX2(args)
	case 1<<4 | 4:
		asm.ProductRows1x64AVX2(args)
	case 2<<4 | 1:
		asm.ProductRows2x16AVX2(args)
	case 2<<4 | 2:
		asm.ProductRows2x32AVX2(args)
	case 3<<4 | 1:
		asm.ProductRows3x16AVX2(args)
	case 4<<4 | 1:
		asm.ProductRows4x16AVX2(args)
	case 5<<4 | 1:
		asm.ProductRows5x16AVX2(args)
	case 6<<4 | 1:
		asm.ProductRows6x16AVX2(args)
	}
}

func dotsTileAVX2(args *asm.DotsArgs, rows int) {
	switch rows {
	case 1:
		asm.Dots1AVX2(args)
	case 2:
		asm.Dots2AVX2(args)
	case 3:
		asm.Dots3AVX2(args)
	}
}
