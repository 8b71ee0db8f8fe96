//go:build !purego

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

// The efficiencies are estimates, not measurements. One and two rows: percentages of the
// FMA peak by llvm-mca's pipeline models, the mean of Cortex-A57 and Apple's M1. From three
// rows on the models say 99 or more throughout; the small steps prefer tiles of fewer loads.
var tilings = [levelCount]*tiling{
	NEON: {wide: [...]int{0, 4, 2, 2, 1, 1, 1}, panelBytes: 16 << 10,
		tilePlans: newTilePlans(24, [...]int{0, 78, 94, 98, 97, 98, 99})},
}

// productTile runs the routine of the shape height x panels.
func productTile(_ Level, args *asm.ProductArgs, height, panels int) {
	switch height {
	case 1:
		if panels == 4 {
			asm.Product1x64NEON(args)
		} else {
			asm.Product1x16NEON(args)
		}
	case 2:
		if panels == 2 {
			asm.Product2x32NEON(args)
		} else {
			asm.Product2x16NEON(args)
		}
	case 3:
		if panels == 2 {
			asm.Product3x32NEON(args)
		} else {
			asm.Product3x16NEON(args)
		}
	case 4:
		asm.Product4x16NEON(args)
	case 5:
		asm.Product5x16NEON(args)
	case 6:
		asm.Product6x16NEON(args)
	}
}
