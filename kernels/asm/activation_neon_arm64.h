// exp, sigmoid and tanh of 4 lanes, for the NEON level: the operations of
// activation_avx2_amd64.h, where the derivation stands, in the same order, so the
// same bits.
//
// All constants stay in V14..V31, V0..V6 are scratch. NaN goes through: FMAX4 and
// FMIN4 return it. Macros take an argument as the register's name and its number.

#define ONE            14
#define MAGIC          23
#define MAGIC64        24
#define TWO_TO_MINUS64 25
#define TWO            26
#define LOWEST_EXP     27
#define LOWEST_TANH    28
#define HIGHEST_EXP    29

#define VONE     V14
#define VLOG2E   V15
#define VLN2HI   V16
#define VLN2LO   V17
#define VC0      V18
#define VC1      V19
#define VC2      V20
#define VC3      V21
#define VC4      V22
#define VMAGIC   V23
#define VMAGIC64 V24
#define VBIAS    V30
#define VSIGN    V31

// Clobbers R0.
#define LOAD_ACTIVATION_CONSTANTS \
	MOVD    $activation<>(SB), R0 \
	VLD1R.P 4(R0), [V14.S4]       \
	VLD1R.P 4(R0), [V15.S4]       \
	VLD1R.P 4(R0), [V16.S4]       \
	VLD1R.P 4(R0), [V17.S4]       \
	VLD1R.P 4(R0), [V18.S4]       \
	VLD1R.P 4(R0), [V19.S4]       \
	VLD1R.P 4(R0), [V20.S4]       \
	VLD1R.P 4(R0), [V21.S4]       \
	VLD1R.P 4(R0), [V22.S4]       \
	VLD1R.P 4(R0), [V23.S4]       \
	VLD1R.P 4(R0), [V24.S4]       \
	VLD1R.P 4(R0), [V25.S4]       \
	VLD1R.P 4(R0), [V26.S4]       \
	VLD1R.P 4(R0), [V27.S4]       \
	VLD1R.P 4(R0), [V28.S4]       \
	VLD1R.P 4(R0), [V29.S4]       \
	VLD1R.P 4(R0), [V30.S4]       \
	VLD1R.P 4(R0), [V31.S4]

DATA activation<>+0(SB)/4, $0x3F800000  // 1
DATA activation<>+4(SB)/4, $0x3FB8AA3B  // 0x1.715476p+0  log2 e
DATA activation<>+8(SB)/4, $0x3F317200  // 0x1.62e4p-1    ln 2, leading 15 bits
DATA activation<>+12(SB)/4, $0x35BFBE8E // 0x1.7f7d1cp-20 ln 2, the rest
DATA activation<>+16(SB)/4, $0x3EFFFFFF // 0x1.fffffep-2  c0
DATA activation<>+20(SB)/4, $0x3E2AAA57 // 0x1.5554aep-3  c1
DATA activation<>+24(SB)/4, $0x3D2AAB3B // 0x1.555676p-5  c2
DATA activation<>+28(SB)/4, $0x3C09148A // 0x1.122914p-7  c3
DATA activation<>+32(SB)/4, $0x3AB5F5EB // 0x1.6bebd6p-10 c4
DATA activation<>+36(SB)/4, $0x4B400000 // 1.5·2^23
DATA activation<>+40(SB)/4, $0x4B400040 // 1.5·2^23 + 64
DATA activation<>+44(SB)/4, $0x1F800000 // 2^-64
DATA activation<>+48(SB)/4, $0x40000000 // 2
DATA activation<>+52(SB)/4, $0xC2D00000 // -104: e^-104 rounds to 0
DATA activation<>+56(SB)/4, $0xC1C00000 // -24: tanh(12) rounds to 1
DATA activation<>+60(SB)/4, $0x42B1999A // 88.8: e^88.8 rounds to +Inf
DATA activation<>+64(SB)/4, $0x0000007F // exponent bias
DATA activation<>+68(SB)/4, $0x80000000 // sign bit
GLOBL activation<>(SB), RODATA|NOPTR, $72

