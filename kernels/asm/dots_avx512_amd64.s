//go:build !purego

// Dot products of one to four rows of A and four rows of B a tile, all contiguous along
// k: sixteen of each row a turn, 16 FMAs for 8 loads with four.

#include "go_asm.h"
#include "textflag.h"
#include "run_avx512_amd64.h"
#include "dots_amd64.h"

// Which element of a tile [4, 4] its transpose has in each place.
DATA transposed<>+0(SB)/4, $0
DATA transposed<>+4(SB)/4, $4
DATA transposed<>+8(SB)/4, $8
DATA transposed<>+12(SB)/4, $12
DATA transposed<>+16(SB)/4, $1
DATA transposed<>+20(SB)/4, $5
DATA transposed<>+24(SB)/4, $9
DATA transposed<>+28(SB)/4, $13
DATA transposed<>+32(SB)/4, $2
DATA transposed<>+36(SB)/4, $6
DATA transposed<>+40(SB)/4, $10
DATA transposed<>+44(SB)/4, $14
DATA transposed<>+48(SB)/4, $3
DATA transposed<>+52(SB)/4, $7
DATA transposed<>+56(SB)/4, $11
DATA transposed<>+60(SB)/4, $15
GLOBL transposed<>(SB), RODATA|NOPTR, $64

// Register map
//	SI  a, row 0, of the current k     R8, R9, R10 bytes from row 0 to rows 1, 2, 3 of a
//	DX  b, row 0 of the tile, at k;    R11, R12, R13 the same of b
//	    then c, current row
//	DI  c of the tile                  AX bytes between rows of c
//	CX  k to go, then rows             BX columns to go
//	R14 args                           R15 bytes between rows of b; masks
//	Z0..Z15 sums, four a row           Z16..Z19 rows of b    Z20 a row of a
//	Z28 indices    Z29 Beta    Z30 Alpha
//	K1 lanes of the last k             K2 columns of a row to store

#define LOAD_B \
	VMOVUPS (DX), Z16        \
	VMOVUPS (DX)(R11*1), Z17 \
	VMOVUPS (DX)(R12*1), Z18 \
	VMOVUPS (DX)(R13*1), Z19

#define LOAD_LAST_B \
	VMOVUPS.Z (DX), K1, Z16        \
	VMOVUPS.Z (DX)(R11*1), K1, Z17 \
	VMOVUPS.Z (DX)(R12*1), K1, Z18 \
	VMOVUPS.Z (DX)(R13*1), K1, Z19

// acc += row of a * four rows of b
#define DOTS(ACC0, ACC1, ACC2, ACC3) \
	VFMADD231PS Z16, Z20, ACC0 \
	VFMADD231PS Z17, Z20, ACC1 \
	VFMADD231PS Z18, Z20, ACC2 \
	VFMADD231PS Z19, Z20, ACC3

#define ROW(ADDRESS, ACC0, ACC1, ACC2, ACC3) \
	VMOVUPS ADDRESS, Z20 \
	DOTS(ACC0, ACC1, ACC2, ACC3)

#define LAST_ROW(ADDRESS, ACC0, ACC1, ACC2, ACC3) \
	VMOVUPS.Z ADDRESS, K1, Z20 \
	DOTS(ACC0, ACC1, ACC2, ACC3)

// 256 k of each row of b in turn for one row of a, at one register's address: with an index,
// Intel's CPUs make two operations of a multiply-add. Two rows gain nothing by it. The sums are the
// same chains.
#define RUN1(AT, ACC) \
	RUN_16LINES(AT, ACC, Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23, Z24, Z25, Z26, Z27, Z12, Z13, Z14, Z15)

#define A_4LINES(OFF, E0, E1, E2, E3) \
	VMOVUPS OFF(SI), E0       \
	VMOVUPS (OFF+64)(SI), E1  \
	VMOVUPS (OFF+128)(SI), E2 \
	VMOVUPS (OFF+192)(SI), E3

// R8, which one row does not need otherwise, is clobbered.
#define FOUR_RUNS1 \
	A_4LINES(0, Z16, Z17, Z18, Z19)   \
	A_4LINES(256, Z20, Z21, Z22, Z23) \
	A_4LINES(512, Z24, Z25, Z26, Z27) \
	A_4LINES(768, Z12, Z13, Z14, Z15) \
	RUN1((DX), Z0)                    \
	LEAQ (DX)(R11*1), R8              \
	RUN1((R8), Z1)                    \
	LEAQ (DX)(R12*1), R8              \
	RUN1((R8), Z2)                    \
	LEAQ (DX)(R13*1), R8              \
	RUN1((R8), Z3)

