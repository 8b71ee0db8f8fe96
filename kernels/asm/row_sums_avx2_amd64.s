//go:build !purego

// One row times rows of B as they are, eight of them at a time from end to end: what one row needs of B is
// read once and in order, where tiles of 64 columns read 256 bytes of each row.

#include "go_asm.h"
#include "textflag.h"
#include "mask_avx2_amd64.h"

#define SUMS  DI
#define B     SI
#define A     DX
#define AK    R8
#define BROW  R9
#define BROW3 R10
#define BROW5 R11
#define BROW7 R12

// sums of 16 columns += b[k, 16 columns] · a[k]
#define ROW16(ADDRESS, HIGH, ELEMENT) \
	VFMADD231PS ADDRESS, ELEMENT, Y0 \
	VFMADD231PS HIGH, ELEMENT, Y1

// Sums of the last columns, under masks, += b · a[k].
#define LAST16(ADDRESS, HIGH, ELEMENT) \
	VMASKMOVPS  ADDRESS, Y6, Y2  \
	VMASKMOVPS  HIGH, Y7, Y3     \
	VFMADD231PS Y2, ELEMENT, Y4  \
	VFMADD231PS Y3, ELEMENT, Y5

#define EIGHT_ROWS(COLUMNS16) \
	COLUMNS16((B), 32(B), Y8)                        \
	COLUMNS16((B)(BROW*1), 32(B)(BROW*1), Y9)        \
	COLUMNS16((B)(BROW*2), 32(B)(BROW*2), Y10)       \
	COLUMNS16((B)(BROW3*1), 32(B)(BROW3*1), Y11)     \
	COLUMNS16((B)(BROW*4), 32(B)(BROW*4), Y12)       \
	COLUMNS16((B)(BROW5*1), 32(B)(BROW5*1), Y13)     \
	COLUMNS16((B)(BROW3*2), 32(B)(BROW3*2), Y14)     \
	COLUMNS16((B)(BROW7*1), 32(B)(BROW7*1), Y15)

// func RowSumsAVX2(args *RowSumsArgs)
//
// The sums of whole groups of 16 columns go to memory and back at each eight rows; those of the last
// columns stay in registers.
// Requires: AVX, FMA
//
//	SI b, row 0 of eight, of the current column   R9, R10, R11, R12 1, 3, 5, 7 times the bytes between rows of b
//	R15 b, row 0 of eight   DI sums of the column   DX a   R8 bytes between elements of a
//	CX rows to go   BX groups of 16 columns to go   AX mask, 0: no column is left   R14 args
//	Y0, Y1 sums   Y2, Y3 last columns of b   Y4, Y5 their sums   Y6, Y7 their mask   Y8..Y15 elements of a
TEXT ·RowSumsAVX2(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), R14
	MOVQ RowSumsArgs_A(R14), A
	MOVQ RowSumsArgs_B(R14), R15
	MOVQ RowSumsArgs_AK(R14), AK
	MOVQ RowSumsArgs_BRow(R14), BROW
	MOVQ RowSumsArgs_K(R14), CX
	SHLQ $2, AK
	SHLQ $2, BROW
	LEAQ (BROW)(BROW*2), BROW3
	LEAQ (BROW)(BROW*4), BROW5
	LEAQ (BROW5)(BROW*2), BROW7

	// Sums of the last columns -> Y4, Y5.
	MOVQ RowSumsArgs_Columns(R14), BX
	MOVQ BX, AX
	ANDQ $15, AX
	JZ   rows
	SUBQ AX, BX
	MOVQ RowSumsArgs_Sums(R14), SUMS
	LEAQ (SUMS)(BX*4), SUMS
	NEGQ AX
	LEAQ lanes<>+64(SB), BX
	LEAQ (BX)(AX*4), AX
	VMOVUPS    (AX), Y6
	VMOVUPS    32(AX), Y7
	VMASKMOVPS (SUMS), Y6, Y4
	VMASKMOVPS 32(SUMS), Y7, Y5

rows:
	SUBQ $8, CX
	JL   rest

