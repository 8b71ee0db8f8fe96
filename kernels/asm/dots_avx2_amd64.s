//go:build !purego

// Dot products of one to three rows of A and four rows of B a tile, all contiguous along
// k: eight of each row a turn, 12 FMAs for 7 loads with three.

#include "go_asm.h"
#include "textflag.h"
#include "mask_avx2_amd64.h"
#include "dots_amd64.h"

// Register map
//	SI  a, row 0, of the current k     R8, R9 bytes from row 0 to rows 1, 2 of a
//	DX  b, row 0 of the tile, at k;    R11, R12, R13 the same of b
//	    then c, current row
//	DI  c of the tile                  AX bytes between rows of c
//	CX  k to go, then rows             BX columns to go
//	R10 masks                          R14 args
//	R15 bytes between rows of b; Beta
//	Y0..Y11 sums, four a row           Y12..Y14 rows of a    Y15 a row of b
//	At the end: X12, X13 scratch; X14 columns of a row to store; X15 Alpha, then Beta

// The mask of the first CX lanes: its address -> R10. CX is negated.
#define MASK \
	NEGQ CX                    \
	LEAQ lanes<>+64(SB), R10   \
	LEAQ (R10)(CX*4), R10

#define LOAD_A1 \
	VMOVUPS (SI), Y12
#define LOAD_A2 \
	LOAD_A1 \
	VMOVUPS (SI)(R8*1), Y13
#define LOAD_A3 \
	LOAD_A2 \
	VMOVUPS (SI)(R9*1), Y14

#define LOAD_LAST_A1 \
	VMOVUPS (R10), Y15 \
	VMASKMOVPS (SI), Y15, Y12
#define LOAD_LAST_A2 \
	LOAD_LAST_A1 \
	VMASKMOVPS (SI)(R8*1), Y15, Y13
#define LOAD_LAST_A3 \
	LOAD_LAST_A2 \
	VMASKMOVPS (SI)(R9*1), Y15, Y14

// sums of a column += rows of a * Y15
#define COLUMN1(ACC0, ACC1, ACC2) \
	VFMADD231PS Y15, Y12, ACC0
#define COLUMN2(ACC0, ACC1, ACC2) \
	COLUMN1(ACC0, ACC1, ACC2) \
	VFMADD231PS Y15, Y13, ACC1
#define COLUMN3(ACC0, ACC1, ACC2) \
	COLUMN2(ACC0, ACC1, ACC2) \
	VFMADD231PS Y15, Y14, ACC2

#define COLUMNS(COLUMN) \
	VMOVUPS (DX), Y15        \
	COLUMN(Y0, Y4, Y8)       \
	VMOVUPS (DX)(R11*1), Y15 \
	COLUMN(Y1, Y5, Y9)       \
	VMOVUPS (DX)(R12*1), Y15 \
	COLUMN(Y2, Y6, Y10)      \
	VMOVUPS (DX)(R13*1), Y15 \
	COLUMN(Y3, Y7, Y11)

#define LAST_B(ADDRESS) \
	VMOVUPS (R10), Y15 \
	VMASKMOVPS ADDRESS, Y15, Y15

#define LAST_COLUMNS(COLUMN) \
	LAST_B((DX))        \
	COLUMN(Y0, Y4, Y8)  \
	LAST_B((DX)(R11*1)) \
	COLUMN(Y1, Y5, Y9)  \
	LAST_B((DX)(R12*1)) \
	COLUMN(Y2, Y6, Y10) \
	LAST_B((DX)(R13*1)) \
	COLUMN(Y3, Y7, Y11)

#define ZERO(ACC0, ACC1, ACC2, ACC3) \
	VXORPS ACC0, ACC0, ACC0 \
	VXORPS ACC1, ACC1, ACC1 \
	VXORPS ACC2, ACC2, ACC2 \
	VXORPS ACC3, ACC3, ACC3
#define ZERO1 \
	ZERO(Y0, Y1, Y2, Y3)
