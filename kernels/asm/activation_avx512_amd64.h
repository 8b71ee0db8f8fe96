// exp, sigmoid and tanh of 16 lanes, for the AVX-512 level: the operations of
// activation_avx2_amd64.h in the same order, so the same bits. All constants stay in
// Z6..Z22.

#define ONE            Z6
#define SIGN           Z7
#define LOG2E          Z8
#define LN2HI          Z9
#define LN2LO          Z10
#define C0             Z11
#define C1             Z12
#define C2             Z13
#define C3             Z14
#define C4             Z15
#define MAGIC          Z16
#define MAGIC64        Z17
#define TWO_TO_MINUS64 Z18
#define TWO            Z19
#define LOWEST_EXP     Z20
#define LOWEST_TANH    Z21
#define HIGHEST_EXP    Z22
#define BIAS           Z23

#define LOAD_ACTIVATION_CONSTANTS \
	VBROADCASTSS activation<>+0(SB), ONE             \
	VBROADCASTSS activation<>+4(SB), SIGN            \
	VBROADCASTSS activation<>+8(SB), LOG2E           \
	VBROADCASTSS activation<>+12(SB), LN2HI          \
	VBROADCASTSS activation<>+16(SB), LN2LO          \
	VBROADCASTSS activation<>+20(SB), C0             \
	VBROADCASTSS activation<>+24(SB), C1             \
	VBROADCASTSS activation<>+28(SB), C2             \
	VBROADCASTSS activation<>+32(SB), C3             \
	VBROADCASTSS activation<>+36(SB), C4             \
	VBROADCASTSS activation<>+40(SB), MAGIC          \
	VBROADCASTSS activation<>+44(SB), MAGIC64        \
	VBROADCASTSS activation<>+48(SB), TWO_TO_MINUS64 \
	VBROADCASTSS activation<>+52(SB), TWO            \
	VBROADCASTSS activation<>+56(SB), LOWEST_EXP     \
	VBROADCASTSS activation<>+60(SB), LOWEST_TANH    \
	VBROADCASTSS activation<>+64(SB), HIGHEST_EXP    \
	VBROADCASTSS activation<>+68(SB), BIAS

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

// Z1 = a -> Z4 = p, Z2 = OFFSET + n as a float, whose low bits are n.
// Clobbers Z1, Z3, Z5.
#define EXPM1_CORE(OFFSET) \
	VMOVAPS      OFFSET, Z2    \
	VFMADD231PS  LOG2E, Z1, Z2 \ // t = a·log2 e + offset
	VSUBPS       OFFSET, Z2, Z3 \ // n = t - offset
	VFNMADD231PS LN2HI, Z3, Z1 \
	VFNMADD231PS LN2LO, Z3, Z1 \ // r = (a - n·ln2hi) - n·ln2lo
	VMOVAPS      C4, Z4        \
	VFMADD213PS  C3, Z1, Z4    \
	VFMADD213PS  C2, Z1, Z4    \
	VFMADD213PS  C1, Z1, Z4    \
	VFMADD213PS  C0, Z1, Z4    \ // q = c0 + r·(c1 + ...)
	VMULPS       Z1, Z1, Z5    \
	VFMADD213PS  Z1, Z5, Z4      // p = r²·q + r

// Z0 = σ(Z0) = num/(1 + e), e = exp(-|x|), num = x < 0 ? e : 1. Clobbers Z1..Z5, K2.
#define SIGMOID_Z0 \
	VORPS     SIGN, Z0, Z1           \ // a = -|x|
	VPMOVD2M  Z0, K2                 \ // x < 0
	VMAXPS    Z1, LOWEST_EXP, Z1     \
	EXPM1_CORE(MAGIC64)              \
	VADDPS    ONE, Z4, Z4            \
	VPSLLD    $23, Z2, Z2            \
	VPADDD    ONE, Z2, Z2            \ // 2^(n+64)
	VMULPS    Z2, Z4, Z4             \
	VMULPS    TWO_TO_MINUS64, Z4, Z4 \ // e = (1 + p)·2^(n+64)·2^-64
	VADDPS    ONE, Z4, Z5            \ // 1 + e
	VBLENDMPS Z4, ONE, K2, Z3        \ // num
	VDIVPS    Z5, Z3, Z0

// Z0 = tanh(Z0) = sign(x)·|E|/(2 + E), E = exp(-2|x|) - 1. Clobbers Z1..Z5.
#define TANH_Z0 \
	VORPS       SIGN, Z0, Z1        \
	VADDPS      Z1, Z1, Z1          \ // a = -2|x|
	VMAXPS      Z1, LOWEST_TANH, Z1 \
	EXPM1_CORE(MAGIC)               \
	VPSLLD      $23, Z2, Z2         \
	VPADDD      ONE, Z2, Z2         \ // s = 2^n
	VSUBPS      ONE, Z2, Z3         \
	VFMADD213PS Z3, Z2, Z4          \ // E = s·p + (s - 1)
	VADDPS      TWO, Z4, Z5         \ // 2 + E
	VDIVPS      Z5, Z4, Z4          \
	VPTERNLOGD  $0xE4, SIGN, Z4, Z0   // sign of x, the other bits of E/(2 + E)

// Z0 = exp(Z0) = ((1 + p)·2^(n>>1))·2^(n - n>>1). Clobbers Z1..Z5.
#define EXP_Z0 \
	VMINPS Z0, HIGHEST_EXP, Z1 \
	VMAXPS Z1, LOWEST_EXP, Z1  \
	EXPM1_CORE(MAGIC)          \
	VADDPS ONE, Z4, Z4         \
	VPSLLD $9, Z2, Z2          \
	VPSRAD $9, Z2, Z2          \ // n
	VPSRAD $1, Z2, Z3          \ // n >> 1
	VPSUBD Z3, Z2, Z2          \ // n - n>>1
	VPADDD BIAS, Z3, Z3        \
	VPADDD BIAS, Z2, Z2        \
	VPSLLD $23, Z3, Z3         \
	VPSLLD $23, Z2, Z2         \
	VMULPS Z3, Z4, Z4          \
	VMULPS Z2, Z4, Z0
