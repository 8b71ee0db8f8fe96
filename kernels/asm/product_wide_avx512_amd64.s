//go:build !purego

// Tile products of one and two rows x 128 columns: 8 and 16 sums in flight, so that
// the FMAs' latency is covered. One row uses each element of b once: the memory that
// holds b is its limit.

#include "go_asm.h"
#include "textflag.h"
#include "product_avx512_amd64.h"

// One k of one row: acc(panel) += a * b[panel].
#define STEP1x128(OFF) \
	VBROADCASTSS (A), Z28                     \
	VFMADD231PS  OFF(B), Z28, Z0              \
	VFMADD231PS  OFF(B)(BPAN*1), Z28, Z1      \
	VFMADD231PS  OFF(B)(BPAN*2), Z28, Z2      \
	VFMADD231PS  OFF(B)(BPAN3*1), Z28, Z3     \
	VFMADD231PS  OFF(B)(BPAN*4), Z28, Z4      \
	VFMADD231PS  OFF(B)(BPAN5*1), Z28, Z5     \
	VFMADD231PS  OFF(B)(BPAN3*2), Z28, Z6     \
	VFMADD231PS  OFF(B)(BPAN7*1), Z28, Z7     \
	ADDQ AK, A

#define COLUMN_2ROWS(ADDRESS, ACC0, ACC1) \
	VMOVUPS     ADDRESS, Z24   \
	VFMADD231PS Z24, Z28, ACC0 \
	VFMADD231PS Z24, Z29, ACC1

// One k of two rows.
#define STEP2x128(OFF) \
	VBROADCASTSS (A), Z28                    \
	VBROADCASTSS (A)(AROW*1), Z29            \
	COLUMN_2ROWS(OFF(B), Z0, Z8)             \
	COLUMN_2ROWS(OFF(B)(BPAN*1), Z1, Z9)     \
	COLUMN_2ROWS(OFF(B)(BPAN*2), Z2, Z10)    \
	COLUMN_2ROWS(OFF(B)(BPAN3*1), Z3, Z11)   \
	COLUMN_2ROWS(OFF(B)(BPAN*4), Z4, Z12)    \
	COLUMN_2ROWS(OFF(B)(BPAN5*1), Z5, Z13)   \
	COLUMN_2ROWS(OFF(B)(BPAN3*2), Z6, Z14)   \
	COLUMN_2ROWS(OFF(B)(BPAN7*1), Z7, Z15)   \
	ADDQ AK, A

#define LOAD_ROW128(ACC0, ACC1, ACC2, ACC3, ACC4, ACC5, ACC6, ACC7) \
	VMOVUPS   (INIT), ACC0        \
	VMOVUPS   64(INIT), ACC1      \
	VMOVUPS   128(INIT), ACC2     \
	VMOVUPS   192(INIT), ACC3     \
	VMOVUPS   256(INIT), ACC4     \
	VMOVUPS   320(INIT), ACC5     \
	VMOVUPS   384(INIT), ACC6     \
	VMOVUPS.Z 448(INIT), K1, ACC7 \
	ADDQ      ROW, INIT

#define ADD_ROW128(ACC0, ACC1, ACC2, ACC3, ACC4, ACC5, ACC6, ACC7) \
	VADDPS (C), ACC0, ACC0 \
	VADDPS 64(C), ACC1, ACC1 \
	VADDPS 128(C), ACC2, ACC2 \
	VADDPS 192(C), ACC3, ACC3 \
	VADDPS 256(C), ACC4, ACC4 \
	VADDPS 320(C), ACC5, ACC5 \
	VADDPS 384(C), ACC6, ACC6 \
	VADDPS 448(C), ACC7, K1, ACC7 \
	ADDQ   ROW, C

#define STORE_ROW128(ACC0, ACC1, ACC2, ACC3, ACC4, ACC5, ACC6, ACC7) \
	VMOVUPS ACC0, (C)        \
	VMOVUPS ACC1, 64(C)      \
	VMOVUPS ACC2, 128(C)     \
	VMOVUPS ACC3, 192(C)     \
	VMOVUPS ACC4, 256(C)     \
	VMOVUPS ACC5, 320(C)     \
	VMOVUPS ACC6, 384(C)     \
	VMOVUPS ACC7, K1, 448(C) \
	ADDQ    ROW, C

#define LOAD1x128 \
	LOAD_ROW128(Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)
#define ADD1x128 \
	ADD_ROW128(Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)
#define STORE1x128 \
	STORE_ROW128(Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)
#define LOAD2x128 \
	LOAD1x128 \
	LOAD_ROW128(Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15)
#define ADD2x128 \
	ADD1x128 \
	ADD_ROW128(Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15)
#define STORE2x128 \
	STORE1x128 \
	STORE_ROW128(Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15)

// func Product1x128AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product1x128AVX512(SB), NOSPLIT, $0-8
	PRODUCT(1, PANEL_STRIDES, LOAD1x128, STEP1x128, ADD1x128, STORE1x128)

// func Product2x128AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product2x128AVX512(SB), NOSPLIT, $0-8
	PRODUCT(2, PANEL_STRIDES, LOAD2x128, STEP2x128, ADD2x128, STORE2x128)
