//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"
#include "activation_neon_arm64.h"

// func ExpNEON(args *VectorArgs)
// dst[i] = e^x. Requires: ASIMD
//
//	R1 x   R2 dst   R3 elements to go
TEXT ·ExpNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R0
	MOVD VectorArgs_X(R0), R1
	MOVD VectorArgs_Dst(R0), R2
	MOVD VectorArgs_N(R0), R3
	LOAD_ACTIVATION_CONSTANTS
	SUBS $4, R3
	BLT  tail

four:
	FMOVQ.P 16(R1), F0
	EXP(V0, 0)
	FMOVQ.P F0, 16(R2)
	SUBS    $4, R3
	BGE     four

tail: // R3 + 4 elements are left, 0 to 3
	ADDS $4, R3
	BEQ  done

one:
	FMOVS.P 4(R1), F0
	EXP(V0, 0)
	FMOVS.P F0, 4(R2)
	SUBS    $1, R3
	BNE     one

done:
	RET

// func SigmoidNEON(args *VectorArgs)
// dst[i] = 1/(1 + e^-x). Requires: ASIMD
//
//	R1 x   R2 dst   R3 elements to go
TEXT ·SigmoidNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R0
	MOVD VectorArgs_X(R0), R1
	MOVD VectorArgs_Dst(R0), R2
	MOVD VectorArgs_N(R0), R3
	LOAD_ACTIVATION_CONSTANTS
	SUBS $4, R3
	BLT  tail

four:
	FMOVQ.P 16(R1), F0
	SIGMOID(V0, 0)
	FMOVQ.P F0, 16(R2)
	SUBS    $4, R3
	BGE     four

tail: // R3 + 4 elements are left, 0 to 3
	ADDS $4, R3
	BEQ  done

one:
	FMOVS.P 4(R1), F0
	SIGMOID(V0, 0)
	FMOVS.P F0, 4(R2)
	SUBS    $1, R3
	BNE     one

done:
	RET

// func TanhNEON(args *VectorArgs)
// dst[i] = tanh x. Requires: ASIMD
//
//	R1 x   R2 dst   R3 elements to go
TEXT ·TanhNEON(SB), NOSPLIT, $0-8
	MOVD args+0(FP), R0
	MOVD VectorArgs_X(R0), R1
	MOVD VectorArgs_Dst(R0), R2
	MOVD VectorArgs_N(R0), R3
	LOAD_ACTIVATION_CONSTANTS
	SUBS $4, R3
	BLT  tail

four:
	FMOVQ.P 16(R1), F0
	TANH(V0, 0)
	FMOVQ.P F0, 16(R2)
	SUBS    $4, R3
	BGE     four

tail: // R3 + 4 elements are left, 0 to 3
	ADDS $4, R3
	BEQ  done

one:
	FMOVS.P 4(R1), F0
	TANH(V0, 0)
	FMOVS.P F0, 4(R2)
	SUBS    $1, R3
	BNE     one

done:
	RET
