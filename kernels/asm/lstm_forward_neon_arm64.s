//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"
#include "activation_neon_arm64.h"

#define ARGS   R0
#define PRE    R1
#define GATES  R2
#define CSTATE R3
#define CELL   R4
#define H      R5
#define Y      R6
#define LEFT   R7
#define QUADS  R8
#define ROWS   R9
#define UNITS  R10
#define PREROW R11
#define GATESROW R12
#define CROW   R13
#define CELLROW R14
#define HROW   R15
#define YROW   R16

// func LSTMForwardNEON(args *LSTMForwardArgs)
// Requires: ASIMD
//
//	R1 pre   R2 gates   R3 c   R4 cell   R5 h   R6 y
//	R7 units of the row to go, -15 or more   R8 groups of 4 units of the block to go
//	R9 rows to go   R10 units   R11..R16 bytes from a row's end to the next row
//	R17, R19 bytes of a row of h, and of the gates; then R17 scratch
//	V7..V10 i f g o, activated   V11 c, h
TEXT ·LSTMForwardNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), ARGS
	MOVD LSTMForwardArgs_Pre(ARGS), PRE
	MOVD LSTMForwardArgs_Gates(ARGS), GATES
	MOVD LSTMForwardArgs_C(ARGS), CSTATE
	MOVD LSTMForwardArgs_Cell(ARGS), CELL
	MOVD LSTMForwardArgs_H(ARGS), H
	MOVD LSTMForwardArgs_Y(ARGS), Y
	MOVD LSTMForwardArgs_Rows(ARGS), ROWS
	MOVD LSTMForwardArgs_Units(ARGS), UNITS
	MOVD LSTMForwardArgs_PreRow(ARGS), PREROW
	MOVD LSTMForwardArgs_GatesRow(ARGS), GATESROW
	MOVD LSTMForwardArgs_CRow(ARGS), CROW
	MOVD LSTMForwardArgs_CellRow(ARGS), CELLROW
	MOVD LSTMForwardArgs_HRow(ARGS), HROW
	MOVD LSTMForwardArgs_YRow(ARGS), YROW
	ADD  $15, UNITS, R17
	LSR  $4, R17
	LSL  $6, R17
	LSL  $2, R17, R19
	LSL  $2, PREROW
	SUB  R19, PREROW
	LSL  $2, GATESROW
	SUB  R19, GATESROW
	LSL  $2, CROW
	SUB  R17, CROW
	LSL  $2, CELLROW
	SUB  R17, CELLROW
	LSL  $2, HROW
	SUB  R17, HROW
	LSL  $2, YROW
	SUB  R17, YROW
	LOAD_ACTIVATION_CONSTANTS

row:
	MOVD UNITS, LEFT

block:
	MOVD $4, QUADS

quad: // 4 units
	FMOVQ (PRE), F7
	SIGMOID(V7, 7)         // i
	FMOVQ 64(PRE), F8
	SIGMOID(V8, 8)         // f
	FMOVQ 128(PRE), F9
	TANH(V9, 9)            // g
	FMOVQ 192(PRE), F10
	SIGMOID(V10, 10)       // o
	FMOVQ F7, (GATES)
	FMOVQ F8, 64(GATES)
	FMOVQ F9, 128(GATES)
	FMOVQ F10, 192(GATES)
	FMOVQ (CSTATE), F11
	FMUL4(11, 8, 8)        // f·c
	FMUL4(9, 7, 7)         // i·g
	FADD4(7, 8, 11)        // c = f·c + i·g
	FMOVQ.P F11, 16(CSTATE)
	FMOVQ.P F11, 16(CELL)
	TANH(V11, 11)
	FMUL4(10, 11, 11)      // h = o·tanh(c)
	FMOVQ.P F11, 16(H)
	CMP   $4, LEFT
	BLT   lastUnits
	FMOVQ F11, (Y)

next:
	ADD  $16, PRE
	ADD  $16, GATES
	ADD  $16, Y
	SUB  $4, LEFT
	SUBS $1, QUADS
	BNE  quad
	ADD  $192, PRE
	ADD  $192, GATES
	CMP  $0, LEFT
	BGT  block

	ADD  PREROW, PRE
	ADD  GATESROW, GATES
	ADD  CROW, CSTATE
	ADD  CELLROW, CELL
	ADD  HROW, H
	ADD  YROW, Y
	SUBS $1, ROWS
	BNE  row
	RET

lastUnits: // y has 3 of the 4 units at most
	CMP   $1, LEFT
	BLT   next
	BEQ   oneUnit
	FMOVD F11, (Y)
	CMP   $2, LEFT
	BEQ   next
	ADD   $8, Y, R17
	VST1  V11.S[2], (R17)
	B     next

oneUnit:
	FMOVS F11, (Y)
	B     next
