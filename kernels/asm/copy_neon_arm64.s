//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// func CopyRunsNEON(args *CopyRunsArgs)
// dst[r, q, j] = src[r, q, j], j < 16, row by row. Requires: ASIMD
//
//	R1 src, current row     R5 src, current run    R3 bytes between rows    R9 between runs
//	R2 dst, current row     R6 dst, current run    R10 bytes between rows   R7 between runs
//	R4 rows to go           R8 runs to go
TEXT ·CopyRunsNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R0
	MOVD CopyRunsArgs_Src(R0), R1
	MOVD CopyRunsArgs_Dst(R0), R2
	MOVD CopyRunsArgs_SrcRow(R0), R3
	MOVD CopyRunsArgs_DstRow(R0), R10
	MOVD CopyRunsArgs_SrcRun(R0), R9
	MOVD CopyRunsArgs_DstRun(R0), R7
	MOVD CopyRunsArgs_Rows(R0), R4
	LSL  $2, R3
	LSL  $2, R10
	LSL  $2, R9
	LSL  $2, R7

row:
	MOVD R1, R5
	MOVD R2, R6
	MOVD CopyRunsArgs_Runs(R0), R8

run:
	VLD1 (R5), [V0.S4, V1.S4, V2.S4, V3.S4]
	VST1 [V0.S4, V1.S4, V2.S4, V3.S4], (R6)
	ADD  R9, R5
	ADD  R7, R6
	SUBS $1, R8
	BNE  run

	ADD  R3, R1
	ADD  R10, R2
	SUBS $1, R4
	BNE  row
	RET
