// exp, sigmoid and tanh of 8 lanes, for the AVX2 level. The same sequence of
// IEEE operations stands in package kernels as portable Go; both give the same
// bits. The common core, for a <= 0 (exp: any a in range):
//
//	n = round(a·log2 e)                       by adding and subtracting 1.5·2^23
//	r = a - n·ln 2                            ln 2 in two parts, |r| <= 0.3466
//	p = r + r²·(c0 + r·(c1 + r·(c2 + r·(c3 + r·c4))))  = e^r - 1
//
// c0..c4 are a minimax fit of (e^r - 1 - r)/r² for the relative error of p
// (1.4e-8). Largest distance from the correctly rounded value over all 2^32
// arguments: exp 1 ulp, sigmoid 2 ulp, tanh 2 ulp.
//
// Constants that every call needs stay in Y6..Y15; the others are broadcast
// from memory where they are used. NaN goes through: VMAXPS and VMINPS return
// their first operand (Go order) if one is a NaN.

#define ONE   Y6
#define SIGN  Y7
#define LOG2E Y8
#define LN2HI Y9
#define LN2LO Y10
#define C0    Y11
#define C1    Y12
#define C2    Y13
#define C3    Y14
#define C4    Y15

#define LOAD_ACTIVATION_CONSTANTS \
	VBROADCASTSS activation<>+0(SB), ONE    \
	VBROADCASTSS activation<>+4(SB), SIGN   \
	VBROADCASTSS activation<>+8(SB), LOG2E  \
	VBROADCASTSS activation<>+12(SB), LN2HI \
	VBROADCASTSS activation<>+16(SB), LN2LO \
	VBROADCASTSS activation<>+20(SB), C0    \
	VBROADCASTSS activation<>+24(SB), C1    \
	VBROADCASTSS activation<>+28(SB), C2    \
	VBROADCASTSS activation<>+32(SB), C3    \
	VBROADCASTSS activation<>+36(SB), C4

#define MAGIC         activation<>+40(SB)
#define MAGIC64       activation<>+44(SB)
#define TWO_TO_MINUS64 activation<>+48(SB)
#define TWO           activation<>+52(SB)
#define LOWEST_EXP    activation<>+56(SB)
#define LOWEST_TANH   activation<>+60(SB)
#define HIGHEST_EXP   activation<>+64(SB)
#define BIAS          activation<>+68(SB)

DATA activation<>+0(SB)/4, $0x3F800000  // 1
DATA activation<>+4(SB)/4, $0x80000000  // sign bit
DATA activation<>+8(SB)/4, $0x3FB8AA3B  // 0x1.715476p+0  log2 e
DATA activation<>+12(SB)/4, $0x3F317200 // 0x1.62e4p-1    ln 2, leading 15 bits
DATA activation<>+16(SB)/4, $0x35BFBE8E // 0x1.7f7d1cp-20 ln 2, the rest
DATA activation<>+20(SB)/4, $0x3EFFFFFF // 0x1.fffffep-2  c0
DATA activation<>+24(SB)/4, $0x3E2AAA57 // 0x1.5554aep-3  c1
DATA activation<>+28(SB)/4, $0x3D2AAB3B // 0x1.555676p-5  c2
DATA activation<>+32(SB)/4, $0x3C09148A // 0x1.122914p-7  c3
DATA activation<>+36(SB)/4, $0x3AB5F5EB // 0x1.6bebd6p-10 c4
DATA activation<>+40(SB)/4, $0x4B400000 // 1.5·2^23
DATA activation<>+44(SB)/4, $0x4B400040 // 1.5·2^23 + 64
DATA activation<>+48(SB)/4, $0x1F800000 // 2^-64
DATA activation<>+52(SB)/4, $0x40000000 // 2
DATA activation<>+56(SB)/4, $0xC2D00000 // -104: e^-104 rounds to 0
DATA activation<>+60(SB)/4, $0xC1C00000 // -24: tanh(12) rounds to 1
DATA activation<>+64(SB)/4, $0x42B1999A // 88.8: e^88.8 rounds to +Inf
DATA activation<>+68(SB)/4, $0x0000007F // exponent bias
GLOBL activation<>(SB), RODATA|NOPTR, $72

