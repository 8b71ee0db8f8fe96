//go:build !purego

// Tile products of 1 to 6 rows x 16 columns. Six rows take 12 accumulators, two
// vectors of b and two broadcasts: 12 FMAs for 8 loads a k, so the two FMA ports
// are the limit. Fewer than four rows leave the FMAs' latency bare; the wide tiles
// take their place where two panels stand side by side.

#include "go_asm.h"
#include "textflag.h"
#include "product_avx2_amd64.h"

// one k of 6 rows x 16 columns
#define STEP_6x16(OFF) \
	LOAD_B16(OFF) \
	ROW16((A), Y14, Y0, Y1) \
	ROW16((A)(AROW*1), Y15, Y2, Y3) \
	ROW16((A)(AROW*2), Y14, Y4, Y5) \
	ROW16((A3), Y15, Y6, Y7) \
	ROW16((A3)(AROW*1), Y14, Y8, Y9) \
	ROW16((A3)(AROW*2), Y15, Y10, Y11) \
	ADDQ AK, A \
	ADDQ AK, A3

// func Product6x16AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product6x16AVX2(SB), NOSPLIT, $0-8
	LOAD_ARGS

tile:
	START_TILE
	LEAQ (A)(AROW*2), A3
	ADDQ AROW, A3
	LOAD_ROW16(Y0, Y1)
	LOAD_ROW16(Y2, Y3)
	LOAD_ROW16(Y4, Y5)
	LOAD_ROW16(Y6, Y7)
	LOAD_ROW16(Y8, Y9)
	LOAD_ROW16(Y10, Y11)
	SUBQ $4, CX
	JL   rest
	PCALIGN $32

fourK:
	STEP_6x16(0)
	STEP_6x16(64)
	STEP_6x16(128)
	STEP_6x16(192)
	ADDQ $256, B
	SUBQ $4, CX
	JGE  fourK

rest:
	ADDQ $4, CX
	JZ   store

oneK:
	STEP_6x16(0)
	ADDQ $64, B
	DECQ CX
	JNZ  oneK

store:
	STORE_ROW16(Y0, Y1)
	STORE_ROW16(Y2, Y3)
	STORE_ROW16(Y4, Y5)
	STORE_ROW16(Y6, Y7)
	STORE_ROW16(Y8, Y9)
	STORE_ROW16(Y10, Y11)
	NEXT_TILE(6)
	DECQ BX
	JNZ  tile
	VZEROUPPER
	RET

// one k of 5 rows x 16 columns
#define STEP_5x16(OFF) \
	LOAD_B16(OFF) \
	ROW16((A), Y14, Y0, Y1) \
	ROW16((A)(AROW*1), Y15, Y2, Y3) \
	ROW16((A)(AROW*2), Y14, Y4, Y5) \
	ROW16((A3), Y15, Y6, Y7) \
	ROW16((A3)(AROW*1), Y14, Y8, Y9) \
	ADDQ AK, A \
	ADDQ AK, A3

// func Product5x16AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product5x16AVX2(SB), NOSPLIT, $0-8
	LOAD_ARGS

tile:
	START_TILE
	LEAQ (A)(AROW*2), A3
	ADDQ AROW, A3
	LOAD_ROW16(Y0, Y1)
	LOAD_ROW16(Y2, Y3)
	LOAD_ROW16(Y4, Y5)
	LOAD_ROW16(Y6, Y7)
	LOAD_ROW16(Y8, Y9)
	SUBQ $4, CX
	JL   rest
	PCALIGN $32

fourK:
	STEP_5x16(0)
	STEP_5x16(64)
	STEP_5x16(128)
	STEP_5x16(192)
	ADDQ $256, B
	SUBQ $4, CX
	JGE  fourK

rest:
	ADDQ $4, CX
	JZ   store

oneK:
	STEP_5x16(0)
	ADDQ $64, B
	DECQ CX
	JNZ  oneK

store:
	STORE_ROW16(Y0, Y1)
	STORE_ROW16(Y2, Y3)
	STORE_ROW16(Y4, Y5)
	STORE_ROW16(Y6, Y7)
	STORE_ROW16(Y8, Y9)
	NEXT_TILE(5)
	DECQ BX
	JNZ  tile
	VZEROUPPER
	RET

// one k of 4 rows x 16 columns
#define STEP_4x16(OFF) \
	LOAD_B16(OFF) \
	ROW16((A), Y14, Y0, Y1) \
	ROW16((A)(AROW*1), Y15, Y2, Y3) \
	ROW16((A)(AROW*2), Y14, Y4, Y5) \
	ROW16((A3), Y15, Y6, Y7) \
	ADDQ AK, A \
	ADDQ AK, A3

// func Product4x16AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product4x16AVX2(SB), NOSPLIT, $0-8
	LOAD_ARGS

tile:
	START_TILE
	LEAQ (A)(AROW*2), A3
	ADDQ AROW, A3
	LOAD_ROW16(Y0, Y1)
	LOAD_ROW16(Y2, Y3)
	LOAD_ROW16(Y4, Y5)
	LOAD_ROW16(Y6, Y7)
	SUBQ $4, CX
	JL   rest
	PCALIGN $32

fourK:
	STEP_4x16(0)
	STEP_4x16(64)
	STEP_4x16(128)
	STEP_4x16(192)
	ADDQ $256, B
	SUBQ $4, CX
	JGE  fourK

rest:
	ADDQ $4, CX
	JZ   store

oneK:
	STEP_4x16(0)
	ADDQ $64, B
	DECQ CX
	JNZ  oneK

store:
	STORE_ROW16(Y0, Y1)
	STORE_ROW16(Y2, Y3)
	STORE_ROW16(Y4, Y5)
	STORE_ROW16(Y6, Y7)
	NEXT_TILE(4)
	DECQ BX
	JNZ  tile
	VZEROUPPER
	RET

// one k of 3 rows x 16 columns
#define STEP_3x16(OFF) \
	LOAD_B16(OFF) \
	ROW16((A), Y14, Y0, Y1) \
	ROW16((A)(AROW*1), Y15, Y2, Y3) \
	ROW16((A)(AROW*2), Y14, Y4, Y5) \
	ADDQ AK, A

// func Product3x16AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product3x16AVX2(SB), NOSPLIT, $0-8
	LOAD_ARGS

tile:
	START_TILE
	LOAD_ROW16(Y0, Y1)
	LOAD_ROW16(Y2, Y3)
	LOAD_ROW16(Y4, Y5)
	SUBQ $4, CX
	JL   rest
	PCALIGN $32

fourK:
	STEP_3x16(0)
	STEP_3x16(64)
	STEP_3x16(128)
	STEP_3x16(192)
	ADDQ $256, B
	SUBQ $4, CX
	JGE  fourK

rest:
	ADDQ $4, CX
	JZ   store

oneK:
	STEP_3x16(0)
	ADDQ $64, B
	DECQ CX
	JNZ  oneK

store:
	STORE_ROW16(Y0, Y1)
	STORE_ROW16(Y2, Y3)
	STORE_ROW16(Y4, Y5)
	NEXT_TILE(3)
	DECQ BX
	JNZ  tile
	VZEROUPPER
	RET

// one k of 2 rows x 16 columns
#define STEP_2x16(OFF) \
	LOAD_B16(OFF) \
	ROW16((A), Y14, Y0, Y1) \
	ROW16((A)(AROW*1), Y15, Y2, Y3) \
	ADDQ AK, A

// func Product2x16AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product2x16AVX2(SB), NOSPLIT, $0-8
	LOAD_ARGS

tile:
	START_TILE
	LOAD_ROW16(Y0, Y1)
	LOAD_ROW16(Y2, Y3)
	SUBQ $4, CX
	JL   rest
	PCALIGN $32

fourK:
	STEP_2x16(0)
	STEP_2x16(64)
	STEP_2x16(128)
	STEP_2x16(192)
	ADDQ $256, B
	SUBQ $4, CX
	JGE  fourK

rest:
	ADDQ $4, CX
	JZ   store

oneK:
	STEP_2x16(0)
	ADDQ $64, B
	DECQ CX
	JNZ  oneK

store:
	STORE_ROW16(Y0, Y1)
	STORE_ROW16(Y2, Y3)
	NEXT_TILE(2)
	DECQ BX
	JNZ  tile
	VZEROUPPER
	RET

// one k of 1 row x 16 columns
#define STEP_1x16(OFF) \
	LOAD_B16(OFF) \
	ROW16((A), Y14, Y0, Y1) \
	ADDQ AK, A

// func Product1x16AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product1x16AVX2(SB), NOSPLIT, $0-8
	LOAD_ARGS

tile:
	START_TILE
	LOAD_ROW16(Y0, Y1)
	SUBQ $4, CX
	JL   rest
	PCALIGN $32

fourK:
	STEP_1x16(0)
	STEP_1x16(64)
	STEP_1x16(128)
	STEP_1x16(192)
	ADDQ $256, B
	SUBQ $4, CX
	JGE  fourK

rest:
	ADDQ $4, CX
	JZ   store

oneK:
	STEP_1x16(0)
	ADDQ $64, B
	DECQ CX
	JNZ  oneK

store:
	STORE_ROW16(Y0, Y1)
	NEXT_TILE(1)
	DECQ BX
	JNZ  tile
	VZEROUPPER
	RET