#define ZERO2 \
	ZERO1 \
	ZERO(Y4, Y5, Y6, Y7)
#define ZERO3 \
	ZERO2 \
	ZERO(Y8, Y9, Y10, Y11)

// Lanes of four sums -> OUT, the four sums, times Alpha. OUT is X of what ACC0 was or before.
#define ADD_LANES(ACC0, ACC1, ACC2, ACC3, OUT) \
	VHADDPS      ACC1, ACC0, Y12 \
	VHADDPS      ACC3, ACC2, Y13 \
	VHADDPS      Y13, Y12, Y12   \
	VEXTRACTF128 $1, Y12, X13    \
	VADDPS       X13, X12, X12   \
	VMULPS       X15, X12, OUT
#define ADD1 \
	ADD_LANES(Y0, Y1, Y2, Y3, X0)
#define ADD2 \
	ADD1 \
	ADD_LANES(Y4, Y5, Y6, Y7, X1)
#define ADD3 \
	ADD2 \
	ADD_LANES(Y8, Y9, Y10, Y11, X2)

// X0..X3, four rows of four, -> X0..X3, their columns. Clobbers X4..X7.
#define TRANSPOSE_4x4 \
	VUNPCKLPS X1, X0, X4 \
	VUNPCKHPS X1, X0, X5 \
	VUNPCKLPS X3, X2, X6 \
	VUNPCKHPS X3, X2, X7 \
	VMOVLHPS  X6, X4, X0 \
	VMOVHLPS  X4, X6, X1 \
	VMOVLHPS  X7, X5, X2 \
	VMOVHLPS  X5, X7, X3

// One row of c, the last one if CX is 1: four columns, or as many as the mask has; where c is turned, one, two
// or three. What needs no mask has none, for AMD's CPUs take a masked store apart (20 cycles on a Zen 3).
#define STORE4(OUT) \
	VMOVUPS OUT, (DX)
#define STORE_MASKED(OUT) \
	VMASKMOVPS OUT, X14, (DX)
#define STORE1(OUT) \
	VMOVSS OUT, (DX)
#define STORE2(OUT) \
	VMOVLPS OUT, (DX)
#define STORE3(OUT) \
	VMOVLPS    OUT, (DX) \
	VEXTRACTPS $2, OUT, 8(DX)

#define LOAD4 \
	VMOVUPS (DX), X12
#define LOAD_MASKED \
	VMASKMOVPS (DX), X14, X12
#define LOAD1 \
	VMOVSS (DX), X12
#define LOAD2 \
	VMOVSD (DX), X12
#define LOAD3 \
	VMOVSD    (DX), X12           \
	VINSERTPS $0x20, 8(DX), X12, X12

#define STORE_ROW(STORE, OUT) \
	STORE(OUT)  \
	ADDQ AX, DX \
	DECQ CX     \
	JZ   stored

#define ADD_ROW(LOAD, STORE, OUT) \
	LOAD                      \
	VFMADD231PS X12, X15, OUT \
	STORE_ROW(STORE, OUT)

// Up to four rows of c = X0..X3, or Beta·c + X0..X3.
#define STORE_ROWS(ADDING, LOAD, STORE) \
	MOVL DotsArgs_Beta(R14), R15 \
	ADDL R15, R15                \ // without its sign
	JNZ  ADDING                  \
	STORE_ROW(STORE, X0)         \
	STORE_ROW(STORE, X1)         \
	STORE_ROW(STORE, X2)         \
	STORE_ROW(STORE, X3)         \
ADDING:                              \
	VBROADCASTSS DotsArgs_Beta(R14), X15 \
	ADD_ROW(LOAD, STORE, X0)     \
	ADD_ROW(LOAD, STORE, X1)     \
	ADD_ROW(LOAD, STORE, X2)     \
	ADD_ROW(LOAD, STORE, X3)

