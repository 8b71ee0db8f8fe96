//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "activation_avx512_amd64.h"
#include "lstm_amd64.h"

#define PRE    SI
#define GATES  DI
#define CSTATE R8
#define CELL   R9
#define H      R10
#define Y      R11
#define ARGS   AX
#define HLAST  BX
#define YLAST  R14
#define ROWEND R15

// The chains of a block begin in two places: i, f and g in the second half of the block before, o
// with tanh(c) of the block before in the first half of its own, so that everywhere the beginnings of some
// stand beside the ends of others. (With all of them side by side tanh waited for c, and a block took 48
// instead of 43 cycles on a Zen 5.)
//
// i, f and g of a block: their arguments, and then their r and n.
#define STATE_ARGUMENTS \
	VMOVUPS (PRE), Z0           \
	VMOVUPS 64(PRE), Z3         \
	SIGMOID_ARGUMENT(Z0, K2)    \
	SIGMOID_ARGUMENT(Z3, K3)    \
	TANH_ARGUMENT(128(PRE), Z6)

#define STATE_REDUCE \
	REDUCE(Z0, Z2) \
	REDUCE(Z3, Z5) \
	REDUCE(Z6, Z8)

// The rest: Z0, Z3, Z6 = i f g. Beside it o of the block, and tanh(c) of the one before, up to their
// r and n.
#define STATE_END_OUTPUT_BEGIN \
	POLYNOMIAL(Z0, Z1)                  \
	POLYNOMIAL(Z3, Z4)                  \
	POLYNOMIAL(Z6, Z7)                  \
	VMOVUPS 192(PRE), Z9                \
	SIGMOID_ARGUMENT(Z9, K4)            \
	TANH_ARGUMENT(Z16, Z12)             \
	SIGMOID_QUOTIENT(Z0, Z1, Z2, K2)    \
	SIGMOID_QUOTIENT(Z3, Z4, Z5, K3)    \
	TANH_QUOTIENT(128(PRE), Z6, Z7, Z8) \
	REDUCE(Z9, Z11)                     \
	REDUCE(Z12, Z14)

// The rest of these: Z9 = o, Z12 = tanh(Z16). Beside it the next block's i, f and g.
#define OUTPUT_END_STATE_BEGIN \
	POLYNOMIAL(Z9, Z10)                \
	POLYNOMIAL(Z12, Z13)               \
	STATE_ARGUMENTS                    \
	SIGMOID_QUOTIENT(Z9, Z10, Z11, K4) \
	TANH_QUOTIENT(Z16, Z12, Z13, Z14)  \
	STATE_REDUCE

// func LSTMForwardAVX512(args *LSTMForwardArgs)
// Requires: AVX512F, AVX512DQ
//
// tanh(c) of a block has to wait for its gates: it runs in the next block, where h and y are
// stored then. From the middle of a block on pre is that of the next one, whose i, f and g begin.
//
//	SI pre   DI gates   R8 c   R9 cell   R10 h   R11 y   CX rows to go   R12 blocks to go
//	R13 blocks·64 bytes   R15 bytes from pre of a row's last block to what is read next   DX a step
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
	MOVQ LSTMForwardArgs_PreRow(ARGS), ROWEND
	SUBQ R13, ROWEND
	LEAQ 256(ROWEND*4), ROWEND
	LOAD_ACTIVATION_CONSTANTS

	// No block is before the first. The zeros stored for it go to the first block's h and
	// y, which are overwritten.
	MOVQ   H, HLAST
	MOVQ   Y, YLAST
	VPXORD Z16, Z16, Z16
	VPXORD Z17, Z17, Z17
	STATE_ARGUMENTS
	STATE_REDUCE

row:
	MOVQ  R13, R12
	SHRQ  $6, R12
	KMOVW K5, K1 // the block before was the last of a row
	CMPQ  CX, $1
	JNE   block
	XORQ  ROWEND, ROWEND // no row follows: the last block is read again

block:
	STATE_END_OUTPUT_BEGIN
	CMPQ    GATES, PRE
	JEQ     unkept           // nobody asks for them
	VMOVUPS Z0, (GATES)
	VMOVUPS Z3, 64(GATES)
	VMOVUPS Z6, 128(GATES)
	CMPQ    LSTMForwardArgs_Rows(ARGS), $1
	JEQ     unkept           // its lines are near
	MOVQ    LSTMForwardArgs_GatesRow(ARGS), DX
	CALL_GATES(GATES, DX)
	MOVQ    LSTMForwardArgs_CellRow(ARGS), DX
	CALL_LINE(CELL, DX)

unkept:
	MOVQ    LSTMForwardArgs_YRow(ARGS), DX
	CALL_LINE(Y, DX)
	VMULPS  (CSTATE), Z3, Z3 // f·c
	VMULPS  Z6, Z0, Z0       // i·g
	VADDPS  Z0, Z3, Z1       // c = f·c + i·g
	VMOVUPS Z1, (CSTATE)
	VMOVUPS Z1, (CELL)
	MOVL    $256, DX
	CMPQ    R12, $1
	CMOVQEQ ROWEND, DX
	ADDQ    DX, PRE
	OUTPUT_END_STATE_BEGIN
	VMULPS  Z17, Z12, Z12    // h = o·tanh(c)
	VMOVUPS Z12, (HLAST)
	VMOVUPS Z12, K1, (YLAST)
	VMOVUPS Z9, 192(GATES)   // over pre, where nobody asks
	VMOVAPS Z9, Z17
	VMOVAPS Z1, Z16
	KXNORW  K1, K1, K1
	MOVQ    H, HLAST
	MOVQ    Y, YLAST
	ADDQ    $256, GATES
	ADDQ    $64, CSTATE
	ADDQ    $64, CELL
	ADDQ    $64, H
	ADDQ    $64, Y
	DECQ    R12
	JNZ     block

	// Back to the row's first block, and on by a row; pre is there.
	SUBQ R13, CSTATE
	SUBQ R13, CELL
	SUBQ R13, H
	SUBQ R13, Y
	LEAQ (R13*4), DX
	SUBQ DX, GATES
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
