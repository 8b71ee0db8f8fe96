//go:build !purego

// One row x 64 columns and, meanwhile, some k of sixteen rows x 16 columns of another product. One
// row takes each line of b once: it waits for L2, which delivers one in two cycles, and leaves half
// of the multipliers to products that have their operands near. The lines of b and the
// multiply-adds of the other product alternate, one to one.
//
// Registers as in product_avx512_amd64.h, but for
//	R9  element k of row 0 of the sixteen      R10 line k of their panel of b
//	CX  turns to go together                   BX  rows of init and of c of the sixteen
//	DX, R8, R13, R15 the four panels of b: with an index, Intel's CPUs make two operations of
//	    a multiply-add
//	Z0..Z3 sums of the one row                 Z8..Z23 sums of the sixteen rows
//	Z4, Z5 lines of the panel                  Z24..Z31 elements of a, broadcast

#include "go_asm.h"
#include "textflag.h"
#include "product_amd64.h"
#include "product_avx512_amd64.h"

#define X  R9
#define W  R10
#define B1 R8
#define B2 R13
#define B3 R15

// sum += line · e and, of the other product, xsum += x[OFF/4] · w.
#define PAIR(LINE, E, SUM, OFF, LINE_W, XSUM) \
	VFMADD231PS      LINE, E, SUM                 \
	VFMADD231PS.BCST OFF(X), LINE_W, XSUM

// Four lines of a panel of b from AT on, with four rows of the sixteen, the first of which is
// OFF bytes into x.
#define FOUR_PAIRS(AT, E0, E1, E2, E3, SUM, OFF, LINE_W, X0, X1, X2, X3) \
	PAIR(AT, E0, SUM, OFF, LINE_W, X0)           \
	PAIR(64 AT, E1, SUM, (OFF+4), LINE_W, X1)    \
	PAIR(128 AT, E2, SUM, (OFF+8), LINE_W, X2)   \
	PAIR(192 AT, E3, SUM, (OFF+12), LINE_W, X3)

// The four lines after those.
#define NEXT_PAIRS(AT, E0, E1, E2, E3, SUM, OFF, LINE_W, X0, X1, X2, X3) \
	PAIR(256 AT, E0, SUM, OFF, LINE_W, X0)       \
	PAIR(320 AT, E1, SUM, (OFF+4), LINE_W, X1)   \
	PAIR(384 AT, E2, SUM, (OFF+8), LINE_W, X2)   \
	PAIR(448 AT, E3, SUM, (OFF+12), LINE_W, X3)

// Sixteen rows of init -> Z8..Z23, and back to c.
#define LOAD_SIDE_ROW(SUM) \
	VMOVUPS (BX), SUM \
	ADDQ    ROW, BX
#define STORE_SIDE_ROW(SUM) \
	VMOVUPS SUM, (BX) \
	ADDQ    ROW, BX
#define SIDE_ROWS(MOVE) \
	MOVE(Z8) \
	MOVE(Z9) \
	MOVE(Z10) \
	MOVE(Z11) \
	MOVE(Z12) \
	MOVE(Z13) \
	MOVE(Z14) \
	MOVE(Z15) \
	MOVE(Z16) \
	MOVE(Z17) \
	MOVE(Z18) \
	MOVE(Z19) \
	MOVE(Z20) \
	MOVE(Z21) \
	MOVE(Z22) \
	MOVE(Z23)

#define LOAD_SIDE_ROWS \
	MOVQ SideArgs_AtXInit(R14), BX   \
	MOVQ SideArgs_XInitRow(R14), ROW \
	SHLQ $2, ROW                     \
	SIDE_ROWS(LOAD_SIDE_ROW)
#define STORE_SIDE_ROWS \
	MOVQ SideArgs_AtXC(R14), BX   \
	MOVQ SideArgs_XCRow(R14), ROW \
	SHLQ $2, ROW                  \
	SIDE_ROWS(STORE_SIDE_ROW)

