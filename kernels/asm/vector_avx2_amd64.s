//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "mask_avx2_amd64.h"

// func AddScaledAVX2(args *VectorArgs)
// dst[i] += scale·x[i], rounded after each. Requires: AVX
//
//	SI x   DI dst   CX elements to go   BX mask of the tail   Y7 scale
TEXT ·AddScaledAVX2(SB), NOSPLIT, $0-8
	MOVQ         args+0(FP), AX
	MOVQ         VectorArgs_X(AX), SI
	MOVQ         VectorArgs_Dst(AX), DI
	MOVQ         VectorArgs_N(AX), CX
	VBROADCASTSS VectorArgs_Scale(AX), Y7
	SUBQ         $16, CX
	JL           eight

sixteen:
	VMULPS  (SI), Y7, Y0
	VMULPS  32(SI), Y7, Y1
	VADDPS  (DI), Y0, Y0
	VADDPS  32(DI), Y1, Y1
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	ADDQ    $64, SI
	ADDQ    $64, DI
	SUBQ    $16, CX
	JGE     sixteen

eight: // CX + 16 elements are left, 0 to 15
	ADDQ    $8, CX
	JL      tail
	VMULPS  (SI), Y7, Y0
	VADDPS  (DI), Y0, Y0
	VMOVUPS Y0, (DI)
	ADDQ    $32, SI
	ADDQ    $32, DI
	SUBQ    $8, CX

tail: // CX + 8 elements are left, 0 to 7
	ADDQ       $8, CX
	JZ         done
	LEAQ       lanes<>+64(SB), BX
	SHLQ       $2, CX
	SUBQ       CX, BX
	VMOVUPS    (BX), Y2
	VMASKMOVPS (SI), Y2, Y0
	VMASKMOVPS (DI), Y2, Y1
	VMULPS     Y0, Y7, Y0
	VADDPS     Y1, Y0, Y0
	VMASKMOVPS Y0, Y2, (DI)

done:
	VZEROUPPER
	RET

// func ColumnSumsAVX2(args *ColumnSumsArgs)
// dst[j] += x[0, j] + x[1, j] + ... for 16 columns. Requires: AVX
//
//	SI x, current row   R9 bytes between rows   CX rows to go   Y0, Y1 sums
TEXT ·ColumnSumsAVX2(SB), NOSPLIT, $0-8
	MOVQ    args+0(FP), AX
	MOVQ    ColumnSumsArgs_X(AX), SI
	MOVQ    ColumnSumsArgs_Dst(AX), DI
	MOVQ    ColumnSumsArgs_XRow(AX), R9
	MOVQ    ColumnSumsArgs_Rows(AX), CX
	SHLQ    $2, R9
	VMOVUPS (DI), Y0
	VMOVUPS 32(DI), Y1

row:
	VADDPS (SI), Y0, Y0
	VADDPS 32(SI), Y1, Y1
	ADDQ   R9, SI
	DECQ   CX
	JNZ    row

	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	VZEROUPPER
	RET
