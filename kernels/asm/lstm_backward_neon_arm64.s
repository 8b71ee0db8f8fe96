//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"
#include "activation_neon_arm64.h"

#define ARGS   R0
#define GATES  R1
#define DGATES R2
#define CELL   R3
#define CPREV  R4
#define DH     R5
#define DY     R6
#define DC     R7
#define LEFT   R8
#define QUADS  R9
#define ROWS   R10
#define UNITS  R11
#define GATESROW R12
#define DGATESROW R13
#define CELLROW R14
#define CPREVROW R15
#define DHROW  R16
#define DYROW  R17
#define DCROW  R19

// X = 0 in lanes that have none of the bits of FADED, of the exponent, and so are less than 2^-95 in
// absolute value. Clobbers T. FADED takes the place of a constant of exp.
#define FADED V29

#define FADE(X, T) \
	VCMTST FADED.S4, X.S4, T.S4 \
	VAND   T.B16, X.B16, X.B16

// d pre of the four gates and DC of 4 units; dh is in V6. V0 t, V7..V10 i f g o,
// V11 dc, V1..V5, V12, V13 products. DGATES may be GATES: all loads come first.
#define GRADIENT \
	FMOVQ.P 16(CELL), F0      \
	TANH(V0, 0)               \ // t = tanh(c)
	FMOVQ (GATES), F7         \
	FMOVQ 64(GATES), F8       \
	FMOVQ 128(GATES), F9      \
	FMOVQ 192(GATES), F10     \
	FMUL4(10, 6, 11)          \ // dh·o
	FMUL4(0, 0, 1)            \
	FSUB4(1, ONE, 1)          \ // 1 - t²
	FMUL4(1, 11, 11)          \
	FMOVQ (DC), F2            \
	FADD4(2, 11, 11)          \ // dc = dh·o·(1 - t²) + DC
	FADE(V11, V1)             \
	FMUL4(0, 6, 6)            \ // dh·t
	FSUB4(10, ONE, 1)         \
	FMUL4(1, 10, 10)          \
	FMUL4(10, 6, 6)           \ // dh·t·(o·(1 - o))
	FMOVQ F6, 192(DGATES)     \
	FMUL4(9, 11, 1)           \ // dc·g
	FSUB4(7, ONE, 2)          \
	FMUL4(2, 7, 2)            \
	FMUL4(2, 1, 1)            \ // dc·g·(i·(1 - i))
	FMOVQ F1, (DGATES)        \
	FMUL4(7, 11, 3)           \ // dc·i
	FMUL4(9, 9, 4)            \
	FSUB4(4, ONE, 4)          \
	FMUL4(4, 3, 3)            \ // dc·i·(1 - g²)
	FMOVQ F3, 128(DGATES)     \
	FMUL4(8, 11, 5)           \
	FMOVQ.P F5, 16(DC)        \ // DC = dc·f
	FMOVQ.P 16(CPREV), F12    \
	FMUL4(12, 11, 12)         \ // dc·cellPrev
	FSUB4(8, ONE, 13)         \
	FMUL4(13, 8, 13)          \
	FMUL4(13, 12, 12)         \ // dc·cellPrev·(f·(1 - f))
	FMOVQ F12, 64(DGATES)

// func LSTMBackwardNEON(args *LSTMBackwardArgs)
// Requires: ASIMD
//
//	R1 gates   R2 DGates   R3 cell   R4 cellPrev   R5 DH   R6 DY   R7 DC
//	R8 units of the row to go, -15 or more   R9 groups of 4 units of the block to go
//	R10 rows to go   R11 units   R12..R17, R19 bytes from a row's end to the next row
//	R20, R21 bytes of a row of DH, and of the gates; then R20 scratch
TEXT ·LSTMBackwardNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), ARGS
	MOVD LSTMBackwardArgs_Gates(ARGS), GATES
	MOVD LSTMBackwardArgs_DGates(ARGS), DGATES
	MOVD LSTMBackwardArgs_Cell(ARGS), CELL
	MOVD LSTMBackwardArgs_CellPrev(ARGS), CPREV
	MOVD LSTMBackwardArgs_DH(ARGS), DH
	MOVD LSTMBackwardArgs_DY(ARGS), DY
	MOVD LSTMBackwardArgs_DC(ARGS), DC
	MOVD LSTMBackwardArgs_Rows(ARGS), ROWS
	MOVD LSTMBackwardArgs_Units(ARGS), UNITS
	MOVD LSTMBackwardArgs_GatesRow(ARGS), GATESROW
	MOVD LSTMBackwardArgs_DGatesRow(ARGS), DGATESROW
	MOVD LSTMBackwardArgs_CellRow(ARGS), CELLROW
	MOVD LSTMBackwardArgs_CellPrevRow(ARGS), CPREVROW
	MOVD LSTMBackwardArgs_DHRow(ARGS), DHROW
	MOVD LSTMBackwardArgs_DYRow(ARGS), DYROW
	MOVD LSTMBackwardArgs_DCRow(ARGS), DCROW
	ADD  $15, UNITS, R20
	LSR  $4, R20
	LSL  $6, R20
	LSL  $2, R20, R21
	LSL  $2, GATESROW
	SUB  R21, GATESROW
	LSL  $2, DGATESROW
	SUB  R21, DGATESROW
	LSL  $2, CELLROW
	SUB  R20, CELLROW
	LSL  $2, CPREVROW
	SUB  R20, CPREVROW
	LSL  $2, DHROW
	SUB  R20, DHROW
	LSL  $2, DYROW
	SUB  R20, DYROW
	LSL  $2, DCROW
	SUB  R20, DCROW
	LOAD_ACTIVATION_CONSTANTS
	MOVD $0x70000000, R20
	VDUP R20, FADED.S4

row:
	MOVD UNITS, LEFT

block:
	MOVD $4, QUADS

quad: // 4 units
	CMP   $4, LEFT
	BLT   lastUnits
	FMOVQ (DY), F0

gradient:
	FMOVQ.P 16(DH), F6
	FADD4(0, 6, 6) // dh = DH + DY
	FADE(V6, V0)
	GRADIENT
	ADD  $16, GATES
	ADD  $16, DGATES
	ADD  $16, DY
	SUB  $4, LEFT
	SUBS $1, QUADS
	BNE  quad
	ADD  $192, GATES
	ADD  $192, DGATES
	CMP  $0, LEFT
	BGT  block

	ADD  GATESROW, GATES
	ADD  DGATESROW, DGATES
	ADD  CELLROW, CELL
	ADD  CPREVROW, CPREV
	ADD  DHROW, DH
	ADD  DYROW, DY
	ADD  DCROW, DC
	SUBS $1, ROWS
	BNE  row
	RET

lastUnits: // DY has 3 of the 4 units at most; the others are 0
	VEOR  V0.B16, V0.B16, V0.B16
	CMP   $1, LEFT
	BLT   gradient
	BEQ   oneUnit
	FMOVD (DY), F0
	CMP   $2, LEFT
	BEQ   gradient
	ADD   $8, DY, R20
	VLD1  (R20), V0.S[2]
	B     gradient

oneUnit:
	FMOVS (DY), F0
	B     gradient
