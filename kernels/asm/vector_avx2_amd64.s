//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "mask_avx2_amd64.h"
#include "outer_amd64.h"

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

// func AddOuterAVX2(args *OuterArgs)
// c[r, j] += (scale·x[r])·y[j], rounded after each; registers as in outer_amd64.h. Requires: AVX, AVX2
TEXT ·AddOuterAVX2(SB), NOSPLIT, $0-8
	OUTER_BEGIN

row:
	OUTER_ROW(Y7)
	OUTER_WHOLE(8, Y0, Y1, Y2, Y3, Y7, thirtyTwo, eights, eight, tail)
	OUTER_TAIL(ones, oneColumn, next)
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET

// func ColumnSumsAVX2(args *ColumnSumsArgs)
// dst[j] += x[0, j] + x[1, j] + ..., 64 columns at a time, then 16. Requires: AVX
//
//	SI x, current columns   R8 x, current row   R9 bytes between rows
//	DI dst                  DX columns to go    CX rows to go           Y0..Y7 sums
TEXT ·ColumnSumsAVX2(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), AX
	MOVQ ColumnSumsArgs_X(AX), SI
	MOVQ ColumnSumsArgs_Dst(AX), DI
	MOVQ ColumnSumsArgs_XRow(AX), R9
	MOVQ ColumnSumsArgs_Columns(AX), DX
	SHLQ $2, R9
	SUBQ $64, DX
	JL   sixteen

sixtyFour:
	MOVQ    ColumnSumsArgs_Rows(AX), CX
	MOVQ    SI, R8
	VMOVUPS (DI), Y0
	VMOVUPS 32(DI), Y1
	VMOVUPS 64(DI), Y2
	VMOVUPS 96(DI), Y3
	VMOVUPS 128(DI), Y4
	VMOVUPS 160(DI), Y5
	VMOVUPS 192(DI), Y6
	VMOVUPS 224(DI), Y7

rowOf64:
	VADDPS (R8), Y0, Y0
	VADDPS 32(R8), Y1, Y1
	VADDPS 64(R8), Y2, Y2
	VADDPS 96(R8), Y3, Y3
	VADDPS 128(R8), Y4, Y4
	VADDPS 160(R8), Y5, Y5
	VADDPS 192(R8), Y6, Y6
	VADDPS 224(R8), Y7, Y7
	ADDQ   R9, R8
	DECQ   CX
	JNZ    rowOf64

	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	VMOVUPS Y2, 64(DI)
	VMOVUPS Y3, 96(DI)
	VMOVUPS Y4, 128(DI)
	VMOVUPS Y5, 160(DI)
	VMOVUPS Y6, 192(DI)
	VMOVUPS Y7, 224(DI)
	ADDQ    $256, SI
	ADDQ    $256, DI
	SUBQ    $64, DX
	JGE     sixtyFour

sixteen: // DX + 64 columns are left, 0 to 48
	ADDQ $64, DX
	JZ   done

oneRun:
	MOVQ    ColumnSumsArgs_Rows(AX), CX
	MOVQ    SI, R8
	VMOVUPS (DI), Y0
	VMOVUPS 32(DI), Y1

rowOf16:
	VADDPS (R8), Y0, Y0
	VADDPS 32(R8), Y1, Y1
	ADDQ   R9, R8
	DECQ   CX
	JNZ    rowOf16

	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	ADDQ    $64, SI
	ADDQ    $64, DI
	SUBQ    $16, DX
	JNZ     oneRun

done:
	VZEROUPPER
	RET
