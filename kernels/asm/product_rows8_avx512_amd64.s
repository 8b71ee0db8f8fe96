//go:build !purego

// Tile products of 8 rows x 16 and 32 columns over rows of B as they are, for products
// small enough for L1: nothing is called ahead, and 16 rows are two tiles, not three.

#include "go_asm.h"
#include "textflag.h"
#include "product_avx512_amd64.h"
#include "product_rows_amd64.h"
#include "product_rows_avx512_amd64.h"
#include "product_rows8_avx512_amd64.h"

// func ProductRows8x16AVX512(args *RowsArgs)
// Requires: AVX512F
TEXT ·ProductRows8x16AVX512(SB), NOSPLIT, $0-8
	PRODUCT_8ROWS(ZERO8x16, STEP8x16, SCALE8x16, BETA8x16, STORE8x16)

// func ProductRows8x32AVX512(args *RowsArgs)
// Requires: AVX512F
TEXT ·ProductRows8x32AVX512(SB), NOSPLIT, $0-8
	PRODUCT_8ROWS(ZERO8x32, STEP8x32, SCALE8x32, BETA8x32, STORE8x32)
