//go:build !purego

// Tile products of 8 rows x 16 columns over rows of B as they are, whose C is stored as its
// transpose, straight from the registers: small products of two transposed matrices.

#include "go_asm.h"
#include "textflag.h"
#include "product_avx512_amd64.h"
#include "product_rows_avx512_amd64.h"
#include "product_rows8_avx512_amd64.h"
#include "transpose_avx512_amd64.h"

// Which 64 bits of two registers make two columns of eight rows: quarters 0 and 1, 2 and 3.
DATA quarters<>+0(SB)/8, $0
DATA quarters<>+8(SB)/8, $1
DATA quarters<>+16(SB)/8, $8
DATA quarters<>+24(SB)/8, $9
DATA quarters<>+32(SB)/8, $2
DATA quarters<>+40(SB)/8, $3
DATA quarters<>+48(SB)/8, $10
DATA quarters<>+56(SB)/8, $11
DATA quarters<>+64(SB)/8, $4
DATA quarters<>+72(SB)/8, $5
DATA quarters<>+80(SB)/8, $12
DATA quarters<>+88(SB)/8, $13
DATA quarters<>+96(SB)/8, $6
DATA quarters<>+104(SB)/8, $7
DATA quarters<>+112(SB)/8, $14
DATA quarters<>+120(SB)/8, $15
GLOBL quarters<>(SB), RODATA|NOPTR, $128

// A quarter of each four rows, of the first and the last -> columns of all eight: LOW has
// those of quarters 0 and 1, HIGH those of 2 and 3.
#define JOIN_ROWS(LOW, LAST, HIGH) \
	VMOVAPS  LOW, HIGH       \
	VPERMT2Q LAST, Z28, LOW  \
	VPERMT2Q LAST, Z29, HIGH

// A row of c, of those that exist.
#define NEXT_ROW \
	ADDQ ROW, DX \
	DECQ CX      \
	JZ   stored

#define STORE_LOW(COLUMN) \
	VMOVUPS COLUMN, (DX) \
	NEXT_ROW

#define STORE_HIGH(COLUMN) \
	VEXTRACTF64X4 $1, COLUMN, (DX) \
	NEXT_ROW

// func ProductRows8x16TransposedAVX512(args *RowsArgs)
// c[r, j] is at C + j·CRow + r; Beta counts as 0. Requires: AVX512F
//
// Registers as in product_rows8_avx512_amd64.h; at the end
//	DX  c, row j     CX  rows to go     Z28, Z29 indices
TEXT ·ProductRows8x16TransposedAVX512(SB), NOSPLIT, $0-8
	LOAD_ROWS_ARGS
	LEAQ (AROW5)(AROW*2), AROW7
	MOVQ A, R12

tile:
	MOVQ RowsArgs_B(R14), B
	MOVQ RowsArgs_K(R14), CX
	ZERO8x16
	SUBQ $2, CX
	JL   rest
	PCALIGN $32

twoK:
	STEP8x16
	STEP8x16
	SUBQ $2, CX
	JGE  twoK

rest:
	ADDQ $2, CX
	JZ   finish
	STEP8x16

finish:
	LEAQ (R12)(AROW*8), R12
	MOVQ R12, A
	VBROADCASTSS RowsArgs_Alpha(R14), Z31
	SCALE8x16
	VMOVDQU64 quarters<>+0(SB), Z28
	VMOVDQU64 quarters<>+64(SB), Z29
	TRANSPOSE_4ROWS(Z0, Z1, Z2, Z3, Z16, Z17, Z18, Z19)
	TRANSPOSE_4ROWS(Z4, Z5, Z6, Z7, Z20, Z21, Z22, Z23)
	JOIN_ROWS(Z0, Z4, Z8)
	JOIN_ROWS(Z1, Z5, Z9)
	JOIN_ROWS(Z2, Z6, Z10)
	JOIN_ROWS(Z3, Z7, Z11)
	MOVQ C, DX
	MOVQ RowsArgs_Last(R14), CX
	STORE_LOW(Y0)
	STORE_LOW(Y1)
	STORE_LOW(Y2)
	STORE_LOW(Y3)
	STORE_HIGH(Z0)
	STORE_HIGH(Z1)
	STORE_HIGH(Z2)
	STORE_HIGH(Z3)
	STORE_LOW(Y8)
	STORE_LOW(Y9)
	STORE_LOW(Y10)
	STORE_LOW(Y11)
	STORE_HIGH(Z8)
	STORE_HIGH(Z9)
	STORE_HIGH(Z10)
	STORE_HIGH(Z11)

stored:
	ADDQ $32, C
	DECQ BX
	JNZ  tile
	VZEROUPPER
	RET
