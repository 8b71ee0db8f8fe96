//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "activation_avx2_amd64.h"
#include "lstm_amd64.h"
#include "mask_avx2_amd64.h"

#define PRE    SI
#define GATES  DI
#define CSTATE R8
#define CELL   R9
#define H      R10
#define Y      R11
#define HLAST  R14
#define YLAST  R13
#define CLAST  DX
#define GLAST  AX
#define ARGS   BX // but for blocks
#define STRIDE R15
#define MASK   BX

// o of 8 units, OFF bytes into the block, and beside it h of the block before.
#define OUTPUT(OFF) \
	TANH_ARGUMENT(OFF(CLAST), Y0)                \
	SIGMOID_ARGUMENT((OFF+192)(PRE), Y3)         \
	REDUCE(TANH_OFFSET, Y0, Y1, Y2)              \
	REDUCE(SIGMOID_OFFSET, Y3, Y4, Y5)           \
	POLYNOMIAL(Y0, Y1)                           \
	POLYNOMIAL(Y3, Y4)                           \
	TANH_QUOTIENT(OFF(CLAST), Y0, Y1, Y2)        \
	SIGMOID_QUOTIENT((OFF+192)(PRE), Y3, Y4, Y5) \
	VMULPS  (OFF+192)(GLAST), Y0, Y0             \ // h = o·tanh(c)
	VMOVUPS Y0, OFF(HLAST)                       \
	VMOVUPS Y3, (OFF+192)(GATES)

// g, i, f and c of 8 units, OFF bytes into the block.
#define STATE(OFF) \
	TANH_ARGUMENT((OFF+128)(PRE), Y0)           \
	SIGMOID_ARGUMENT(OFF(PRE), Y3)              \
	SIGMOID_ARGUMENT((OFF+64)(PRE), Y6)         \
	REDUCE(TANH_OFFSET, Y0, Y1, Y2)             \
	REDUCE(SIGMOID_OFFSET, Y3, Y4, Y5)          \
	REDUCE(SIGMOID_OFFSET, Y6, Y7, Y8)          \
	POLYNOMIAL(Y0, Y1)                          \
	POLYNOMIAL(Y3, Y4)                          \
	POLYNOMIAL(Y6, Y7)                          \
	TANH_QUOTIENT((OFF+128)(PRE), Y0, Y1, Y2)   \
	SIGMOID_QUOTIENT(OFF(PRE), Y3, Y4, Y5)      \
	SIGMOID_QUOTIENT((OFF+64)(PRE), Y6, Y7, Y8) \
	VMOVUPS Y0, (OFF+128)(GATES)                \
	VMOVUPS Y3, OFF(GATES)                      \
	VMOVUPS Y6, (OFF+64)(GATES)                 \
	VMULPS  OFF(CSTATE), Y6, Y6                 \ // f·c
	VMULPS  Y0, Y3, Y3                          \ // i·g
	VADDPS  Y3, Y6, Y6                          \ // c = f·c + i·g
	VMOVUPS Y6, OFF(CSTATE)                     \
	VMOVUPS Y6, OFF(CELL)

// y of the block before: its h, whole or under the mask.
#define STORE_Y \
	VMOVUPS (HLAST), Y0   \
	VMOVUPS 32(HLAST), Y1 \
	VMOVUPS Y0, (YLAST)   \
	VMOVUPS Y1, 32(YLAST)

#define STORE_Y_MASKED \
	VMOVUPS    (HLAST), Y0     \
	VMOVUPS    32(HLAST), Y1   \
	VMOVUPS    (MASK), Y2      \
	VMOVUPS    32(MASK), Y3    \
	VMASKMOVPS Y0, Y2, (YLAST) \
	VMASKMOVPS Y1, Y3, 32(YLAST)

// func LSTMForwardAVX2(args *LSTMForwardArgs)
// Requires: AVX, AVX2, FMA
//
// tanh(c) of a block has to wait for its gates: it runs beside those of the next block,
// and h and y are stored then.
//
//	SI pre   DI gates   R8 c   R9 cell   R10 h   R11 y   CX rows to go
//	R12 blocks to go; between rows a stride   R15 a stride   0(SP) blocks·64 bytes
//	8(SP) mask of the last block's lanes, 0 if all 16 exist
//	of the block before: DX cell   AX gates   R14 h   R13 y   BX mask of y, or 0; between rows the arguments
TEXT ·LSTMForwardAVX2(SB), NOSPLIT, $16-8
	MOVQ args+0(FP), ARGS
	MOVQ LSTMForwardArgs_Pre(ARGS), PRE
	MOVQ LSTMForwardArgs_Gates(ARGS), GATES
	MOVQ LSTMForwardArgs_C(ARGS), CSTATE
	MOVQ LSTMForwardArgs_Cell(ARGS), CELL
	MOVQ LSTMForwardArgs_H(ARGS), H
	MOVQ LSTMForwardArgs_Y(ARGS), Y
	MOVQ LSTMForwardArgs_Rows(ARGS), CX
	MOVQ LSTMForwardArgs_Units(ARGS), DX
	LEAQ 15(DX), R12
	SHRQ $4, R12
	SHLQ $6, R12
	MOVQ R12, 0(SP)
	XORQ MASK, MASK
	ANDQ $15, DX
	JZ   constants
	LEAQ lanes<>+64(SB), MASK
	SHLQ $2, DX
	SUBQ DX, MASK