// V1 = a -> V1 = p, V2 = magic + n as a float, whose low bits are n; VM and M are
// the register of magic. Clobbers V3..V5.
#define EXPM1_CORE(VM, M) \
	VMOV  VM.B16, V2.B16               \
	VFMLA VLOG2E.S4, V1.S4, V2.S4      \ // t = a·log2 e + magic
	FSUB4(M, 2, 3)                     \ // n = t - magic
	VFMLS VLN2HI.S4, V3.S4, V1.S4      \
	VFMLS VLN2LO.S4, V3.S4, V1.S4      \ // r = (a - n·ln2hi) - n·ln2lo
	VMOV  VC3.B16, V4.B16              \
	VFMLA VC4.S4, V1.S4, V4.S4         \
	VMOV  VC2.B16, V5.B16              \
	VFMLA V4.S4, V1.S4, V5.S4          \
	VMOV  VC1.B16, V4.B16              \
	VFMLA V5.S4, V1.S4, V4.S4          \
	VMOV  VC0.B16, V5.B16              \
	VFMLA V4.S4, V1.S4, V5.S4          \ // q = c0 + r·(c1 + ...)
	FMUL4(1, 1, 3)                     \
	VFMLA V5.S4, V3.S4, V1.S4            // p = r²·q + r

// X = σ(X) = num/(1 + e), e = exp(-|x|), num = x < 0 ? e : 1. Clobbers V1..V6.
// The factor 2^n comes as 2^(n+64), made from bits, and 2^-64: a subnormal e is
// rounded once.
#define SIGMOID(VX, X) \
	VORR VSIGN.B16, VX.B16, V1.B16     \ // a = -|x|
	FMAX4(LOWEST_EXP, 1, 1)            \
	EXPM1_CORE(VMAGIC64, MAGIC64)      \
	FADD4(ONE, 1, 4)                   \
	VSHL $23, V2.S4, V2.S4             \
	VADD VONE.S4, V2.S4, V2.S4         \ // 2^(n+64)
	FMUL4(2, 4, 4)                     \
	FMUL4(TWO_TO_MINUS64, 4, 4)        \ // e = (1 + p)·2^(n+64)·2^-64
	FADD4(ONE, 4, 5)                   \ // 1 + e
	SSHR4(31, X, 6)                    \ // x < 0
	VBSL VONE.B16, V4.B16, V6.B16      \ // num
	FDIV4(5, 6, X)

// X = tanh(X) = sign(x)·|E|/(2 + E), E = exp(-2|x|) - 1. Clobbers V1..V5.
#define TANH(VX, X) \
	VORR VSIGN.B16, VX.B16, V1.B16     \
	FADD4(1, 1, 1)                     \ // a = -2|x|
	FMAX4(LOWEST_TANH, 1, 1)           \
	EXPM1_CORE(VMAGIC, MAGIC)          \
	VSHL $23, V2.S4, V2.S4             \
	VADD VONE.S4, V2.S4, V2.S4         \ // s = 2^n
	FSUB4(ONE, 2, 4)                   \
	VFMLA V1.S4, V2.S4, V4.S4          \ // E = s·p + (s - 1)
	FADD4(TWO, 4, 5)                   \ // 2 + E
	FDIV4(5, 4, 4)                     \
	VBIF VSIGN.B16, V4.B16, VX.B16       // E/(2 + E) with the sign of x

// X = exp(X) = ((1 + p)·2^(n>>1))·2^(n - n>>1). Clobbers V1..V5.
#define EXP(VX, X) \
	FMIN4(HIGHEST_EXP, X, 1)           \
	FMAX4(LOWEST_EXP, 1, 1)            \
	EXPM1_CORE(VMAGIC, MAGIC)          \
	FADD4(ONE, 1, 4)                   \
	VSHL $9, V2.S4, V2.S4              \
	SSHR4(9, 2, 2)                     \ // n
	SSHR4(1, 2, 3)                     \ // n >> 1
	VSUB V3.S4, V2.S4, V2.S4           \ // n - n>>1
	VADD VBIAS.S4, V3.S4, V3.S4        \
	VADD VBIAS.S4, V2.S4, V2.S4        \
	VSHL $23, V3.S4, V3.S4             \
	VSHL $23, V2.S4, V2.S4             \
	FMUL4(3, 4, 4)                     \
	FMUL4(2, 4, X)
