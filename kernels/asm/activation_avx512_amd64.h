// exp, sigmoid and tanh of 16 lanes, for the AVX-512 level: the operations of
// activation_avx2_amd64.h in the same order, so the same bits.
//
// A function is a chain of some 20 operations that wait for one another, 4 cycles each.
// It is cut into stages, macros with the registers as parameters, so that a kernel can
// run several chains side by side, stage by stage. A chain has three registers of its
// own: A, P and T. Most constants stay in Z18..Z31; the others are broadcast from memory.

#define ONE         Z18
#define SIGN        Z19
#define LOG2E       Z20
#define LN2HI       Z21
#define LN2LO       Z22
#define C0          Z23
#define C1          Z24
#define C2          Z25
#define C3          Z26
#define C4          Z27
#define MAGIC       Z28
#define MAGIC64     Z29
#define LOWEST_EXP  Z30
#define LOWEST_TANH Z31

#define LOAD_ACTIVATION_CONSTANTS \
	VBROADCASTSS activation<>+0(SB), ONE         \
	VBROADCASTSS activation<>+4(SB), SIGN        \
	VBROADCASTSS activation<>+8(SB), LOG2E       \
	VBROADCASTSS activation<>+12(SB), LN2HI      \
	VBROADCASTSS activation<>+16(SB), LN2LO      \
	VBROADCASTSS activation<>+20(SB), C0         \
	VBROADCASTSS activation<>+24(SB), C1         \
	VBROADCASTSS activation<>+28(SB), C2         \
	VBROADCASTSS activation<>+32(SB), C3         \
	VBROADCASTSS activation<>+36(SB), C4         \
	VBROADCASTSS activation<>+40(SB), MAGIC      \
	VBROADCASTSS activation<>+44(SB), MAGIC64    \
	VBROADCASTSS activation<>+56(SB), LOWEST_EXP \
	VBROADCASTSS activation<>+60(SB), LOWEST_TANH

#define TWO_TO_MINUS64 activation<>+48(SB)
#define TWO            activation<>+52(SB)
#define HIGHEST_EXP    activation<>+64(SB)
#define BIAS           activation<>+68(SB)

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

// The stages that all three share, for A = a:
//
//	REDUCE      T = OFFSET + n as a float, whose low bits are n = round(a·log2 e);
//	            A = r = a - n·ln 2. Clobbers P.
//	POLYNOMIAL  P = r + r²·(c0 + r·(c1 + ...)) = e^r - 1 for A = r. Clobbers A.
#define REDUCE(OFFSET, A, P, T) \
	VMOVAPS      OFFSET, T    \
	VFMADD231PS  LOG2E, A, T  \ // t = a·log2 e + offset
	VSUBPS       OFFSET, T, P \ // n = t - offset
	VFNMADD231PS LN2HI, P, A  \
	VFNMADD231PS LN2LO, P, A    // r = (a - n·ln2hi) - n·ln2lo

#define POLYNOMIAL(A, P) \
	VMOVAPS     C4, P     \
	VFMADD213PS C3, A, P  \
	VFMADD213PS C2, A, P  \
	VFMADD213PS C1, A, P  \
	VFMADD213PS C0, A, P  \ // q = c0 + r·(c1 + ...)
	VMULPS      A, A, Z15 \
	VFMADD213PS A, Z15, P   // p = r²·q + r

// σ(x) = num/(1 + e), e = exp(-|x|), num = x < 0 ? e : 1:
//
//	SIGMOID_ARGUMENT  A = -|x| for A = x; K = lanes with x < 0
//	SIGMOID_QUOTIENT  A = σ(x) for P = p, T
#define SIGMOID_ARGUMENT(A, K) \
	VPMOVD2M A, K       \
	VORPS    SIGN, A, A \
	VMAXPS   A, LOWEST_EXP, A

#define SIGMOID_QUOTIENT(A, P, T, K) \
	VADDPS      ONE, P, P            \
	VPSLLD      $23, T, T            \
	VPADDD      ONE, T, T            \ // 2^(n+64)
	VMULPS      T, P, P              \
	VMULPS.BCST TWO_TO_MINUS64, P, P \ // e = (1 + p)·2^(n+64)·2^-64
	VADDPS      ONE, P, T            \ // 1 + e
	VBLENDMPS   P, ONE, K, P         \ // num
	VDIVPS      T, P, A

// tanh(x) = sign(x)·|E|/(2 + E), E = exp(-2|x|) - 1; x may be in memory:
//
//	TANH_ARGUMENT  A = -2|x|
//	TANH_QUOTIENT  A = tanh(x) for P = p, T
#define TANH_ARGUMENT(X, A) \
	VORPS  X, SIGN, A \
	VADDPS A, A, A    \
	VMAXPS A, LOWEST_TANH, A

#define TANH_QUOTIENT(X, A, P, T) \
	VPSLLD      $23, T, T   \
	VPADDD      ONE, T, T   \ // s = 2^n
	VSUBPS      ONE, T, A   \
	VFMADD213PS A, T, P     \ // E = s·p + (s - 1)
	VADDPS.BCST TWO, P, T   \ // 2 + E
	VDIVPS      T, P, A     \
	VPTERNLOGD  $0xB8, X, SIGN, A // sign of x, the other bits of E/(2 + E)

// Z0 = σ(Z0). Clobbers Z1, Z2, Z15, K2.
#define SIGMOID_Z0 \
	SIGMOID_ARGUMENT(Z0, K2)    \
	REDUCE(MAGIC64, Z0, Z1, Z2) \
	POLYNOMIAL(Z0, Z1)          \
	SIGMOID_QUOTIENT(Z0, Z1, Z2, K2)

// Z0 = tanh(Z0). Clobbers Z1, Z2, Z3, Z15.
#define TANH_Z0 \
	VMOVAPS Z0, Z3            \
	TANH_ARGUMENT(Z3, Z0)     \
	REDUCE(MAGIC, Z0, Z1, Z2) \
	POLYNOMIAL(Z0, Z1)        \
	TANH_QUOTIENT(Z3, Z0, Z1, Z2)

// Z0 = exp(Z0) = ((1 + p)·2^(n>>1))·2^(n - n>>1). Clobbers Z1, Z2, Z15.
#define EXP_Z0 \
	VBROADCASTSS HIGHEST_EXP, Z1  \
	VMINPS       Z0, Z1, Z0       \
	VMAXPS       Z0, LOWEST_EXP, Z0 \
	REDUCE(MAGIC, Z0, Z1, Z2)     \
	POLYNOMIAL(Z0, Z1)            \
	VADDPS       ONE, Z1, Z1      \
	VPSLLD       $9, Z2, Z2       \
	VPSRAD       $9, Z2, Z2       \ // n
	VPSRAD       $1, Z2, Z0       \ // n >> 1
	VPSUBD       Z0, Z2, Z2       \ // n - n>>1
	VPADDD.BCST  BIAS, Z0, Z0     \
	VPADDD.BCST  BIAS, Z2, Z2     \
	VPSLLD       $23, Z0, Z0      \
	VPSLLD       $23, Z2, Z2      \
	VMULPS       Z0, Z1, Z1       \
	VMULPS       Z2, Z1, Z0
