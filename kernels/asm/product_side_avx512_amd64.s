//go:build !purego

// One row x 128 or 64 columns and, meanwhile, some k of sixteen rows x 16 columns of another
// product. One row takes each line of b once: it waits for L2, which delivers one in two cycles,
// and leaves half of the multipliers to products that have their operands near. The lines of b and
// the multiply-adds of the other product alternate, one to one.
//
// Registers as in product_avx512_amd64.h, but for
//	R9  element k of row 0 of the sixteen      R10 line k of their panel of b
//	CX  turns to go                            BX  rows of init and of c of the sixteen
//	Z0..Z7 or Z0..Z3 sums of the one row       Z8..Z23 sums of the sixteen rows
//	Z24..Z31 elements of a, broadcast (four, or eight)
//	Z28, Z29 or Z4, Z5 lines of the panel

#include "go_asm.h"
#include "textflag.h"
#include "product_avx512_amd64.h"

#define X R9
#define W R10

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

// The arguments, and the sixteen rows so far.
#define LOAD_SIDE_ARGS \
	MOVQ args+0(FP), R14              \
	MOVQ SideArgs_A(R14), A           \
	MOVQ SideArgs_B(R14), B           \
	MOVQ SideArgs_BPanel(R14), BPAN   \
	MOVQ SideArgs_Init(R14), INIT     \
	MOVQ SideArgs_C(R14), C           \
	MOVQ SideArgs_X(R14), X           \
	MOVQ SideArgs_W(R14), W           \
	MOVQ SideArgs_Turns(R14), CX      \
	MOVQ SideArgs_XInit(R14), BX      \
	MOVQ SideArgs_XInitRow(R14), ROW  \
	SHLQ $2, ROW                      \
	SIDE_ROWS(LOAD_SIDE_ROW)          \
	SHLQ $2, BPAN                     \
	LEAQ (BPAN)(BPAN*2), BPAN3

// On by four k of the row of a, or eight, and by two k of the sixteen; then the sums -> c.
#define NEXT_TURN(COUNT) \
	ADDQ $(4*COUNT), A   \
	ADDQ $(64*COUNT), B  \
	SUBQ $-128, X        \
	SUBQ $-128, W        \
	DECQ CX
#define STORE_SIDE \
	MOVQ SideArgs_XC(R14), BX     \
	MOVQ SideArgs_XCRow(R14), ROW \
	SHLQ $2, ROW                  \
	SIDE_ROWS(STORE_SIDE_ROW)     \
	VZEROUPPER

// func ProductSide1x128AVX512(args *SideArgs)
// Requires: AVX512F
TEXT ·ProductSide1x128AVX512(SB), NOSPLIT, $0-8
	LOAD_SIDE_ARGS
	PANEL_STRIDES
	VMOVUPS (INIT), Z0
	VMOVUPS 64(INIT), Z1
	VMOVUPS 128(INIT), Z2
	VMOVUPS 192(INIT), Z3
	VMOVUPS 256(INIT), Z4
	VMOVUPS 320(INIT), Z5
	VMOVUPS 384(INIT), Z6
	VMOVUPS 448(INIT), Z7
	PCALIGN $32
