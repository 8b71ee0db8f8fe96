//go:build !purego

// Tile products of 8 rows x 16 and 32 columns over rows of B as they are, whose C is stored as its
// transpose, straight from the registers: small products of two transposed matrices.

#include "go_asm.h"
#include "textflag.h"
#include "product_avx512_amd64.h"
#include "product_rows_amd64.h"
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

// The next row of c, of those that exist.
#define NEXT_ROW(NONE) \
	ADDQ ROW, DX \
	DECQ CX      \
	JZ   NONE

#define STORE_LOW(COLUMN, NONE) \
	VMOVUPS COLUMN, (DX) \
	NEXT_ROW(NONE)

#define STORE_HIGH(COLUMN, NONE) \
	VEXTRACTF64X4 $1, COLUMN, (DX) \
	NEXT_ROW(NONE)

// Sixteen columns of eight rows -> as many rows of c from DX on as CX says, then to NONE.
#define STORE_COLUMNS(R0, R1, R2, R3, R4, R5, R6, R7, NONE) \
	TRANSPOSE_4ROWS(R0, R1, R2, R3, Z16, Z17, Z18, Z19) \
	TRANSPOSE_4ROWS(R4, R5, R6, R7, Z20, Z21, Z22, Z23) \
	JOIN_ROWS(R0, R4, Z24)  \
	JOIN_ROWS(R1, R5, Z25)  \
	JOIN_ROWS(R2, R6, Z26)  \
	JOIN_ROWS(R3, R7, Z27)  \
	VMOVAPS R0, Z16         \
	VMOVAPS R1, Z17         \
	VMOVAPS R2, Z18         \
	VMOVAPS R3, Z19         \
	STORE_LOW(Y16, NONE)    \
	STORE_LOW(Y17, NONE)    \
	STORE_LOW(Y18, NONE)    \
	STORE_LOW(Y19, NONE)    \
	STORE_HIGH(Z16, NONE)   \
	STORE_HIGH(Z17, NONE)   \
	STORE_HIGH(Z18, NONE)   \
	STORE_HIGH(Z19, NONE)   \
	STORE_LOW(Y24, NONE)    \
	STORE_LOW(Y25, NONE)    \
	STORE_LOW(Y26, NONE)    \
	STORE_LOW(Y27, NONE)    \
	STORE_HIGH(Z24, NONE)   \
	STORE_HIGH(Z25, NONE)   \
	STORE_HIGH(Z26, NONE)   \
	STORE_HIGH(Z27, NONE)

#define STORE8x16T \
	MOVQ RowsArgs_Last(R14), CX \
	STORE_COLUMNS(Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, stored)

#define STORE8x32T \
	MOVL $16, CX                                             \
	STORE_COLUMNS(Z0, Z2, Z4, Z6, Z8, Z10, Z12, Z14, second) \
second:                                                          \
	MOVQ RowsArgs_Last(R14), CX                              \
	STORE_COLUMNS(Z1, Z3, Z5, Z7, Z9, Z11, Z13, Z15, stored)

// A whole routine, as PRODUCT_8ROWS without Beta; at the end
//	DX  c, row j     CX  rows to go     Z28, Z29 indices
#define PRODUCT_8ROWS_TRANSPOSED(ZERO, STEP, SCALE, STORE_C) \
	SUMS_8ROWS(ZERO, STEP, SCALE)         \
	VMOVDQU64 quarters<>+0(SB), Z28       \
	VMOVDQU64 quarters<>+64(SB), Z29      \
	MOVQ C, DX                            \
	STORE_C                               \
stored:                                       \
	ADDQ $32, C                           \
	DECQ BX                               \
	JNZ  tile                             \
	VZEROUPPER                            \
	RET

// func ProductRows8x16TransposedAVX512(args *RowsArgs)
// c[r, j] is at C + j·CRow + r; Beta counts as 0. Requires: AVX512F, AVX512VL
TEXT ·ProductRows8x16TransposedAVX512(SB), NOSPLIT, $0-8
	PRODUCT_8ROWS_TRANSPOSED(ZERO8x16, STEP8x16, SCALE8x16, STORE8x16T)

// func ProductRows8x32TransposedAVX512(args *RowsArgs)
// c[r, j] is at C + j·CRow + r; Beta counts as 0. Requires: AVX512F, AVX512VL
TEXT ·ProductRows8x32TransposedAVX512(SB), NOSPLIT, $0-8
	PRODUCT_8ROWS_TRANSPOSED(ZERO8x32, STEP8x32, SCALE8x32, STORE8x32T)
