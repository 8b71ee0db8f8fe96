//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "activation_avx512_amd64.h"

#define PRE    SI
#define GATES  DI
#define CSTATE R8
#define CELL   R9
#define H      R10
#define Y      R11
#define ARGS   AX

// The gates i f g o of a block: Z24..Z27 = f(pre), kept in gates.
#define GATES_BLOCK \
	VMOVUPS (PRE), Z0       \
	SIGMOID_Z0              \
	VMOVUPS Z0, (GATES)     \
	VMOVAPS Z0, Z24         \
	VMOVUPS 64(PRE), Z0     \
	SIGMOID_Z0              \
	VMOVUPS Z0, 64(GATES)   \
	VMOVAPS Z0, Z25         \
	VMOVUPS 128(PRE), Z0    \
	TANH_Z0                 \
	VMOVUPS Z0, 128(GATES)  \
	VMOVAPS Z0, Z26         \
	VMOVUPS 192(PRE), Z0    \
	SIGMOID_Z0              \
	VMOVUPS Z0, 192(GATES)  \
	VMOVAPS Z0, Z27

// c and h of the block; y under the mask K1.
#define STATE_BLOCK \
	VMULPS  (CSTATE), Z25, Z0  \ // f·c
	VMULPS  Z26, Z24, Z1       \ // i·g
	VADDPS  Z1, Z0, Z0         \ // c = f·c + i·g
	VMOVUPS Z0, (CSTATE)       \
	VMOVUPS Z0, (CELL)         \
	TANH_Z0                    \
	VMULPS  Z27, Z0, Z0        \ // h = o·tanh(c)
	VMOVUPS Z0, (H)            \
	VMOVUPS Z0, K1, (Y)

// func LSTMForwardAVX512(args *LSTMForwardArgs)
// Requires: AVX512F, AVX512DQ
//
//	SI pre   DI gates   R8 c   R9 cell   R10 h   R11 y   CX rows to go   R12 blocks to go
//	R13 blocks·64 bytes   DX a stride   K1 lanes of y   K3 lanes of the last block
TEXT ·LSTMForwardAVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), ARGS
	MOVQ LSTMForwardArgs_Pre(ARGS), PRE
	MOVQ LSTMForwardArgs_Gates(ARGS), GATES
	MOVQ LSTMForwardArgs_C(ARGS), CSTATE
	MOVQ LSTMForwardArgs_Cell(ARGS), CELL
	MOVQ LSTMForwardArgs_H(ARGS), H
	MOVQ LSTMForwardArgs_Y(ARGS), Y
	MOVQ LSTMForwardArgs_Units(ARGS), CX
	LEAQ 15(CX), R13
	SHRQ $4, R13
	SHLQ $6, R13
	NEGQ CX
	ANDQ $15, CX                           // lanes that the last block lacks
	MOVL $0xFFFF, DX
	SHRL CX, DX
	KMOVW DX, K3
	MOVQ LSTMForwardArgs_Rows(ARGS), CX
	LOAD_ACTIVATION_CONSTANTS

row:
	MOVQ   R13, R12
	SHRQ   $6, R12
	KXNORW K1, K1, K1

block:
	CMPQ R12, $1
	JNE  whole
	KMOVW K3, K1

whole:
	GATES_BLOCK
	STATE_BLOCK
	ADDQ $256, PRE
	ADDQ $256, GATES
	ADDQ $64, CSTATE
	ADDQ $64, CELL
	ADDQ $64, H
	ADDQ $64, Y
	DECQ R12
	JNZ  block

	// Back to the row's first block, and on by a row.
	SUBQ R13, CSTATE
	SUBQ R13, CELL
	SUBQ R13, H
	SUBQ R13, Y
	SHLQ $2, R13
	SUBQ R13, PRE
	SUBQ R13, GATES
	SHRQ $2, R13
	MOVQ LSTMForwardArgs_PreRow(ARGS), DX
	LEAQ (PRE)(DX*4), PRE
	MOVQ LSTMForwardArgs_GatesRow(ARGS), DX
	LEAQ (GATES)(DX*4), GATES
	MOVQ LSTMForwardArgs_CRow(ARGS), DX
	LEAQ (CSTATE)(DX*4), CSTATE
	MOVQ LSTMForwardArgs_CellRow(ARGS), DX
	LEAQ (CELL)(DX*4), CELL
	MOVQ LSTMForwardArgs_HRow(ARGS), DX
	LEAQ (H)(DX*4), H
	MOVQ LSTMForwardArgs_YRow(ARGS), DX
	LEAQ (Y)(DX*4), Y
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET
