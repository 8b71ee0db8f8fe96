//go:build !purego

// Tile products of few rows x several panels: at least 8 accumulators, so that the
// FMAs' latency is covered.

#include "go_asm.h"
#include "textflag.h"
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
#define STEP_3x32(OFF) \
	VBROADCASTSS (A), Y14         \
	VBROADCASTSS (A)(AROW*1), Y15 \
	VBROADCASTSS (A)(AROW*2), Y13 \
	COLUMN_3ROWS(OFF(B), Y0, Y4, Y8)                \
	COLUMN_3ROWS((OFF+32)(B), Y1, Y5, Y9)           \
	COLUMN_3ROWS(OFF(B)(BPAN*1), Y2, Y6, Y10)       \
	COLUMN_3ROWS((OFF+32)(B)(BPAN*1), Y3, Y7, Y11)  \
	ADDQ AK, A

// one k of 2 rows x 2 panels
#define STEP_2x32(OFF) \
	VBROADCASTSS (A), Y14         \
	VBROADCASTSS (A)(AROW*1), Y15 \
	COLUMN_2ROWS(OFF(B), Y0, Y4)               \
	COLUMN_2ROWS((OFF+32)(B), Y1, Y5)          \
	COLUMN_2ROWS(OFF(B)(BPAN*1), Y2, Y6)       \
	COLUMN_2ROWS((OFF+32)(B)(BPAN*1), Y3, Y7)  \
	ADDQ AK, A

// one k of 1 row x 4 panels
#define STEP_1x64(OFF) \
	VBROADCASTSS (A), Y14 \
	VFMADD231PS OFF(B), Y14, Y0             \
	VFMADD231PS (OFF+32)(B), Y14, Y1        \
	VFMADD231PS OFF(B)(BPAN*1), Y14, Y2     \
	VFMADD231PS (OFF+32)(B)(BPAN*1), Y14, Y3 \
	VFMADD231PS OFF(B)(BPAN*2), Y14, Y4     \
	VFMADD231PS (OFF+32)(B)(BPAN*2), Y14, Y5 \
	VFMADD231PS OFF(B3), Y14, Y6            \
	VFMADD231PS (OFF+32)(B3), Y14, Y7       \
	ADDQ AK, A

// func Product3x32AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product3x32AVX2(SB), NOSPLIT, $0-8
	LOAD_ARGS

tile:
	START_TILE
	LOAD_ROW32(Y0, Y1, Y2, Y3)
	LOAD_ROW32(Y4, Y5, Y6, Y7)
	LOAD_ROW32(Y8, Y9, Y10, Y11)
	SUBQ $4, CX
	JL   rest
	PCALIGN $32

fourK:
	STEP_3x32(0)
	STEP_3x32(64)
	STEP_3x32(128)
	STEP_3x32(192)
	ADDQ $256, B
	SUBQ $4, CX
	JGE  fourK

rest:
	ADDQ $4, CX
	JZ   store

oneK:
	STEP_3x32(0)
	ADDQ $64, B
	DECQ CX
	JNZ  oneK

store:
	STORE_ROW32(Y0, Y1, Y2, Y3)
	STORE_ROW32(Y4, Y5, Y6, Y7)
	STORE_ROW32(Y8, Y9, Y10, Y11)
	NEXT_TILE(3)
	DECQ BX
	JNZ  tile
	VZEROUPPER
	RET

// func Product2x32AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product2x32AVX2(SB), NOSPLIT, $0-8
	LOAD_ARGS

tile:
	START_TILE
	LOAD_ROW32(Y0, Y1, Y2, Y3)
	LOAD_ROW32(Y4, Y5, Y6, Y7)
	SUBQ $4, CX
	JL   rest
	PCALIGN $32

fourK:
	STEP_2x32(0)
	STEP_2x32(64)
	STEP_2x32(128)
	STEP_2x32(192)
	ADDQ $256, B
	SUBQ $4, CX
	JGE  fourK

rest:
	ADDQ $4, CX
	JZ   store

oneK:
	STEP_2x32(0)
	ADDQ $64, B
	DECQ CX
	JNZ  oneK

store:
	STORE_ROW32(Y0, Y1, Y2, Y3)
	STORE_ROW32(Y4, Y5, Y6, Y7)
	NEXT_TILE(2)
	DECQ BX
	JNZ  tile
	VZEROUPPER
	RET

// func Product1x64AVX2(args *ProductArgs)
// Requires: AVX, AVX2, FMA
TEXT ·Product1x64AVX2(SB), NOSPLIT, $0-8
	LOAD_ARGS

tile:
	START_TILE
	LEAQ (B)(BPAN*2), B3
	ADDQ BPAN, B3
	VMOVUPS (INIT), Y0
	VMOVUPS 32(INIT), Y1
	VMOVUPS 64(INIT), Y2
	VMOVUPS 96(INIT), Y3
	VMOVUPS 128(INIT), Y4
	VMOVUPS 160(INIT), Y5
	VMOVUPS 192(INIT), Y6
	VMOVUPS 224(INIT), Y7
	ADDQ IROW, INIT
	SUBQ $4, CX
	JL   rest
	PCALIGN $32

fourK:
	STEP_1x64(0)
	STEP_1x64(64)
	STEP_1x64(128)
	STEP_1x64(192)
	ADDQ $256, B
	ADDQ $256, B3
	SUBQ $4, CX
	JGE  fourK

rest:
	ADDQ $4, CX
	JZ   store

oneK:
	STEP_1x64(0)
	ADDQ $64, B
	ADDQ $64, B3
	DECQ CX
	JNZ  oneK

store:
	VMOVUPS Y0, (C)
	VMOVUPS Y1, 32(C)
	VMOVUPS Y2, 64(C)
	VMOVUPS Y3, 96(C)
	VMOVUPS Y4, 128(C)
	VMOVUPS Y5, 160(C)
	VMOVUPS Y6, 192(C)
	VMOVUPS Y7, 224(C)
	ADDQ CROW, C
	NEXT_TILE(1)
	DECQ BX
	JNZ  tile
	VZEROUPPER
	RET