// Y1 = a -> Y4 = p, Y2 = MAGIC_ADDRESS + n as a float, whose low bits are n.
// Clobbers Y1, Y3, Y5.
#define EXPM1_CORE(MAGIC_ADDRESS) \
	VBROADCASTSS MAGIC_ADDRESS, Y2 \
	VMOVAPS      Y2, Y3            \
	VFMADD231PS  LOG2E, Y1, Y2     \ // t = a·log2 e + magic
	VSUBPS       Y3, Y2, Y3        \ // n = t - magic
	VFNMADD231PS LN2HI, Y3, Y1     \
	VFNMADD231PS LN2LO, Y3, Y1     \ // r = (a - n·ln2hi) - n·ln2lo
	VMOVAPS      C4, Y4            \
	VFMADD213PS  C3, Y1, Y4        \
	VFMADD213PS  C2, Y1, Y4        \
	VFMADD213PS  C1, Y1, Y4        \
	VFMADD213PS  C0, Y1, Y4        \ // q = c0 + r·(c1 + ...)
	VMULPS       Y1, Y1, Y5        \
	VFMADD213PS  Y1, Y5, Y4          // p = r²·q + r

// Y0 = σ(Y0) = num/(1 + e), e = exp(-|x|), num = x < 0 ? e : 1. Clobbers Y1..Y5.
// The factor 2^n comes as 2^(n+64), made from bits, and 2^-64: a subnormal e is
// rounded once. (Adding n to the exponent bits of 1 + p would spare a product and
// turn some NaNs into numbers.)
#define SIGMOID_Y0 \
	VORPS        SIGN, Y0, Y1        \ // a = -|x|
	VBROADCASTSS LOWEST_EXP, Y2      \
	VMAXPS       Y1, Y2, Y1          \
	EXPM1_CORE(MAGIC64)              \
	VADDPS       ONE, Y4, Y4         \
	VPSLLD       $23, Y2, Y2         \
	VPADDD       ONE, Y2, Y2         \ // 2^(n+64)
	VBROADCASTSS TWO_TO_MINUS64, Y5  \
	VMULPS       Y2, Y4, Y4          \
	VMULPS       Y5, Y4, Y4          \ // e = (1 + p)·2^(n+64)·2^-64
	VADDPS       ONE, Y4, Y5         \ // 1 + e
	VBLENDVPS    Y0, Y4, ONE, Y3     \ // num
	VDIVPS       Y5, Y3, Y0

// Y0 = tanh(Y0) = sign(x)·|E|/(2 + E), E = exp(-2|x|) - 1. Clobbers Y1..Y5.
#define TANH_Y0 \
	VORPS        SIGN, Y0, Y1    \
	VADDPS       Y1, Y1, Y1      \ // a = -2|x|
	VBROADCASTSS LOWEST_TANH, Y2 \
	VMAXPS       Y1, Y2, Y1      \
	EXPM1_CORE(MAGIC)            \
	VPSLLD       $23, Y2, Y2     \
	VPADDD       ONE, Y2, Y2     \ // s = 2^n
	VSUBPS       ONE, Y2, Y3     \
	VFMADD213PS  Y3, Y2, Y4      \ // E = s·p + (s - 1)
	VBROADCASTSS TWO, Y5         \
	VADDPS       Y5, Y4, Y5      \ // 2 + E
	VDIVPS       Y5, Y4, Y4      \
	VANDNPS      Y4, SIGN, Y4    \ // |E/(2 + E)|
	VANDPS       SIGN, Y0, Y0    \
	VORPS        Y4, Y0, Y0

// Y0 = exp(Y0) = ((1 + p)·2^(n>>1))·2^(n - n>>1). Clobbers Y1..Y5.
#define EXP_Y0 \
	VBROADCASTSS HIGHEST_EXP, Y1 \
	VMINPS       Y0, Y1, Y1      \
	VBROADCASTSS LOWEST_EXP, Y2  \
	VMAXPS       Y1, Y2, Y1      \
	EXPM1_CORE(MAGIC)            \
	VADDPS       ONE, Y4, Y4     \
	VPSLLD       $9, Y2, Y2      \
	VPSRAD       $9, Y2, Y2      \ // n
	VPSRAD       $1, Y2, Y3      \ // n >> 1
	VPSUBD       Y3, Y2, Y2      \ // n - n>>1
	VPBROADCASTD BIAS, Y5        \
	VPADDD       Y5, Y3, Y3      \
	VPADDD       Y5, Y2, Y2      \
	VPSLLD       $23, Y3, Y3     \
	VPSLLD       $23, Y2, Y2     \
	VMULPS       Y3, Y4, Y4      \
	VMULPS       Y2, Y4, Y0
