// exp, sigmoid and tanh of 8 lanes, for the AVX2 level. Portable Go in package kernels
// rounds where these do, but for powers of two; both give the same bits. The common core,
// for a <= 0 (exp: any a in range):
//
//	n = round(a·log2 e)                       by adding and subtracting 1.5·2^23
//	r = a - n·ln 2                            ln 2 in two parts, |r| <= 0.3466
//	p = r + r²·(c0 + r·(c1 + r·(c2 + r·(c3 + r·c4))))  = e^r - 1
//
// c0..c4 are a minimax fit of (e^r - 1 - r)/r² for the relative error of p
// (1.4e-8). Largest distance from the correctly rounded value over all 2^32
// arguments: exp 1 ulp, sigmoid 2 ulp, tanh 2 ulp.
//
// A function is a chain of some 20 operations that wait for one another, 4 cycles each.
// It is cut into stages, macros with the registers as parameters, so that a kernel can
// run several chains side by side, stage by stage. Each chain needs three registers of
// its own: A, P and T. All share Y9 and the constants in Y10..Y15, those that are no operand
// of an operation in memory; the other ones are there, eight times each. What bounds a kernel
// of several chains is how many operations a CPU keeps in flight, of any kind, so none is
// there that can be spared. NaN goes through: VMAXPS and VMINPS return their first operand (Go
// order) if one is a NaN.

#define ONE            Y10
#define SIGN           Y11
#define LOWEST_EXP     Y12
#define LOWEST_TANH    Y13
#define SIGMOID_OFFSET Y14
#define TANH_OFFSET    Y15

#define LOAD_ACTIVATION_CONSTANTS \
	VMOVUPS activation<>+0(SB), ONE              \
	VMOVUPS activation<>+32(SB), SIGN            \
	VMOVUPS activation<>+64(SB), LOWEST_EXP      \
	VMOVUPS activation<>+96(SB), LOWEST_TANH     \
	VMOVUPS activation<>+128(SB), SIGMOID_OFFSET \
	VMOVUPS activation<>+160(SB), TANH_OFFSET

#define EXP_OFFSET     activation<>+192(SB)
#define C0             activation<>+224(SB)
#define C1             activation<>+256(SB)
#define C2             activation<>+288(SB)
#define C3             activation<>+320(SB)
#define C4             activation<>+352(SB)
#define TWO_TO_MINUS65 activation<>+384(SB)
#define TWO            activation<>+416(SB)
#define FOUR           activation<>+448(SB)
#define LOG2E          activation<>+480(SB)
#define HIGHEST_EXP    activation<>+512(SB)
#define BIAS           activation<>+544(SB)
#define LN2HI          activation<>+576(SB)
#define LN2LO          activation<>+608(SB)
#define MAGNITUDE      activation<>+640(SB)
#define FADED          activation<>+672(SB)

#define EIGHT_TIMES(OFF, BITS) \
	DATA activation<>+(OFF)(SB)/8, $(BITS<<32|BITS)    \
	DATA activation<>+(OFF+8)(SB)/8, $(BITS<<32|BITS)  \
	DATA activation<>+(OFF+16)(SB)/8, $(BITS<<32|BITS) \
	DATA activation<>+(OFF+24)(SB)/8, $(BITS<<32|BITS)

EIGHT_TIMES(0, 0x3F800000)   // 1
EIGHT_TIMES(32, 0x80000000)  // sign bit
EIGHT_TIMES(64, 0xC2D00000)  // -104: e^-104 rounds to 0
EIGHT_TIMES(96, 0xC1C00000)  // -24: tanh(12) rounds to 1
EIGHT_TIMES(128, 0x4B4000C0) // 1.5·2^23 + 192
EIGHT_TIMES(160, 0x4B400080) // 1.5·2^23 + 128
EIGHT_TIMES(192, 0x4B400000) // 1.5·2^23
EIGHT_TIMES(224, 0x3EFFFFFF) // 0x1.fffffep-2  c0
EIGHT_TIMES(256, 0x3E2AAA57) // 0x1.5554aep-3  c1
EIGHT_TIMES(288, 0x3D2AAB3B) // 0x1.555676p-5  c2
EIGHT_TIMES(320, 0x3C09148A) // 0x1.122914p-7  c3
EIGHT_TIMES(352, 0x3AB5F5EB) // 0x1.6bebd6p-10 c4
EIGHT_TIMES(384, 0x1F000000) // 2^-65
EIGHT_TIMES(416, 0x40000000) // 2
EIGHT_TIMES(448, 0x40800000) // 4
EIGHT_TIMES(480, 0x3FB8AA3B) // 0x1.715476p+0  log2 e
EIGHT_TIMES(512, 0x42B1999A) // 88.8: e^88.8 rounds to +Inf
EIGHT_TIMES(544, 0x0000007F) // exponent bias
EIGHT_TIMES(576, 0x3F317200) // 0x1.62e4p-1    ln 2, leading 15 bits
EIGHT_TIMES(608, 0x35BFBE8E) // 0x1.7f7d1cp-20 ln 2, the rest
EIGHT_TIMES(640, 0x7FFFFFFF) // all but the sign bit
EIGHT_TIMES(672, 0x0FFFFFFF) // the largest number below 2^-95
GLOBL activation<>(SB), RODATA|NOPTR, $704