// A whole routine: CLEAR clears the sums, LOAD_A and COLUMN add eight k, LOAD_LAST_A and
// COLUMN what is left, ADD adds the lanes. LOAD and STORE move HEIGHT columns of c.
#define DOT_PRODUCTS(HEIGHT, CLEAR, LOAD_A, LOAD_LAST_A, COLUMN, ADD, LOAD, STORE) \
	MOVQ args+0(FP), R14                  \
	MOVQ DotsArgs_B(R14), DX              \
	MOVQ DX, DotsArgs_AtB(R14)            \
	MOVQ DotsArgs_C(R14), DI              \
	MOVQ DotsArgs_CRow(R14), AX           \
	MOVQ DotsArgs_ARow(R14), R8           \
	MOVQ DotsArgs_Columns(R14), BX        \
	SHLQ $2, AX                           \
	SHLQ $2, R8                           \
	LEAQ (R8)(R8*1), R9                   \
tile:                                         \
	MOVQ DotsArgs_BRow(R14), R15          \
	SHLQ $2, R15                          \
	ROW_OFFSETS(R15, BX, R11, R12, R13)   \
	MOVQ DotsArgs_A(R14), SI              \
	MOVQ DotsArgs_AtB(R14), DX            \
	LEAQ (DX)(R15*4), CX                  \
	MOVQ CX, DotsArgs_AtB(R14)            \
	MOVQ DotsArgs_K(R14), CX              \
	CLEAR                                 \
	SUBQ $8, CX                           \
	JL   rest                             \
	PCALIGN $32                           \
eightK:                                       \
	LOAD_A                                \
	COLUMNS(COLUMN)                       \
	ADDQ $32, SI                          \
	ADDQ $32, DX                          \
	SUBQ $8, CX                           \
	JGE  eightK                           \
rest:                                         \
	ADDQ $8, CX                           \
	JZ   sums                             \
	MASK                                  \
	LOAD_LAST_A                           \
	LAST_COLUMNS(COLUMN)                  \
sums:                                         \
	VBROADCASTSS DotsArgs_Alpha(R14), X15 \
	ADD                                   \
	MOVQ DI, DX                           \
	MOVL $4, CX                           \
	CMPQ BX, $4                           \
	CMOVQLT BX, CX                        \ // columns of this tile
	CMPQ DotsArgs_Transposed(R14), $0     \
	JNE  turned                           \
	ADDQ $16, DI                          \
	CMPQ CX, $4                           \
	JLT  narrow                           \
	MOVL $HEIGHT, CX                      \
	STORE_ROWS(add, LOAD4, STORE4)        \
narrow:                                       \
	MASK                                  \
	VMOVUPS (R10), X14                    \
	MOVL $HEIGHT, CX                      \
	STORE_ROWS(addNarrow, LOAD_MASKED, STORE_MASKED) \
turned:                                       \
	TRANSPOSE_4x4                         \
	LEAQ (DI)(AX*4), DI                   \
	STORE_ROWS(addTurned, LOAD, STORE)    \
stored:                                       \
	SUBQ $4, BX                           \
	JG   tile                             \
	VZEROUPPER                            \
	RET

// func Dots1AVX2(args *DotsArgs)
// Requires: AVX, FMA
TEXT ·Dots1AVX2(SB), NOSPLIT, $0-8
	DOT_PRODUCTS(1, ZERO1, LOAD_A1, LOAD_LAST_A1, COLUMN1, ADD1, LOAD1, STORE1)

// func Dots2AVX2(args *DotsArgs)
// Requires: AVX, FMA
TEXT ·Dots2AVX2(SB), NOSPLIT, $0-8
	DOT_PRODUCTS(2, ZERO2, LOAD_A2, LOAD_LAST_A2, COLUMN2, ADD2, LOAD2, STORE2)

// func Dots3AVX2(args *DotsArgs)
// Requires: AVX, FMA
TEXT ·Dots3AVX2(SB), NOSPLIT, $0-8
	DOT_PRODUCTS(3, ZERO3, LOAD_A3, LOAD_LAST_A3, COLUMN3, ADD3, LOAD3, STORE3)
