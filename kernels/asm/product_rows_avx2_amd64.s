//go:build !purego

// Tile products of 1 to 6 rows x 16 columns, and of one and two rows x 64 and 32, over rows
// of B as they are, not packed: what few rows would not repay.

#include "go_asm.h"
#include "textflag.h"
#include "product_avx2_amd64.h"
#include "product_rows_amd64.h"
#include "product_rows_avx2_amd64.h"

// The rows of a tile of 16 columns, each list one row longer than the last.
#define ZERO1x16 \
	ZERO_ROW16(Y0, Y1)
#define ROWS1x16 \
	ROW16((A), Y14, Y0, Y1)
#define SCALE1x16 \
	SCALE_ROW16(Y0, Y1)
#define BETA1x16 \
	BETA_ROW16(Y0, Y1)
#define STORE1x16 \
	STORE_ROW16(Y0, Y1)
#define ZERO2x16 \
	ZERO1x16 \
	ZERO_ROW16(Y2, Y3)
#define ROWS2x16 \
	ROWS1x16 \
	ROW16((A)(AROW*1), Y15, Y2, Y3)
#define SCALE2x16 \
	SCALE1x16 \
	SCALE_ROW16(Y2, Y3)
#define BETA2x16 \
	BETA1x16 \
	BETA_ROW16(Y2, Y3)
#define STORE2x16 \
	STORE1x16 \
	STORE_ROW16(Y2, Y3)
#define ZERO3x16 \
	ZERO2x16 \
	ZERO_ROW16(Y4, Y5)
#define ROWS3x16 \
	ROWS2x16 \
	ROW16((A)(AROW*2), Y14, Y4, Y5)
#define SCALE3x16 \
	SCALE2x16 \
	SCALE_ROW16(Y4, Y5)
#define BETA3x16 \
	BETA2x16 \
	BETA_ROW16(Y4, Y5)
#define STORE3x16 \
	STORE2x16 \
	STORE_ROW16(Y4, Y5)
#define ZERO4x16 \
	ZERO3x16 \
	ZERO_ROW16(Y6, Y7)
#define ROWS4x16 \
	ROWS3x16 \
	ROW16((A)(AROW3*1), Y15, Y6, Y7)
#define SCALE4x16 \
	SCALE3x16 \
	SCALE_ROW16(Y6, Y7)
#define BETA4x16 \
	BETA3x16 \
	BETA_ROW16(Y6, Y7)
#define STORE4x16 \
	STORE3x16 \
	STORE_ROW16(Y6, Y7)
#define ZERO5x16 \
	ZERO4x16 \
	ZERO_ROW16(Y8, Y9)
#define ROWS5x16 \
	ROWS4x16 \
	ROW16((A)(AROW*4), Y14, Y8, Y9)
#define SCALE5x16 \
	SCALE4x16 \
	SCALE_ROW16(Y8, Y9)
#define BETA5x16 \
	BETA4x16 \
	BETA_ROW16(Y8, Y9)
#define STORE5x16 \
	STORE4x16 \
	STORE_ROW16(Y8, Y9)
#define ZERO6x16 \
	ZERO5x16 \
	ZERO_ROW16(Y10, Y11)
#define ROWS6x16 \
	ROWS5x16 \
	ROW16((A)(AROW5*1), Y15, Y10, Y11)
#define SCALE6x16 \
	SCALE5x16 \
	SCALE_ROW16(Y10, Y11)
#define BETA6x16 \
	BETA5x16 \
	BETA_ROW16(Y10, Y11)
#define STORE6x16 \
	STORE5x16 \
	STORE_ROW16(Y10, Y11)

#define STEP1x16 \
	LOAD_B16(0) \
	ADDQ BROW, B \
	ROWS1x16 \
	ADDQ AK, A
#define STEP2x16 \
	LOAD_B16(0) \
	ADDQ BROW, B \
	ROWS2x16 \
	ADDQ AK, A
#define STEP3x16 \
	LOAD_B16(0) \
	ADDQ BROW, B \
	ROWS3x16 \
	ADDQ AK, A
#define STEP4x16 \
	LOAD_B16(0) \
	ADDQ BROW, B \
	ROWS4x16 \
	ADDQ AK, A
#define STEP5x16 \
	LOAD_B16(0) \
	ADDQ BROW, B \
	ROWS5x16 \
	ADDQ AK, A
#define STEP6x16 \
	LOAD_B16(0) \
	ADDQ BROW, B \
	ROWS6x16 \
	ADDQ AK, A

// One k of one row x 64 columns.
#define STEP1x64 \
	VBROADCASTSS (A), Y14            \
	VFMADD231PS (B), Y14, Y0         \
	VFMADD231PS 32(B), Y14, Y1       \
	VFMADD231PS 64(B), Y14, Y2       \
	VFMADD231PS 96(B), Y14, Y3       \
	VFMADD231PS 128(B), Y14, Y4      \
	VFMADD231PS 160(B), Y14, Y5      \
	VFMADD231PS 192(B), Y14, Y6      \
	VFMADD231PS 224(B), Y14, Y7      \
	ADDQ BROW, B                     \
	ADDQ AK, A
