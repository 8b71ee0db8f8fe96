//go:build !purego

// Tile products of few rows x several panels: at least 16 accumulators, so that the
// FMAs' latency is covered.

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"
#include "product_neon_arm64.h"

// The accumulators of a row of several panels <- init, and back. INIT and CPTR go on
// by a row.
#define LOAD_ROW32(V0, V1, V2, V3, V4, V5, V6, V7) \
	ADD    $64, INIT, R22                             \
	VLD1.P (INIT)(IROW), [V0.S4, V1.S4, V2.S4, V3.S4] \
	VLD1   (R22), [V4.S4, V5.S4, V6.S4, V7.S4]

#define ADD_ROW32(ACC) \
	ADD16(CPTR, ACC)       \
	ADD $64, CPTR, R22     \
	ADD16(R22, (ACC)+4)    \
	ADD CROW, CPTR, CPTR

#define STORE_ROW32(V0, V1, V2, V3, V4, V5, V6, V7) \
	ADD    $64, CPTR, R22                             \
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], (CPTR)(CROW) \
	VST1   [V4.S4, V5.S4, V6.S4, V7.S4], (R22)

// one k of 3 rows x 2 panels
#define STEP_3x32 \
	FMOVS (ROW0)(AT), F28 \
	FMOVS (ROW1)(AT), F29 \
	FMOVS (ROW2)(AT), F30 \
	LOAD_B16(B0)          \
	ROW16(28, 0)          \
	ROW16(29, 8)          \
	ROW16(30, 16)         \
	LOAD_B16(B1)          \
	ROW16(28, 4)          \
	ROW16(29, 12)         \
	ROW16(30, 20)         \
	ADD   AK, AT, AT

// func Product3x32NEON(args *ProductArgs)
// Requires: ASIMD
TEXT ·Product3x32NEON(SB), NOSPLIT, $0-8
	BEGIN_PRODUCT

group:
	LOAD_ARGS

tile:
	START_TILE
	ADD  BPAN, B0, B1
	ADD  AROW, ROW0, ROW1
	ADD  AROW, ROW1, ROW2
	LOAD_ROW32(V0, V1, V2, V3, V4, V5, V6, V7)
	LOAD_ROW32(V8, V9, V10, V11, V12, V13, V14, V15)
	LOAD_ROW32(V16, V17, V18, V19, V20, V21, V22, V23)
	SUM(STEP_3x32)

store:
	MOVD ProductArgs_Add(ARGS), CSAVED
	CBZ  CSAVED, write
	MOVD CPTR, CSAVED
	ADD_ROW32(0)
	ADD_ROW32(8)
	ADD_ROW32(16)
	MOVD CSAVED, CPTR

write:
	STORE_ROW32(V0, V1, V2, V3, V4, V5, V6, V7)
	STORE_ROW32(V8, V9, V10, V11, V12, V13, V14, V15)
	STORE_ROW32(V16, V17, V18, V19, V20, V21, V22, V23)
	ADD  AROW, ROW2, ROW0
	SUBS $1, TILES
	BNE  tile
	NEXT_GROUP

// one k of 2 rows x 2 panels
#define STEP_2x32 \
	FMOVS (ROW0)(AT), F28 \
	FMOVS (ROW1)(AT), F29 \
	LOAD_B16(B0)          \
	ROW16(28, 0)          \
	ROW16(29, 8)          \
	LOAD_B16(B1)          \
	ROW16(28, 4)          \
	ROW16(29, 12)         \
	ADD   AK, AT, AT

// func Product2x32NEON(args *ProductArgs)
// Requires: ASIMD
TEXT ·Product2x32NEON(SB), NOSPLIT, $0-8
	BEGIN_PRODUCT

group:
	LOAD_ARGS

tile:
	START_TILE
	ADD  BPAN, B0, B1
	ADD  AROW, ROW0, ROW1
	LOAD_ROW32(V0, V1, V2, V3, V4, V5, V6, V7)
	LOAD_ROW32(V8, V9, V10, V11, V12, V13, V14, V15)
	SUM(STEP_2x32)

store:
	MOVD ProductArgs_Add(ARGS), CSAVED
	CBZ  CSAVED, write
	MOVD CPTR, CSAVED
	ADD_ROW32(0)
	ADD_ROW32(8)
	MOVD CSAVED, CPTR

write:
	STORE_ROW32(V0, V1, V2, V3, V4, V5, V6, V7)
	STORE_ROW32(V8, V9, V10, V11, V12, V13, V14, V15)
	ADD  AROW, ROW1, ROW0
	SUBS $1, TILES
	BNE  tile
	NEXT_GROUP

// one k of 1 row x 4 panels
#define STEP_1x64 \
	FMOVS (ROW0)(AT), F28 \
	LOAD_B16(B0)          \
	ROW16(28, 0)          \
	LOAD_B16(B1)          \
	ROW16(28, 4)          \
	LOAD_B16(B2)          \
	ROW16(28, 8)          \
	LOAD_B16(B3)          \
	ROW16(28, 12)         \
	ADD   AK, AT, AT

// func Product1x64NEON(args *ProductArgs)
// Requires: ASIMD
TEXT ·Product1x64NEON(SB), NOSPLIT, $0-8
	BEGIN_PRODUCT

group:
	LOAD_ARGS

tile:
	START_TILE
	ADD  BPAN, B0, B1
	ADD  BPAN, B1, B2
	ADD  BPAN, B2, B3
	MOVD INIT, R22
	ADD  IROW, INIT, INIT
	VLD1.P 64(R22), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1.P 64(R22), [V4.S4, V5.S4, V6.S4, V7.S4]
	VLD1.P 64(R22), [V8.S4, V9.S4, V10.S4, V11.S4]
	VLD1.P 64(R22), [V12.S4, V13.S4, V14.S4, V15.S4]
	SUM(STEP_1x64)

store:
	MOVD ProductArgs_Add(ARGS), R22
	CBZ  R22, write
	ADD16(CPTR, 0)
	ADD  $64, CPTR, R22
	ADD16(R22, 4)
	ADD  $64, R22, R22
	ADD16(R22, 8)
	ADD  $64, R22, R22
	ADD16(R22, 12)

write:
	MOVD CPTR, R22
	ADD  CROW, CPTR, CPTR
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R22)
	VST1.P [V4.S4, V5.S4, V6.S4, V7.S4], 64(R22)
	VST1.P [V8.S4, V9.S4, V10.S4, V11.S4], 64(R22)
	VST1.P [V12.S4, V13.S4, V14.S4, V15.S4], 64(R22)
	ADD  AROW, ROW0, ROW0
	SUBS $1, TILES
	BNE  tile
	NEXT_GROUP
