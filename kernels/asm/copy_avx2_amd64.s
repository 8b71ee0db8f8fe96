//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// func CopyRunsAVX2(args *CopyRunsArgs)
// dst[r, q, j] = src[r, q, j], j < 16, row by row. Requires: AVX
//
// The gradients of gates come from memory, a line in four: each is called eight rows before. (Zen 5: 3.2
// instead of 4.2 ns a line from there, 1.1 either way from L3.)
//
//	SI src, current row     R8  src, current run    R9  bytes between rows    R12 between runs
//	DI dst, current row     R10 dst, current run    R13 bytes between rows    R11 between runs
//	CX rows to go           DX  runs to go
TEXT ·CopyRunsAVX2(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), AX
	MOVQ CopyRunsArgs_Src(AX), SI
	MOVQ CopyRunsArgs_Dst(AX), DI
	MOVQ CopyRunsArgs_SrcRow(AX), R9
	MOVQ CopyRunsArgs_DstRow(AX), R13
	MOVQ CopyRunsArgs_SrcRun(AX), R12
	MOVQ CopyRunsArgs_DstRun(AX), R11
	MOVQ CopyRunsArgs_Rows(AX), CX
	SHLQ $2, R9
	SHLQ $2, R13
	SHLQ $2, R12
	SHLQ $2, R11

row:
	MOVQ SI, R8
	MOVQ DI, R10
	MOVQ CopyRunsArgs_Runs(AX), DX

run:
	PREFETCHT0 (R8)(R9*8)
	VMOVUPS (R8), Y0
	VMOVUPS 32(R8), Y1
	VMOVUPS Y0, (R10)
	VMOVUPS Y1, 32(R10)
	ADDQ    R12, R8
	ADDQ    R11, R10
	DECQ    DX
	JNZ     run

	ADDQ R9, SI
	ADDQ R13, DI
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET
