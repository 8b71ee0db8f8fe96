//go:build !purego

// One row x 128 or 64 columns and, meanwhile, some k of sixteen rows x 16 columns of another
// product. One row takes each line of b once: it waits for L2, which delivers one in two cycles,
// and leaves half of the multipliers to products that have their operands near. The lines of b and
// the multiply-adds of the other product alternate, one to one.
//
// Registers as in product_avx512_amd64.h, but for
//	R9  element k of row 0 of the sixteen      R10 line k of their panel of b
//	CX  turns to go together                   BX  rows of init and of c of the sixteen
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

#define LOAD_SIDE_ROWS \
	MOVQ SideArgs_XInit(R14), BX     \
	MOVQ SideArgs_XInitRow(R14), ROW \
	SHLQ $2, ROW                     \
	SIDE_ROWS(LOAD_SIDE_ROW)
#define STORE_SIDE_ROWS \
	MOVQ SideArgs_XC(R14), BX     \
	MOVQ SideArgs_XCRow(R14), ROW \
	SHLQ $2, ROW                  \
	SIDE_ROWS(STORE_SIDE_ROW)

// field += STEP elements
#define MOVE_ON(STEP, FIELD) \
	MOVQ STEP(R14), AX \
	SHLQ $2, AX        \
	ADDQ AX, FIELD(R14)

// A whole routine: STRIDES completes the arguments, LOAD_ROW and STORE_ROW move the sums of the
// one row, TURN computes one turn. Both products go on to what comes next whenever they are at an
// end, a group of panels or a panel; the routine ends with the last of either.
#define SIDE(STRIDES, LOAD_ROW, TURN, STORE_ROW) \
	MOVQ args+0(FP), R14                            \
	MOVQ SideArgs_BPanel(R14), BPAN                 \
	MOVQ SideArgs_X(R14), X                         \
	MOVQ SideArgs_W(R14), W                         \
	SHLQ $2, BPAN                                   \
	LEAQ (BPAN)(BPAN*2), BPAN3                      \
	STRIDES                                         \
	LOAD_SIDE_ROWS                                  \
group:                                                  \
	MOVQ SideArgs_A(R14), A                         \
	MOVQ SideArgs_B(R14), B                         \
	MOVQ SideArgs_Init(R14), INIT                   \
	MOVQ SideArgs_C(R14), C                         \
	LOAD_ROW                                        \
	MOVQ SideArgs_GroupTurns(R14), CX               \
	MOVQ CX, SideArgs_Turns(R14)                    \
run:                                                    \
	CMPQ    CX, SideArgs_XTurns(R14)                \
	CMOVQGT SideArgs_XTurns(R14), CX                \
	SUBQ    CX, SideArgs_Turns(R14)                 \
	SUBQ    CX, SideArgs_XTurns(R14)                \
	PCALIGN $32                                     \
turn:                                                   \
	TURN                                            \
	DECQ CX                                         \
	JNZ  turn                                       \
	CMPQ SideArgs_XTurns(R14), $0                   \
	JNE  row                                        \
	STORE_SIDE_ROWS                                 \
	DECQ SideArgs_Panels(R14)                       \
	JZ   last                                       \
	ADDQ $64, SideArgs_XC(R14)                      \
	MOVQ SideArgs_NextInit(R14), BX                 \
	MOVQ BX, SideArgs_XInit(R14)                    \
	MOVQ SideArgs_NextInitRow(R14), BX              \
	MOVQ BX, SideArgs_XInitRow(R14)                 \
	CMPQ SideArgs_Panels(R14), $1                   \ // no address beyond the last
	JEQ  panel                                      \
	MOVE_ON(SideArgs_InitStep, SideArgs_NextInit)   \
panel:                                                  \
	MOVQ SideArgs_PanelTurns(R14), BX               \
	MOVQ BX, SideArgs_XTurns(R14)                   \
	MOVQ SideArgs_XFirst(R14), X                    \
	LOAD_SIDE_ROWS                                  \
row:                                                    \
	MOVQ SideArgs_Turns(R14), CX                    \
	TESTQ CX, CX                                    \
	JNE  run                                        \
	STORE_ROW                                       \
	DECQ SideArgs_Groups(R14)                       \
	JZ   done                                       \
	MOVE_ON(SideArgs_GroupB, SideArgs_B)            \
	MOVE_ON(SideArgs_GroupInit, SideArgs_Init)      \
	MOVE_ON(SideArgs_GroupC, SideArgs_C)            \
	JMP  group                                      \
done:                                                   \
	STORE_SIDE_ROWS                                 \
	VZEROUPPER                                      \
	RET                                             \
last:                                                   \
	STORE_ROW                                       \
	VZEROUPPER                                      \
	RET

