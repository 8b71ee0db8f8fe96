// Macros of the AVX-512 tile products of 8 rows over rows of B as they are.
//
// Registers as in product_rows_avx512_amd64.h, but for
//	R12 a of the tile, row 0    R13 7 times the bytes between rows of a
//	Z0..Z15 sums, a row after the other
#define AROW7 R13

// One k of eight rows and 16 columns.
#define STEP8x16 \
	BROW16                                     \
	VFMADD231PS.BCST (A), Z24, Z0              \
	VFMADD231PS.BCST (A)(AROW*1), Z24, Z1      \
	VFMADD231PS.BCST (A)(AROW*2), Z24, Z2      \
	VFMADD231PS.BCST (A)(AROW3*1), Z24, Z3     \
	VFMADD231PS.BCST (A)(AROW*4), Z24, Z4      \
	VFMADD231PS.BCST (A)(AROW5*1), Z24, Z5     \
	VFMADD231PS.BCST (A)(AROW3*2), Z24, Z6     \
	VFMADD231PS.BCST (A)(AROW7*1), Z24, Z7     \
	ADDQ AK, A

#define STEP8x32 \
	BROW32                                \
	ROW32((A), Z28, Z0, Z1)               \
	ROW32((A)(AROW*1), Z29, Z2, Z3)       \
	ROW32((A)(AROW*2), Z30, Z4, Z5)       \
	ROW32((A)(AROW3*1), Z31, Z6, Z7)      \
	ROW32((A)(AROW*4), Z28, Z8, Z9)       \
	ROW32((A)(AROW5*1), Z29, Z10, Z11)    \
	ROW32((A)(AROW3*2), Z30, Z12, Z13)    \
	ROW32((A)(AROW7*1), Z31, Z14, Z15)    \
	ADDQ AK, A

// The rows of a tile of 16 columns.
#define ZERO8x16 \
	ZERO_ROW16(Z0) \
	ZERO_ROW16(Z1) \
	ZERO_ROW16(Z2) \
	ZERO_ROW16(Z3) \
	ZERO_ROW16(Z4) \
	ZERO_ROW16(Z5) \
	ZERO_ROW16(Z6) \
	ZERO_ROW16(Z7)
#define SCALE8x16 \
	SCALE_ROW16(Z0) \
	SCALE_ROW16(Z1) \
	SCALE_ROW16(Z2) \
	SCALE_ROW16(Z3) \
	SCALE_ROW16(Z4) \
	SCALE_ROW16(Z5) \
	SCALE_ROW16(Z6) \
	SCALE_ROW16(Z7)
#define BETA8x16 \
	BETA_ROW16(Z0) \
	BETA_ROW16(Z1) \
	BETA_ROW16(Z2) \
	BETA_ROW16(Z3) \
	BETA_ROW16(Z4) \
	BETA_ROW16(Z5) \
	BETA_ROW16(Z6) \
	BETA_ROW16(Z7)
#define STORE8x16 \
	STORE_ROW16(Z0) \
	STORE_ROW16(Z1) \
	STORE_ROW16(Z2) \
	STORE_ROW16(Z3) \
	STORE_ROW16(Z4) \
	STORE_ROW16(Z5) \
	STORE_ROW16(Z6) \
	STORE_ROW16(Z7)

// The rows of a tile of 32 columns.
#define ZERO8x32 \
	ZERO_ROW32(Z0, Z1) \
	ZERO_ROW32(Z2, Z3) \
	ZERO_ROW32(Z4, Z5) \
	ZERO_ROW32(Z6, Z7) \
	ZERO_ROW32(Z8, Z9) \
	ZERO_ROW32(Z10, Z11) \
	ZERO_ROW32(Z12, Z13) \
	ZERO_ROW32(Z14, Z15)
#define SCALE8x32 \
	SCALE_ROW32(Z0, Z1) \
	SCALE_ROW32(Z2, Z3) \
	SCALE_ROW32(Z4, Z5) \
	SCALE_ROW32(Z6, Z7) \
	SCALE_ROW32(Z8, Z9) \
	SCALE_ROW32(Z10, Z11) \
	SCALE_ROW32(Z12, Z13) \
	SCALE_ROW32(Z14, Z15)
#define BETA8x32 \
	BETA_ROW32(Z0, Z1) \
	BETA_ROW32(Z2, Z3) \
	BETA_ROW32(Z4, Z5) \
	BETA_ROW32(Z6, Z7) \
	BETA_ROW32(Z8, Z9) \
	BETA_ROW32(Z10, Z11) \
	BETA_ROW32(Z12, Z13) \
	BETA_ROW32(Z14, Z15)
#define STORE8x32 \
	STORE_ROW32(Z0, Z1) \
	STORE_ROW32(Z2, Z3) \
	STORE_ROW32(Z4, Z5) \
	STORE_ROW32(Z6, Z7) \
	STORE_ROW32(Z8, Z9) \
	STORE_ROW32(Z10, Z11) \
	STORE_ROW32(Z12, Z13) \
	STORE_ROW32(Z14, Z15)

// What the routines of eight rows have in common: the sums of a tile, times Alpha if that is not 1.
#define SUMS_8ROWS(ZERO, STEP, SCALE) \
	LOAD_ROWS_ARGS                        \
	LEAQ (AROW5)(AROW*2), AROW7           \
	MOVQ A, R12                           \
tile:                                         \
	MOVQ RowsArgs_B(R14), B               \
	MOVQ RowsArgs_K(R14), CX              \
	ZERO                                  \
	SUBQ $2, CX                           \
	JL   rest                             \
	PCALIGN $32                           \
twoK:                                         \
	STEP                                  \
	STEP                                  \
	SUBQ $2, CX                           \
	JGE  twoK                             \
rest:                                         \
	ADDQ $2, CX                           \
	JZ   finish                           \
	STEP                                  \
finish:                                       \
	LEAQ (R12)(AROW*8), R12               \
	MOVQ R12, A                           \
	TIMES_ALPHA(SCALE)

// A whole routine, as PRODUCT_ROWS.
#define PRODUCT_8ROWS(ZERO, STEP, SCALE, ADD, STORE_C) \
	SUMS_8ROWS(ZERO, STEP, SCALE)         \
	MOVL RowsArgs_Beta(R14), CX           \
	ADDL CX, CX                           \ // without its sign
	JZ   write                            \
	VBROADCASTSS RowsArgs_Beta(R14), BETA \
	ADD                                   \
	LEAQ (ROW*8), CX                      \
	SUBQ CX, C                            \
write:                                        \
	STORE_C                               \
	DECQ BX                               \
	JNZ  tile                             \
	VZEROUPPER                            \
	RET
