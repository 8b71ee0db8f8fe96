//go:build !purego

// Tile products of 1 to 6 rows x 16 to 64 columns. Six rows of 64 columns take 24
// accumulators: 24 FMAs for 10 loads a k. From three rows on the two FMA ports are the
// limit; one and two rows have wider tiles, in product_wide_avx512_amd64.s.

#include "go_asm.h"
#include "textflag.h"
#include "product_avx512_amd64.h"

// The first rows of a tile of 16 columns, each list one row longer than the last.
#define LOAD1x16 \
	LOAD_ROW16(Z0)
#define ROWS1x16 \
	ROW16((A), Z28, Z0)
#define ADD1x16 \
	ADD_ROW16(Z0)
#define STORE1x16 \
	STORE_ROW16(Z0)
#define LOAD2x16 \
	LOAD1x16 \
	LOAD_ROW16(Z4)
#define ROWS2x16 \
	ROWS1x16 \
	ROW16((A)(AROW*1), Z29, Z4)
#define ADD2x16 \
	ADD1x16 \
	ADD_ROW16(Z4)
#define STORE2x16 \
	STORE1x16 \
	STORE_ROW16(Z4)
#define LOAD3x16 \
	LOAD2x16 \
	LOAD_ROW16(Z8)
#define ROWS3x16 \
	ROWS2x16 \
	ROW16((A)(AROW*2), Z30, Z8)
#define ADD3x16 \
	ADD2x16 \
	ADD_ROW16(Z8)
#define STORE3x16 \
	STORE2x16 \
	STORE_ROW16(Z8)
#define LOAD4x16 \
	LOAD3x16 \
	LOAD_ROW16(Z12)
#define ROWS4x16 \
	ROWS3x16 \
	ROW16((A)(AROW3*1), Z31, Z12)
#define ADD4x16 \
	ADD3x16 \
	ADD_ROW16(Z12)
#define STORE4x16 \
	STORE3x16 \
	STORE_ROW16(Z12)
#define LOAD5x16 \
	LOAD4x16 \
	LOAD_ROW16(Z16)
#define ROWS5x16 \
	ROWS4x16 \
	ROW16((A)(AROW*4), Z28, Z16)
#define ADD5x16 \
	ADD4x16 \
	ADD_ROW16(Z16)
#define STORE5x16 \
	STORE4x16 \
	STORE_ROW16(Z16)
#define LOAD6x16 \
	LOAD5x16 \
	LOAD_ROW16(Z20)
#define ROWS6x16 \
	ROWS5x16 \
	ROW16((A)(AROW5*1), Z29, Z20)
#define ADD6x16 \
	ADD5x16 \
	ADD_ROW16(Z20)
#define STORE6x16 \
	STORE5x16 \
	STORE_ROW16(Z20)

#define STEP1x16(OFF) \
	B16(OFF) \
	ROWS1x16 \
	ADDQ AK, A
#define STEP2x16(OFF) \
	B16(OFF) \
	ROWS2x16 \
	ADDQ AK, A
#define STEP3x16(OFF) \
	B16(OFF) \
	ROWS3x16 \
	ADDQ AK, A
#define STEP4x16(OFF) \
	B16(OFF) \
	ROWS4x16 \
	ADDQ AK, A
#define STEP5x16(OFF) \
	B16(OFF) \
	ROWS5x16 \
	ADDQ AK, A
#define STEP6x16(OFF) \
	B16(OFF) \
	ROWS6x16 \
	ADDQ AK, A

// func Product1x16AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product1x16AVX512(SB), NOSPLIT, $0-8
	PRODUCT(1, ROW_STRIDES, LOAD1x16, STEP1x16, ADD1x16, STORE1x16)

// func Product2x16AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product2x16AVX512(SB), NOSPLIT, $0-8
	PRODUCT(2, ROW_STRIDES, LOAD2x16, STEP2x16, ADD2x16, STORE2x16)

// func Product3x16AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product3x16AVX512(SB), NOSPLIT, $0-8
	PRODUCT(3, ROW_STRIDES, LOAD3x16, STEP3x16, ADD3x16, STORE3x16)

// func Product4x16AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product4x16AVX512(SB), NOSPLIT, $0-8
	PRODUCT(4, ROW_STRIDES, LOAD4x16, STEP4x16, ADD4x16, STORE4x16)

// func Product5x16AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product5x16AVX512(SB), NOSPLIT, $0-8
	PRODUCT(5, ROW_STRIDES, LOAD5x16, STEP5x16, ADD5x16, STORE5x16)

// func Product6x16AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product6x16AVX512(SB), NOSPLIT, $0-8
	PRODUCT(6, ROW_STRIDES, LOAD6x16, STEP6x16, ADD6x16, STORE6x16)

