//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "outer_amd64.h"

// func AddScaledAVX512(args *VectorArgs)
// dst[i] += scale·x[i], rounded after each. Requires: AVX512F
//
//	SI x   DI dst   CX elements to go   K1 lanes of the tail   Z7 scale
TEXT ·AddScaledAVX512(SB), NOSPLIT, $0-8
	MOVQ         args+0(FP), AX
	MOVQ         VectorArgs_X(AX), SI
	MOVQ         VectorArgs_Dst(AX), DI
	MOVQ         VectorArgs_N(AX), CX
	VBROADCASTSS VectorArgs_Scale(AX), Z7
	SUBQ         $32, CX
	JL           sixteen

thirtyTwo:
	VMULPS  (SI), Z7, Z0
	VMULPS  64(SI), Z7, Z1
	VADDPS  (DI), Z0, Z0
	VADDPS  64(DI), Z1, Z1
	VMOVUPS Z0, (DI)
	VMOVUPS Z1, 64(DI)
	ADDQ    $128, SI
	ADDQ    $128, DI
	SUBQ    $32, CX
	JGE     thirtyTwo

sixteen: // CX + 32 elements are left, 0 to 31
	ADDQ    $16, CX
	JL      tail
	VMULPS  (SI), Z7, Z0
	VADDPS  (DI), Z0, Z0
	VMOVUPS Z0, (DI)
	ADDQ    $64, SI
	ADDQ    $64, DI
	SUBQ    $16, CX

tail: // CX + 16 elements are left, 0 to 15
	ADDQ      $16, CX
	JZ        done
	MOVL      $1, AX
	SHLL      CX, AX
	DECL      AX
	KMOVW     AX, K1
	VMOVUPS.Z (SI), K1, Z0
	VMOVUPS.Z (DI), K1, Z1
	VMULPS    Z0, Z7, Z0
	VADDPS    Z1, Z0, Z0
	VMOVUPS   Z0, K1, (DI)

done:
	VZEROUPPER
	RET

// func AddOuterAVX512(args *OuterArgs)
// c[r, j] += (scale·x[r])·y[j], rounded after each; registers as in outer_amd64.h. Requires: AVX512F
TEXT ·AddOuterAVX512(SB), NOSPLIT, $0-8
	OUTER_BEGIN

row:
	OUTER_ROW(Z7)
	OUTER_WHOLE(16, Z0, Z1, Z2, Z3, Z7, sixtyFour, sixteens, sixteen, eight)
	TESTQ $8, BX
	JZ    tail
	OUTER(0, Y0, Y7)
	ADDQ  $32, SI
	ADDQ  $32, DI

tail:
	OUTER_TAIL(ones, oneColumn, next)
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET

// func ColumnSumsAVX512(args *ColumnSumsArgs)
// dst[j] += x[0, j] + x[1, j] + ..., 64 columns at a time, then 16. Requires: AVX512F
//
//	SI x, current columns   R8 x, current row   R9 bytes between rows
//	DI dst                  DX columns to go    CX rows to go           Z0..Z3 sums
TEXT ·ColumnSumsAVX512(SB), NOSPLIT, $0-8
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
	VMOVUPS (DI), Z0
	VMOVUPS 64(DI), Z1
	VMOVUPS 128(DI), Z2
	VMOVUPS 192(DI), Z3

rowOf64:
	VADDPS (R8), Z0, Z0
	VADDPS 64(R8), Z1, Z1
	VADDPS 128(R8), Z2, Z2
	VADDPS 192(R8), Z3, Z3
	ADDQ   R9, R8
	DECQ   CX
	JNZ    rowOf64

	VMOVUPS Z0, (DI)
	VMOVUPS Z1, 64(DI)
	VMOVUPS Z2, 128(DI)
	VMOVUPS Z3, 192(DI)
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
	VMOVUPS (DI), Z0

rowOf16:
	VADDPS (R8), Z0, Z0
	ADDQ   R9, R8
	DECQ   CX
	JNZ    rowOf16

	VMOVUPS Z0, (DI)
	ADDQ    $64, SI
	ADDQ    $64, DI
	SUBQ    $16, DX
	JNZ     oneRun

done:
	VZEROUPPER
	RET