#define RUNS1 \
	SUBQ $256, CX  \
	JL   runsDone  \
run:                   \
	FOUR_RUNS1     \
	ADDQ $1024, SI \
	ADDQ $1024, DX \
	SUBQ $256, CX  \
	JGE  run       \
runsDone:              \
	ADDQ $256, CX

#define NO_RUNS

#define ZERO(ACC0, ACC1, ACC2, ACC3) \
	VPXORQ ACC0, ACC0, ACC0 \
	VPXORQ ACC1, ACC1, ACC1 \
	VPXORQ ACC2, ACC2, ACC2 \
	VPXORQ ACC3, ACC3, ACC3

// Four sums, lane by lane -> ACC0, each 128 bits of it the four over a quarter of the lanes.
#define ADD_LANES(ACC0, ACC1, ACC2, ACC3) \
	VUNPCKLPS ACC1, ACC0, Z16 \
	VUNPCKHPS ACC1, ACC0, Z17 \
	VUNPCKLPS ACC3, ACC2, Z18 \
	VUNPCKHPS ACC3, ACC2, Z19 \
	VADDPS    Z17, Z16, Z16   \
	VADDPS    Z19, Z18, Z18   \
	VUNPCKLPD Z18, Z16, Z17   \
	VUNPCKHPD Z18, Z16, Z19   \
	VADDPS    Z19, Z17, ACC0

// Those of four rows -> Z16, row by row.
#define ADD_QUARTERS(ROW0, ROW1, ROW2, ROW3) \
	VSHUFF32X4 $0x44, ROW1, ROW0, Z16 \
	VSHUFF32X4 $0xEE, ROW1, ROW0, Z17 \
	VSHUFF32X4 $0x44, ROW3, ROW2, Z18 \
	VSHUFF32X4 $0xEE, ROW3, ROW2, Z19 \
	VADDPS     Z17, Z16, Z16          \
	VADDPS     Z19, Z18, Z18          \
	VSHUFF32X4 $0x88, Z18, Z16, Z17   \
	VSHUFF32X4 $0xDD, Z18, Z16, Z19   \
	VADDPS     Z19, Z17, Z16

// Bits 0 to CX-1 -> K. R15 is clobbered.
#define MASK(K) \
	MOVL  $1, R15 \
	SHLL  CX, R15 \
	DECL  R15     \
	KMOVW R15, K

// A whole routine: CLEAR clears the sums, RUNS adds as many k as it can, ROWS sixteen,
// LAST_ROWS what is left, ADD adds the lanes; ROW0..ROW3 are the sums of each row, repeated
// where there are fewer.
#define DOT_PRODUCTS(HEIGHT, CLEAR, RUNS, ROWS, LAST_ROWS, ADD, ROW0, ROW1, ROW2, ROW3) \
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
	LEAQ (R8)(R8*2), R10                  \
	VBROADCASTSS DotsArgs_Alpha(R14), Z30 \
	VBROADCASTSS DotsArgs_Beta(R14), Z29  \
	VMOVDQU32 transposed<>(SB), Z28       \
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
	RUNS                                  \
	SUBQ $16, CX                          \
	JL   rest                             \
	PCALIGN $64                           \
sixteenK:                                     \
	LOAD_B                                \
	ROWS                                  \
	ADDQ $64, SI                          \
	ADDQ $64, DX                          \
	SUBQ $16, CX                          \
	JGE  sixteenK                         \
rest:                                         \
	ADDQ $16, CX                          \
	JZ   sums                             \
	MASK(K1)                              \
	LOAD_LAST_B                           \
	LAST_ROWS                             \
sums:                                         \
	ADD                                   \
	ADD_QUARTERS(ROW0, ROW1, ROW2, ROW3)  \
	VMULPS Z30, Z16, Z16                  \
	MOVQ DI, DX                           \
	MOVL $4, CX                           \
	CMPQ BX, $4                           \
	CMOVQLT BX, CX                        \ // columns of this tile
	CMPQ DotsArgs_Transposed(R14), $0     \
	JNE  turned                           \
	MASK(K2)                              \
	MOVL $HEIGHT, CX                      \
	ADDQ $16, DI                          \
	JMP  store                            \
