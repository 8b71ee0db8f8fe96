//go:build !purego

// Tile products of one and two rows x 128 columns: 8 and 16 sums in flight, so that
// the FMAs' latency is covered. One row uses each element of b once: the memory that
// holds b is its limit.

#include "go_asm.h"
#include "textflag.h"
#include "product_amd64.h"
#include "product_avx512_amd64.h"
#include "run_avx512_amd64.h"

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

// Sixteen k at a time take 1 KB of each panel in turn. The panel's address is one register: with an
// index, Intel's CPUs make two operations of a multiply-add (Xeon: 1.02 times as fast without,
// 1.11 at 64 KB of b). AX is clobbered.
#define COLUMN_16K(ACC) \
	RUN_16LINES((AX), ACC, Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23, Z24, Z25, Z26, Z27, Z28, Z29, Z30, Z31) \
	ADDQ BPAN, AX

#define SIXTEEN1x128 \
	A_4K(Z16, Z17, Z18, Z19) \
	A_4K(Z20, Z21, Z22, Z23) \
	A_4K(Z24, Z25, Z26, Z27) \
	A_4K(Z28, Z29, Z30, Z31) \
	MOVQ B, AX               \
	COLUMN_16K(Z0)           \
	COLUMN_16K(Z1)           \
	COLUMN_16K(Z2)           \
	COLUMN_16K(Z3)           \
	COLUMN_16K(Z4)           \
	COLUMN_16K(Z5)           \
	COLUMN_16K(Z6)           \
	COLUMN_16K(Z7)

// Two rows leave registers for the elements of a of four k.
#define COLUMN_2ROWS_4K(B0, B1, B2, B3, ACC0, ACC1) \
	VMOVUPS     B0, Z24        \
	VMOVUPS     B1, Z25        \
	VMOVUPS     B2, Z26        \
	VMOVUPS     B3, Z27        \
	VFMADD231PS Z24, Z16, ACC0 \
	VFMADD231PS Z24, Z20, ACC1 \
	VFMADD231PS Z25, Z17, ACC0 \
	VFMADD231PS Z25, Z21, ACC1 \
	VFMADD231PS Z26, Z18, ACC0 \
	VFMADD231PS Z26, Z22, ACC1 \
	VFMADD231PS Z27, Z19, ACC0 \
	VFMADD231PS Z27, Z23, ACC1

// Elements of a of both rows at one k.
#define A_2ROWS(E0, E1) \
	VBROADCASTSS (A), E0         \
	VBROADCASTSS (A)(AROW*1), E1 \
	ADDQ AK, A

#define FOUR2x128 \
	A_2ROWS(Z16, Z20)                                                                        \
	A_2ROWS(Z17, Z21)                                                                        \
	A_2ROWS(Z18, Z22)                                                                        \
	A_2ROWS(Z19, Z23)                                                                        \
	COLUMN_2ROWS_4K((B), 64(B), 128(B), 192(B), Z0, Z8)                                      \
	COLUMN_2ROWS_4K((B)(BPAN*1), 64(B)(BPAN*1), 128(B)(BPAN*1), 192(B)(BPAN*1), Z1, Z9)      \
	COLUMN_2ROWS_4K((B)(BPAN*2), 64(B)(BPAN*2), 128(B)(BPAN*2), 192(B)(BPAN*2), Z2, Z10)     \
	COLUMN_2ROWS_4K((B)(BPAN3*1), 64(B)(BPAN3*1), 128(B)(BPAN3*1), 192(B)(BPAN3*1), Z3, Z11) \
	COLUMN_2ROWS_4K((B)(BPAN*4), 64(B)(BPAN*4), 128(B)(BPAN*4), 192(B)(BPAN*4), Z4, Z12)     \
	COLUMN_2ROWS_4K((B)(BPAN5*1), 64(B)(BPAN5*1), 128(B)(BPAN5*1), 192(B)(BPAN5*1), Z5, Z13) \
	COLUMN_2ROWS_4K((B)(BPAN3*2), 64(B)(BPAN3*2), 128(B)(BPAN3*2), 192(B)(BPAN3*2), Z6, Z14) \
	COLUMN_2ROWS_4K((B)(BPAN7*1), 64(B)(BPAN7*1), 128(B)(BPAN7*1), 192(B)(BPAN7*1), Z7, Z15)

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

#define TOUCH_ROW128 \
	TOUCH_ROW64 \
	PREFETCHT0 256(C) \
	PREFETCHT0 320(C) \
	PREFETCHT0 384(C) \
	PREFETCHT0 448(C)

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
	PRODUCT(1, PANEL_STRIDES, TOUCH_ROW128, LOAD1x128, 16, NOTHING_AHEAD, SIXTEEN1x128, STEP1x128, ADD1x128, STORE1x128)

// func Product2x128AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product2x128AVX512(SB), NOSPLIT, $0-8
	PRODUCT(2, PANEL_STRIDES, TOUCH_ROW128, LOAD2x128, 4, NOTHING_AHEAD, FOUR2x128, STEP2x128, ADD2x128, STORE2x128)