eight:
	VBROADCASTSS (A), Y8
	VBROADCASTSS (A)(AK*1), Y9
	LEAQ (A)(AK*2), A
	VBROADCASTSS (A), Y10
	VBROADCASTSS (A)(AK*1), Y11
	LEAQ (A)(AK*2), A
	VBROADCASTSS (A), Y12
	VBROADCASTSS (A)(AK*1), Y13
	LEAQ (A)(AK*2), A
	VBROADCASTSS (A), Y14
	VBROADCASTSS (A)(AK*1), Y15
	LEAQ (A)(AK*2), A
	MOVQ R15, B
	MOVQ RowSumsArgs_Sums(R14), SUMS
	MOVQ RowSumsArgs_Columns(R14), BX
	SHRQ $4, BX
	PCALIGN $32

columns:
	VMOVUPS (SUMS), Y0
	VMOVUPS 32(SUMS), Y1
	EIGHT_ROWS(ROW16)
	VMOVUPS Y0, (SUMS)
	VMOVUPS Y1, 32(SUMS)
	ADDQ $64, B
	ADDQ $64, SUMS
	DECQ BX
	JNZ  columns

	TESTQ AX, AX
	JZ    next
	EIGHT_ROWS(LAST16)

next:
	LEAQ (R15)(BROW*8), R15
	SUBQ $8, CX
	JGE  eight

rest:
	ADDQ $8, CX
	JZ   done

one: // row after row
	VBROADCASTSS (A), Y8
	ADDQ AK, A
	MOVQ R15, B
	MOVQ RowSumsArgs_Sums(R14), SUMS
	MOVQ RowSumsArgs_Columns(R14), BX
	SHRQ $4, BX

oneColumns:
	VMOVUPS (SUMS), Y0
	VMOVUPS 32(SUMS), Y1
	ROW16((B), 32(B), Y8)
	VMOVUPS Y0, (SUMS)
	VMOVUPS Y1, 32(SUMS)
	ADDQ $64, B
	ADDQ $64, SUMS
	DECQ BX
	JNZ  oneColumns

	TESTQ AX, AX
	JZ    oneNext
	LAST16((B), 32(B), Y8)

oneNext:
	ADDQ BROW, R15
	DECQ CX
	JNZ  one

done: // SUMS is behind the whole groups
	TESTQ AX, AX
	JZ    end
	VMASKMOVPS Y4, Y6, (SUMS)
	VMASKMOVPS Y5, Y7, 32(SUMS)

end:
	VZEROUPPER
	RET

// func ScaleSumsAVX2(args *ScaleSumsArgs)
// Requires: AVX, AVX2, FMA
//
//	SI sums   DI c   CX columns to go   DX Beta without its sign   Y14 Beta   Y15 Alpha
TEXT ·ScaleSumsAVX2(SB), NOSPLIT, $0-8
	MOVQ args+0(FP), AX
	MOVQ ScaleSumsArgs_Sums(AX), SI
	MOVQ ScaleSumsArgs_C(AX), DI
	MOVQ ScaleSumsArgs_Columns(AX), CX
	VBROADCASTSS ScaleSumsArgs_Alpha(AX), Y15
	VBROADCASTSS ScaleSumsArgs_Beta(AX), Y14
	MOVL ScaleSumsArgs_Beta(AX), DX
	ADDL DX, DX
	SUBQ $8, CX
	JL   rest

eight:
	VMULPS (SI), Y15, Y0
	TESTL  DX, DX
	JZ     store
	VFMADD231PS (DI), Y14, Y0

store:
	VMOVUPS Y0, (DI)
	ADDQ $32, SI
	ADDQ $32, DI
	SUBQ $8, CX
	JGE  eight

rest: // CX + 8 columns are left, 0 to 7
	ADDQ $8, CX
	JZ   end

one:
	VMULSS (SI), X15, X0
	TESTL  DX, DX
	JZ     storeOne
	VFMADD231SS (DI), X14, X0

storeOne:
	VMOVSS X0, (DI)
	ADDQ $4, SI
	ADDQ $4, DI
	DECQ CX
	JNZ  one

end:
	VZEROUPPER
	RET