// The first rows of a tile of 32 columns, each list one row longer than the last.
#define LOAD1x32 \
	LOAD_ROW32(Z0, Z1)
#define ROWS1x32 \
	ROW32((A), Z28, Z0, Z1)
#define ADD1x32 \
	ADD_ROW32(Z0, Z1)
#define STORE1x32 \
	STORE_ROW32(Z0, Z1)
#define LOAD2x32 \
	LOAD1x32 \
	LOAD_ROW32(Z4, Z5)
#define ROWS2x32 \
	ROWS1x32 \
	ROW32((A)(AROW*1), Z29, Z4, Z5)
#define ADD2x32 \
	ADD1x32 \
	ADD_ROW32(Z4, Z5)
#define STORE2x32 \
	STORE1x32 \
	STORE_ROW32(Z4, Z5)
#define LOAD3x32 \
	LOAD2x32 \
	LOAD_ROW32(Z8, Z9)
#define ROWS3x32 \
	ROWS2x32 \
	ROW32((A)(AROW*2), Z30, Z8, Z9)
#define ADD3x32 \
	ADD2x32 \
	ADD_ROW32(Z8, Z9)
#define STORE3x32 \
	STORE2x32 \
	STORE_ROW32(Z8, Z9)
#define LOAD4x32 \
	LOAD3x32 \
	LOAD_ROW32(Z12, Z13)
#define ROWS4x32 \
	ROWS3x32 \
	ROW32((A)(AROW3*1), Z31, Z12, Z13)
#define ADD4x32 \
	ADD3x32 \
	ADD_ROW32(Z12, Z13)
#define STORE4x32 \
	STORE3x32 \
	STORE_ROW32(Z12, Z13)
#define LOAD5x32 \
	LOAD4x32 \
	LOAD_ROW32(Z16, Z17)
#define ROWS5x32 \
	ROWS4x32 \
	ROW32((A)(AROW*4), Z28, Z16, Z17)
#define ADD5x32 \
	ADD4x32 \
	ADD_ROW32(Z16, Z17)
#define STORE5x32 \
	STORE4x32 \
	STORE_ROW32(Z16, Z17)
#define LOAD6x32 \
	LOAD5x32 \
	LOAD_ROW32(Z20, Z21)
#define ROWS6x32 \
	ROWS5x32 \
	ROW32((A)(AROW5*1), Z29, Z20, Z21)
#define ADD6x32 \
	ADD5x32 \
	ADD_ROW32(Z20, Z21)
#define STORE6x32 \
	STORE5x32 \
	STORE_ROW32(Z20, Z21)

#define STEP1x32(OFF) \
	B32(OFF) \
	ROWS1x32 \
	ADDQ AK, A
#define STEP2x32(OFF) \
	B32(OFF) \
	ROWS2x32 \
	ADDQ AK, A
#define STEP3x32(OFF) \
	B32(OFF) \
	ROWS3x32 \
	ADDQ AK, A
#define STEP4x32(OFF) \
	B32(OFF) \
	ROWS4x32 \
	ADDQ AK, A
#define STEP5x32(OFF) \
	B32(OFF) \
	ROWS5x32 \
	ADDQ AK, A
#define STEP6x32(OFF) \
	B32(OFF) \
	ROWS6x32 \
	ADDQ AK, A

// func Product1x32AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product1x32AVX512(SB), NOSPLIT, $0-8
	PRODUCT(1, ROW_STRIDES, LOAD1x32, STEP1x32, ADD1x32, STORE1x32)

// func Product2x32AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product2x32AVX512(SB), NOSPLIT, $0-8
	PRODUCT(2, ROW_STRIDES, LOAD2x32, STEP2x32, ADD2x32, STORE2x32)

// func Product3x32AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product3x32AVX512(SB), NOSPLIT, $0-8
	PRODUCT(3, ROW_STRIDES, LOAD3x32, STEP3x32, ADD3x32, STORE3x32)

// func Product4x32AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product4x32AVX512(SB), NOSPLIT, $0-8
	PRODUCT(4, ROW_STRIDES, LOAD4x32, STEP4x32, ADD4x32, STORE4x32)

// func Product5x32AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product5x32AVX512(SB), NOSPLIT, $0-8
	PRODUCT(5, ROW_STRIDES, LOAD5x32, STEP5x32, ADD5x32, STORE5x32)

// func Product6x32AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product6x32AVX512(SB), NOSPLIT, $0-8
	PRODUCT(6, ROW_STRIDES, LOAD6x32, STEP6x32, ADD6x32, STORE6x32)

// The first rows of a tile of 48 columns, each list one row longer than the last.
#define LOAD1x48 \
	LOAD_ROW48(Z0, Z1, Z2)
#define ROWS1x48 \
	ROW48((A), Z28, Z0, Z1, Z2)
#define ADD1x48 \
	ADD_ROW48(Z0, Z1, Z2)
#define STORE1x48 \
	STORE_ROW48(Z0, Z1, Z2)
#define LOAD2x48 \
	LOAD1x48 \
	LOAD_ROW48(Z4, Z5, Z6)
#define ROWS2x48 \
	ROWS1x48 \
	ROW48((A)(AROW*1), Z29, Z4, Z5, Z6)
#define ADD2x48 \
	ADD1x48 \
	ADD_ROW48(Z4, Z5, Z6)
#define STORE2x48 \
	STORE1x48 \
	STORE_ROW48(Z4, Z5, Z6)
#define LOAD3x48 \
	LOAD2x48 \
	LOAD_ROW48(Z8, Z9, Z10)
#define ROWS3x48 \
	ROWS2x48 \
	ROW48((A)(AROW*2), Z30, Z8, Z9, Z10)
#define ADD3x48 \
	ADD2x48 \
	ADD_ROW48(Z8, Z9, Z10)
#define STORE3x48 \
	STORE2x48 \
	STORE_ROW48(Z8, Z9, Z10)
#define LOAD4x48 \
	LOAD3x48 \
	LOAD_ROW48(Z12, Z13, Z14)
#define ROWS4x48 \
	ROWS3x48 \
	ROW48((A)(AROW3*1), Z31, Z12, Z13, Z14)
#define ADD4x48 \
	ADD3x48 \
	ADD_ROW48(Z12, Z13, Z14)
#define STORE4x48 \
	STORE3x48 \
	STORE_ROW48(Z12, Z13, Z14)
#define LOAD5x48 \
	LOAD4x48 \
	LOAD_ROW48(Z16, Z17, Z18)
#define ROWS5x48 \
	ROWS4x48 \
	ROW48((A)(AROW*4), Z28, Z16, Z17, Z18)
#define ADD5x48 \
	ADD4x48 \
	ADD_ROW48(Z16, Z17, Z18)
#define STORE5x48 \
	STORE4x48 \
	STORE_ROW48(Z16, Z17, Z18)
#define LOAD6x48 \
	LOAD5x48 \
	LOAD_ROW48(Z20, Z21, Z22)
#define ROWS6x48 \
	ROWS5x48 \
	ROW48((A)(AROW5*1), Z29, Z20, Z21, Z22)
#define ADD6x48 \
	ADD5x48 \
	ADD_ROW48(Z20, Z21, Z22)
#define STORE6x48 \
	STORE5x48 \
	STORE_ROW48(Z20, Z21, Z22)

#define STEP1x48(OFF) \
	B48(OFF) \
	ROWS1x48 \
	ADDQ AK, A
#define STEP2x48(OFF) \
	B48(OFF) \
	ROWS2x48 \
	ADDQ AK, A
#define STEP3x48(OFF) \
	B48(OFF) \
	ROWS3x48 \
	ADDQ AK, A
#define STEP4x48(OFF) \
	B48(OFF) \
	ROWS4x48 \
	ADDQ AK, A
#define STEP5x48(OFF) \
	B48(OFF) \
	ROWS5x48 \
	ADDQ AK, A
#define STEP6x48(OFF) \
	B48(OFF) \
	ROWS6x48 \
	ADDQ AK, A

// func Product1x48AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product1x48AVX512(SB), NOSPLIT, $0-8
	PRODUCT(1, ROW_STRIDES, LOAD1x48, STEP1x48, ADD1x48, STORE1x48)

// func Product2x48AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product2x48AVX512(SB), NOSPLIT, $0-8
	PRODUCT(2, ROW_STRIDES, LOAD2x48, STEP2x48, ADD2x48, STORE2x48)

// func Product3x48AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product3x48AVX512(SB), NOSPLIT, $0-8
	PRODUCT(3, ROW_STRIDES, LOAD3x48, STEP3x48, ADD3x48, STORE3x48)

// func Product4x48AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product4x48AVX512(SB), NOSPLIT, $0-8
	PRODUCT(4, ROW_STRIDES, LOAD4x48, STEP4x48, ADD4x48, STORE4x48)

// func Product5x48AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product5x48AVX512(SB), NOSPLIT, $0-8
	PRODUCT(5, ROW_STRIDES, LOAD5x48, STEP5x48, ADD5x48, STORE5x48)

// func Product6x48AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product6x48AVX512(SB), NOSPLIT, $0-8
	PRODUCT(6, ROW_STRIDES, LOAD6x48, STEP6x48, ADD6x48, STORE6x48)

// The first rows of a tile of 64 columns, each list one row longer than the last.
#define LOAD1x64 \
	LOAD_ROW64(Z0, Z1, Z2, Z3)
#define ROWS1x64 \
	ROW64((A), Z28, Z0, Z1, Z2, Z3)
#define ADD1x64 \
	ADD_ROW64(Z0, Z1, Z2, Z3)
#define STORE1x64 \
	STORE_ROW64(Z0, Z1, Z2, Z3)
#define LOAD2x64 \
	LOAD1x64 \
	LOAD_ROW64(Z4, Z5, Z6, Z7)
#define ROWS2x64 \
	ROWS1x64 \
	ROW64((A)(AROW*1), Z29, Z4, Z5, Z6, Z7)
#define ADD2x64 \
	ADD1x64 \
	ADD_ROW64(Z4, Z5, Z6, Z7)
#define STORE2x64 \
	STORE1x64 \
	STORE_ROW64(Z4, Z5, Z6, Z7)
#define LOAD3x64 \
	LOAD2x64 \
	LOAD_ROW64(Z8, Z9, Z10, Z11)
#define ROWS3x64 \
	ROWS2x64 \
	ROW64((A)(AROW*2), Z30, Z8, Z9, Z10, Z11)
#define ADD3x64 \
	ADD2x64 \
	ADD_ROW64(Z8, Z9, Z10, Z11)
#define STORE3x64 \
	STORE2x64 \
	STORE_ROW64(Z8, Z9, Z10, Z11)
#define LOAD4x64 \
	LOAD3x64 \
	LOAD_ROW64(Z12, Z13, Z14, Z15)
#define ROWS4x64 \
	ROWS3x64 \
	ROW64((A)(AROW3*1), Z31, Z12, Z13, Z14, Z15)
#define ADD4x64 \
	ADD3x64 \
	ADD_ROW64(Z12, Z13, Z14, Z15)
#define STORE4x64 \
	STORE3x64 \
	STORE_ROW64(Z12, Z13, Z14, Z15)
#define LOAD5x64 \
	LOAD4x64 \
	LOAD_ROW64(Z16, Z17, Z18, Z19)
#define ROWS5x64 \
	ROWS4x64 \
	ROW64((A)(AROW*4), Z28, Z16, Z17, Z18, Z19)
#define ADD5x64 \
	ADD4x64 \
	ADD_ROW64(Z16, Z17, Z18, Z19)
#define STORE5x64 \
	STORE4x64 \
	STORE_ROW64(Z16, Z17, Z18, Z19)
#define LOAD6x64 \
	LOAD5x64 \
	LOAD_ROW64(Z20, Z21, Z22, Z23)
#define ROWS6x64 \
	ROWS5x64 \
	ROW64((A)(AROW5*1), Z29, Z20, Z21, Z22, Z23)
#define ADD6x64 \
	ADD5x64 \
	ADD_ROW64(Z20, Z21, Z22, Z23)
#define STORE6x64 \
	STORE5x64 \
	STORE_ROW64(Z20, Z21, Z22, Z23)

#define STEP1x64(OFF) \
	B64(OFF) \
	ROWS1x64 \
	ADDQ AK, A
#define STEP2x64(OFF) \
	B64(OFF) \
	ROWS2x64 \
	ADDQ AK, A
#define STEP3x64(OFF) \
	B64(OFF) \
	ROWS3x64 \
	ADDQ AK, A
#define STEP4x64(OFF) \
	B64(OFF) \
	ROWS4x64 \
	ADDQ AK, A
#define STEP5x64(OFF) \
	B64(OFF) \
	ROWS5x64 \
	ADDQ AK, A
#define STEP6x64(OFF) \
	B64(OFF) \
	ROWS6x64 \
	ADDQ AK, A

// func Product1x64AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product1x64AVX512(SB), NOSPLIT, $0-8
	PRODUCT(1, ROW_STRIDES, LOAD1x64, STEP1x64, ADD1x64, STORE1x64)

// func Product2x64AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product2x64AVX512(SB), NOSPLIT, $0-8
	PRODUCT(2, ROW_STRIDES, LOAD2x64, STEP2x64, ADD2x64, STORE2x64)

// func Product3x64AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product3x64AVX512(SB), NOSPLIT, $0-8
	PRODUCT(3, ROW_STRIDES, LOAD3x64, STEP3x64, ADD3x64, STORE3x64)

// func Product4x64AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product4x64AVX512(SB), NOSPLIT, $0-8
	PRODUCT(4, ROW_STRIDES, LOAD4x64, STEP4x64, ADD4x64, STORE4x64)

// func Product5x64AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product5x64AVX512(SB), NOSPLIT, $0-8
	PRODUCT(5, ROW_STRIDES, LOAD5x64, STEP5x64, ADD5x64, STORE5x64)

// func Product6x64AVX512(args *ProductArgs)
// Requires: AVX512F
TEXT ·Product6x64AVX512(SB), NOSPLIT, $0-8
	PRODUCT(6, ROW_STRIDES, LOAD6x64, STEP6x64, ADD6x64, STORE6x64)
