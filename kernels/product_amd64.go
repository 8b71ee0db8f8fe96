//go:build !purego

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

// The efficiencies are percentages of the FMA peak that each height reached with A, B
// and C in L1 (Ice Lake server).
var tilings = [levelCount]*tiling{
	AVX2: newTiling(tiling{wide: [...]int{0, 4, 2, 2, 1, 1, 1}, panelBytes: 16 << 10},
		[...]int{0, 85, 89, 97, 86, 95, 98}),
}

// productTile runs the routine of the shape height x panels.
func productTile(_ Level, args *asm.ProductArgs, height, panels int) {
	productTileAVX2(args, height, panels)
}

func productTileAVX2(args *asm.ProductArgs, height, panels int) {
	switch height {
	case 1:
		if panels == 4 {
			asm.Product1x64AVX2(args)
		} else {
			asm.Product1x16AVX2(args)
		}
	case 2:
		if panels == 2 {
			asm.Product2x32AVX2(args)
		} else {
			asm.Product2x16AVX2(args)
		}
	case 3:
		if panels == 2 {
			asm.Product3x32AVX2(args)
		} else {
			asm.Product3x16AVX2(args)
		}
	case 4:
		asm.Product4x16AVX2(args)
	case 5:
		asm.Product5x16AVX2(args)
	case 6:
		asm.Product6x16AVX2(args)
	}
}
