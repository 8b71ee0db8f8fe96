//go:build !purego

// Tile products of few rows x several panels: at least 8 accumulators, so that the
// FMAs' latency is covered.

#include "go_asm.h"
#include "textflag.h"
#include "product_amd64.h"
#include "product_avx2_amd64.h"

// acc += Y14 (and Y15, Y13: further rows) * b[k, 8 columns]
#define COLUMN_2ROWS(ADDRESS, ACC0, ACC1) \
	VMOVUPS     ADDRESS, Y12    \
	VFMADD231PS Y12, Y14, ACC0  \
	VFMADD231PS Y12, Y15, ACC1

#define COLUMN_3ROWS(ADDRESS, ACC0, ACC1, ACC2) \
	VMOVUPS     ADDRESS, Y12    \
	VFMADD231PS Y12, Y14, ACC0  \
	VFMADD231PS Y12, Y15, ACC1  \
	VFMADD231PS Y12, Y13, ACC2

// one k of 3 rows x 2 panels
#define STEP3x32(OFF) \
	VBROADCASTSS (A), Y14         \
	VBROADCASTSS (A)(AROW*1), Y15 \
	VBROADCASTSS (A)(AROW*2), Y13 \
	COLUMN_3ROWS(OFF(B), Y0, Y4, Y8)                \
	COLUMN_3ROWS((OFF+32)(B), Y1, Y5, Y9)           \
	COLUMN_3ROWS(OFF(B)(BPAN*1), Y2, Y6, Y10)       \
	COLUMN_3ROWS((OFF+32)(B)(BPAN*1), Y3, Y7, Y11)  \
	ADDQ AK, A

// one k of 2 rows x 2 panels
#define STEP2x32(OFF) \
	VBROADCASTSS (A), Y14         \
	VBROADCASTSS (A)(AROW*1), Y15 \
	COLUMN_2ROWS(OFF(B), Y0, Y4)               \
	COLUMN_2ROWS((OFF+32)(B), Y1, Y5)          \
	COLUMN_2ROWS(OFF(B)(BPAN*1), Y2, Y6)       \
	COLUMN_2ROWS((OFF+32)(B)(BPAN*1), Y3, Y7)  \
	ADDQ AK, A

// one k of 1 row x 4 panels
#define STEP1x64(OFF) \
	VBROADCASTSS (A), Y14 \
	VFMADD231PS OFF(B), Y14, Y0             \
	VFMADD231PS (OFF+32)(B), Y14, Y1        \
	VFMADD231PS OFF(B)(BPAN*1), Y14, Y2     \
	VFMADD231PS (OFF+32)(B)(BPAN*1), Y14, Y3 \
	VFMADD231PS OFF(B)(BPAN*2), Y14, Y4     \
	VFMADD231PS (OFF+32)(B)(BPAN*2), Y14, Y5 \
	VFMADD231PS OFF(B)(BPAN3*1), Y14, Y6            \
	VFMADD231PS (OFF+32)(B)(BPAN3*1), Y14, Y7       \
	ADDQ AK, A

// Eight k at a time take 512 bytes of each panel in turn, as L2 delivers runs of lines faster, at
// one register's address: with an index, Intel's CPUs make two operations of a multiply-add
// (Xeon, b in L2: 1.03 to 1.11 times as fast as one k after the other). AX is clobbered.
#define COLUMN_4K(OFF, E0, E1, E2, E3, ACC0, ACC1) \
	VFMADD231PS OFF(AX), E0, ACC0       \
	VFMADD231PS (OFF+32)(AX), E0, ACC1  \
	VFMADD231PS (OFF+64)(AX), E1, ACC0  \
	VFMADD231PS (OFF+96)(AX), E1, ACC1  \
	VFMADD231PS (OFF+128)(AX), E2, ACC0 \
	VFMADD231PS (OFF+160)(AX), E2, ACC1 \
	VFMADD231PS (OFF+192)(AX), E3, ACC0 \
	VFMADD231PS (OFF+224)(AX), E3, ACC1

#define COLUMN_8K(ACC0, ACC1) \
	COLUMN_4K(0, Y8, Y9, Y10, Y11, ACC0, ACC1)     \
	COLUMN_4K(256, Y12, Y13, Y14, Y15, ACC0, ACC1) \
	ADDQ BPAN, AX

#define EIGHT1x64 \
	A_4K(Y8, Y9, Y10, Y11)   \
	A_4K(Y12, Y13, Y14, Y15) \
	MOVQ B, AX               \
	COLUMN_8K(Y0, Y1)        \
	COLUMN_8K(Y2, Y3)        \
	COLUMN_8K(Y4, Y5)        \
	COLUMN_8K(Y6, Y7)

// The rows of each tile.
#define LOAD1x64 \
	LOAD_ROW64(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7)
#define LOAD2x32 \
	LOAD_ROW32(Y0, Y1, Y2, Y3) \
	LOAD_ROW32(Y4, Y5, Y6, Y7)
#define LOAD3x32 \
	LOAD2x32 \
	LOAD_ROW32(Y8, Y9, Y10, Y11)
#define ADD1x64 \
	ADD_ROW64(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7)
#define ADD2x32 \
	ADD_ROW32(Y0, Y1, Y2, Y3) \
	ADD_ROW32(Y4, Y5, Y6, Y7)
#define ADD3x32 \
	ADD2x32 \
	ADD_ROW32(Y8, Y9, Y10, Y11)
#define STORE1x64 \
	STORE_ROW64(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7)
#define STORE2x32 \
	STORE_ROW32(Y0, Y1, Y2, Y3) \
	STORE_ROW32(Y4, Y5, Y6, Y7)
#define STORE3x32 \
	STORE2x32 \
	STORE_ROW32(Y8, Y9, Y10, Y11)

// func Product3x32AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product3x32AVX2(SB), NOSPLIT, $0-8
	PRODUCT(3, TOUCH_ROW32, LOAD3x32, 4, NO_RUNS, NEXT(LINES32, called), FOUR(STEP3x32), STEP3x32, ADD3x32, STORE3x32)

// func Product2x32AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product2x32AVX2(SB), NOSPLIT, $0-8
	PRODUCT(2, TOUCH_ROW32, LOAD2x32, 4, NO_RUNS, NOTHING_AHEAD, FOUR(STEP2x32), STEP2x32, ADD2x32, STORE2x32)

// func Product1x64AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product1x64AVX2(SB), NOSPLIT, $0-8
	PRODUCT(1, TOUCH_ROW64, LOAD1x64, 8, NO_RUNS, NOTHING_AHEAD, FOUR_TURNS(8, EIGHT1x64), STEP1x64, ADD1x64, STORE1x64)