constants:
	MOVQ MASK, 8(SP)
	LOAD_ACTIVATION_CONSTANTS

	// No block is before the first, which stands in for it: the h and y made from whatever
	// it holds are overwritten.
	MOVQ CELL, CLAST
	MOVQ GATES, GLAST
	MOVQ H, HLAST
	MOVQ Y, YLAST

row:
	MOVQ 0(SP), R12
	SHRQ $6, R12
	MOVQ 8(SP), MASK // the block before was the last of a row

block:
	MOVQ args+0(FP), STRIDE
	MOVQ LSTMForwardArgs_YRow(STRIDE), STRIDE
	CALL_LINE(Y, STRIDE)
	CMPQ GATES, PRE
	JEQ  units                                // nobody asks for them
	MOVQ args+0(FP), STRIDE
	CMPQ LSTMForwardArgs_Rows(STRIDE), $1
	JEQ  units                                // its lines are near
	MOVQ LSTMForwardArgs_GatesRow(STRIDE), STRIDE
	CALL_GATES(GATES, STRIDE)
	MOVQ args+0(FP), STRIDE
	MOVQ LSTMForwardArgs_CellRow(STRIDE), STRIDE
	CALL_LINE(CELL, STRIDE)

units:
	OUTPUT(0)
	STATE(0)
	OUTPUT(32)
	STATE(32)
	TESTQ MASK, MASK
	JNZ   masked
	STORE_Y

next:
	XORQ MASK, MASK
	MOVQ CELL, CLAST
	MOVQ GATES, GLAST
	MOVQ H, HLAST
	MOVQ Y, YLAST
	ADDQ $256, PRE
	ADDQ $256, GATES
	ADDQ $64, CSTATE
	ADDQ $64, CELL
	ADDQ $64, H
	ADDQ $64, Y
	DECQ R12
	JNZ  block

	// Back to the row's first block, and on by a row.
	MOVQ args+0(FP), ARGS
	MOVQ 0(SP), R12
	SUBQ R12, CSTATE
	SUBQ R12, CELL
	SUBQ R12, H
	SUBQ R12, Y
	SHLQ $2, R12
	SUBQ R12, PRE
	SUBQ R12, GATES
	MOVQ LSTMForwardArgs_PreRow(ARGS), R12
	LEAQ (PRE)(R12*4), PRE
	MOVQ LSTMForwardArgs_GatesRow(ARGS), R12
	LEAQ (GATES)(R12*4), GATES
	MOVQ LSTMForwardArgs_CRow(ARGS), R12
	LEAQ (CSTATE)(R12*4), CSTATE
	MOVQ LSTMForwardArgs_CellRow(ARGS), R12
	LEAQ (CELL)(R12*4), CELL
	MOVQ LSTMForwardArgs_HRow(ARGS), R12
	LEAQ (H)(R12*4), H
	MOVQ LSTMForwardArgs_YRow(ARGS), R12
	LEAQ (Y)(R12*4), Y
	DECQ CX
	JNZ  row

	// h of the last block.
	TANH_ARGUMENT((CLAST), Y0)
	TANH_ARGUMENT(32(CLAST), Y3)
	REDUCE(TANH_OFFSET, Y0, Y1, Y2)
	REDUCE(TANH_OFFSET, Y3, Y4, Y5)
	POLYNOMIAL(Y0, Y1)
	POLYNOMIAL(Y3, Y4)
	TANH_QUOTIENT((CLAST), Y0, Y1, Y2)
	TANH_QUOTIENT(32(CLAST), Y3, Y4, Y5)
	VMULPS  192(GLAST), Y0, Y0
	VMULPS  224(GLAST), Y3, Y3
	VMOVUPS Y0, (HLAST)
	VMOVUPS Y3, 32(HLAST)
	MOVQ    8(SP), MASK
	TESTQ   MASK, MASK
	JNZ     maskedEnd
	STORE_Y
	VZEROUPPER
	RET

maskedEnd:
	STORE_Y_MASKED
	VZEROUPPER
	RET

masked:
	STORE_Y_MASKED
	JMP next
