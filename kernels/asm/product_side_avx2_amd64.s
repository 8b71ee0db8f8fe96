//go:build !purego

// One row x 32 columns and, meanwhile, some k of sixteen rows x 16 columns of another product, by
// tiles of four rows: sixteen registers hold no more. A block of k of the other product's panel stays
// in L1 while four tiles pass, so that L2 delivers it once. What binds is L1, which takes lines of b
// in and serves loads: four elements of x are one load, made four broadcasts in registers.
//
// Registers as in product_avx2_amd64.h, but for
//	R9  element k of the tile's first row      R10 line k of their panel of b
//	CX  turns to go together                   BX  rows of init and of c of the tile
//	DX, R8 the two panels of b                 R15 bytes of a block of the panel
//	Y0..Y3 sums of the one row                 Y4..Y11 sums of the four rows
//	Y12 four elements of x, twice              Y13, Y14 a line of the panel
//	Y15 an element of a or x, broadcast

#include "go_asm.h"
#include "textflag.h"
#include "product_amd64.h"
#include "product_avx2_amd64.h"

#define X     R9
#define W     R10
#define B1    R8
#define BLOCK R15

// sums += b[k, 32 columns] · a[k]
#define ONE_K(K) \
	VBROADCASTSS (4*K)(A), Y15          \
	VFMADD231PS  (64*K)(B), Y15, Y0     \
	VFMADD231PS  (64*K+32)(B), Y15, Y1  \
	VFMADD231PS  (64*K)(B1), Y15, Y2    \
	VFMADD231PS  (64*K+32)(B1), Y15, Y3

// Two rows of the tile, of which R0 and R1 choose the elements of x.
#define TWO_ROWS(R0, SUM00, SUM01, R1, SUM10, SUM11) \
	VPERMILPS   $R0, Y12, Y15    \
	VFMADD231PS Y13, Y15, SUM00  \
	VFMADD231PS Y14, Y15, SUM01  \
	VPERMILPS   $R1, Y12, Y15    \
	VFMADD231PS Y13, Y15, SUM10  \
	VFMADD231PS Y14, Y15, SUM11

// Two k of the one row, from K on, and one of the four rows.
#define TWO_K(K) \
	VBROADCASTF128 (32*K)(X), Y12                \
	VMOVUPS        (32*K)(W), Y13                \
	VMOVUPS        (32*K+32)(W), Y14             \
	ONE_K(K)                                     \
	TWO_ROWS(0x00, Y4, Y5, 0x55, Y6, Y7)         \
	ONE_K((K+1))                                 \
	TWO_ROWS(0xaa, Y8, Y9, 0xff, Y10, Y11)

// Every other line of b, six ahead, into L1, OFF bytes into the turn: with H = 128 forward 1.02 and training
// 1.02, 256 1.01, 64 and 512 1.00 to 1.01 times as fast (Zen 3). All lines: 1.01, and 0.99 at H = 64; every other
// one 10 or 14 ahead: 0.89 to 0.97.
#define CALL_LINES(OFF) \
	PREFETCHT0 (384+OFF)(B)  \
	PREFETCHT0 (384+OFF)(B1)

// Four rows of init -> Y4..Y11, and back to c.
#define LOAD_SIDE_ROW(SUM0, SUM1) \
	VMOVUPS (BX), SUM0    \
	VMOVUPS 32(BX), SUM1  \
	ADDQ    ROW, BX
#define STORE_SIDE_ROW(SUM0, SUM1) \
	VMOVUPS SUM0, (BX)    \
	VMOVUPS SUM1, 32(BX)  \
	ADDQ    ROW, BX
#define SIDE_ROWS(FROM, STRIDE, MOVE) \
	MOVQ FROM(R14), BX    \
	MOVQ STRIDE(R14), ROW \
	SHLQ $2, ROW          \
	MOVE(Y4, Y5)          \
	MOVE(Y6, Y7)          \
	MOVE(Y8, Y9)          \
	MOVE(Y10, Y11)

#define STORE_ONE_ROW \
	VMOVUPS Y0, (C)   \
	VMOVUPS Y1, 32(C) \
	VMOVUPS Y2, 64(C) \
	VMOVUPS Y3, 96(C)

