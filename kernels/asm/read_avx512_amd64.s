//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// func ReadAVX512(args *ReadArgs)
// Loads x[0, N) Rounds times, 128 floats (8 loads, none waits for another) a turn.
// Requires: AVX512F
//
//	SI x, current turn   DI x   DX end of x   CX rounds to go
TEXT ·ReadAVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), AX
	MOVQ ReadArgs_X(AX), DI
	MOVQ ReadArgs_N(AX), DX
	MOVQ ReadArgs_Rounds(AX), CX
	LEAQ (DI)(DX*4), DX

round:
	MOVQ DI, SI
	PCALIGN $32

turn:
	VMOVUPS (SI), Z0
	VMOVUPS 64(SI), Z1
	VMOVUPS 128(SI), Z2
	VMOVUPS 192(SI), Z3
	VMOVUPS 256(SI), Z4
	VMOVUPS 320(SI), Z5
	VMOVUPS 384(SI), Z6
	VMOVUPS 448(SI), Z7
	ADDQ    $512, SI
	CMPQ    SI, DX
	JB      turn
	DECQ    CX
	JNZ     round

	VZEROUPPER
	RET
