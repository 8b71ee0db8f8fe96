//go:build !purego

// Tile products of 1 to 6 rows x 16 columns. Six rows take 24 accumulators, four
// vectors of b and four elements of a: 24 FMAs for 10 loaded registers a k, so the
// FMA pipes are the limit. Fewer than four rows leave the FMAs' latency bare; the
// wide tiles take their place where panels stand side by side.

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"
#include "product_neon_arm64.h"

// one k of 6 rows x 16 columns
#define STEP_6x16 \
	LOAD_B16(B0)          \
	FMOVS (ROW0)(AT), F28 \
	FMOVS (ROW1)(AT), F29 \
	FMOVS (ROW2)(AT), F30 \
	FMOVS (ROW3)(AT), F31 \
	ROW16(28, 0)          \
	FMOVS (ROW4)(AT), F28 \
	ROW16(29, 4)          \
	FMOVS (ROW5)(AT), F29 \
	ROW16(30, 8)          \
	ROW16(31, 12)         \
	ROW16(28, 16)         \
	ROW16(29, 20)         \
	ADD   AK, AT, AT

// func Product6x16NEON(args *ProductArgs)
// Requires: ASIMD
TEXT ·Product6x16NEON(SB), NOSPLIT, $0-8
	BEGIN_PRODUCT

group:
	LOAD_ARGS

tile:
	START_TILE
	ADD  AROW, ROW0, ROW1
	ADD  AROW, ROW1, ROW2
	ADD  AROW, ROW2, ROW3
	ADD  AROW, ROW3, ROW4
	ADD  AROW, ROW4, ROW5
	LOAD_ROW16(V0, V1, V2, V3)
	LOAD_ROW16(V4, V5, V6, V7)
	LOAD_ROW16(V8, V9, V10, V11)
	LOAD_ROW16(V12, V13, V14, V15)
	LOAD_ROW16(V16, V17, V18, V19)
	LOAD_ROW16(V20, V21, V22, V23)
	SUM(STEP_6x16)

store:
	MOVD ProductArgs_Add(ARGS), CSAVED
	CBZ  CSAVED, write
	MOVD CPTR, CSAVED
	ADD_ROW16(0)
	ADD_ROW16(4)
	ADD_ROW16(8)
	ADD_ROW16(12)
	ADD_ROW16(16)
	ADD_ROW16(20)
	MOVD CSAVED, CPTR

write:
	STORE_ROW16(V0, V1, V2, V3)
	STORE_ROW16(V4, V5, V6, V7)
	STORE_ROW16(V8, V9, V10, V11)
	STORE_ROW16(V12, V13, V14, V15)
	STORE_ROW16(V16, V17, V18, V19)
	STORE_ROW16(V20, V21, V22, V23)
	ADD  AROW, ROW5, ROW0
	SUBS $1, TILES
	BNE  tile
	NEXT_GROUP

// one k of 5 rows x 16 columns
#define STEP_5x16 \
	LOAD_B16(B0)          \
	FMOVS (ROW0)(AT), F28 \
	FMOVS (ROW1)(AT), F29 \
	FMOVS (ROW2)(AT), F30 \
	FMOVS (ROW3)(AT), F31 \
	ROW16(28, 0)          \
	FMOVS (ROW4)(AT), F28 \
	ROW16(29, 4)          \
	ROW16(30, 8)          \
	ROW16(31, 12)         \
	ROW16(28, 16)         \
	ADD   AK, AT, AT

// func Product5x16NEON(args *ProductArgs)
// Requires: ASIMD
TEXT ·Product5x16NEON(SB), NOSPLIT, $0-8
	BEGIN_PRODUCT

group:
	LOAD_ARGS

tile:
	START_TILE
	ADD  AROW, ROW0, ROW1
	ADD  AROW, ROW1, ROW2
	ADD  AROW, ROW2, ROW3
	ADD  AROW, ROW3, ROW4
	LOAD_ROW16(V0, V1, V2, V3)
	LOAD_ROW16(V4, V5, V6, V7)
	LOAD_ROW16(V8, V9, V10, V11)
	LOAD_ROW16(V12, V13, V14, V15)
	LOAD_ROW16(V16, V17, V18, V19)
	SUM(STEP_5x16)

store:
	MOVD ProductArgs_Add(ARGS), CSAVED
	CBZ  CSAVED, write
	MOVD CPTR, CSAVED
	ADD_ROW16(0)
	ADD_ROW16(4)
	ADD_ROW16(8)
	ADD_ROW16(12)
	ADD_ROW16(16)
	MOVD CSAVED, CPTR

write:
	STORE_ROW16(V0, V1, V2, V3)
	STORE_ROW16(V4, V5, V6, V7)
	STORE_ROW16(V8, V9, V10, V11)
	STORE_ROW16(V12, V13, V14, V15)
	STORE_ROW16(V16, V17, V18, V19)
	ADD  AROW, ROW4, ROW0
	SUBS $1, TILES
	BNE  tile
	NEXT_GROUP

// one k of 4 rows x 16 columns
#define STEP_4x16 \
	LOAD_B16(B0)          \
	FMOVS (ROW0)(AT), F28 \
	FMOVS (ROW1)(AT), F29 \
	FMOVS (ROW2)(AT), F30 \
	FMOVS (ROW3)(AT), F31 \
	ROW16(28, 0)          \
	ROW16(29, 4)          \
	ROW16(30, 8)          \
	ROW16(31, 12)         \
	ADD   AK, AT, AT

