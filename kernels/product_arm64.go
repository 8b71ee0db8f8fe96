//go:build !purego

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

// The efficiencies are estimates, not measurements: from the FMAs and loads of each
// tile for cores of two and of four vector pipes.
var tilings = [levelCount]*tiling{
	NEON: newTiling(tiling{wide: [...]int{0, 4, 2, 2, 1, 1, 1}, panelBytes: 16 << 10},
		[...]int{0, 75, 85, 96, 91, 96, 98}),
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