#define ZERO1x64 \
	ZERO_ROW64(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7)
#define SCALE1x64 \
	SCALE_ROW64(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7)
#define BETA1x64 \
	BETA_ROW64(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7)
#define STORE1x64 \
	STORE_ROW64(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7)

// One k of two rows x 32 columns.
#define STEP2x32 \
	VMOVUPS (B), Y10             \
	VMOVUPS 32(B), Y11           \
	VMOVUPS 64(B), Y12           \
	VMOVUPS 96(B), Y13           \
	VBROADCASTSS (A), Y14        \
	VBROADCASTSS (A)(AROW*1), Y15 \
	VFMADD231PS Y10, Y14, Y0     \
	VFMADD231PS Y11, Y14, Y1     \
	VFMADD231PS Y12, Y14, Y2     \
	VFMADD231PS Y13, Y14, Y3     \
	VFMADD231PS Y10, Y15, Y4     \
	VFMADD231PS Y11, Y15, Y5     \
	VFMADD231PS Y12, Y15, Y6     \
	VFMADD231PS Y13, Y15, Y7     \
	ADDQ BROW, B                 \
	ADDQ AK, A
#define ZERO2x32 \
	ZERO_ROW32(Y0, Y1, Y2, Y3) \
	ZERO_ROW32(Y4, Y5, Y6, Y7)
#define SCALE2x32 \
	SCALE_ROW32(Y0, Y1, Y2, Y3) \
	SCALE_ROW32(Y4, Y5, Y6, Y7)
#define BETA2x32 \
	BETA_ROW32(Y0, Y1, Y2, Y3) \
	BETA_ROW32(Y4, Y5, Y6, Y7)
#define STORE2x32 \
	STORE_ROW32(Y0, Y1, Y2, Y3) \
	STORE_ROW32(Y4, Y5, Y6, Y7)

// func ProductRows1x16AVX2(args *RowsArgs)
// Requires: AVX, FMA
TEXT ·ProductRows1x16AVX2(SB), NOSPLIT, $0-8
	PRODUCT_ROWS(1, TOUCH_ROW16, ZERO1x16, NOTHING_AHEAD, STEP1x16, SCALE1x16, BETA1x16, STORE1x16)

// func ProductRows2x16AVX2(args *RowsArgs)
// Requires: AVX, FMA
TEXT ·ProductRows2x16AVX2(SB), NOSPLIT, $0-8
	PRODUCT_ROWS(2, TOUCH_ROW16, ZERO2x16, AHEAD16, STEP2x16, SCALE2x16, BETA2x16, STORE2x16)

// func ProductRows3x16AVX2(args *RowsArgs)
// Requires: AVX, FMA
TEXT ·ProductRows3x16AVX2(SB), NOSPLIT, $0-8
	PRODUCT_ROWS(3, TOUCH_ROW16, ZERO3x16, AHEAD16, STEP3x16, SCALE3x16, BETA3x16, STORE3x16)

// func ProductRows4x16AVX2(args *RowsArgs)
// Requires: AVX, FMA
TEXT ·ProductRows4x16AVX2(SB), NOSPLIT, $0-8
	PRODUCT_ROWS(4, TOUCH_ROW16, ZERO4x16, AHEAD16, STEP4x16, SCALE4x16, BETA4x16, STORE4x16)

// func ProductRows5x16AVX2(args *RowsArgs)
// Requires: AVX, FMA
TEXT ·ProductRows5x16AVX2(SB), NOSPLIT, $0-8
	PRODUCT_ROWS(5, TOUCH_ROW16, ZERO5x16, AHEAD16, STEP5x16, SCALE5x16, BETA5x16, STORE5x16)

// func ProductRows6x16AVX2(args *RowsArgs)
// Requires: AVX, FMA
TEXT ·ProductRows6x16AVX2(SB), NOSPLIT, $0-8
	PRODUCT_ROWS(6, TOUCH_ROW16, ZERO6x16, AHEAD16, STEP6x16, SCALE6x16, BETA6x16, STORE6x16)

// func ProductRows1x64AVX2(args *RowsArgs)
// Requires: AVX, FMA
TEXT ·ProductRows1x64AVX2(SB), NOSPLIT, $0-8
	PRODUCT_ROWS(1, TOUCH_ROW64, ZERO1x64, NOTHING_AHEAD, STEP1x64, SCALE1x64, BETA1x64, STORE1x64)

// func ProductRows2x32AVX2(args *RowsArgs)
// Requires: AVX, FMA
TEXT ·ProductRows2x32AVX2(SB), NOSPLIT, $0-8
	PRODUCT_ROWS(2, TOUCH_ROW32, ZERO2x32, AHEAD32, STEP2x32, SCALE2x32, BETA2x32, STORE2x32)
