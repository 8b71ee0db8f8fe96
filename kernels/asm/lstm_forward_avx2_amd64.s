//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "activation_avx2_amd64.h"
#include "mask_avx2_amd64.h"

#define PRE    SI
#define GATES  DI
#define CSTATE R8
#define CELL   R9
#define H      R10
#define Y      R11
#define HLAST  R14
#define YLAST  R13
#define ARGS   AX
#define MASK   BX

// o of 8 units, OFF bytes into the block, and beside it h of the block before.
#define OUTPUT(OFF) \
	MOVQ    0(SP), DX                            \ // its c
	TANH_ARGUMENT(OFF(DX), Y0, Y2)               \
	SIGMOID_ARGUMENT((OFF+192)(PRE), Y3, Y5)     \
	REDUCE(MAGIC, Y0, Y1, Y2)                    \
	REDUCE(MAGIC64, Y3, Y4, Y5)                  \
	POLYNOMIAL(Y0, Y1)                           \
	POLYNOMIAL(Y3, Y4)                           \
	TANH_QUOTIENT(OFF(DX), Y0, Y1, Y2)           \
	SIGMOID_QUOTIENT((OFF+192)(PRE), Y3, Y4, Y5) \
	MOVQ    8(SP), DX                            \ // its gates
	VMULPS  (OFF+192)(DX), Y0, Y0                \ // h = o·tanh(c)
	VMOVUPS Y0, OFF(HLAST)                       \
	VMOVUPS Y3, (OFF+192)(GATES)

// g, i, f and c of 8 units, OFF bytes into the block.
#define STATE(OFF) \
	TANH_ARGUMENT((OFF+128)(PRE), Y0, Y2)       \
	SIGMOID_ARGUMENT(OFF(PRE), Y3, Y5)          \
	SIGMOID_ARGUMENT((OFF+64)(PRE), Y6, Y8)     \
	REDUCE(MAGIC, Y0, Y1, Y2)                   \
	REDUCE(MAGIC64, Y3, Y4, Y5)                 \
	REDUCE(MAGIC64, Y6, Y7, Y8)                 \
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
//	SI pre   DI gates   R8 c   R9 cell   R10 h   R11 y   CX rows to go   R12 blocks to go
//	DX a stride, an address   16(SP) blocks·64 bytes
//	24(SP) mask of the last block's lanes, 0 if all 16 exist
//	of the block before: 0(SP) cell   8(SP) gates   R14 h   R13 y   BX mask of y, or 0
TEXT ·LSTMForwardAVX2(SB), NOSPLIT, $32-8
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
	MOVQ R12, 16(SP)
	XORQ MASK, MASK
	ANDQ $15, DX
	JZ   constants
	LEAQ lanes<>+64(SB), MASK
	SHLQ $2, DX
	SUBQ DX, MASK

constants:
	MOVQ MASK, 24(SP)
	LOAD_ACTIVATION_CONSTANTS

	// No block is before the first, which stands in for it: the h and y made from whatever
	// it holds are overwritten.
	MOVQ CELL, 0(SP)
	MOVQ GATES, 8(SP)
	MOVQ H, HLAST
	MOVQ Y, YLAST

row:
	MOVQ 16(SP), R12
	SHRQ $6, R12
	MOVQ 24(SP), MASK // the block before was the last of a row

block:
	OUTPUT(0)
	STATE(0)
	OUTPUT(32)
	STATE(32)
	TESTQ MASK, MASK
	JNZ   masked
	STORE_Y

next:
	XORQ MASK, MASK
	MOVQ CELL, 0(SP)
	MOVQ GATES, 8(SP)
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
	MOVQ 16(SP), DX
	SUBQ DX, CSTATE
	SUBQ DX, CELL
	SUBQ DX, H
	SUBQ DX, Y
	SHLQ $2, DX
	SUBQ DX, PRE
	SUBQ DX, GATES
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
	MOVQ    0(SP), DX
	TANH_ARGUMENT((DX), Y0, Y2)
	TANH_ARGUMENT(32(DX), Y3, Y5)
	REDUCE(MAGIC, Y0, Y1, Y2)
	REDUCE(MAGIC, Y3, Y4, Y5)
	POLYNOMIAL(Y0, Y1)
	POLYNOMIAL(Y3, Y4)
	TANH_QUOTIENT((DX), Y0, Y1, Y2)
	TANH_QUOTIENT(32(DX), Y3, Y4, Y5)
	MOVQ    8(SP), DX
	VMULPS  192(DX), Y0, Y0
	VMULPS  224(DX), Y3, Y3
	VMOVUPS Y0, (HLAST)
	VMOVUPS Y3, 32(HLAST)
	MOVQ    24(SP), MASK
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
