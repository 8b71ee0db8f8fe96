// What the tile products of AVX2 and AVX-512 over rows of B as they are share. Registers have the
// names that the levels give them, ALPHA and BETA among them; LAST_MASK makes the mask of the last
// 16 columns, where the level has one. R14 are the arguments, and
//	DI  bytes between rows of b    CX  k to go, then rows
//	R12 bytes from a row of b to the one that is called ahead; 0: none

#define BROW DI

#define LOAD_ROWS_ARGS \
	MOVQ args+0(FP), R14            \
	LAST_MASK                       \
	MOVQ RowsArgs_A(R14), A         \
	MOVQ RowsArgs_C(R14), C         \
	MOVQ RowsArgs_ARow(R14), AROW   \
	MOVQ RowsArgs_AK(R14), AK       \
	MOVQ RowsArgs_BRow(R14), BROW   \
	MOVQ RowsArgs_CRow(R14), ROW    \
	MOVQ RowsArgs_Tiles(R14), BX    \
	MOVQ RowsArgs_Ahead(R14), R12   \
	SHLQ $2, AROW                   \
	SHLQ $2, AK                     \
	SHLQ $2, BROW                   \
	SHLQ $2, ROW                    \
	SHLQ $2, R12                    \
	LEAQ (AROW)(AROW*2), AROW3      \
	LEAQ (AROW)(AROW*4), AROW5

// SCALE multiplies the sums by Alpha, if that is not 1.
#define TIMES_ALPHA(SCALE) \
	CMPL RowsArgs_Alpha(R14), $0x3F800000   \ // 1
	JEQ  scaled                             \
	VBROADCASTSS RowsArgs_Alpha(R14), ALPHA \
	SCALE                                   \
scaled:

// A whole routine: TOUCH_C calls a row of c into L1 where it is far, ZERO clears the sums, CALL_AHEAD
// calls a row of b, STEP adds one k and moves A and B on, SCALE multiplies the sums by Alpha, ADD
// adds Beta·c, STORE_C writes them.
#define PRODUCT_ROWS(HEIGHT, TOUCH_C, ZERO, CALL_AHEAD, STEP, SCALE, ADD, STORE_C) \
	LOAD_ROWS_ARGS                     \
tile:                                      \
	CMPQ RowsArgs_Far(R14), $0         \
	JEQ  sums                          \
	MOVL $HEIGHT, CX                   \
touch:                                     \
	TOUCH_C                            \
	ADDQ ROW, C                        \
	DECQ CX                            \
	JNZ  touch                         \
	IMUL3Q $HEIGHT, ROW, CX            \
	SUBQ CX, C                         \
sums:                                      \
	MOVQ RowsArgs_B(R14), B            \
	MOVQ RowsArgs_K(R14), CX           \
	ZERO                               \
	SUBQ $4, CX                        \
	JL   rest                          \
	PCALIGN $32                        \
fourK:                                     \
	CALL_AHEAD(near0)                  \
	STEP                               \
	CALL_AHEAD(near1)                  \
	STEP                               \
	CALL_AHEAD(near2)                  \
	STEP                               \
	CALL_AHEAD(near3)                  \
	STEP                               \
	SUBQ $4, CX                        \
	JGE  fourK                         \
rest:                                      \
	ADDQ $4, CX                        \
	JZ   finish                        \
oneK:                                      \
	STEP                               \
	DECQ CX                            \
	JNZ  oneK                          \
finish:                                    \
	TIMES_ALPHA(SCALE)                 \
	MOVL RowsArgs_Beta(R14), CX        \
	ADDL CX, CX                        \ // without its sign
	JZ   write                         \
	VBROADCASTSS RowsArgs_Beta(R14), BETA \
	ADD                                \
	IMUL3Q $HEIGHT, ROW, CX            \
	SUBQ CX, C                         \
write:                                     \
	STORE_C                            \
	MOVQ  RowsArgs_K(R14), CX          \
	IMULQ AK, CX                       \
	SUBQ  CX, A                        \
	IMUL3Q $HEIGHT, AROW, CX           \
	ADDQ  CX, A                        \
	DECQ  BX                           \
	JNZ   tile                         \
	VZEROUPPER                         \
	RET

// Lines of the row of b that is called ahead, into L1.
#define ROW_LINES16 \
	PREFETCHT0 (B)(R12*1)

#define ROW_LINES32 \
	ROW_LINES16 \
	PREFETCHT0 64(B)(R12*1)

#define ROW_LINES48 \
	ROW_LINES32 \
	PREFETCHT0 128(B)(R12*1)

#define ROW_LINES64 \
	ROW_LINES48 \
	PREFETCHT0 192(B)(R12*1)

// Calls them where rows are so long that the CPU does not call them itself: calls for what is near
// anyway cost up to a tenth of the time. One row of a gains nothing by it. Each use of a macro has
// a label of its own.
#define ROW_AHEAD(LINES, NEAR) \
	TESTQ R12, R12 \
	JEQ   NEAR     \
	LINES          \
NEAR:

#define AHEAD16(NEAR) ROW_AHEAD(ROW_LINES16, NEAR)
#define AHEAD32(NEAR) ROW_AHEAD(ROW_LINES32, NEAR)
#define AHEAD48(NEAR) ROW_AHEAD(ROW_LINES48, NEAR)
#define AHEAD64(NEAR) ROW_AHEAD(ROW_LINES64, NEAR)

#define NOTHING_AHEAD(NEAR)
