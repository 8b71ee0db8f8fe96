//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "activation_avx512_amd64.h"
#include "lstm_amd64.h"

#define GATES  DI
#define DGATES R12
#define CELL   SI
#define CPREV  R8
#define DH     R9
#define DY     R10
#define DC     R11
#define ARGS   AX

// d pre of the four gates and DC of 16 units; K1 are the lanes of dy.
#define GRADIENT_BLOCK \
	VMOVUPS.Z (DY), K1, Z10        \
	VADDPS    (DH), Z10, Z10       \ // dh
	VMOVUPS   (GATES), Z11         \ // i
	VMOVUPS   64(GATES), Z12       \ // f
	VMOVUPS   128(GATES), Z13      \ // g
	VMOVUPS   192(GATES), Z14      \ // o
	VMOVUPS   (CELL), Z0           \
	TANH_Z0                        \ // t = tanh(c)
	VMULPS    Z14, Z10, Z3         \ // dh·o
	VMULPS    Z0, Z0, Z4           \
	VSUBPS    Z4, ONE, Z4          \ // 1 - t²
	VMULPS    Z4, Z3, Z3           \
	VADDPS    (DC), Z3, Z3         \ // dc = dh·o·(1 - t²) + DC
	VMULPS    Z0, Z10, Z1          \ // dh·t
	VSUBPS    Z14, ONE, Z4         \
	VMULPS    Z4, Z14, Z2          \
	VMULPS    Z2, Z1, Z1           \ // dh·t·(o·(1 - o))
	VMOVUPS   Z1, 192(DGATES)      \
	VMULPS    Z13, Z3, Z4          \ // dc·g
	VSUBPS    Z11, ONE, Z5         \
	VMULPS    Z5, Z11, Z5          \
	VMULPS    Z5, Z4, Z4           \ // dc·g·(i·(1 - i))
	VMOVUPS   Z4, (DGATES)         \
	VMULPS    Z11, Z3, Z4          \ // dc·i
	VMULPS    Z13, Z13, Z5         \
	VSUBPS    Z5, ONE, Z5          \
	VMULPS    Z5, Z4, Z4           \ // dc·i·(1 - g²)
	VMOVUPS   Z4, 128(DGATES)      \
	VMULPS    Z12, Z3, Z4          \
	VMOVUPS   Z4, (DC)             \ // DC = dc·f
	VMULPS    (CPREV), Z3, Z4      \ // dc·cellPrev
	VSUBPS    Z12, ONE, Z5         \
	VMULPS    Z5, Z12, Z5          \
	VMULPS    Z5, Z4, Z4           \ // dc·cellPrev·(f·(1 - f))
	VMOVUPS   Z4, 64(DGATES)

// func LSTMBackwardAVX512(args *LSTMBackwardArgs)
// Requires: AVX512F, AVX512DQ
//
//	DI gates   R12 DGates   SI cell   R8 cellPrev   R9 DH   R10 DY   R11 DC   CX rows to go
//	R13 blocks to go   BX blocks·64 bytes   DX a stride   K1 lanes of dy   K3 lanes of the last block
TEXT ·LSTMBackwardAVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), ARGS
	MOVQ LSTMBackwardArgs_Gates(ARGS), GATES
	MOVQ LSTMBackwardArgs_DGates(ARGS), DGATES
	MOVQ LSTMBackwardArgs_Cell(ARGS), CELL
	MOVQ LSTMBackwardArgs_CellPrev(ARGS), CPREV
	MOVQ LSTMBackwardArgs_DH(ARGS), DH
	MOVQ LSTMBackwardArgs_DY(ARGS), DY
	MOVQ LSTMBackwardArgs_DC(ARGS), DC
	MOVQ LSTMBackwardArgs_Units(ARGS), CX
	LEAQ 15(CX), BX
	SHRQ $4, BX
	SHLQ $6, BX
	NEGQ CX
	ANDQ $15, CX                             // lanes that the last block lacks
	MOVL $0xFFFF, DX
	SHRL CX, DX
	KMOVW DX, K3
	MOVQ LSTMBackwardArgs_Rows(ARGS), CX
	LOAD_ACTIVATION_CONSTANTS

row:
	MOVQ   BX, R13
	SHRQ   $6, R13
	KXNORW K1, K1, K1

block:
	CMPQ R13, $1
	JNE  whole
	KMOVW K3, K1

whole:
	CALL_GRADIENT(called)
	GRADIENT_BLOCK
	ADDQ $256, GATES
	ADDQ $256, DGATES
	ADDQ $64, CELL
	ADDQ $64, CPREV
	ADDQ $64, DH
	ADDQ $64, DY
	ADDQ $64, DC
	DECQ R13
	JNZ  block

	// Back to the row's first block, and on by a row.
	SUBQ BX, CELL
	SUBQ BX, CPREV
	SUBQ BX, DH
	SUBQ BX, DY
	SUBQ BX, DC
	SHLQ $2, BX
	SUBQ BX, GATES
	SUBQ BX, DGATES
	SHRQ $2, BX
	MOVQ LSTMBackwardArgs_GatesRow(ARGS), DX
	LEAQ (GATES)(DX*4), GATES
	MOVQ LSTMBackwardArgs_DGatesRow(ARGS), DX
	LEAQ (DGATES)(DX*4), DGATES
	MOVQ LSTMBackwardArgs_CellRow(ARGS), DX
	LEAQ (CELL)(DX*4), CELL
	MOVQ LSTMBackwardArgs_CellPrevRow(ARGS), DX
	LEAQ (CPREV)(DX*4), CPREV
	MOVQ LSTMBackwardArgs_DHRow(ARGS), DX
	LEAQ (DH)(DX*4), DH
	MOVQ LSTMBackwardArgs_DYRow(ARGS), DX
	LEAQ (DY)(DX*4), DY
	MOVQ LSTMBackwardArgs_DCRow(ARGS), DX
	LEAQ (DC)(DX*4), DC
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET
