//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// func CopyPanelsAVX2(args *CopyPanelsArgs)
// panel[p][r, j] = src[r, 16·p + j], row by row: src is read in order. Requires: AVX
//
//	SI src, current row     R8 src, current run     R9 bytes between rows
//	DI dst, current row     R10 dst, current panel  R11 bytes between panels
//	CX rows to go           DX panels to go
TEXT ·CopyPanelsAVX2(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), AX
	MOVQ CopyPanelsArgs_Src(AX), SI
	MOVQ CopyPanelsArgs_Dst(AX), DI
	MOVQ CopyPanelsArgs_SrcRow(AX), R9
	MOVQ CopyPanelsArgs_PanelStep(AX), R11
	MOVQ CopyPanelsArgs_Rows(AX), CX
	SHLQ $2, R9
	SHLQ $2, R11

row:
	MOVQ SI, R8
	MOVQ DI, R10
	MOVQ CopyPanelsArgs_Panels(AX), DX

panel:
	VMOVUPS (R8), Y0
	VMOVUPS 32(R8), Y1
	VMOVUPS Y0, (R10)
	VMOVUPS Y1, 32(R10)
	ADDQ    $64, R8
	ADDQ    R11, R10
	DECQ    DX
	JNZ     panel

	ADDQ R9, SI
	ADDQ $64, DI
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET
