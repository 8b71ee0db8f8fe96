// Macros of the AVX2 tile products over rows of B as they are. They share registers and row
// macros with the products over panels (product_avx2_amd64.h), but for
//	DI  bytes between rows of b    CX  k to go, then rows
//	Y14 Beta    Y15 Alpha, at the end
//	R12 bytes from a row of b to the one that is called ahead; 0: none

#define BROW DI

#define LOAD_ROWS_ARGS \
	MOVQ args+0(FP), R14            \
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

// A whole routine: TOUCH_C calls a row of c into L1 where it is far, ZERO clears the sums, CALL_AHEAD
// calls a row of b, STEP adds one k and moves A and B on, SCALE multiplies the sums by Alpha if
// that is not 1, ADD adds Beta·c, STORE_C writes them.
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
	CMPL RowsArgs_Alpha(R14), $0x3F800000 \ // 1
	JEQ  scaled                        \
	VBROADCASTSS RowsArgs_Alpha(R14), Y15 \
	SCALE                              \
scaled:                                    \
	MOVL RowsArgs_Beta(R14), CX        \
	ADDL CX, CX                        \ // without its sign
	JZ   write                         \
	VBROADCASTSS RowsArgs_Beta(R14), Y14 \
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

// Calls into L1 the row of b that is eight further on, where rows are so long that the CPU does not
// call them itself: calls for what is near anyway cost up to a tenth of the time. One row of a gains
// nothing by it. Each use of a macro has a label of its own.
#define AHEAD16(NEAR) \
	TESTQ R12, R12        \
	JEQ   NEAR            \
	PREFETCHT0 (B)(R12*1) \
NEAR:

#define AHEAD32(NEAR) \
	TESTQ R12, R12          \
	JEQ   NEAR              \
	PREFETCHT0 (B)(R12*1)   \
	PREFETCHT0 64(B)(R12*1) \
NEAR:

#define NOTHING_AHEAD(NEAR)

#define ZERO_ROW16(ACC0, ACC1) \
	VXORPS ACC0, ACC0, ACC0 \
	VXORPS ACC1, ACC1, ACC1

#define SCALE_ROW16(ACC0, ACC1) \
	VMULPS Y15, ACC0, ACC0 \
	VMULPS Y15, ACC1, ACC1

#define BETA_ROW16(ACC0, ACC1) \
	VFMADD231PS (C), Y14, ACC0 \
	VFMADD231PS 32(C), Y14, ACC1 \
	ADDQ ROW, C

#define ZERO_ROW32(ACC0, ACC1, ACC2, ACC3) \
	VXORPS ACC0, ACC0, ACC0 \
	VXORPS ACC1, ACC1, ACC1 \
	VXORPS ACC2, ACC2, ACC2 \
	VXORPS ACC3, ACC3, ACC3

#define SCALE_ROW32(ACC0, ACC1, ACC2, ACC3) \
	VMULPS Y15, ACC0, ACC0 \
	VMULPS Y15, ACC1, ACC1 \
	VMULPS Y15, ACC2, ACC2 \
	VMULPS Y15, ACC3, ACC3

#define BETA_ROW32(ACC0, ACC1, ACC2, ACC3) \
	VFMADD231PS (C), Y14, ACC0 \
	VFMADD231PS 32(C), Y14, ACC1 \
	VFMADD231PS 64(C), Y14, ACC2 \
	VFMADD231PS 96(C), Y14, ACC3 \
	ADDQ ROW, C

#define ZERO_ROW64(ACC0, ACC1, ACC2, ACC3, ACC4, ACC5, ACC6, ACC7) \
	VXORPS ACC0, ACC0, ACC0 \
	VXORPS ACC1, ACC1, ACC1 \
	VXORPS ACC2, ACC2, ACC2 \
	VXORPS ACC3, ACC3, ACC3 \
	VXORPS ACC4, ACC4, ACC4 \
	VXORPS ACC5, ACC5, ACC5 \
	VXORPS ACC6, ACC6, ACC6 \
	VXORPS ACC7, ACC7, ACC7

#define SCALE_ROW64(ACC0, ACC1, ACC2, ACC3, ACC4, ACC5, ACC6, ACC7) \
	VMULPS Y15, ACC0, ACC0 \
	VMULPS Y15, ACC1, ACC1 \
	VMULPS Y15, ACC2, ACC2 \
	VMULPS Y15, ACC3, ACC3 \
	VMULPS Y15, ACC4, ACC4 \
	VMULPS Y15, ACC5, ACC5 \
	VMULPS Y15, ACC6, ACC6 \
	VMULPS Y15, ACC7, ACC7

#define BETA_ROW64(ACC0, ACC1, ACC2, ACC3, ACC4, ACC5, ACC6, ACC7) \
	VFMADD231PS (C), Y14, ACC0 \
	VFMADD231PS 32(C), Y14, ACC1 \
	VFMADD231PS 64(C), Y14, ACC2 \
	VFMADD231PS 96(C), Y14, ACC3 \
	VFMADD231PS 128(C), Y14, ACC4 \
	VFMADD231PS 160(C), Y14, ACC5 \
	VFMADD231PS 192(C), Y14, ACC6 \
	VFMADD231PS 224(C), Y14, ACC7 \
	ADDQ ROW, C
