//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// func ReadAVX2(args *ReadArgs)
// Loads x[0, N) Rounds times, 128 floats (16 loads, none waits for another) a turn.
// Requires: AVX
//
//	SI x, current turn   DI x   DX end of x   CX rounds to go
TEXT ·ReadAVX2(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), AX
	MOVQ ReadArgs_X(AX), DI
	MOVQ ReadArgs_N(AX), DX
	MOVQ ReadArgs_Rounds(AX), CX
	LEAQ (DI)(DX*4), DX

round:
	MOVQ DI, SI
	PCALIGN $32

turn:
	VMOVUPS (SI), Y0
	VMOVUPS 32(SI), Y1
	VMOVUPS 64(SI), Y2
	VMOVUPS 96(SI), Y3
	VMOVUPS 128(SI), Y4
	VMOVUPS 160(SI), Y5
	VMOVUPS 192(SI), Y6
	VMOVUPS 224(SI), Y7
	VMOVUPS 256(SI), Y8
	VMOVUPS 288(SI), Y9
	VMOVUPS 320(SI), Y10
	VMOVUPS 352(SI), Y11
	VMOVUPS 384(SI), Y12
	VMOVUPS 416(SI), Y13
	VMOVUPS 448(SI), Y14
	VMOVUPS 480(SI), Y15
	ADDQ    $512, SI
	CMPQ    SI, DX
	JB      turn
	DECQ    CX
	JNZ     round

	VZEROUPPER
	RET
