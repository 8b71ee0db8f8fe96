//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "activation_avx512_amd64.h"
#include "lstm_amd64.h"

#define GATES  DI
#define DGATES R12
#define CELL   SI
#define NEXT   R15
#define CPREV  R8
#define DH     R9
#define DY     R10
#define DC     R11
#define ARGS   AX
#define FADED  Z17

// X = 0 in lanes that have none of these bits of the exponent, and so are less than 2^-95 in absolute value.
DATA faded<>+0(SB)/4, $0x70000000
GLOBL faded<>(SB), RODATA|NOPTR, $4

#define FADE(X) \
	VPTESTMD  FADED, X, K2 \
	VMOVAPS.Z X, K2, X

// t = tanh(c) of a block begins in the block before, up to r = Z0 and n = Z2, for a CPU does not look far
// enough ahead to begin it itself (26 cycles a block on a Zen 5, in this order 20.5; what multiplies needs 14,
// the five stores 5).
//
// Z16 = dc and Z1 = t of a block, Z3 = dh, Z11..Z14 = i f g o. The next block's t begins. K1 are the lanes
// of dy.
#define STATE_GRADIENT \
	VMOVUPS   (GATES), Z11        \
	VMOVUPS   64(GATES), Z12      \
	VMOVUPS   128(GATES), Z13     \
	VMOVUPS   192(GATES), Z14     \
	POLYNOMIAL(Z0, Z1)            \
	TANH_ARGUMENT((NEXT), Z0)     \
	VMOVUPS.Z (DY), K1, Z3        \
	VADDPS    (DH), Z3, Z3        \ // dh
	FADE(Z3)                      \
	VMULPS    Z14, Z3, Z4         \ // dh·o
	TANH_QUOTIENT((CELL), Z1, Z2) \ // t
	REDUCE(Z0, Z2)                \
	VMULPS    Z1, Z1, Z5          \
	VSUBPS    Z5, ONE, Z5         \ // 1 - t²
	VMULPS    Z5, Z4, Z4          \
	VADDPS    (DC), Z4, Z16       \ // dc = dh·o·(1 - t²) + DC
	FADE(Z16)

// d pre of the four gates, and DC.
#define GATES_GRADIENT \
	VMULPS  Z11, Z16, Z4     \ // dc·i
	VMULPS  Z13, Z13, Z5     \
	VSUBPS  Z5, ONE, Z5      \
	VMULPS  Z5, Z4, Z4       \ // dc·i·(1 - g²)
	VMOVUPS Z4, 128(DGATES)  \
	VMULPS  Z12, Z16, Z4     \
	VMOVUPS Z4, (DC)         \ // DC = dc·f
	VMULPS  (CPREV), Z16, Z4 \ // dc·cellPrev
	VSUBPS  Z12, ONE, Z5     \
	VMULPS  Z5, Z12, Z5      \
	VMULPS  Z5, Z4, Z4       \ // dc·cellPrev·(f·(1 - f))
	VMOVUPS Z4, 64(DGATES)   \
	VMULPS  Z13, Z16, Z4     \ // dc·g
	VSUBPS  Z11, ONE, Z5     \
	VMULPS  Z5, Z11, Z5      \
	VMULPS  Z5, Z4, Z4       \ // dc·g·(i·(1 - i))
	VMOVUPS Z4, (DGATES)     \
	VMULPS  Z1, Z3, Z4       \ // dh·t
	VSUBPS  Z14, ONE, Z5     \
	VMULPS  Z5, Z14, Z5      \
	VMULPS  Z5, Z4, Z4       \ // dh·t·(o·(1 - o))
	VMOVUPS Z4, 192(DGATES)

// func LSTMBackwardAVX512(args *LSTMBackwardArgs)
// Requires: AVX512F, AVX512DQ
//
//	DI gates   R12 DGates   SI cell   R15 cell of the next block   R8 cellPrev   R9 DH   R10 DY   R11 DC
//	CX rows to go   R13 blocks to go   BX blocks·64 bytes   R14 bytes from cell of a row's last block to what
//	is read next   DX a stride   K1 lanes of dy   K2 lanes that have not faded   K3 lanes of the last block
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
	MOVQ LSTMBackwardArgs_CellRow(ARGS), R14
	SHLQ $2, R14
	SUBQ BX, R14
	ADDQ $64, R14
	LOAD_ACTIVATION_CONSTANTS
	VPBROADCASTD faded<>+0(SB), FADED
	MOVQ CELL, NEXT
	TANH_ARGUMENT((CELL), Z0)
	REDUCE(Z0, Z2)

row:
	MOVQ   BX, R13
	SHRQ   $6, R13
	KXNORW K1, K1, K1
	CMPQ   CX, $1
	JNE    block
	XORQ   R14, R14 // no row follows: the last block is read again

block:
	MOVL $64, DX
	CMPQ R13, $1
	JNE  whole
	KMOVW K3, K1
	MOVQ R14, DX

whole:
	ADDQ DX, NEXT
	CALL_GRADIENT(called)
	STATE_GRADIENT
	GATES_GRADIENT
	ADDQ $256, GATES
	ADDQ $256, DGATES
	MOVQ NEXT, CELL
	ADDQ $64, CPREV
	ADDQ $64, DH
	ADDQ $64, DY
	ADDQ $64, DC
	DECQ R13
	JNZ  block

	// Back to the row's first block, and on by a row; cell is there.
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
