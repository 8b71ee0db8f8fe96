//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "transpose_avx512_amd64.h"

// Up to sixteen rows of src, columns by mask; those that do not exist are not read.
#define LOAD_ROW(ROW) \
	VMOVUPS.Z (AX), K1, ROW \
	ADDQ R9, AX             \
	DECQ CX                 \
	JZ   loaded

// Up to sixteen rows of dst.
#define STORE_ROW(ROW) \
	VMOVUPS ROW, K2, (DI) \
	ADDQ R13, DI          \
	DECQ CX               \
	JZ   stored

// One of those for each four rows -> four columns of all sixteen.
#define TRANSPOSE_QUARTERS(Q0, Q1, Q2, Q3, T0, T1, T2, T3) \
	VSHUFF32X4 $0x44, Q1, Q0, T0 \
	VSHUFF32X4 $0xEE, Q1, Q0, T1 \
	VSHUFF32X4 $0x44, Q3, Q2, T2 \
	VSHUFF32X4 $0xEE, Q3, Q2, T3 \
	VSHUFF32X4 $0x88, T2, T0, Q0 \
	VSHUFF32X4 $0xDD, T2, T0, Q1 \
	VSHUFF32X4 $0x88, T3, T1, Q2 \
	VSHUFF32X4 $0xDD, T3, T1, Q3

// Bits 0 to N-1 -> K, N at most 16. AX is clobbered.
#define MASK(N, K) \
	MOVQ  N, CX    \
	MOVL  $1, AX   \
	SHLL  CX, AX   \
	DECL  AX       \
	KMOVW AX, K

// func TransposeAVX512(args *TransposeArgs)
// dst[k, j] = src[j, k], j < Columns, sixteen k a turn. Requires: AVX512F
//
//	SI src, column k     R9 bytes between rows     R8 Columns    AX row of it
//	DI dst, row k        R13 bytes between rows    BX k to go    DX k of this turn
//	CX counts rows       K1 columns of src, K2 of dst, that exist
TEXT ·TransposeAVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), R14
	MOVQ TransposeArgs_Src(R14), SI
	MOVQ TransposeArgs_Dst(R14), DI
	MOVQ TransposeArgs_SrcRow(R14), R9
	MOVQ TransposeArgs_DstRow(R14), R13
	MOVQ TransposeArgs_K(R14), BX
	MOVQ TransposeArgs_Columns(R14), R8
	SHLQ $2, R9
	SHLQ $2, R13
	MASK(R8, K2)

turn:
	MOVL $16, DX
	CMPQ BX, DX
	CMOVQLT BX, DX
	MASK(DX, K1)
	MOVQ SI, AX
	MOVQ R8, CX
	LOAD_ROW(Z0)
	LOAD_ROW(Z1)
	LOAD_ROW(Z2)
	LOAD_ROW(Z3)
	LOAD_ROW(Z4)
	LOAD_ROW(Z5)
	LOAD_ROW(Z6)
	LOAD_ROW(Z7)
	LOAD_ROW(Z8)
	LOAD_ROW(Z9)
	LOAD_ROW(Z10)
	LOAD_ROW(Z11)
	LOAD_ROW(Z12)
	LOAD_ROW(Z13)
	LOAD_ROW(Z14)
	LOAD_ROW(Z15)

loaded:
	TRANSPOSE_4ROWS(Z0, Z1, Z2, Z3, Z16, Z17, Z18, Z19)
	TRANSPOSE_4ROWS(Z4, Z5, Z6, Z7, Z20, Z21, Z22, Z23)
	TRANSPOSE_4ROWS(Z8, Z9, Z10, Z11, Z24, Z25, Z26, Z27)
	TRANSPOSE_4ROWS(Z12, Z13, Z14, Z15, Z28, Z29, Z30, Z31)
	TRANSPOSE_QUARTERS(Z0, Z4, Z8, Z12, Z16, Z17, Z18, Z19)
	TRANSPOSE_QUARTERS(Z1, Z5, Z9, Z13, Z20, Z21, Z22, Z23)
	TRANSPOSE_QUARTERS(Z2, Z6, Z10, Z14, Z24, Z25, Z26, Z27)
	TRANSPOSE_QUARTERS(Z3, Z7, Z11, Z15, Z28, Z29, Z30, Z31)
	MOVQ DX, CX
	STORE_ROW(Z0)
	STORE_ROW(Z1)
	STORE_ROW(Z2)
	STORE_ROW(Z3)
	STORE_ROW(Z4)
	STORE_ROW(Z5)
	STORE_ROW(Z6)
	STORE_ROW(Z7)
	STORE_ROW(Z8)
	STORE_ROW(Z9)
	STORE_ROW(Z10)
	STORE_ROW(Z11)
	STORE_ROW(Z12)
	STORE_ROW(Z13)
	STORE_ROW(Z14)
	STORE_ROW(Z15)

stored:
	ADDQ $64, SI
	SUBQ $16, BX
	JG   turn
	VZEROUPPER
	RET
