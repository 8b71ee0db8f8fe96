//go:build !purego

// Tile products of 1 to 6 rows x 16 columns. Six rows take 12 accumulators, two
// vectors of b and two broadcasts: 12 FMAs for 8 loads a k, so the two FMA ports
// are the limit. Fewer than four rows leave the FMAs' latency bare; the wide tiles
// take their place where two panels stand side by side.

#include "go_asm.h"
#include "textflag.h"
#include "product_amd64.h"
#include "product_avx2_amd64.h"

// The rows of a tile of 16 columns, each list one row longer than the last.
#define LOAD1x16 \
	LOAD_ROW16(Y0, Y1)
#define ROWS1x16(D) \
	ROW16(D(A), Y14, Y0, Y1)
#define ADD1x16 \
	ADD_ROW16(Y0, Y1)
#define STORE1x16 \
	STORE_ROW16(Y0, Y1)
#define LOAD2x16 \
	LOAD1x16 \
	LOAD_ROW16(Y2, Y3)
#define ROWS2x16(D) \
	ROWS1x16(D) \
	ROW16(D(A)(AROW*1), Y15, Y2, Y3)
#define ADD2x16 \
	ADD1x16 \
	ADD_ROW16(Y2, Y3)
#define STORE2x16 \
	STORE1x16 \
	STORE_ROW16(Y2, Y3)
#define LOAD3x16 \
	LOAD2x16 \
	LOAD_ROW16(Y4, Y5)
#define ROWS3x16(D) \
	ROWS2x16(D) \
	ROW16(D(A)(AROW*2), Y14, Y4, Y5)
#define ADD3x16 \
	ADD2x16 \
	ADD_ROW16(Y4, Y5)
#define STORE3x16 \
	STORE2x16 \
	STORE_ROW16(Y4, Y5)
#define LOAD4x16 \
	LOAD3x16 \
	LOAD_ROW16(Y6, Y7)
#define ROWS4x16(D) \
	ROWS3x16(D) \
	ROW16(D(A)(AROW3*1), Y15, Y6, Y7)
#define ADD4x16 \
	ADD3x16 \
	ADD_ROW16(Y6, Y7)
#define STORE4x16 \
	STORE3x16 \
	STORE_ROW16(Y6, Y7)
#define LOAD5x16 \
	LOAD4x16 \
	LOAD_ROW16(Y8, Y9)
#define ROWS5x16(D) \
	ROWS4x16(D) \
	ROW16(D(A)(AROW*4), Y14, Y8, Y9)
#define ADD5x16 \
	ADD4x16 \
	ADD_ROW16(Y8, Y9)
#define STORE5x16 \
	STORE4x16 \
	STORE_ROW16(Y8, Y9)
#define LOAD6x16 \
	LOAD5x16 \
	LOAD_ROW16(Y10, Y11)
#define ROWS6x16(D) \
	ROWS5x16(D) \
	ROW16(D(A)(AROW5*1), Y15, Y10, Y11)
#define ADD6x16 \
	ADD5x16 \
	ADD_ROW16(Y10, Y11)
#define STORE6x16 \
	STORE5x16 \
	STORE_ROW16(Y10, Y11)

// One k.
#define STEP1x16(OFF) \
	LOAD_B16(OFF) \
	ROWS1x16(0) \
	ADDQ AK, A
#define STEP2x16(OFF) \
	LOAD_B16(OFF) \
	ROWS2x16(0) \
	ADDQ AK, A
#define STEP3x16(OFF) \
	LOAD_B16(OFF) \
	ROWS3x16(0) \
	ADDQ AK, A
#define STEP4x16(OFF) \
	LOAD_B16(OFF) \
	ROWS4x16(0) \
	ADDQ AK, A
#define STEP5x16(OFF) \
	LOAD_B16(OFF) \
	ROWS5x16(0) \
	ADDQ AK, A
#define STEP6x16(OFF) \
	LOAD_B16(OFF) \
	ROWS6x16(0) \
	ADDQ AK, A

// func Product1x16AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product1x16AVX2(SB), NOSPLIT, $0-8
	PRODUCT(1, TOUCH_ROW16, LOAD1x16, 4, NO_RUNS, NOTHING_AHEAD, FOUR(STEP1x16), STEP1x16, ADD1x16, STORE1x16)

// func Product2x16AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product2x16AVX2(SB), NOSPLIT, $0-8
	PRODUCT(2, TOUCH_ROW16, LOAD2x16, 4, NO_RUNS, NOTHING_AHEAD, FOUR(STEP2x16), STEP2x16, ADD2x16, STORE2x16)

// func Product3x16AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product3x16AVX2(SB), NOSPLIT, $0-8
	PRODUCT(3, TOUCH_ROW16, LOAD3x16, 4, RUNS(NEXT(LINES16, calledInRun), ROWS3x16), NEXT(LINES16, called), FOUR(STEP3x16), STEP3x16, ADD3x16, STORE3x16)

// func Product4x16AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product4x16AVX2(SB), NOSPLIT, $0-8
	PRODUCT(4, TOUCH_ROW16, LOAD4x16, 4, RUNS(NEXT(LINES16, calledInRun), ROWS4x16), NEXT(LINES16, called), FOUR(STEP4x16), STEP4x16, ADD4x16, STORE4x16)

// func Product5x16AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product5x16AVX2(SB), NOSPLIT, $0-8
	PRODUCT(5, TOUCH_ROW16, LOAD5x16, 4, RUNS(NEXT(LINES16, calledInRun), ROWS5x16), NEXT(LINES16, called), FOUR(STEP5x16), STEP5x16, ADD5x16, STORE5x16)

// func Product6x16AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product6x16AVX2(SB), NOSPLIT, $0-8
	PRODUCT(6, TOUCH_ROW16, LOAD6x16, 4, RUNS(NEXT(LINES16, calledInRun), ROWS6x16), NEXT(LINES16, called), FOUR(STEP6x16), STEP6x16, ADD6x16, STORE6x16)