turn:                         // four k x 8 panels, two k x 16 rows
	VBROADCASTSS (A), Z24
	VBROADCASTSS 4(A), Z25
	VBROADCASTSS 8(A), Z26
	VBROADCASTSS 12(A), Z27
	VMOVUPS (W), Z28
	VMOVUPS 64(W), Z29
	FOUR_PAIRS((B), Z24, Z25, Z26, Z27, Z0, 0, Z28, Z8, Z9, Z10, Z11)
	FOUR_PAIRS((B)(BPAN*1), Z24, Z25, Z26, Z27, Z1, 16, Z28, Z12, Z13, Z14, Z15)
	FOUR_PAIRS((B)(BPAN*2), Z24, Z25, Z26, Z27, Z2, 32, Z28, Z16, Z17, Z18, Z19)
	FOUR_PAIRS((B)(BPAN3*1), Z24, Z25, Z26, Z27, Z3, 48, Z28, Z20, Z21, Z22, Z23)
	FOUR_PAIRS((B)(BPAN*4), Z24, Z25, Z26, Z27, Z4, 64, Z29, Z8, Z9, Z10, Z11)
	FOUR_PAIRS((B)(BPAN5*1), Z24, Z25, Z26, Z27, Z5, 80, Z29, Z12, Z13, Z14, Z15)
	FOUR_PAIRS((B)(BPAN3*2), Z24, Z25, Z26, Z27, Z6, 96, Z29, Z16, Z17, Z18, Z19)
	FOUR_PAIRS((B)(BPAN7*1), Z24, Z25, Z26, Z27, Z7, 112, Z29, Z20, Z21, Z22, Z23)
	NEXT_TURN(4)
	JNZ turn
	VMOVUPS Z0, (C)
	VMOVUPS Z1, 64(C)
	VMOVUPS Z2, 128(C)
	VMOVUPS Z3, 192(C)
	VMOVUPS Z4, 256(C)
	VMOVUPS Z5, 320(C)
	VMOVUPS Z6, 384(C)
	VMOVUPS Z7, 448(C)
	STORE_SIDE
	RET

// func ProductSide1x64AVX512(args *SideArgs)
// Requires: AVX512F
TEXT ·ProductSide1x64AVX512(SB), NOSPLIT, $0-8
	LOAD_SIDE_ARGS
	VMOVUPS (INIT), Z0
	VMOVUPS 64(INIT), Z1
	VMOVUPS 128(INIT), Z2
	VMOVUPS 192(INIT), Z3
	PCALIGN $32
turn:                         // eight k x 4 panels, two k x 16 rows
	VBROADCASTSS (A), Z24
	VBROADCASTSS 4(A), Z25
	VBROADCASTSS 8(A), Z26
	VBROADCASTSS 12(A), Z27
	VBROADCASTSS 16(A), Z28
	VBROADCASTSS 20(A), Z29
	VBROADCASTSS 24(A), Z30
	VBROADCASTSS 28(A), Z31
	VMOVUPS (W), Z4
	VMOVUPS 64(W), Z5
	FOUR_PAIRS((B), Z24, Z25, Z26, Z27, Z0, 0, Z4, Z8, Z9, Z10, Z11)
	NEXT_PAIRS((B), Z28, Z29, Z30, Z31, Z0, 16, Z4, Z12, Z13, Z14, Z15)
	FOUR_PAIRS((B)(BPAN*1), Z24, Z25, Z26, Z27, Z1, 32, Z4, Z16, Z17, Z18, Z19)
	NEXT_PAIRS((B)(BPAN*1), Z28, Z29, Z30, Z31, Z1, 48, Z4, Z20, Z21, Z22, Z23)
	FOUR_PAIRS((B)(BPAN*2), Z24, Z25, Z26, Z27, Z2, 64, Z5, Z8, Z9, Z10, Z11)
	NEXT_PAIRS((B)(BPAN*2), Z28, Z29, Z30, Z31, Z2, 80, Z5, Z12, Z13, Z14, Z15)
	FOUR_PAIRS((B)(BPAN3*1), Z24, Z25, Z26, Z27, Z3, 96, Z5, Z16, Z17, Z18, Z19)
	NEXT_PAIRS((B)(BPAN3*1), Z28, Z29, Z30, Z31, Z3, 112, Z5, Z20, Z21, Z22, Z23)
	NEXT_TURN(8)
	JNZ turn
	VMOVUPS Z0, (C)
	VMOVUPS Z1, 64(C)
	VMOVUPS Z2, 128(C)
	VMOVUPS Z3, 192(C)
	STORE_SIDE
	RET
