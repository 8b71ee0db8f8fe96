//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "activation_avx2_amd64.h"
#include "mask_avx2_amd64.h"

// A whole routine: FUNCTION turns Y0 into its result.
//
//	SI x   DI dst   CX elements to go   BX mask of the tail
#define ELEMENTWISE(FUNCTION) \
	MOVQ args+0(FP), AX          \
	MOVQ VectorArgs_X(AX), SI    \
	MOVQ VectorArgs_Dst(AX), DI  \
	MOVQ VectorArgs_N(AX), CX    \
	LOAD_ACTIVATION_CONSTANTS    \
	SUBQ $8, CX                  \
	JL   tail                    \
eight:                               \
	VMOVUPS (SI), Y0             \
	FUNCTION                     \
	VMOVUPS Y0, (DI)             \
	ADDQ    $32, SI              \
	ADDQ    $32, DI              \
	SUBQ    $8, CX               \
	JGE     eight                \
tail:                                \ // CX + 8 elements are left, 0 to 7
	ADDQ       $8, CX            \
	JZ         done              \
	LEAQ       lanes<>+64(SB), BX \
	SHLQ       $2, CX            \
	SUBQ       CX, BX            \
	VMOVUPS    (BX), Y1          \
	VMASKMOVPS (SI), Y1, Y0      \
	FUNCTION                     \
	VMOVUPS    (BX), Y1          \
	VMASKMOVPS Y0, Y1, (DI)      \
done:                                \
	VZEROUPPER                   \
	RET

// func ExpAVX2(args *VectorArgs)
// dst[i] = e^x. Requires: AVX, AVX2, FMA
TEXT ·ExpAVX2(SB), NOSPLIT, $0-8
	ELEMENTWISE(EXP_Y0)

// func SigmoidAVX2(args *VectorArgs)
// dst[i] = 1/(1 + e^-x). Requires: AVX, AVX2, FMA
TEXT ·SigmoidAVX2(SB), NOSPLIT, $0-8
	ELEMENTWISE(SIGMOID_Y0)

// func TanhAVX2(args *VectorArgs)
// dst[i] = tanh x. Requires: AVX, AVX2, FMA
TEXT ·TanhAVX2(SB), NOSPLIT, $0-8
	ELEMENTWISE(TANH_Y0)