// func Product4x16NEON(args *ProductArgs)
// Requires: ASIMD
TEXT ·Product4x16NEON(SB), NOSPLIT, $0-8
	BEGIN_PRODUCT

group:
	LOAD_ARGS

tile:
	START_TILE
	ADD  AROW, ROW0, ROW1
	ADD  AROW, ROW1, ROW2
	ADD  AROW, ROW2, ROW3
	LOAD_ROW16(V0, V1, V2, V3)
	LOAD_ROW16(V4, V5, V6, V7)
	LOAD_ROW16(V8, V9, V10, V11)
	LOAD_ROW16(V12, V13, V14, V15)
	SUM(STEP_4x16)

store:
	MOVD ProductArgs_Add(ARGS), CSAVED
	CBZ  CSAVED, write
	MOVD CPTR, CSAVED
	ADD_ROW16(0)
	ADD_ROW16(4)
	ADD_ROW16(8)
	ADD_ROW16(12)
	MOVD CSAVED, CPTR

write:
	STORE_ROW16(V0, V1, V2, V3)
	STORE_ROW16(V4, V5, V6, V7)
	STORE_ROW16(V8, V9, V10, V11)
	STORE_ROW16(V12, V13, V14, V15)
	ADD  AROW, ROW3, ROW0
	SUBS $1, TILES
	BNE  tile
	NEXT_GROUP

// one k of 3 rows x 16 columns
#define STEP_3x16 \
	LOAD_B16(B0)          \
	FMOVS (ROW0)(AT), F28 \
	FMOVS (ROW1)(AT), F29 \
	FMOVS (ROW2)(AT), F30 \
	ROW16(28, 0)          \
	ROW16(29, 4)          \
	ROW16(30, 8)          \
	ADD   AK, AT, AT

// func Product3x16NEON(args *ProductArgs)
// Requires: ASIMD
TEXT ·Product3x16NEON(SB), NOSPLIT, $0-8
	BEGIN_PRODUCT

group:
	LOAD_ARGS

tile:
	START_TILE
	ADD  AROW, ROW0, ROW1
	ADD  AROW, ROW1, ROW2
	LOAD_ROW16(V0, V1, V2, V3)
	LOAD_ROW16(V4, V5, V6, V7)
	LOAD_ROW16(V8, V9, V10, V11)
	SUM(STEP_3x16)

store:
	MOVD ProductArgs_Add(ARGS), CSAVED
	CBZ  CSAVED, write
	MOVD CPTR, CSAVED
	ADD_ROW16(0)
	ADD_ROW16(4)
	ADD_ROW16(8)
	MOVD CSAVED, CPTR

write:
	STORE_ROW16(V0, V1, V2, V3)
	STORE_ROW16(V4, V5, V6, V7)
	STORE_ROW16(V8, V9, V10, V11)
	ADD  AROW, ROW2, ROW0
	SUBS $1, TILES
	BNE  tile
	NEXT_GROUP

// one k of 2 rows x 16 columns
#define STEP_2x16 \
	LOAD_B16(B0)          \
	FMOVS (ROW0)(AT), F28 \
	FMOVS (ROW1)(AT), F29 \
	ROW16(28, 0)          \
	ROW16(29, 4)          \
	ADD   AK, AT, AT

// func Product2x16NEON(args *ProductArgs)
// Requires: ASIMD
TEXT ·Product2x16NEON(SB), NOSPLIT, $0-8
	BEGIN_PRODUCT

group:
	LOAD_ARGS

tile:
	START_TILE
	ADD  AROW, ROW0, ROW1
	LOAD_ROW16(V0, V1, V2, V3)
	LOAD_ROW16(V4, V5, V6, V7)
	SUM(STEP_2x16)

store:
	MOVD ProductArgs_Add(ARGS), CSAVED
	CBZ  CSAVED, write
	MOVD CPTR, CSAVED
	ADD_ROW16(0)
	ADD_ROW16(4)
	MOVD CSAVED, CPTR

write:
	STORE_ROW16(V0, V1, V2, V3)
	STORE_ROW16(V4, V5, V6, V7)
	ADD  AROW, ROW1, ROW0
	SUBS $1, TILES
	BNE  tile
	NEXT_GROUP

// one k of 1 row x 16 columns
#define STEP_1x16 \
	LOAD_B16(B0)          \
	FMOVS (ROW0)(AT), F28 \
	ROW16(28, 0)          \
	ADD   AK, AT, AT

// func Product1x16NEON(args *ProductArgs)
// Requires: ASIMD
TEXT ·Product1x16NEON(SB), NOSPLIT, $0-8
	BEGIN_PRODUCT

group:
	LOAD_ARGS

tile:
	START_TILE
	LOAD_ROW16(V0, V1, V2, V3)
	SUM(STEP_1x16)

store:
	MOVD ProductArgs_Add(ARGS), CSAVED
	CBZ  CSAVED, write
	MOVD CPTR, CSAVED
	ADD_ROW16(0)
	MOVD CSAVED, CPTR

write:
	STORE_ROW16(V0, V1, V2, V3)
	ADD  AROW, ROW0, ROW0
	SUBS $1, TILES
	BNE  tile
	NEXT_GROUP
