//go:build !purego

package kernels

import (
	"github.com/klauspost/cpuid/v2"

	"github.com/packedlstm/packedlstm/kernels/asm"
)

// panelBytes of B stay near while tiles pass: an eighth of L2, at least two thirds of L1, 16 KB
// if the CPU does not say. A tile of six rows takes a line of B in 6 or in 3 cycles, a fifth or
// a third of what L2 delivers, so a longer K from there is better than sums that go through C
// more often (Zen 5: 1.02 to 1.04 times as fast at AVX-512; at AVX2 to 1.08 at K = 1024).
var panelBytes = max(CPU().L1D*2/3, CPU().L2/8, 16<<10)

// nearBytes of B, half of L2, are taken to be in it: calls for them cost 7 and 8 rows 6 % at H = 256
// (Xeon, the only one measured), 10 rows and more nothing. Where W_ih and W_hh of half of L2 each take turns, calls
// by many rows make a layer 1.01 to 1.02 times as fast (Xeon, L2 of 2 MB, H = 256).
var nearBytes = CPU().L2 / 2

// zen5 or what follows it.
var zen5 = cpuid.CPU.VendorID == cpuid.AMD && cpuid.CPU.Family >= 26

// onZen5 returns the one value there, the other elsewhere.
func onZen5(there, elsewhere int) int {
	if zen5 {
		return there
	}
	return elsewhere
}

// The efficiencies are percentages of the FMA peak that each height reached with B in L2, in
// calls of many groups: one row and two wait for L2. AVX2's choose the plans that were the fastest of all
// (Zen 4; 32 rows as five tiles of six and one of two, 1.03 times as fast as two of six and four of five; 15 and
// 21 rows as tiles of three): two rows beside other tiles wait less.
//
// aheadFrom is where a line takes a tile as long as L3 to deliver the next one. Times as fast at
// H = 512 and at 1024: AVX-512 from 7 rows on 1.06 to 1.2 (Xeon), 0.98 to 1.04 and 1.07 to 1.19
// (Zen 4), with fewer 0.96 to 0.98 (Xeon; from 4 rows on the Zen 4 would gain 1.06 to 1.10 at 1024, as
// its multipliers take a line twice as long); AVX2 from 4 rows on 1.03 to 1.2 (Xeon), with 4 to
// 6 rows 1.01 to 1.09 and 1.27 to 1.66 (Zen 4), with three 0.95 (Xeon).
//
// At AVX-512 a Zen 5 waits longer for its lines while others are called: at H = 256 and 512 8 rows run 0.76
// times as fast, 16 0.9, 24 and more alike by themselves, and in a layer of H = 512 1.05; at H = 768 and
// 1024 7 to 9 rows 0.88 to 0.95, from 10 or 24 on 1.02 to 1.15. At AVX2 it gains by calls as others do.
var tilings = [levelCount]*tiling{
	AVX2: {wide: [...]int{0, 4, 2, 2, 1, 1, 1}, panelBytes: panelBytes, aheadFrom: 4, nearBytes: nearBytes,
		tilePlans: newTilePlans(24, [...]int{0, 40, 85, 97, 92, 93, 98})},
	AVX512: {wide: [...]int{0, 8, 8, 4, 4, 4, 4}, narrower: true, masked: true, panelBytes: panelBytes,
		aheadFrom: onZen5(10, 7), nearBytes: nearBytes, foundBytes: onZen5(8<<20, 0),
		tilePlans: plansAVX512()},
}

// plansAVX512 returns the plans of AVX-512. On a Zen 4 three rows are as good as others. On a Zen 5 they wait for L2,
// and nine rows are, as five and four, 0.995, 1.15 and 1.13 to 1.19 times as fast as in tiles of three (H = 128, 256,
// 512). On Intel's, four rows wait a little, too, and 25 and 29 rows, and as many and any sixes, are up to 1.08 times
// as fast if they are planned as a whole, as five tiles of five, and as four of six and one of five: of all plans of two
// heights those that are chosen reach 99.8 % of the fastest, without that 99.0 % (Xeon, 2 to 64 rows, H = 128, 256, 512).
func plansAVX512() tilePlans {
	switch {
	case cpuid.CPU.VendorID == cpuid.Intel:
		return newTilePlans(30, [...]int{0, 45, 85, 92, 96, 98, 98})
	case zen5:
		return newTilePlans(24, [...]int{0, 45, 85, 92, 98, 98, 98})
	}
	return newTilePlans(24, [...]int{0, 45, 85, 95, 98, 98, 98})
}

// productTile runs the routine of the shape height x panels.
func productTile(l Level, args *asm.ProductArgs, height, panels int) {
	if l == AVX512 {
		productTileAVX512(args, height, panels)
		return
	}
	productTileAVX2(args, height, panels)
}

func productTileAVX512(args *asm.ProductArgs, height, panels int) {
	// One number for both: a jump table instead of two chains of branches.
	switch height<<4 | panels {
	case 1<<4 | 1:
		asm.Product1x16AVX512(args)
	case 1<<4 | 2:
		asm.Product1x32AVX512(args)
	case 1<<4 | 3:
		asm.Product1x48AVX512(args)
	case 1<<4 | 4:
		asm.Product1x64AVX512(args)
	case 1<<4 | 8:
		asm.Product1x128AVX512(args)
	case 2<<4 | 1:
		asm.Product2x16AVX512(args)
	case 2<<4 | 2:
		asm.Product2x32AVX512(args)
	case 2<<4 | 3:
		asm.Product2x48AVX512(args)
	case 2<<4 | 4:
		asm.Product2x64AVX512(args)
	case 2<<4 | 8:
		asm.Product2x128AVX512(args)
	case 3<<4 | 1:
		asm.Product3x16AVX512(args)
	case 3<<4 | 2:
		asm.Product3x32AVX512(args)
	case 3<<4 | 3:
		asm.Product3x48AVX512(args)
	case 3<<4 | 4:
		asm.Product3x64AVX512(args)
	case 4<<4 | 1:
		asm.Product4x16AVX512(args)
	case 4<<4 | 2:
		asm.Product4x32AVX512(args)
	case 4<<4 | 3:
		asm.Product4x48AVX512(args)
	case 4<<4 | 4:
		asm.Product4x64AVX512(args)
	case 5<<4 | 1:
		asm.Product5x16AVX512(args)
	case 5<<4 | 2:
		asm.Product5x32AVX512(args)
	case 5<<4 | 3:
		asm.Product5x48AVX512(args)
	case 5<<4 | 4:
		asm.Product5x64AVX512(args)
	case 6<<4 | 1:
		asm.Product6x16AVX512(args)
	case 6<<4 | 2:
		asm.Product6x32AVX512(args)
	case 6<<4 | 3:
		asm.Product6x48AVX512(args)
	case 6<<4 | 4:
		asm.Product6x64AVX512(args)
	}
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