// The stages that all three have in common:
//
//	REDUCE      T = OFFSET + n as a float, whose low bits are n = round(a·log2 e),
//	            A = r = a - n·ln 2 for A = a. Clobbers P.
//	POLYNOMIAL  P = p = r + r²·(c0 + r·(c1 + ...)) = e^r - 1 for A = r
#define REDUCE(OFFSET, A, P, T) \
	VMOVUPS      OFFSET, T    \
	VFMADD231PS  LOG2E, A, T  \ // t = a·log2 e + offset
	VSUBPS       OFFSET, T, P \ // n = t - offset
	VFNMADD231PS LN2HI, P, A  \
	VFNMADD231PS LN2LO, P, A    // r = (a - n·ln2hi) - n·ln2lo

#define POLYNOMIAL(A, P) \
	VMOVUPS     C4, P    \
	VFMADD213PS C3, A, P \
	VFMADD213PS C2, A, P \
	VFMADD213PS C1, A, P \
	VFMADD213PS C0, A, P \ // q = c0 + r·(c1 + ...)
	VMULPS      A, A, Y9 \
	VFMADD213PS A, Y9, P   // p = r²·q + r

// σ(x) = num/(1 + e), e = exp(-|x|), num = x < 0 ? e : 1; X, a register or in memory,
// holds x:
//
//	SIGMOID_ARGUMENT  A = -|x|
//	SIGMOID_QUOTIENT  A = σ(x) for P = p and T of REDUCE by SIGMOID_OFFSET. Clobbers P, T.
//
// The factor 2^n comes as 2^(n+65), whose bits are T's moved to the exponent, as n + 192 =
// (n + 65) + 127, and 2^-65: a subnormal e is rounded once. p·2^(n+65) + 2^(n+65), rounded once,
// is (1 + p) rounded, times 2^(n+65). (Adding n to the exponent bits of 1 + p would spare a
// product and turn some NaNs into numbers.)
#define SIGMOID_ARGUMENT(X, A) \
	VORPS  X, SIGN, A        \
	VMAXPS A, LOWEST_EXP, A

#define SIGMOID_QUOTIENT(X, A, P, T) \
	VPSLLD      $23, T, T            \ // 2^(n+65)
	VFMADD213PS T, T, P              \
	VMULPS      TWO_TO_MINUS65, P, P \ // e = (1 + p)·2^(n+65)·2^-65
	VADDPS      ONE, P, T            \ // 1 + e
	VMOVUPS     X, A                 \
	VBLENDVPS   A, P, ONE, P         \ // num
	VDIVPS      T, P, A

// tanh(x) = sign(x)·|E|/(2 + E), E = exp(-2|x|) - 1; X, a register or in memory, holds x:
//
//	TANH_ARGUMENT  A = -2|x|
//	TANH_QUOTIENT  A = tanh(x) for P = p and T of REDUCE by TANH_OFFSET. Clobbers P, T.
//
// T's bits moved to the exponent are 2s = 2^(n+1), as n + 128 = (n + 1) + 127. Twice E and 2 + E are
// rounded as these are.
#define TANH_ARGUMENT(X, A) \
	VORPS  X, SIGN, A         \
	VADDPS A, A, A            \
	VMAXPS A, LOWEST_TANH, A

#define TANH_QUOTIENT(X, A, P, T) \
	VPSLLD      $23, T, T  \ // 2s
	VSUBPS      TWO, T, A  \
	VFMADD213PS A, T, P    \ // 2E = 2s·p + (2s - 2)
	VADDPS      FOUR, P, A \ // 2(2 + E)
	VDIVPS      A, P, A    \
	VANDNPS     A, SIGN, A \ // |E/(2 + E)|
	VANDPS      X, SIGN, T \
	VORPS       A, T, A

// Y0 = σ(Y0). Clobbers Y1..Y3, Y9.
#define SIGMOID_Y0 \
	VMOVAPS Y0, Y3                     \
	SIGMOID_ARGUMENT(Y3, Y0)           \
	REDUCE(SIGMOID_OFFSET, Y0, Y1, Y2) \
	POLYNOMIAL(Y0, Y1)                 \
	SIGMOID_QUOTIENT(Y3, Y0, Y1, Y2)

// Y0 = tanh(Y0). Clobbers Y1..Y3, Y9.
#define TANH_Y0 \
	VMOVAPS Y0, Y3                  \
	TANH_ARGUMENT(Y3, Y0)           \
	REDUCE(TANH_OFFSET, Y0, Y1, Y2) \
	POLYNOMIAL(Y0, Y1)              \
	TANH_QUOTIENT(Y3, Y0, Y1, Y2)

// Y0 = exp(Y0) = ((1 + p)·2^(n>>1))·2^(n - n>>1). Clobbers Y1..Y3, Y9.
#define EXP_Y0 \
	VMOVUPS HIGHEST_EXP, Y1        \
	VMINPS  Y0, Y1, Y0             \
	VMAXPS  Y0, LOWEST_EXP, Y0     \
	REDUCE(EXP_OFFSET, Y0, Y1, Y2) \
	POLYNOMIAL(Y0, Y1)             \
	VADDPS  ONE, Y1, Y1            \
	VPSLLD  $9, Y2, Y2             \
	VPSRAD  $9, Y2, Y2             \ // n
	VPSRAD  $1, Y2, Y3             \ // n >> 1
	VPSUBD  Y3, Y2, Y2             \ // n - n>>1
	VPADDD  BIAS, Y3, Y3           \
	VPADDD  BIAS, Y2, Y2           \
	VPSLLD  $23, Y3, Y3            \
	VPSLLD  $23, Y2, Y2            \
	VMULPS  Y3, Y1, Y1             \
	VMULPS  Y2, Y1, Y0
