//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "activation_avx2_amd64.h"
#include "lstm_amd64.h"
#include "mask_avx2_amd64.h"

// dh of 8 units, OFF bytes into the block -> Y0, and the same masked.
#define LOAD_DH(OFF) \
	VMOVUPS OFF(DH), Y0 \
	VADDPS  OFF(DY), Y0, Y0

#define LOAD_DH_MASKED(OFF) \
	VMOVUPS    OFF(MASK), Y1     \
	VMASKMOVPS OFF(DY), Y1, Y0   \
	VMOVUPS    OFF(DH), Y1       \
	VADDPS     Y0, Y1, Y0

// d pre of the four gates and DC of 8 units; dh is in Y0. Clobbers Y0..Y6, Y9.
#define GRADIENT(OFF) \
	VMOVAPS Y0, Y6                     \ // dh
	VMOVUPS OFF(CELL), Y0              \
	TANH_Y0                            \ // t = tanh(c)
	VMOVUPS (OFF+192)(GATES), Y2       \ // o
	VMULPS  Y2, Y6, Y3                 \ // dh·o
	VMULPS  Y0, Y0, Y4                 \
	VSUBPS  Y4, ONE, Y4                \ // 1 - t²
	VMULPS  Y4, Y3, Y3                 \
	VADDPS  OFF(DC), Y3, Y3            \ // dc = dh·o·(1 - t²) + DC
	VMULPS  Y0, Y6, Y1                 \ // dh·t
	VSUBPS  Y2, ONE, Y4                \
	VMULPS  Y4, Y2, Y2                 \
	VMULPS  Y2, Y1, Y1                 \ // dh·t·(o·(1 - o))
	VMOVUPS Y1, (OFF+192)(DGATES)      \
	VMOVUPS OFF(GATES), Y0             \ // i
	VMOVUPS (OFF+128)(GATES), Y1       \ // g
	VMOVUPS (OFF+64)(GATES), Y2        \ // f
	VMULPS  Y1, Y3, Y4                 \ // dc·g
	VSUBPS  Y0, ONE, Y5                \
	VMULPS  Y5, Y0, Y5                 \
	VMULPS  Y5, Y4, Y4                 \ // dc·g·(i·(1 - i))
	VMOVUPS Y4, OFF(DGATES)            \
	VMULPS  Y0, Y3, Y4                 \ // dc·i
	VMULPS  Y1, Y1, Y5                 \
	VSUBPS  Y5, ONE, Y5                \
	VMULPS  Y5, Y4, Y4                 \ // dc·i·(1 - g²)
	VMOVUPS Y4, (OFF+128)(DGATES)      \
	VMULPS  Y2, Y3, Y4                 \
	VMOVUPS Y4, OFF(DC)                \ // DC = dc·f
	VMULPS  OFF(CPREV), Y3, Y4         \ // dc·cellPrev
	VSUBPS  Y2, ONE, Y5                \
	VMULPS  Y5, Y2, Y5                 \
	VMULPS  Y5, Y4, Y4                 \ // dc·cellPrev·(f·(1 - f))
	VMOVUPS Y4, (OFF+64)(DGATES)

#define GATES DI
#define DGATES R12
#define CELL  SI
#define CPREV R8
#define DH    R9
#define DY    R10
#define DC    R11
#define ARGS  AX
#define MASK  BX

// func LSTMBackwardAVX2(args *LSTMBackwardArgs)
// Requires: AVX, AVX2, FMA
//
//	DI gates   R12 DGates   SI cell   R8 cellPrev   R9 DH   R10 DY   R11 DC   CX rows to go
//	R13 blocks to go   BX mask of the last block's lanes, 0 if all 16 exist   DX a stride
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
	MOVQ LSTMBackwardArgs_Units(ARGS), DX
	LEAQ 15(DX), R13
	SHRQ $4, R13
	SHLQ $6, R13
	MOVQ R13, 0(SP)
	XORQ MASK, MASK
	ANDQ $15, DX
	JZ   constants
	LEAQ lanes<>+64(SB), MASK
	SHLQ $2, DX
	SUBQ DX, MASK

constants:
	LOAD_ACTIVATION_CONSTANTS

row:
	MOVQ 0(SP), R13
	SHRQ $6, R13

block:
	CALL_GRADIENT(called)
	CMPQ R13, $1
	JEQ  last

whole:
	LOAD_DH(0)
	GRADIENT(0)
	LOAD_DH(32)

second:
	GRADIENT(32)
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
	MOVQ 0(SP), DX
	SUBQ DX, CELL
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

last:
	TESTQ MASK, MASK
	JZ    whole
	LOAD_DH_MASKED(0)
	GRADIENT(0)
	LOAD_DH_MASKED(32)
	JMP second
