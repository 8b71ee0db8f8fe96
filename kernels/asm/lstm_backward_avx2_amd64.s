//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "activation_avx2_amd64.h"
#include "lstm_amd64.h"
#include "mask_avx2_amd64.h"

#define GATES DI
#define DGATES R12
#define CELL  SI
#define NEXT  R15
#define CPREV R8
#define DH    R9
#define DY    R10
#define DC    R11
#define ARGS  AX
#define MASK  BX

// X = 0 in lanes of less than 2^-95 in absolute value: |x| > FADED as integers. Clobbers T.
#define FADE(X, T) \
	VPAND    MAGNITUDE, X, T \
	VPCMPGTD FADED, T, T     \
	VPAND    T, X, X

// dh of 8 units, before it fades, OFF bytes into the block -> Y3, and the same masked.
#define LOAD_DH(OFF) \
	VMOVUPS OFF(DH), Y3 \
	VADDPS  OFF(DY), Y3, Y3

#define LOAD_DH_MASKED(OFF) \
	VMOVUPS    OFF(MASK), Y9     \
	VMASKMOVPS OFF(DY), Y9, Y3   \
	VADDPS     OFF(DH), Y3, Y3

// d pre of the four gates and DC of 8 units; dh, before it fades, is in Y3. t = tanh(c) of theirs has begun, r = Y0 and Y2 as
// REDUCE leaves it, and that of the 8 units after them begins, whose c is at AFTER: a CPU does not look far
// enough ahead to begin it itself. Clobbers Y1, Y4..Y9.
#define GRADIENT(OFF, AFTER) \
	VMOVUPS OFF(GATES), Y5                 \ // i
	VMOVUPS (OFF+64)(GATES), Y6            \ // f
	VMOVUPS (OFF+128)(GATES), Y7           \ // g
	POLYNOMIAL(Y0, Y1)                     \
	TANH_ARGUMENT(AFTER, Y0)               \
	FADE(Y3, Y4)                           \ // dh
	VMULPS  (OFF+192)(GATES), Y3, Y4       \ // dh·o
	TANH_QUOTIENT(OFF(CELL), Y8, Y1, Y2)   \ // t
	REDUCE(TANH_OFFSET, Y0, Y1, Y2)        \
	VMULPS  Y8, Y8, Y9                     \
	VSUBPS  Y9, ONE, Y9                    \ // 1 - t²
	VMULPS  Y9, Y4, Y4                     \
	VADDPS  OFF(DC), Y4, Y4                \ // dc = dh·o·(1 - t²) + DC
	FADE(Y4, Y9)                           \
	VMULPS  Y5, Y4, Y9                     \ // dc·i
	VMULPS  Y7, Y7, Y1                     \
	VSUBPS  Y1, ONE, Y1                    \
	VMULPS  Y1, Y9, Y9                     \ // dc·i·(1 - g²)
	VMOVUPS Y9, (OFF+128)(DGATES)          \
	VMULPS  Y6, Y4, Y9                     \
	VMOVUPS Y9, OFF(DC)                    \ // DC = dc·f
	VMULPS  OFF(CPREV), Y4, Y9             \ // dc·cellPrev
	VSUBPS  Y6, ONE, Y1                    \
	VMULPS  Y1, Y6, Y6                     \
	VMULPS  Y6, Y9, Y9                     \ // dc·cellPrev·(f·(1 - f))
	VMOVUPS Y9, (OFF+64)(DGATES)           \
	VMULPS  Y7, Y4, Y9                     \ // dc·g
	VSUBPS  Y5, ONE, Y1                    \
	VMULPS  Y1, Y5, Y5                     \
	VMULPS  Y5, Y9, Y9                     \ // dc·g·(i·(1 - i))
	VMOVUPS Y9, OFF(DGATES)                \
	VMOVUPS (OFF+192)(GATES), Y5           \ // o
	VMULPS  Y8, Y3, Y9                     \ // dh·t
	VSUBPS  Y5, ONE, Y1                    \
	VMULPS  Y1, Y5, Y5                     \
	VMULPS  Y5, Y9, Y9                     \ // dh·t·(o·(1 - o))
	VMOVUPS Y9, (OFF+192)(DGATES)

// func LSTMBackwardAVX2(args *LSTMBackwardArgs)
// Requires: AVX, AVX2, FMA
//
//	DI gates   R12 DGates   SI cell   R8 cellPrev   R9 DH   R10 DY   R11 DC   CX rows to go
//	R13 blocks to go   BX mask of the last block's lanes, 0 if all 16 exist   DX a stride
//	R15 cell of the next block   R14 bytes from cell of a row's last block to what is read next
//	0(SP) blocks·64 bytes
TEXT ·LSTMBackwardAVX2(SB), NOSPLIT, $8-8
	MOVQ args+0(FP), ARGS
	MOVQ LSTMBackwardArgs_Gates(ARGS), GATES
	MOVQ LSTMBackwardArgs_DGates(ARGS), DGATES
	MOVQ LSTMBackwardArgs_Cell(ARGS), CELL
	MOVQ LSTMBackwardArgs_CellPrev(ARGS), CPREV
	MOVQ LSTMBackwardArgs_DH(ARGS), DH
	MOVQ LSTMBackwardArgs_DY(ARGS), DY
	MOVQ LSTMBackwardArgs_DC(ARGS), DC
	MOVQ LSTMBackwardArgs_Rows(ARGS), CX
	MOVQ LSTMBackwardArgs_CellRow(ARGS), R14
	MOVQ LSTMBackwardArgs_Units(ARGS), DX
	LEAQ 15(DX), R13
	SHRQ $4, R13
	SHLQ $6, R13
	MOVQ R13, 0(SP)
	SHLQ $2, R14
	SUBQ R13, R14
	ADDQ $64, R14
	XORQ MASK, MASK
	ANDQ $15, DX
	JZ   constants
	LEAQ lanes<>+64(SB), MASK
	SHLQ $2, DX
	SUBQ DX, MASK

constants:
	LOAD_ACTIVATION_CONSTANTS
	MOVQ CELL, NEXT
	TANH_ARGUMENT((CELL), Y0)
	REDUCE(TANH_OFFSET, Y0, Y1, Y2)

row:
	MOVQ 0(SP), R13
	SHRQ $6, R13
	CMPQ CX, $1
	JNE  block
	XORQ R14, R14 // no row follows: the last block is read again

block:
	CALL_GRADIENT(called)
	MOVL $64, DX
	CMPQ R13, $1
	JEQ  last

whole:
	ADDQ DX, NEXT
	LOAD_DH(0)
	GRADIENT(0, 32(CELL))
	LOAD_DH(32)

second:
	GRADIENT(32, (NEXT))
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
	MOVQ 0(SP), DX
	SUBQ DX, CPREV
	SUBQ DX, DH
	SUBQ DX, DY
	SUBQ DX, DC
	SHLQ $2, DX
	SUBQ DX, GATES
	SUBQ DX, DGATES
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

last:
	MOVQ  R14, DX
	TESTQ MASK, MASK
	JZ    whole
	ADDQ  DX, NEXT
	LOAD_DH_MASKED(0)
	GRADIENT(0, 32(CELL))
	LOAD_DH_MASKED(32)
	JMP second