// func ProductSide1x32AVX2(args *SideArgs)
//
// Both products go on to what comes next whenever they are at an end, a group of panels or a tile;
// the routine ends with the last of either.
// Requires: AVX, FMA
TEXT ·ProductSide1x32AVX2(SB), NOSPLIT, $0-8
	BEGIN_SIDE
	MOVQ SideArgs_X(R14), X
	MOVQ SideArgs_W(R14), W
	MOVQ SideArgs_BlockTurns(R14), BLOCK
	SHLQ $8, BLOCK
	SIDE_ROWS(SideArgs_AtXInit, SideArgs_XInitRow, LOAD_SIDE_ROW)

group:
	MOVQ    SideArgs_A(R14), A
	MOVQ    SideArgs_AtB(R14), B
	MOVQ    SideArgs_BPanel(R14), B1
	LEAQ    (B)(B1*4), B1
	MOVQ    SideArgs_AtInit(R14), INIT
	MOVQ    SideArgs_AtC(R14), C
	VMOVUPS (INIT), Y0
	VMOVUPS 32(INIT), Y1
	VMOVUPS 64(INIT), Y2
	VMOVUPS 96(INIT), Y3
	MOVQ    SideArgs_GroupTurns(R14), CX
	MOVQ    CX, SideArgs_Turns(R14)

run: // min(Turns, XTurns) turns
	SIDE_TOGETHER
	PCALIGN $32

turn: // eight k of the one row, four of the tile
	TWO_K(0)
	CALL_LINES(0)
	TWO_K(2)
	CALL_LINES(128)
	TWO_K(4)
	CALL_LINES(256)
	TWO_K(6)
	CALL_LINES(384)
	ADDQ $32, A
	ADDQ $512, B
	ADDQ $512, B1
	ADDQ $256, X
	ADDQ $256, W
	DECQ CX
	JNZ  turn

	CMPQ SideArgs_XTurns(R14), $0
	JNE  row

	// The next four rows, for which the block begins again.
	SIDE_ROWS(SideArgs_AtXC, SideArgs_XCRow, STORE_SIDE_ROW)
	DECQ SideArgs_RowTiles(R14)
	JZ   block
	SUBQ BLOCK, W
	SUBQ BLOCK, X
	ADDQ $16, X
	MOVQ SideArgs_PanelInitRow(R14), AX
	SHLQ $4, AX
	ADDQ AX, SideArgs_AtTileInit(R14)
	JMP  tile

block: // the next block of the panel, for the first rows
	SUBQ $48, X
	SHLQ $4, ROW
	SUBQ ROW, BX
	MOVQ $4, SideArgs_RowTiles(R14)
	MOVQ SideArgs_PanelLeft(R14), AX
	SUBQ SideArgs_BlockTurns(R14), AX
	JNZ  shorter

	// The next panel, whose lines follow; x begins again.
	DECQ SideArgs_Panels(R14)
	JZ   last
	ADDQ $64, BX
	MOVQ SideArgs_XFirst(R14), X
	MOVE_ON(SideArgs_InitStep, SideArgs_AtPanelInit)
	MOVQ SideArgs_AtPanelInit(R14), AX
	MOVQ AX, SideArgs_AtTileInit(R14)
	MOVQ SideArgs_PanelTurns(R14), AX

shorter: // AX turns of the panel are left
	MOVQ    AX, SideArgs_PanelLeft(R14)
	CMPQ    AX, SideArgs_BlockMost(R14)
	CMOVQGT SideArgs_BlockMost(R14), AX
	MOVQ    AX, SideArgs_BlockTurns(R14)
	MOVQ    AX, BLOCK
	SHLQ    $8, BLOCK

tile: // BX its rows of c
	MOVQ BX, SideArgs_AtXC(R14)
	MOVQ SideArgs_BlockTurns(R14), AX
	MOVQ AX, SideArgs_XTurns(R14)
	MOVQ SideArgs_PanelLeft(R14), AX
	CMPQ AX, SideArgs_PanelTurns(R14)
	JEQ  begin
	SIDE_ROWS(SideArgs_AtXC, SideArgs_XCRow, LOAD_SIDE_ROW)
	JMP  row

begin:
	SIDE_ROWS(SideArgs_AtTileInit, SideArgs_PanelInitRow, LOAD_SIDE_ROW)

row: // the one row goes on to the next group
	MOVQ  SideArgs_Turns(R14), CX
	TESTQ CX, CX
	JNE   run
	STORE_ONE_ROW
	SIDE_NEXT_GROUP

done:
	SIDE_ROWS(SideArgs_AtXC, SideArgs_XCRow, STORE_SIDE_ROW)
	VZEROUPPER
	RET

last:
	STORE_ONE_ROW
	VZEROUPPER
	RET