turned:                                       \
	VPERMPS Z16, Z28, Z16                 \
	MOVQ CX, SI                           \
	MOVL $HEIGHT, CX                      \
	MASK(K2)                              \
	MOVQ SI, CX                           \
	LEAQ (DI)(AX*4), DI                   \
store:                                        \
	MOVL DotsArgs_Beta(R14), SI           \
	ADDL SI, SI                           \ // without its sign
	JNZ  addRow                           \
storeRow:                                     \
	VMOVUPS X16, K2, (DX)                 \
	VSHUFF32X4 $0x39, Z16, Z16, Z16       \ // the next row comes down
	ADDQ AX, DX                           \
	DECQ CX                               \
	JNZ  storeRow                         \
	JMP  stored                           \
addRow:                                       \
	VMOVUPS.Z (DX), K2, X17               \
	VFMADD213PS X16, X29, X17             \
	VMOVUPS X17, K2, (DX)                 \
	VSHUFF32X4 $0x39, Z16, Z16, Z16       \
	ADDQ AX, DX                           \
	DECQ CX                               \
	JNZ  addRow                           \
stored:                                       \
	SUBQ $4, BX                           \
	JG   tile                             \
	VZEROUPPER                            \
	RET

#define CLEAR1 \
	ZERO(Z0, Z1, Z2, Z3)
#define ROWS1 \
	ROW((SI), Z0, Z1, Z2, Z3)
#define LAST_ROWS1 \
	LAST_ROW((SI), Z0, Z1, Z2, Z3)
#define ADD1 \
	ADD_LANES(Z0, Z1, Z2, Z3)
#define CLEAR2 \
	CLEAR1 \
	ZERO(Z4, Z5, Z6, Z7)
#define ROWS2 \
	ROWS1 \
	ROW((SI)(R8*1), Z4, Z5, Z6, Z7)
#define LAST_ROWS2 \
	LAST_ROWS1 \
	LAST_ROW((SI)(R8*1), Z4, Z5, Z6, Z7)
#define ADD2 \
	ADD1 \
	ADD_LANES(Z4, Z5, Z6, Z7)
#define CLEAR3 \
	CLEAR2 \
	ZERO(Z8, Z9, Z10, Z11)
#define ROWS3 \
	ROWS2 \
	ROW((SI)(R9*1), Z8, Z9, Z10, Z11)
#define LAST_ROWS3 \
	LAST_ROWS2 \
	LAST_ROW((SI)(R9*1), Z8, Z9, Z10, Z11)
#define ADD3 \
	ADD2 \
	ADD_LANES(Z8, Z9, Z10, Z11)
#define CLEAR4 \
	CLEAR3 \
	ZERO(Z12, Z13, Z14, Z15)
#define ROWS4 \
	ROWS3 \
	ROW((SI)(R10*1), Z12, Z13, Z14, Z15)
#define LAST_ROWS4 \
	LAST_ROWS3 \
	LAST_ROW((SI)(R10*1), Z12, Z13, Z14, Z15)
#define ADD4 \
	ADD3 \
	ADD_LANES(Z12, Z13, Z14, Z15)

// func Dots1AVX512(args *DotsArgs)
// Requires: AVX512F, AVX512VL
TEXT ·Dots1AVX512(SB), NOSPLIT, $0-8
	DOT_PRODUCTS(1, CLEAR1, RUNS1, ROWS1, LAST_ROWS1, ADD1, Z0, Z0, Z0, Z0)

// func Dots2AVX512(args *DotsArgs)
// Requires: AVX512F, AVX512VL
TEXT ·Dots2AVX512(SB), NOSPLIT, $0-8
	DOT_PRODUCTS(2, CLEAR2, NO_RUNS, ROWS2, LAST_ROWS2, ADD2, Z0, Z4, Z0, Z4)

// func Dots3AVX512(args *DotsArgs)
// Requires: AVX512F, AVX512VL
TEXT ·Dots3AVX512(SB), NOSPLIT, $0-8
	DOT_PRODUCTS(3, CLEAR3, NO_RUNS, ROWS3, LAST_ROWS3, ADD3, Z0, Z4, Z8, Z8)

// func Dots4AVX512(args *DotsArgs)
// Requires: AVX512F, AVX512VL
TEXT ·Dots4AVX512(SB), NOSPLIT, $0-8
	DOT_PRODUCTS(4, CLEAR4, NO_RUNS, ROWS4, LAST_ROWS4, ADD4, Z0, Z4, Z8, Z12)
