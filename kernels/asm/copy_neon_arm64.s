//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// func CopyPanelsNEON(args *CopyPanelsArgs)
// panel[p][r, j] = src[r, 16·p + j], row by row: src is read in order. Requires: ASIMD
//
//	R1 src, current row     R5 src, current run     R3 bytes between rows
//	R2 dst, current row     R6 dst, current panel   R7 bytes between panels
//	R4 rows to go           R8 panels to go
TEXT ·CopyPanelsNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R0
	MOVD CopyPanelsArgs_Src(R0), R1
	MOVD CopyPanelsArgs_Dst(R0), R2
	MOVD CopyPanelsArgs_SrcRow(R0), R3
	MOVD CopyPanelsArgs_PanelStep(R0), R7
	MOVD CopyPanelsArgs_Rows(R0), R4
	LSL  $2, R3
	LSL  $2, R7

row:
	MOVD R1, R5
	MOVD R2, R6
	MOVD CopyPanelsArgs_Panels(R0), R8

panel:
	VLD1.P 64(R5), [V0.S4, V1.S4, V2.S4, V3.S4]
	VST1   [V0.S4, V1.S4, V2.S4, V3.S4], (R6)
	ADD    R7, R6
	SUBS   $1, R8
	BNE    panel

	ADD  R3, R1
	ADD  $64, R2
	SUBS $1, R4
	BNE  row
	RET
