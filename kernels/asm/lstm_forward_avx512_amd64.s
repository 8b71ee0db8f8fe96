//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "activation_avx512_amd64.h"
#include "lstm_amd64.h"

#define PRE    SI
#define NEXT   R15
#define GATES  DI
#define CSTATE R8
#define CELL   R9
#define H      R10
#define Y      R11
#define ARGS   AX
#define HLAST  BX
#define YLAST  R14

// The five chains of a block run through three: i, f and g begin in the block before, up to r and n and
// the polynomials of i and f; o begins and ends in its own; tanh(c) runs in the next. Their stages stand in the
// order in which their operands come to be ready, for a CPU looks ahead over two blocks of operations only. (This
// order was the best of some 10000 that were measured, 36 cycles a block on a Zen 5, with stores and calls 39. With
// the chains side by side in two places of a block it took 43 and 46; what multiply-adds and divisions need is 30.)
//
// Up to c: Z1, Z4, Z7 = i f g of the block, from Z1 = p, Z2 = n of i, Z4 and Z5 of f, Z6 = r, Z8 = n of g.
// o has begun then, r in Z9 and n in Z11, tanh of c of the block before, its argument in Z12, and the next
// block's i, f and g.
#define STATE_END \
	SIGMOID_ARGUMENT((NEXT), Z0)      \ // i of the next block
	SIGMOID_ARGUMENT(64(NEXT), Z3)    \ // f
	SIGMOID_ARGUMENT(192(PRE), Z9)    \ // o
	POLYNOMIAL(Z6, Z7)                \
	SIGMOID_QUOTIENT((PRE), Z1, Z2)   \ // i
	REDUCE(Z0, Z2)                    \
	TANH_ARGUMENT(128(NEXT), Z6)      \ // g of the next block
	REDUCE(Z9, Z11)                   \
	SIGMOID_QUOTIENT(64(PRE), Z4, Z5) \ // f
	REDUCE(Z3, Z5)                    \
	TANH_ARGUMENT(Z16, Z12)           \ // c of the block before
	TANH_QUOTIENT(128(PRE), Z7, Z8)   \ // g
	REDUCE(Z6, Z8)

// After c: Z13 = tanh(c) of the block before, whose c is in Z17.
#define OUTPUT_BEFORE \
	POLYNOMIAL(Z0, Z1)   \
	REDUCE(Z12, Z14)     \
	POLYNOMIAL(Z12, Z13) \
	TANH_QUOTIENT(Z17, Z13, Z14)

// Z10 = o of the block.
#define OUTPUT \
	POLYNOMIAL(Z9, Z10) \
	POLYNOMIAL(Z3, Z4)  \
	SIGMOID_QUOTIENT(192(PRE), Z10, Z11)

// i, f and g of the first block, up to where the block before leaves them.
#define STATE_BEGIN \
	SIGMOID_ARGUMENT((PRE), Z0)   \
	SIGMOID_ARGUMENT(64(PRE), Z3) \
	TANH_ARGUMENT(128(PRE), Z6)   \
	REDUCE(Z0, Z2)                \
	REDUCE(Z3, Z5)                \
	REDUCE(Z6, Z8)                \
	POLYNOMIAL(Z0, Z1)            \
	POLYNOMIAL(Z3, Z4)

// func LSTMForwardAVX512(args *LSTMForwardArgs)
// Requires: AVX512F, AVX512DQ
//
// h and y of a block are stored in the next one, when its tanh(c) is there.
//
//	SI pre   R15 pre of the next block   DI gates   R8 c   R9 cell   R10 h   R11 y   CX rows to go
//	R12 blocks to go   R13 blocks·64 bytes   0(SP) bytes from pre of a row's last block to what is read
//	next   DX a step   of the block before: BX h   R14 y   K1 lanes of y   Z10 o   Z16 c
//	K2 lanes with x < 0 of a σ   K5 lanes of the last block
TEXT ·LSTMForwardAVX512(SB), NOSPLIT, $8-8
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
	MOVQ LSTMForwardArgs_PreRow(ARGS), DX
	SUBQ R13, DX
	LEAQ 256(DX*4), DX
	MOVQ DX, 0(SP)
	LOAD_ACTIVATION_CONSTANTS

	// No block is before the first. The zeros stored for it go to the first block's h and
	// y, which are overwritten.
	MOVQ   H, HLAST
	MOVQ   Y, YLAST
	VPXORD Z10, Z10, Z10
	VPXORD Z16, Z16, Z16
	STATE_BEGIN
	MOVQ   PRE, NEXT

row:
	MOVQ  R13, R12
	SHRQ  $6, R12
	KMOVW K5, K1 // the block before was the last of a row
	CMPQ  CX, $1
	JNE   block
	MOVQ  $0, 0(SP) // no row follows: the last block is read again

block:
	MOVL    $256, DX
	CMPQ    R12, $1
	CMOVQEQ 0(SP), DX
	ADDQ    DX, NEXT
	STATE_END
	CMPQ    GATES, PRE
	JEQ     unkept           // nobody asks for them
	VMOVUPS Z1, (GATES)
	VMOVUPS Z4, 64(GATES)
	VMOVUPS Z7, 128(GATES)
	CMPQ    LSTMForwardArgs_Rows(ARGS), $1
	JEQ     unkept           // its lines are near
	MOVQ    LSTMForwardArgs_GatesRow(ARGS), DX
	CALL_GATES(GATES, DX)
	MOVQ    LSTMForwardArgs_CellRow(ARGS), DX
	CALL_LINE(CELL, DX)

unkept:
	MOVQ    LSTMForwardArgs_YRow(ARGS), DX
	CALL_LINE(Y, DX)
	VMOVAPS Z16, Z17
	VMULPS  (CSTATE), Z4, Z4 // f·c
	VMULPS  Z7, Z1, Z1       // i·g
	VADDPS  Z1, Z4, Z16      // c = f·c + i·g
	VMOVUPS Z16, (CSTATE)
	VMOVUPS Z16, (CELL)
	OUTPUT_BEFORE
	VMULPS  Z10, Z13, Z13    // h = o·tanh(c)
	VMOVUPS Z13, (HLAST)
	VMOVUPS Z13, K1, (YLAST)
	OUTPUT
	VMOVUPS Z10, 192(GATES)  // over pre, where nobody asks
	MOVQ    NEXT, PRE
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
	VMULPS  Z10, Z0, Z0
	VMOVUPS Z0, (HLAST)
	VMOVUPS Z0, K5, (YLAST)
	VZEROUPPER
	RET
