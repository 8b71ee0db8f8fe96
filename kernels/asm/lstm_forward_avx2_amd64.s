//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "activation_avx2_amd64.h"
#include "mask_avx2_amd64.h"

// One vector of a gate: gates[OFF] = f(pre[OFF]).
#define SIGMOID_GATE(OFF) \
	VMOVUPS OFF(PRE), Y0 \
	SIGMOID_Y0           \
	VMOVUPS Y0, OFF(GATES)

#define TANH_GATE(OFF) \
	VMOVUPS OFF(PRE), Y0 \
	TANH_Y0              \
	VMOVUPS Y0, OFF(GATES)

// c and h of 8 units, OFF bytes into the block; h stays in Y0.
#define STATE(OFF) \
	VMOVUPS (OFF+64)(GATES), Y0      \
	VMULPS  OFF(CSTATE), Y0, Y0      \ // f·c
	VMOVUPS OFF(GATES), Y1           \
	VMULPS  (OFF+128)(GATES), Y1, Y1 \ // i·g
	VADDPS  Y1, Y0, Y0               \ // c = f·c + i·g
	VMOVUPS Y0, OFF(CSTATE)          \
	VMOVUPS Y0, OFF(CELL)            \
	TANH_Y0                          \
	VMULPS  (OFF+192)(GATES), Y0, Y0 \ // h = o·tanh(c)
	VMOVUPS Y0, OFF(H)

#define PRE    SI
#define GATES  DI
#define CSTATE R8
#define CELL   R9
#define H      R10
#define Y      R11
#define ARGS   AX
#define MASK   BX

// func LSTMForwardAVX2(args *LSTMForwardArgs)
// Requires: AVX, AVX2, FMA
//
//	SI pre   DI gates   R8 c   R9 cell   R10 h   R11 y   CX rows to go   R12 blocks to go
//	BX mask of the last block's lanes, 0 if all 16 exist   R13 blocks·64 bytes   DX a stride
TEXT ·LSTMForwardAVX2(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), ARGS
	MOVQ LSTMForwardArgs_Pre(ARGS), PRE
	MOVQ LSTMForwardArgs_Gates(ARGS), GATES
	MOVQ LSTMForwardArgs_C(ARGS), CSTATE
	MOVQ LSTMForwardArgs_Cell(ARGS), CELL
	MOVQ LSTMForwardArgs_H(ARGS), H
	MOVQ LSTMForwardArgs_Y(ARGS), Y
	MOVQ LSTMForwardArgs_Rows(ARGS), CX
	MOVQ LSTMForwardArgs_Units(ARGS), DX
	LEAQ 15(DX), R13
	SHRQ $4, R13
	SHLQ $6, R13
	XORQ MASK, MASK
	ANDQ $15, DX
	JZ   constants
	LEAQ lanes<>+64(SB), MASK
	SHLQ $2, DX
	SUBQ DX, MASK

constants:
	LOAD_ACTIVATION_CONSTANTS

row:
	MOVQ R13, R12
	SHRQ $6, R12

block:
	SIGMOID_GATE(0)   // i
	SIGMOID_GATE(32)
	SIGMOID_GATE(64)  // f
	SIGMOID_GATE(96)
	TANH_GATE(128)    // g
	TANH_GATE(160)
	SIGMOID_GATE(192) // o
	SIGMOID_GATE(224)

	CMPQ R12, $1
	JEQ  last

whole:
	STATE(0)
	VMOVUPS Y0, (Y)
	STATE(32)
	VMOVUPS Y0, 32(Y)

next:
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

last:
	TESTQ MASK, MASK
	JZ    whole
	STATE(0)
	VMOVUPS    (MASK), Y1
	VMASKMOVPS Y0, Y1, (Y)
	STATE(32)
	VMOVUPS    32(MASK), Y1
	VMASKMOVPS Y0, Y1, 32(Y)
	JMP        next
