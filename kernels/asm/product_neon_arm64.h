// Macros of the NEON tile products. A tile is rows x columns of C; its
// accumulators stay in registers over the whole of K.
//
// An element of A is loaded alone and multiplied by lane (FMLA_LANE0): a load that
// repeats it over the lanes (VLD1R) takes a slot of the FMA pipes on most cores: a
// k of 6 x 16 would need 30 slots for its 24 FMAs.
//
// Register map, all shapes
//	R1..R6   rows of a at k = 0         R7   bytes from there to the current k
//	R8..R11  b of the current k, one register a panel
//	R12 init, current row               R13  bytes between rows of init
//	R14 c, current row                  R15  bytes between rows of c
//	R16 bytes between k of a            R17  bytes between rows of a
//	R19 k to go                         R20  tiles to go
//	R21 bytes between panels of b       R0   arguments
//	R22 c of the wide tiles              R23  c of the tile's first row
//	V0..     accumulators, row by row   V24..V27 16 columns of b
//	V28..V31 elements of a
//
// Macros take vector registers by their number where they build on FMLA_LANE0.

#define ARGS R0
#define ROW0 R1
#define ROW1 R2
#define ROW2 R3
#define ROW3 R4
#define ROW4 R5
#define ROW5 R6
#define AT   R7
#define B0   R8
#define B1   R9
#define B2   R10
#define B3   R11
#define INIT R12
#define IROW R13
#define CPTR R14
#define CROW R15
#define AK   R16
#define AROW R17
#define KS   R19
#define TILES R20
#define BPAN R21
#define CSAVED R23

// Where a routine is in an argument: at its beginning. R22 is clobbered.
#define BEGIN_AT(ARGUMENT, PLACE) \
	MOVD ARGUMENT(ARGS), R22 \
	MOVD R22, PLACE(ARGS)

#define BEGIN_PRODUCT \
	MOVD args+0(FP), ARGS                          \
	BEGIN_AT(ProductArgs_B, ProductArgs_AtB)       \
	BEGIN_AT(ProductArgs_Init, ProductArgs_AtInit) \
	BEGIN_AT(ProductArgs_C, ProductArgs_AtC)

// Loads the arguments of a group; AT, B0 and KS are set at the start of each tile.
#define LOAD_ARGS \
	MOVD ProductArgs_A(ARGS), ROW0     \
	MOVD ProductArgs_AtInit(ARGS), INIT \
	MOVD ProductArgs_AtC(ARGS), CPTR   \
	MOVD ProductArgs_ARow(ARGS), AROW  \
	MOVD ProductArgs_AK(ARGS), AK      \
	MOVD ProductArgs_BPanel(ARGS), BPAN \
	MOVD ProductArgs_InitRow(ARGS), IROW \
	MOVD ProductArgs_CRow(ARGS), CROW  \
	MOVD ProductArgs_Tiles(ARGS), TILES \
	LSL  $2, AROW                      \
	LSL  $2, AK                        \
	LSL  $2, BPAN                      \
	LSL  $2, IROW                      \
	LSL  $2, CROW

// The end of a routine: on to the next group of panels, whose arguments are loaded again, or
// back.
#define NEXT_GROUP \
	MOVD ProductArgs_Groups(ARGS), R22      \
	SUBS $1, R22                            \
	BLE  done                               \
	MOVD R22, ProductArgs_Groups(ARGS)      \
	MOVD ProductArgs_AtB(ARGS), R22         \
	MOVD ProductArgs_GroupB(ARGS), CSAVED   \
	ADD  CSAVED<<2, R22                     \
	MOVD R22, ProductArgs_AtB(ARGS)         \ // b += GroupB
	MOVD ProductArgs_AtC(ARGS), R22         \
	MOVD ProductArgs_GroupC(ARGS), CSAVED   \
	ADD  CSAVED<<2, R22                     \
	MOVD R22, ProductArgs_AtC(ARGS)         \ // c += GroupC
	MOVD ProductArgs_AtInit(ARGS), R22      \
	MOVD ProductArgs_GroupInit(ARGS), CSAVED \
	ADD  CSAVED<<2, R22                     \
	MOVD R22, ProductArgs_AtInit(ARGS)      \ // init += GroupInit
	JMP  group                              \
done:                                           \
	RET

// Starts a tile: b and k from the beginning.
#define START_TILE \
	MOVD ZR, AT                  \
	MOVD ProductArgs_AtB(ARGS), B0 \
	MOVD ProductArgs_K(ARGS), KS

// Accumulators of a row of 16 columns <- init; acc -> c. INIT and CPTR go on by a row.
#define LOAD_ROW16(V0, V1, V2, V3) \
	VLD1.P (INIT)(IROW), [V0.S4, V1.S4, V2.S4, V3.S4]

#define STORE_ROW16(V0, V1, V2, V3) \
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], (CPTR)(CROW)

// acc[ACC..ACC+3] += 16 columns of c at ADDRESS
#define ADD16(ADDRESS, ACC) \
	VLD1 (ADDRESS), [V24.S4, V25.S4, V26.S4, V27.S4] \
	FADD4(24, (ACC), (ACC))     \
	FADD4(25, (ACC)+1, (ACC)+1) \
	FADD4(26, (ACC)+2, (ACC)+2) \
	FADD4(27, (ACC)+3, (ACC)+3)

// The same for a row; CPTR goes on by a row.
#define ADD_ROW16(ACC) \
	ADD16(CPTR, ACC) \
	ADD CROW, CPTR, CPTR

// b[k, 0:16] of one panel -> V24..V27
#define LOAD_B16(PANEL) \
	VLD1.P 64(PANEL), [V24.S4, V25.S4, V26.S4, V27.S4]

// acc[ACC..ACC+3] += (lane 0 of ELEMENT)·b[k, 0:16]
#define ROW16(ELEMENT, ACC) \
	FMLA_LANE0(ELEMENT, 24, (ACC))   \
	FMLA_LANE0(ELEMENT, 25, (ACC)+1) \
	FMLA_LANE0(ELEMENT, 26, (ACC)+2) \
	FMLA_LANE0(ELEMENT, 27, (ACC)+3)

// Adds the products of all k to the accumulators, STEP those of one; store follows.
#define SUM(STEP) \
	SUBS $4, KS \
	BLT  rest   \
	PCALIGN $32 \
fourK:              \
	STEP        \
	STEP        \
	STEP        \
	STEP        \
	SUBS $4, KS \
	BGE  fourK  \
rest:               \
	ADDS $4, KS \
	BEQ  store  \
oneK:               \
	STEP        \
	SUBS $1, KS \
	BNE  oneK