// Four k of eight panels, with two k of the sixteen rows.
#define TURN1x128 \
	VBROADCASTSS (A), Z24 \
	VBROADCASTSS 4(A), Z25 \
	VBROADCASTSS 8(A), Z26 \
	VBROADCASTSS 12(A), Z27 \
	VMOVUPS (W), Z28 \
	VMOVUPS 64(W), Z29 \
	FOUR_PAIRS((B), Z24, Z25, Z26, Z27, Z0, 0, Z28, Z8, Z9, Z10, Z11) \
	FOUR_PAIRS((B)(BPAN*1), Z24, Z25, Z26, Z27, Z1, 16, Z28, Z12, Z13, Z14, Z15) \
	FOUR_PAIRS((B)(BPAN*2), Z24, Z25, Z26, Z27, Z2, 32, Z28, Z16, Z17, Z18, Z19) \
	FOUR_PAIRS((B)(BPAN3*1), Z24, Z25, Z26, Z27, Z3, 48, Z28, Z20, Z21, Z22, Z23) \
	FOUR_PAIRS((B)(BPAN*4), Z24, Z25, Z26, Z27, Z4, 64, Z29, Z8, Z9, Z10, Z11) \
	FOUR_PAIRS((B)(BPAN5*1), Z24, Z25, Z26, Z27, Z5, 80, Z29, Z12, Z13, Z14, Z15) \
	FOUR_PAIRS((B)(BPAN3*2), Z24, Z25, Z26, Z27, Z6, 96, Z29, Z16, Z17, Z18, Z19) \
	FOUR_PAIRS((B)(BPAN7*1), Z24, Z25, Z26, Z27, Z7, 112, Z29, Z20, Z21, Z22, Z23) \
	ADDQ $16, A \
	ADDQ $256, B \
	SUBQ $-128, X \
	SUBQ $-128, W
#define LOAD1x128 \
	VMOVUPS (INIT), Z0 \
	VMOVUPS 64(INIT), Z1 \
	VMOVUPS 128(INIT), Z2 \
	VMOVUPS 192(INIT), Z3 \
	VMOVUPS 256(INIT), Z4 \
	VMOVUPS 320(INIT), Z5 \
	VMOVUPS 384(INIT), Z6 \
	VMOVUPS 448(INIT), Z7
#define STORE1x128 \
	VMOVUPS Z0, (C) \
	VMOVUPS Z1, 64(C) \
	VMOVUPS Z2, 128(C) \
	VMOVUPS Z3, 192(C) \
	VMOVUPS Z4, 256(C) \
	VMOVUPS Z5, 320(C) \
	VMOVUPS Z6, 384(C) \
	VMOVUPS Z7, 448(C)

// Eight k of four panels, with two k of the sixteen rows.
#define TURN1x64 \
	VBROADCASTSS (A), Z24 \
	VBROADCASTSS 4(A), Z25 \
	VBROADCASTSS 8(A), Z26 \
	VBROADCASTSS 12(A), Z27 \
	VBROADCASTSS 16(A), Z28 \
	VBROADCASTSS 20(A), Z29 \
	VBROADCASTSS 24(A), Z30 \
	VBROADCASTSS 28(A), Z31 \
	VMOVUPS (W), Z4 \
	VMOVUPS 64(W), Z5 \
	FOUR_PAIRS((B), Z24, Z25, Z26, Z27, Z0, 0, Z4, Z8, Z9, Z10, Z11) \
	NEXT_PAIRS((B), Z28, Z29, Z30, Z31, Z0, 16, Z4, Z12, Z13, Z14, Z15) \
	FOUR_PAIRS((B)(BPAN*1), Z24, Z25, Z26, Z27, Z1, 32, Z4, Z16, Z17, Z18, Z19) \
	NEXT_PAIRS((B)(BPAN*1), Z28, Z29, Z30, Z31, Z1, 48, Z4, Z20, Z21, Z22, Z23) \
	FOUR_PAIRS((B)(BPAN*2), Z24, Z25, Z26, Z27, Z2, 64, Z5, Z8, Z9, Z10, Z11) \
	NEXT_PAIRS((B)(BPAN*2), Z28, Z29, Z30, Z31, Z2, 80, Z5, Z12, Z13, Z14, Z15) \
	FOUR_PAIRS((B)(BPAN3*1), Z24, Z25, Z26, Z27, Z3, 96, Z5, Z16, Z17, Z18, Z19) \
	NEXT_PAIRS((B)(BPAN3*1), Z28, Z29, Z30, Z31, Z3, 112, Z5, Z20, Z21, Z22, Z23) \
	ADDQ $32, A \
	ADDQ $512, B \
	SUBQ $-128, X \
	SUBQ $-128, W
#define LOAD1x64 \
	VMOVUPS (INIT), Z0 \
	VMOVUPS 64(INIT), Z1 \
	VMOVUPS 128(INIT), Z2 \
	VMOVUPS 192(INIT), Z3
#define STORE1x64 \
	VMOVUPS Z0, (C) \
	VMOVUPS Z1, 64(C) \
	VMOVUPS Z2, 128(C) \
	VMOVUPS Z3, 192(C)
#define NO_MORE_STRIDES

// func ProductSide1x64AVX512(args *SideArgs)
// Requires: AVX512F
TEXT ·ProductSide1x64AVX512(SB), NOSPLIT, $0-8
	SIDE(NO_MORE_STRIDES, LOAD1x64, TURN1x64, STORE1x64)

// func ProductSide1x128AVX512(args *SideArgs)
// Requires: AVX512F
TEXT ·ProductSide1x128AVX512(SB), NOSPLIT, $0-8
	SIDE(PANEL_STRIDES, LOAD1x128, TURN1x128, STORE1x128)