// A turn: eight k of four panels, with two k of the sixteen rows; the flags say whether another is to
// go. The loop has four of them, as that of FOUR_TURNS (Zen 5: a turn in 46 instead of 60 cycles at
// H = 128).
#define SIDE_TURN \
	VBROADCASTSS (A), Z24                                                        \
	VBROADCASTSS 4(A), Z25                                                       \
	VBROADCASTSS 8(A), Z26                                                       \
	VBROADCASTSS 12(A), Z27                                                      \
	VBROADCASTSS 16(A), Z28                                                      \
	VBROADCASTSS 20(A), Z29                                                      \
	VBROADCASTSS 24(A), Z30                                                      \
	VBROADCASTSS 28(A), Z31                                                      \
	VMOVUPS (W), Z4                                                              \
	VMOVUPS 64(W), Z5                                                            \
	FOUR_PAIRS((B), Z24, Z25, Z26, Z27, Z0, 0, Z4, Z8, Z9, Z10, Z11)             \
	NEXT_PAIRS((B), Z28, Z29, Z30, Z31, Z0, 16, Z4, Z12, Z13, Z14, Z15)          \
	FOUR_PAIRS((B1), Z24, Z25, Z26, Z27, Z1, 32, Z4, Z16, Z17, Z18, Z19)         \
	NEXT_PAIRS((B1), Z28, Z29, Z30, Z31, Z1, 48, Z4, Z20, Z21, Z22, Z23)         \
	FOUR_PAIRS((B2), Z24, Z25, Z26, Z27, Z2, 64, Z5, Z8, Z9, Z10, Z11)           \
	NEXT_PAIRS((B2), Z28, Z29, Z30, Z31, Z2, 80, Z5, Z12, Z13, Z14, Z15)         \
	FOUR_PAIRS((B3), Z24, Z25, Z26, Z27, Z3, 96, Z5, Z16, Z17, Z18, Z19)         \
	NEXT_PAIRS((B3), Z28, Z29, Z30, Z31, Z3, 112, Z5, Z20, Z21, Z22, Z23)        \
	ADDQ $32, A                                                                  \
	ADDQ $512, B                                                                 \
	ADDQ $512, B1                                                                \
	ADDQ $512, B2                                                                \
	ADDQ $512, B3                                                                \
	SUBQ $-128, X                                                                \
	SUBQ $-128, W                                                                \
	DECQ CX

// func ProductSide1x64AVX512(args *SideArgs)
//
// Both products go on to what comes next whenever they are at an end, a group of panels or a panel;
// the routine ends with the last of either.
// Requires: AVX512F
TEXT ·ProductSide1x64AVX512(SB), NOSPLIT, $0-8
	BEGIN_SIDE
	MOVQ SideArgs_BPanel(R14), BPAN
	MOVQ SideArgs_X(R14), X
	MOVQ SideArgs_W(R14), W
	SHLQ $2, BPAN
	LOAD_SIDE_ROWS

group:
	MOVQ    SideArgs_A(R14), A
	MOVQ    SideArgs_AtB(R14), B
	LEAQ    (B)(BPAN*1), B1
	LEAQ    (B)(BPAN*2), B2
	LEAQ    (B1)(BPAN*2), B3
	MOVQ    SideArgs_AtInit(R14), INIT
	MOVQ    SideArgs_AtC(R14), C
	VMOVUPS (INIT), Z0
	VMOVUPS 64(INIT), Z1
	VMOVUPS 128(INIT), Z2
	VMOVUPS 192(INIT), Z3
	MOVQ    SideArgs_GroupTurns(R14), CX
	MOVQ    CX, SideArgs_Turns(R14)

run: // min(Turns, XTurns) turns
	SIDE_TOGETHER
	PCALIGN $32

turn:
	SIDE_TURN
	JZ  turned
	SIDE_TURN
	JZ  turned
	SIDE_TURN
	JZ  turned
	SIDE_TURN
	JNZ turn

turned:
	CMPQ SideArgs_XTurns(R14), $0
	JNE  row

	// The sixteen rows go on to the next panel, whose lines follow; x begins again.
	STORE_SIDE_ROWS
	DECQ SideArgs_Panels(R14)
	JZ   last
	ADDQ $64, SideArgs_AtXC(R14)
	MOVE_ON(SideArgs_InitStep, SideArgs_AtPanelInit)
	MOVQ SideArgs_AtPanelInit(R14), BX
	MOVQ BX, SideArgs_AtXInit(R14)
	MOVQ SideArgs_PanelInitRow(R14), BX
	MOVQ BX, SideArgs_XInitRow(R14)
	MOVQ SideArgs_PanelTurns(R14), BX
	MOVQ BX, SideArgs_XTurns(R14)
	MOVQ SideArgs_XFirst(R14), X
	LOAD_SIDE_ROWS

row: // the one row goes on to the next group
	MOVQ    SideArgs_Turns(R14), CX
	TESTQ   CX, CX
	JNE     run
	VMOVUPS Z0, (C)
	VMOVUPS Z1, 64(C)
	VMOVUPS Z2, 128(C)
	VMOVUPS Z3, 192(C)
	SIDE_NEXT_GROUP

done:
	STORE_SIDE_ROWS
	VZEROUPPER
	RET

last:
	VMOVUPS Z0, (C)
	VMOVUPS Z1, 64(C)
	VMOVUPS Z2, 128(C)
	VMOVUPS Z3, 192(C)
	VZEROUPPER
	RET
