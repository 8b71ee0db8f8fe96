// exp, sigmoid and tanh of 16 lanes, for the AVX-512 level, with the bits of
// activation_avx2_amd64.h. The operations are the same in the same order but for the
// factor 2^n: VSCALEFPS multiplies by it and rounds once, as the two products do of
// which the first is exact.
//
// A function is a chain of some 20 operations that wait for one another, 4 cycles each.
// It is cut into stages, macros with the registers as parameters, so that a kernel can
// run several chains side by side, stage by stage. Each chain needs three registers of
// its own: A, P and N. All share Z15, K2 and the constants in Z18..Z31.

#define ONE         Z18
#define TWO         Z19
#define SIGN        Z20
#define LOG2E       Z21
#define LN2HI       Z22
#define LN2LO       Z23
#define C0          Z24
#define C1          Z25
#define C2          Z26
#define C3          Z27
#define C4          Z28
#define MAGIC       Z29
#define LOWEST_EXP  Z30
#define LOWEST_TANH Z31

#define LOAD_ACTIVATION_CONSTANTS \
	VBROADCASTSS activation<>+0(SB), ONE         \
	VBROADCASTSS activation<>+4(SB), TWO         \
	VBROADCASTSS activation<>+8(SB), SIGN        \
	VBROADCASTSS activation<>+12(SB), LOG2E      \
	VBROADCASTSS activation<>+16(SB), LN2HI      \
	VBROADCASTSS activation<>+20(SB), LN2LO      \
	VBROADCASTSS activation<>+24(SB), C0         \
	VBROADCASTSS activation<>+28(SB), C1         \
	VBROADCASTSS activation<>+32(SB), C2         \
	VBROADCASTSS activation<>+36(SB), C3         \
	VBROADCASTSS activation<>+40(SB), C4         \
	VBROADCASTSS activation<>+44(SB), MAGIC      \
	VBROADCASTSS activation<>+48(SB), LOWEST_EXP \
	VBROADCASTSS activation<>+52(SB), LOWEST_TANH

#define HIGHEST_EXP activation<>+56(SB)

DATA activation<>+0(SB)/4, $0x3F800000  // 1
DATA activation<>+4(SB)/4, $0x40000000  // 2
DATA activation<>+8(SB)/4, $0x80000000  // sign bit
DATA activation<>+12(SB)/4, $0x3FB8AA3B // 0x1.715476p+0  log2 e
DATA activation<>+16(SB)/4, $0x3F317200 // 0x1.62e4p-1    ln 2, leading 15 bits
DATA activation<>+20(SB)/4, $0x35BFBE8E // 0x1.7f7d1cp-20 ln 2, the rest
DATA activation<>+24(SB)/4, $0x3EFFFFFF // 0x1.fffffep-2  c0
DATA activation<>+28(SB)/4, $0x3E2AAA57 // 0x1.5554aep-3  c1
DATA activation<>+32(SB)/4, $0x3D2AAB3B // 0x1.555676p-5  c2
DATA activation<>+36(SB)/4, $0x3C09148A // 0x1.122914p-7  c3
DATA activation<>+40(SB)/4, $0x3AB5F5EB // 0x1.6bebd6p-10 c4
DATA activation<>+44(SB)/4, $0x4B400000 // 1.5·2^23
DATA activation<>+48(SB)/4, $0xC2D00000 // -104: e^-104 rounds to 0
DATA activation<>+52(SB)/4, $0xC1C00000 // -24: tanh(12) rounds to 1
DATA activation<>+56(SB)/4, $0x42B1999A // 88.8: e^88.8 rounds to +Inf
GLOBL activation<>(SB), RODATA|NOPTR, $60

// The stages that all three have in common:
//
//	REDUCE      N = n = round(a·log2 e), A = r = a - n·ln 2 for A = a
//	POLYNOMIAL  P = p = r + r²·(c0 + r·(c1 + ...)) = e^r - 1 for A = r
#define REDUCE(A, N) \
	VMOVAPS      MAGIC, N    \
	VFMADD231PS  LOG2E, A, N \
	VSUBPS       MAGIC, N, N \ // n = a·log2 e + magic - magic
	VFNMADD231PS LN2HI, N, A \
	VFNMADD231PS LN2LO, N, A   // r = (a - n·ln2hi) - n·ln2lo

