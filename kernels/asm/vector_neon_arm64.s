//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"

// func AddScaledNEON(args *VectorArgs)
// dst[i] += scale·x[i], rounded after each. Requires: ASIMD
//
//	R1 x   R2 dst   R3 elements to go   V31 scale
TEXT ·AddScaledNEON(SB), NOSPLIT, $0-8
	MOVD  args+0(FP), R0
	MOVD  VectorArgs_X(R0), R1
	MOVD  VectorArgs_Dst(R0), R2
	MOVD  VectorArgs_N(R0), R3
	ADD   $VectorArgs_Scale, R0, R0
	VLD1R (R0), [V31.S4]
	SUBS  $16, R3
	BLT   few

sixteen:
	VLD1.P 64(R1), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1   (R2), [V4.S4, V5.S4, V6.S4, V7.S4]
	FMUL4(31, 0, 0)
	FMUL4(31, 1, 1)
	FMUL4(31, 2, 2)
	FMUL4(31, 3, 3)
	FADD4(0, 4, 4)
	FADD4(1, 5, 5)
	FADD4(2, 6, 6)
	FADD4(3, 7, 7)
	VST1.P [V4.S4, V5.S4, V6.S4, V7.S4], 64(R2)
	SUBS   $16, R3
	BGE    sixteen

few: // R3 + 16 elements are left, 0 to 15
	ADDS $12, R3
	BLT  tail

four:
	FMOVQ.P 16(R1), F0
	FMOVQ   (R2), F4
	FMUL4(31, 0, 0)
	FADD4(0, 4, 4)
	FMOVQ.P F4, 16(R2)
	SUBS    $4, R3
	BGE     four

tail: // R3 + 4 elements are left, 0 to 3
	ADDS $4, R3
	BEQ  done

one:
	FMOVS.P 4(R1), F0
	FMOVS   (R2), F4
	FMUL4(31, 0, 0)
	FADD4(0, 4, 4)
	FMOVS.P F4, 4(R2)
	SUBS    $1, R3
	BNE     one

done:
	RET

// func ColumnSumsNEON(args *ColumnSumsArgs)
// dst[j] += x[0, j] + x[1, j] + ..., 16 columns at a time. Requires: ASIMD
//
//	R1 x, current columns   R5 x, current row   R3 bytes between rows   R4 rows to go
//	R2 dst                  R6 columns to go    V0..V3 sums
TEXT ·ColumnSumsNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R0
	MOVD ColumnSumsArgs_X(R0), R1
	MOVD ColumnSumsArgs_Dst(R0), R2
	MOVD ColumnSumsArgs_XRow(R0), R3
	MOVD ColumnSumsArgs_Columns(R0), R6
	LSL  $2, R3

run:
	MOVD ColumnSumsArgs_Rows(R0), R4
	MOVD R1, R5
	VLD1 (R2), [V0.S4, V1.S4, V2.S4, V3.S4]

row:
	VLD1.P (R5)(R3), [V4.S4, V5.S4, V6.S4, V7.S4]
	FADD4(4, 0, 0)
	FADD4(5, 1, 1)
	FADD4(6, 2, 2)
	FADD4(7, 3, 3)
	SUBS   $1, R4
	BNE    row

	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R2)
	ADD    $64, R1
	SUBS   $16, R6
	BNE    run
	RET
