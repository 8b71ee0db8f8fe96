//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"
#include "activation_neon_arm64.h"

// A whole routine: FUNCTION(V0, 0) turns register 0 into its result.
//
//	R1 x   R2 dst   R3 elements to go
#define ELEMENTWISE(FUNCTION) \
	MOVD args+0(FP), R0         \
	MOVD VectorArgs_X(R0), R1   \
	MOVD VectorArgs_Dst(R0), R2 \
	MOVD VectorArgs_N(R0), R3   \
	LOAD_ACTIVATION_CONSTANTS   \
	SUBS $4, R3                 \
	BLT  tail                   \
four:                               \
	FMOVQ.P 16(R1), F0          \
	FUNCTION(V0, 0)             \
	FMOVQ.P F0, 16(R2)          \
	SUBS    $4, R3              \
	BGE     four                \
tail:                               \ // R3 + 4 elements are left, 0 to 3
	ADDS $4, R3                 \
	BEQ  done                   \
one:                                \
	FMOVS.P 4(R1), F0           \
	FUNCTION(V0, 0)             \
	FMOVS.P F0, 4(R2)           \
	SUBS    $1, R3              \
	BNE     one                 \
done:                               \
	RET

// func ExpNEON(args *VectorArgs)
// dst[i] = e^x. Requires: ASIMD
TEXT ·ExpNEON(SB), NOSPLIT, $0-8
	ELEMENTWISE(EXP)

// func SigmoidNEON(args *VectorArgs)
// dst[i] = 1/(1 + e^-x). Requires: ASIMD
TEXT ·SigmoidNEON(SB), NOSPLIT, $0-8
	ELEMENTWISE(SIGMOID)

// func TanhNEON(args *VectorArgs)
// dst[i] = tanh x. Requires: ASIMD
TEXT ·TanhNEON(SB), NOSPLIT, $0-8
	ELEMENTWISE(TANH)
