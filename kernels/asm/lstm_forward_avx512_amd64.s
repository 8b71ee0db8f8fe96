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
#define HLAST  BX
#define YLAST  R14

// The gates of a block and, beside them, tanh(c) of the block before: Z0, Z3, Z6, Z9 =
// f(pre) of i f g o, Z12 = tanh(Z16).
#define GATES_AND_TANH \
	VMOVUPS (PRE), Z0                   \
	VMOVUPS 64(PRE), Z3                 \
	VMOVUPS 192(PRE), Z9                \
	SIGMOID_ARGUMENT(Z0, K2)            \
	SIGMOID_ARGUMENT(Z3, K3)            \
	TANH_ARGUMENT(128(PRE), Z6)         \
	SIGMOID_ARGUMENT(Z9, K4)            \
	TANH_ARGUMENT(Z16, Z12)             \
	REDUCE(Z0, Z2)                      \
	REDUCE(Z3, Z5)                      \
	REDUCE(Z6, Z8)                      \
	REDUCE(Z9, Z11)                     \
	REDUCE(Z12, Z14)                    \
	POLYNOMIAL(Z0, Z1)                  \
	POLYNOMIAL(Z3, Z4)                  \
	POLYNOMIAL(Z6, Z7)                  \
	POLYNOMIAL(Z9, Z10)                 \
	POLYNOMIAL(Z12, Z13)                \
	SIGMOID_QUOTIENT(Z0, Z1, Z2, K2)    \
	SIGMOID_QUOTIENT(Z3, Z4, Z5, K3)    \
	TANH_QUOTIENT(128(PRE), Z6, Z7, Z8) \
	SIGMOID_QUOTIENT(Z9, Z10, Z11, K4)  \
	TANH_QUOTIENT(Z16, Z12, Z13, Z14)

// func LSTMForwardAVX512(args *LSTMForwardArgs)
// Requires: AVX512F, AVX512DQ
//
// tanh(c) of a block has to wait for its gates: it runs beside those of the next block,
// and what is pending is stored then.
//
//	SI pre   DI gates   R8 c   R9 cell   R10 h   R11 y   CX rows to go   R12 blocks to go
//	R13 blocks·64 bytes   DX a stride
//	of the block before: BX h   R14 y   K1 lanes of y   Z16 c   Z17 o
//	K2..K4 lanes with x < 0 of i f o   K5 lanes of the last block
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
	KMOVW DX, K5
	MOVQ LSTMForwardArgs_Rows(ARGS), CX
	LOAD_ACTIVATION_CONSTANTS

	// No block is before the first. The zeros stored for it go to the first block's h and
	// y, which are overwritten.
	MOVQ   H, HLAST
	MOVQ   Y, YLAST
	VPXORD Z16, Z16, Z16
	VPXORD Z17, Z17, Z17

row:
	MOVQ  R13, R12
	SHRQ  $6, R12
	KMOVW K5, K1 // the block before was the last of a row

block:
	GATES_AND_TANH
	VMULPS  Z17, Z12, Z12     // h = o·tanh(c)
	VMOVUPS Z12, (HLAST)
	VMOVUPS Z12, K1, (YLAST)
	CMPQ    GATES, PRE
	JEQ     unkept            // nobody asks for them
	VMOVUPS Z0, (GATES)
	VMOVUPS Z3, 64(GATES)
	VMOVUPS Z6, 128(GATES)
	VMOVUPS Z9, 192(GATES)

unkept:
	VMULPS  (CSTATE), Z3, Z3  // f·c
	VMULPS  Z6, Z0, Z0        // i·g
	VADDPS  Z0, Z3, Z16       // c = f·c + i·g
	VMOVUPS Z16, (CSTATE)
	VMOVUPS Z16, (CELL)
	VMOVAPS Z9, Z17
	KXNORW  K1, K1, K1
	MOVQ    H, HLAST
	MOVQ    Y, YLAST
	ADDQ    $256, PRE
	ADDQ    $256, GATES
	ADDQ    $64, CSTATE
	ADDQ    $64, CELL
	ADDQ    $64, H
	ADDQ    $64, Y
	DECQ    R12
	JNZ     block

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

	// h of the last block.
	VMOVAPS Z16, Z0
	TANH_Z0
	VMULPS  Z17, Z0, Z0
	VMOVUPS Z0, (HLAST)
	VMOVUPS Z0, K5, (YLAST)
	VZEROUPPER
	RET
