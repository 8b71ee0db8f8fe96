//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "activation_avx512_amd64.h"

// A whole routine: FUNCTION turns Z0 into its result.
//
//	SI x   DI dst   CX elements to go   K1 lanes of the tail
#define ELEMENTWISE(FUNCTION) \
	MOVQ args+0(FP), AX          \
	MOVQ VectorArgs_X(AX), SI    \
	MOVQ VectorArgs_Dst(AX), DI  \
	MOVQ VectorArgs_N(AX), CX    \
	LOAD_ACTIVATION_CONSTANTS    \
	SUBQ $16, CX                 \
	JL   tail                    \
sixteen:                             \
	VMOVUPS (SI), Z0             \
	FUNCTION                     \
	VMOVUPS Z0, (DI)             \
	ADDQ    $64, SI              \
	ADDQ    $64, DI              \
	SUBQ    $16, CX              \
	JGE     sixteen              \
tail:                                \ // CX + 16 elements are left, 0 to 15
	ADDQ      $16, CX            \
	JZ        done               \
	MOVL      $1, AX             \
	SHLL      CX, AX             \
	DECL      AX                 \
	KMOVW     AX, K1             \
	VMOVUPS.Z (SI), K1, Z0       \
	FUNCTION                     \
	VMOVUPS   Z0, K1, (DI)       \
done:                                \
	VZEROUPPER                   \
	RET

// func ExpAVX512(args *VectorArgs)
// dst[i] = e^x. Requires: AVX512F
TEXT ·ExpAVX512(SB), NOSPLIT, $0-8
	ELEMENTWISE(EXP_Z0)

// func SigmoidAVX512(args *VectorArgs)
// dst[i] = 1/(1 + e^-x). Requires: AVX512F, AVX512DQ
TEXT ·SigmoidAVX512(SB), NOSPLIT, $0-8
	ELEMENTWISE(SIGMOID_Z0)

// func TanhAVX512(args *VectorArgs)
// dst[i] = tanh x. Requires: AVX512F, AVX512DQ
TEXT ·TanhAVX512(SB), NOSPLIT, $0-8
	ELEMENTWISE(TANH_Z0)