#define POLYNOMIAL(A, P) \
	VMOVAPS     C4, P     \
	VFMADD213PS C3, A, P  \
	VFMADD213PS C2, A, P  \
	VFMADD213PS C1, A, P  \
	VFMADD213PS C0, A, P  \ // q = c0 + r·(c1 + ...)
	VMULPS      A, A, Z15 \
	VFMADD213PS A, Z15, P   // p = r²·q + r

// σ(x) = num/(1 + e), e = exp(-|x|), num = x < 0 ? e : 1; X, a register or in memory,
// holds x:
//
//	SIGMOID_ARGUMENT  A = -|x|
//	SIGMOID_QUOTIENT  P = σ(x) for P = p, N = n. Clobbers N, K2.
#define SIGMOID_ARGUMENT(X, A) \
	VORPS  X, SIGN, A       \
	VMAXPS A, LOWEST_EXP, A

#define SIGMOID_QUOTIENT(X, P, N) \
	VPTESTMD  X, SIGN, K2   \ // lanes with x < 0
	VADDPS    ONE, P, P     \
	VSCALEFPS N, P, P       \ // e = (1 + p)·2^n
	VADDPS    ONE, P, N     \ // 1 + e
	VBLENDMPS P, ONE, K2, P \ // num
	VDIVPS    N, P, P

// tanh(x) = sign(x)·|E|/(2 + E), E = exp(-2|x|) - 1; X, a register or in memory, holds x:
//
//	TANH_ARGUMENT  A = -2|x|
//	TANH_QUOTIENT  P = tanh(x) for P = p, N = n. Clobbers N, Z15.
#define TANH_ARGUMENT(X, A) \
	VORPS  X, SIGN, A \
	VADDPS A, A, A    \
	VMAXPS A, LOWEST_TANH, A

#define TANH_QUOTIENT(X, P, N) \
	VSCALEFPS   N, ONE, N         \ // s = 2^n
	VSUBPS      ONE, N, Z15       \
	VFMADD213PS Z15, N, P         \ // E = s·p + (s - 1)
	VADDPS      TWO, P, N         \ // 2 + E
	VDIVPS      N, P, P           \
	VPTERNLOGD  $0xB8, X, SIGN, P   // sign of x, the other bits of E/(2 + E)

// Z0 = σ(Z0). Clobbers Z1..Z3, Z15, K2.
#define SIGMOID_Z0 \
	VMOVAPS Z0, Z3               \
	SIGMOID_ARGUMENT(Z3, Z0)     \
	REDUCE(Z0, Z2)               \
	POLYNOMIAL(Z0, Z1)           \
	SIGMOID_QUOTIENT(Z3, Z1, Z2) \
	VMOVAPS Z1, Z0

// Z0 = tanh(Z0). Clobbers Z1..Z3, Z15.
#define TANH_Z0 \
	VMOVAPS Z0, Z3            \
	TANH_ARGUMENT(Z3, Z0)     \
	REDUCE(Z0, Z2)            \
	POLYNOMIAL(Z0, Z1)        \
	TANH_QUOTIENT(Z3, Z1, Z2) \
	VMOVAPS Z1, Z0

// Z0 = exp(Z0) = (1 + p)·2^n. Clobbers Z1, Z2, Z15.
#define EXP_Z0 \
	VBROADCASTSS HIGHEST_EXP, Z1    \
	VMINPS       Z0, Z1, Z0         \
	VMAXPS       Z0, LOWEST_EXP, Z0 \
	REDUCE(Z0, Z2)                  \
	POLYNOMIAL(Z0, Z1)              \
	VADDPS       ONE, Z1, Z1        \
	VSCALEFPS    Z2, Z1, Z0
