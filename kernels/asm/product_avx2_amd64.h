// Macros of the AVX2 tile products. A tile is rows x columns of C; its
// accumulators stay in registers over the whole of K.
//
// Register map, all shapes
//	SI  a of the current k, first row     R8  the same, fourth row (or fourth panel of b)
//	R9  bytes between rows of a           R10 bytes between k of a
//	DX  b of the current k                DI  bytes between panels of b
//	R12 init, current row                 AX  bytes between rows of init
//	R11 c, current row                    R13 bytes between rows of c
//	CX  k to go                           BX  tiles to go
//	Y12, Y13  a row of b                  Y14, Y15  elements of a, broadcast

#define A    SI
#define A3   R8
#define B3   R8
#define AROW R9
#define AK   R10
#define B    DX
#define BPAN DI
#define INIT R12
#define IROW AX
#define C    R11
#define CROW R13

// Loads the arguments; DX and CX are loaded at the start of each tile.
#define LOAD_ARGS \
	MOVQ args+0(FP), R14               \
	MOVQ ProductArgs_A(R14), A         \
	MOVQ ProductArgs_Init(R14), INIT   \
	MOVQ ProductArgs_C(R14), C         \
	MOVQ ProductArgs_ARow(R14), AROW   \
	MOVQ ProductArgs_AK(R14), AK       \
	MOVQ ProductArgs_BPanel(R14), BPAN \
	MOVQ ProductArgs_InitRow(R14), IROW \
	MOVQ ProductArgs_CRow(R14), CROW   \
	MOVQ ProductArgs_Tiles(R14), BX    \
	SHLQ $2, AROW                      \
	SHLQ $2, AK                        \
	SHLQ $2, BPAN                      \
	SHLQ $2, IROW                      \
	SHLQ $2, CROW

// Starts a tile: b and k from the beginning.
#define START_TILE \
	MOVQ ProductArgs_B(R14), B \
	MOVQ ProductArgs_K(R14), CX

// Takes a back to k = 0 and on by the given number of rows (clobbers CX).
#define NEXT_TILE(ROWS) \
	MOVQ  ProductArgs_K(R14), CX \
	IMULQ AK, CX                 \
	SUBQ  CX, A                  \
	MOVQ  AROW, CX               \
	IMULQ $ROWS, CX              \
	ADDQ  CX, A

// Accumulators of one row of 16 columns <- init; acc -> c.
#define LOAD_ROW16(ACC0, ACC1) \
	VMOVUPS (INIT), ACC0   \
	VMOVUPS 32(INIT), ACC1 \
	ADDQ    IROW, INIT

#define STORE_ROW16(ACC0, ACC1) \
	VMOVUPS ACC0, (C)   \
	VMOVUPS ACC1, 32(C) \
	ADDQ    CROW, C

// The same for a row of 32 columns.
#define LOAD_ROW32(ACC0, ACC1, ACC2, ACC3) \
	VMOVUPS (INIT), ACC0   \
	VMOVUPS 32(INIT), ACC1 \
	VMOVUPS 64(INIT), ACC2 \
	VMOVUPS 96(INIT), ACC3 \
	ADDQ    IROW, INIT

#define STORE_ROW32(ACC0, ACC1, ACC2, ACC3) \
	VMOVUPS ACC0, (C)   \
	VMOVUPS ACC1, 32(C) \
	VMOVUPS ACC2, 64(C) \
	VMOVUPS ACC3, 96(C) \
	ADDQ    CROW, C

// b[k, 0:16] -> Y12, Y13
#define LOAD_B16(OFF) \
	VMOVUPS OFF(B), Y12 \
	VMOVUPS (OFF+32)(B), Y13

// acc += a[row, k] * b[k, 0:16]
#define ROW16(ADDRESS, ELEMENT, ACC0, ACC1) \
	VBROADCASTSS ADDRESS, ELEMENT  \
	VFMADD231PS  Y12, ELEMENT, ACC0 \
	VFMADD231PS  Y13, ELEMENT, ACC1
