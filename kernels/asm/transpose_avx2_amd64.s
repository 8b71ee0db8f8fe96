//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// Y0..Y7, eight rows of eight, -> Y0..Y7, their columns. Clobbers Y8..Y15.
#define TRANSPOSE_8x8 \
	VUNPCKLPS Y1, Y0, Y8           \ // pairs of rows, interleaved
	VUNPCKHPS Y1, Y0, Y9           \
	VUNPCKLPS Y3, Y2, Y10          \
	VUNPCKHPS Y3, Y2, Y11          \
	VUNPCKLPS Y5, Y4, Y12          \
	VUNPCKHPS Y5, Y4, Y13          \
	VUNPCKLPS Y7, Y6, Y14          \
	VUNPCKHPS Y7, Y6, Y15          \
	VSHUFPS   $0x44, Y10, Y8, Y0   \ // four rows: columns 0 and 4, 1 and 5, ...
	VSHUFPS   $0xEE, Y10, Y8, Y1   \
	VSHUFPS   $0x44, Y11, Y9, Y2   \
	VSHUFPS   $0xEE, Y11, Y9, Y3   \
	VSHUFPS   $0x44, Y14, Y12, Y4  \
	VSHUFPS   $0xEE, Y14, Y12, Y5  \
	VSHUFPS   $0x44, Y15, Y13, Y6  \
	VSHUFPS   $0xEE, Y15, Y13, Y7  \
	VPERM2F128 $0x20, Y4, Y0, Y8   \ // eight rows: columns 0, 4, 1, 5, ...
	VPERM2F128 $0x31, Y4, Y0, Y12  \
	VPERM2F128 $0x20, Y5, Y1, Y9   \
	VPERM2F128 $0x31, Y5, Y1, Y13  \
	VPERM2F128 $0x20, Y6, Y2, Y10  \
	VPERM2F128 $0x31, Y6, Y2, Y14  \
	VPERM2F128 $0x20, Y7, Y3, Y11  \
	VPERM2F128 $0x31, Y7, Y3, Y15

// Eight k of eight rows from SRC on -> eight rows of dst, OFF bytes on.
#define TRANSPOSE_HALF(SRC, OFF) \
	VMOVUPS (SRC), Y0            \
	VMOVUPS (SRC)(R9*1), Y1      \
	VMOVUPS (SRC)(R9*2), Y2      \
	VMOVUPS (SRC)(R10*1), Y3     \
	VMOVUPS (SRC)(R9*4), Y4      \
	VMOVUPS (SRC)(R11*1), Y5     \
	VMOVUPS (SRC)(R10*2), Y6     \
	VMOVUPS (SRC)(R12*1), Y7     \
	TRANSPOSE_8x8                \
	VMOVUPS Y8, OFF(DI)          \
	VMOVUPS Y9, OFF(DI)(R13*1)   \
	VMOVUPS Y10, OFF(DI)(R13*2)  \
	VMOVUPS Y11, OFF(DI)(R14*1)  \
	VMOVUPS Y12, OFF(DI)(R13*4)  \
	VMOVUPS Y13, OFF(DI)(R15*1)  \
	VMOVUPS Y14, OFF(DI)(R14*2)  \
	VMOVUPS Y15, OFF(DI)(BX*1)

// func TransposeAVX2(args *TransposeArgs)
// dst[k, j] = src[j, k], j < Columns, 8 or 16, eight k a turn. Requires: AVX
//
//	SI src, row 0   R8 src, row 8   R9, R10, R11, R12 1, 3, 5, 7 times the bytes between rows
//	DI dst          CX turns to go  R13, R14, R15, BX 1, 3, 5, 7 times the bytes between rows of dst
//	AX Columns
TEXT ·TransposeAVX2(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), AX
	MOVQ TransposeArgs_Src(AX), SI
	MOVQ TransposeArgs_Dst(AX), DI
	MOVQ TransposeArgs_SrcRow(AX), R9
	MOVQ TransposeArgs_K(AX), CX
	MOVQ TransposeArgs_DstRow(AX), R13
	SHLQ $2, R9
	SHLQ $2, R13
	LEAQ (R9)(R9*2), R10
	LEAQ (R9)(R9*4), R11
	LEAQ (R11)(R9*2), R12
	LEAQ (SI)(R9*8), R8
	LEAQ (R13)(R13*2), R14
	LEAQ (R13)(R13*4), R15
	LEAQ (R15)(R13*2), BX
	SHRQ $3, CX
	MOVQ TransposeArgs_Columns(AX), AX

turn:
	TRANSPOSE_HALF(SI, 0)
	CMPQ AX, $8
	JEQ  next
	TRANSPOSE_HALF(R8, 32)

next:
	ADDQ $32, SI
	ADDQ $32, R8
	LEAQ (DI)(R13*8), DI
	DECQ CX
	JNZ  turn
	VZEROUPPER
	RET
