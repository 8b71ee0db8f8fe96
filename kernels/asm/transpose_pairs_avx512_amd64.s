//go:build !purego

// Matrices of two columns without a gap are pairs: one permutation takes a register of them
// apart, or puts two together.

#include "go_asm.h"
#include "textflag.h"

// Which elements of two registers, 0..15 and 16..31, make 32 elements of pairs.
DATA pairs<>+0(SB)/8, $0x0000001000000000
DATA pairs<>+8(SB)/8, $0x0000001100000001
DATA pairs<>+16(SB)/8, $0x0000001200000002
DATA pairs<>+24(SB)/8, $0x0000001300000003
DATA pairs<>+32(SB)/8, $0x0000001400000004
DATA pairs<>+40(SB)/8, $0x0000001500000005
DATA pairs<>+48(SB)/8, $0x0000001600000006
DATA pairs<>+56(SB)/8, $0x0000001700000007
DATA pairs<>+64(SB)/8, $0x0000001800000008
DATA pairs<>+72(SB)/8, $0x0000001900000009
DATA pairs<>+80(SB)/8, $0x0000001a0000000a
DATA pairs<>+88(SB)/8, $0x0000001b0000000b
DATA pairs<>+96(SB)/8, $0x0000001c0000000c
DATA pairs<>+104(SB)/8, $0x0000001d0000000d
DATA pairs<>+112(SB)/8, $0x0000001e0000000e
DATA pairs<>+120(SB)/8, $0x0000001f0000000f
GLOBL pairs<>(SB), RODATA|NOPTR, $128

// Which elements of 32 are the first of their pairs, and which the second.
DATA apart<>+0(SB)/8, $0x0000000200000000
DATA apart<>+8(SB)/8, $0x0000000600000004
DATA apart<>+16(SB)/8, $0x0000000a00000008
DATA apart<>+24(SB)/8, $0x0000000e0000000c
DATA apart<>+32(SB)/8, $0x0000001200000010
DATA apart<>+40(SB)/8, $0x0000001600000014
DATA apart<>+48(SB)/8, $0x0000001a00000018
DATA apart<>+56(SB)/8, $0x0000001e0000001c
DATA apart<>+64(SB)/8, $0x0000000300000001
DATA apart<>+72(SB)/8, $0x0000000700000005
DATA apart<>+80(SB)/8, $0x0000000b00000009
DATA apart<>+88(SB)/8, $0x0000000f0000000d
DATA apart<>+96(SB)/8, $0x0000001300000011
DATA apart<>+104(SB)/8, $0x0000001700000015
DATA apart<>+112(SB)/8, $0x0000001b00000019
DATA apart<>+120(SB)/8, $0x0000001f0000001d
GLOBL apart<>(SB), RODATA|NOPTR, $128

// Bits 0 to N-1 -> LOW, sixteen of them, and HIGH. CX and AX are clobbered.
#define MASKS(N, LOW, HIGH) \
	MOVQ  N, CX    \
	MOVL  $1, AX   \
	SHLQ  CX, AX   \
	DECQ  AX       \
	KMOVW AX, LOW  \
	SHRQ  $16, AX  \
	KMOVW AX, HIGH

// func InterleaveAVX512(args *TransposeArgs)
// dst[k, j] = src[j, k], j < 2, dst without a gap. Requires: AVX512F
//
//	SI src, row 0    R9 bytes to row 1     DI dst    BX k to go
//	Z2, Z3 indices   K1 columns of src, K2 and K3 elements of dst, that exist
TEXT ·InterleaveAVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), R14
	MOVQ TransposeArgs_Src(R14), SI
	MOVQ TransposeArgs_Dst(R14), DI
	MOVQ TransposeArgs_SrcRow(R14), R9
	MOVQ TransposeArgs_K(R14), BX
	SHLQ $2, R9
	VMOVDQU32 pairs<>+0(SB), Z2
	VMOVDQU32 pairs<>+64(SB), Z3
	SUBQ $16, BX
	JL   rest

sixteen:
	VMOVUPS   (SI), Z0
	VMOVUPS   (SI)(R9*1), Z1
	VMOVAPS   Z0, Z4
	VPERMT2PS Z1, Z2, Z0
	VPERMT2PS Z1, Z3, Z4
	VMOVUPS   Z0, (DI)
	VMOVUPS   Z4, 64(DI)
	ADDQ      $64, SI
	ADDQ      $128, DI
	SUBQ      $16, BX
	JGE       sixteen

rest:
	ADDQ $16, BX
	JZ   done
	MASKS(BX, K1, K2)
	ADDQ BX, BX
	MASKS(BX, K2, K3)
	VMOVUPS.Z (SI), K1, Z0
	VMOVUPS.Z (SI)(R9*1), K1, Z1
	VMOVAPS   Z0, Z4
	VPERMT2PS Z1, Z2, Z0
	VPERMT2PS Z1, Z3, Z4
	VMOVUPS   Z0, K2, (DI)
	CMPQ      BX, $16
	JLE       done
	VMOVUPS   Z4, K3, 64(DI)

done:
	VZEROUPPER
	RET

// func DeinterleaveAVX512(args *TransposeArgs)
// dst[k, j] = src[j, k], k < 2, j < Columns, any number, src without a gap. Requires: AVX512F
//
//	SI src           R13 bytes to row 1 of dst    DI dst, row 0    BX columns to go
//	Z2, Z3 indices   K1 columns of dst, K2 and K3 elements of src, that exist
TEXT ·DeinterleaveAVX512(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), R14
	MOVQ TransposeArgs_Src(R14), SI
	MOVQ TransposeArgs_Dst(R14), DI
	MOVQ TransposeArgs_DstRow(R14), R13
	MOVQ TransposeArgs_Columns(R14), BX
	SHLQ $2, R13
	VMOVDQU32 apart<>+0(SB), Z2
	VMOVDQU32 apart<>+64(SB), Z3
	SUBQ $16, BX
	JL   rest

sixteen:
	VMOVUPS   (SI), Z0
	VMOVUPS   64(SI), Z1
	VMOVAPS   Z0, Z4
	VPERMT2PS Z1, Z2, Z0
	VPERMT2PS Z1, Z3, Z4
	VMOVUPS   Z0, (DI)
	VMOVUPS   Z4, (DI)(R13*1)
	ADDQ      $128, SI
	ADDQ      $64, DI
	SUBQ      $16, BX
	JGE       sixteen

rest:
	ADDQ $16, BX
	JZ   done
	LEAQ (BX)(BX*1), DX
	MASKS(BX, K1, K2)
	MASKS(DX, K2, K3)
	VMOVUPS.Z (SI), K2, Z0
	VPXORQ    Z1, Z1, Z1
	CMPQ      DX, $16
	JLE       last
	VMOVUPS.Z 64(SI), K3, Z1

last:
	VMOVAPS   Z0, Z4
	VPERMT2PS Z1, Z2, Z0
	VPERMT2PS Z1, Z3, Z4
	VMOVUPS   Z0, K1, (DI)
	VMOVUPS   Z4, K1, (DI)(R13*1)

done:
	VZEROUPPER
	RET
