// Macros of the AVX-512 tile products. A tile is rows x columns of C; its
// accumulators stay in registers over the whole of K. The last 16 columns of a tile
// are loaded and stored under a mask, so that no tile needs a scratch.
//
// Register map, all shapes
//	SI  a of the current k, first row     R9  bytes between rows of a
//	R8  3·AROW, or 5·BPAN                 R15 5·AROW, or 7·BPAN
//	R10 bytes between k of a
//	DX  b of the current k                DI  bytes between panels of b
//	R13 3·BPAN
//	R12 init, current row                 R11 c, current row
//	CX  k to go                           BX  tiles to go
//	AX  bytes between rows of init; b ahead of its use, or a panel of b (one row x 128);
//	    bytes between rows of c
//	K1  columns of the last panel that exist
//	Z0..Z23 accumulators, four a row      Z24..Z27 a row of b
//	Z28..Z31 elements of a, broadcast     (two rows x 128: Z16..Z23,
//	                                             one row: Z16..Z31)

#define A     SI
#define AROW  R9
#define AROW3 R8
#define AROW5 R15
#define AK    R10
#define B     DX
#define BPAN  DI
#define BPAN3 R13
#define BPAN5 R8
#define BPAN7 R15
#define INIT  R12
#define C     R11
#define ROW   AX
#define AHEAD AX

// Loads the arguments of a group; DX and CX are loaded at the start of each tile.
#define LOAD_ARGS \
	MOVL $16, CX                       \
	SUBQ ProductArgs_Last(R14), CX     \
	MOVL $0xFFFF, AX                   \
	SHRL CX, AX                        \
	KMOVW AX, K1                       \
	MOVQ ProductArgs_A(R14), A         \
	MOVQ ProductArgs_AtInit(R14), INIT \
	MOVQ ProductArgs_AtC(R14), C       \
	MOVQ ProductArgs_ARow(R14), AROW   \
	MOVQ ProductArgs_AK(R14), AK       \
	MOVQ ProductArgs_BPanel(R14), BPAN \
	MOVQ ProductArgs_Tiles(R14), BX    \
	SHLQ $2, AROW                      \
	SHLQ $2, AK                        \
	SHLQ $2, BPAN                      \
	LEAQ (BPAN)(BPAN*2), BPAN3

// Multiples of the distance between rows, for up to six rows ...
#define ROW_STRIDES \
	LEAQ (AROW)(AROW*2), AROW3 \
	LEAQ (AROW)(AROW*4), AROW5

// ... or of that between panels, for eight of them.
#define PANEL_STRIDES \
	LEAQ (BPAN)(BPAN*4), BPAN5 \
	LEAQ (BPAN5)(BPAN*2), BPAN7

// A whole routine: STRIDES completes the arguments, LOAD_C, ADD_C and STORE_C move the
// tile's rows, TURN_K adds TURN k, STEP(OFF) one, OFF bytes into b. Meanwhile the tiles call
// the next block of b into L2, by CALL_AHEAD a turn.
#define PRODUCT(HEIGHT, STRIDES, TOUCH_C, LOAD_C, TURN, CALL_AHEAD, TURN_K, STEP, ADD_C, STORE_C) \
	BEGIN_PRODUCT                      \
group:                                     \
	LOAD_ARGS                          \
	STRIDES                            \
tile:                                      \
	CMPQ ProductArgs_Far(R14), $0      \
	JEQ  sums                          \
	MOVQ ProductArgs_CRow(R14), ROW    \
	SHLQ $2, ROW                       \
	MOVL $HEIGHT, CX                   \
touch:                                     \
	TOUCH_C                            \
	ADDQ ROW, C                        \
	DECQ CX                            \
	JNZ  touch                         \
	IMUL3Q $HEIGHT, ROW, CX            \
	SUBQ CX, C                         \
sums:                                      \
	MOVQ ProductArgs_AtB(R14), B       \
	MOVQ ProductArgs_K(R14), CX        \
	MOVQ ProductArgs_InitRow(R14), ROW \
	SHLQ $2, ROW                       \
	LOAD_C                             \
	MOVQ ProductArgs_AtNext(R14), AHEAD \
	SUBQ $TURN, CX                     \
	JL   rest                          \
	PCALIGN $32                        \
turn:                                      \
	CALL_AHEAD                         \
	TURN_K                             \
	ADDQ $(64*TURN), B                 \
	SUBQ $TURN, CX                     \
	JGE  turn                          \
rest:                                      \
	ADDQ $TURN, CX                     \
	JZ   store                         \
oneK:                                      \
	STEP(0)                            \
	ADDQ $64, B                        \
	DECQ CX                            \
	JNZ  oneK                          \
store:                                     \
	MOVQ AHEAD, ProductArgs_AtNext(R14) \
	MOVQ ProductArgs_CRow(R14), ROW    \
	SHLQ $2, ROW                       \
	CMPQ ProductArgs_Add(R14), $0      \
	JEQ  write                         \
	ADD_C                              \
	IMUL3Q $HEIGHT, ROW, CX            \
	SUBQ CX, C                         \
write:                                     \
	STORE_C                            \
	MOVQ  ProductArgs_K(R14), CX       \
	IMULQ AK, CX                       \
	SUBQ  CX, A                        \
	IMUL3Q $HEIGHT, AROW, CX           \
	ADDQ  CX, A                        \
	DECQ  BX                           \
	JNZ   tile                         \
	NEXT_GROUP

// Rows of init -> accumulators, and accumulators -> rows of c.
#define LOAD_ROW16(ACC0) \
	VMOVUPS.Z (INIT), K1, ACC0 \
	ADDQ      ROW, INIT

#define LOAD_ROW32(ACC0, ACC1) \
	VMOVUPS   (INIT), ACC0       \
	VMOVUPS.Z 64(INIT), K1, ACC1 \
	ADDQ      ROW, INIT

#define LOAD_ROW48(ACC0, ACC1, ACC2) \
	VMOVUPS   (INIT), ACC0        \
	VMOVUPS   64(INIT), ACC1      \
	VMOVUPS.Z 128(INIT), K1, ACC2 \
	ADDQ      ROW, INIT

#define LOAD_ROW64(ACC0, ACC1, ACC2, ACC3) \
	VMOVUPS   (INIT), ACC0        \
	VMOVUPS   64(INIT), ACC1      \
	VMOVUPS   128(INIT), ACC2     \
	VMOVUPS.Z 192(INIT), K1, ACC3 \
	ADDQ      ROW, INIT

// Calls a row of c into L1: a weight gradient's is in no cache near.
#define TOUCH_ROW16 \
	PREFETCHT0 (C)

#define TOUCH_ROW32 \
	PREFETCHT0 (C) \
	PREFETCHT0 64(C)

#define TOUCH_ROW48 \
	PREFETCHT0 (C) \
	PREFETCHT0 64(C) \
	PREFETCHT0 128(C)

#define TOUCH_ROW64 \
	PREFETCHT0 (C) \
	PREFETCHT0 64(C) \
	PREFETCHT0 128(C) \
	PREFETCHT0 192(C)

// acc += c, row by row.
#define ADD_ROW16(ACC0) \
	VADDPS (C), ACC0, K1, ACC0 \
	ADDQ   ROW, C

#define ADD_ROW32(ACC0, ACC1) \
	VADDPS (C), ACC0, ACC0 \
	VADDPS 64(C), ACC1, K1, ACC1 \
	ADDQ   ROW, C

#define ADD_ROW48(ACC0, ACC1, ACC2) \
	VADDPS (C), ACC0, ACC0 \
	VADDPS 64(C), ACC1, ACC1 \
	VADDPS 128(C), ACC2, K1, ACC2 \
	ADDQ   ROW, C

#define ADD_ROW64(ACC0, ACC1, ACC2, ACC3) \
	VADDPS (C), ACC0, ACC0 \
	VADDPS 64(C), ACC1, ACC1 \
	VADDPS 128(C), ACC2, ACC2 \
	VADDPS 192(C), ACC3, K1, ACC3 \
	ADDQ   ROW, C

#define STORE_ROW16(ACC0) \
	VMOVUPS ACC0, K1, (C) \
	ADDQ    ROW, C

#define STORE_ROW32(ACC0, ACC1) \
	VMOVUPS ACC0, (C)       \
	VMOVUPS ACC1, K1, 64(C) \
	ADDQ    ROW, C

#define STORE_ROW48(ACC0, ACC1, ACC2) \
	VMOVUPS ACC0, (C)        \
	VMOVUPS ACC1, 64(C)      \
	VMOVUPS ACC2, K1, 128(C) \
	ADDQ    ROW, C

#define STORE_ROW64(ACC0, ACC1, ACC2, ACC3) \
	VMOVUPS ACC0, (C)        \
	VMOVUPS ACC1, 64(C)      \
	VMOVUPS ACC2, 128(C)     \
	VMOVUPS ACC3, K1, 192(C) \
	ADDQ    ROW, C

// A row of b, OFF bytes on -> Z24..Z27.
#define B16(OFF) \
	VMOVUPS OFF(B), Z24

#define B32(OFF) \
	VMOVUPS OFF(B), Z24 \
	VMOVUPS OFF(B)(BPAN*1), Z25

#define B48(OFF) \
	VMOVUPS OFF(B), Z24         \
	VMOVUPS OFF(B)(BPAN*1), Z25 \
	VMOVUPS OFF(B)(BPAN*2), Z26

#define B64(OFF) \
	VMOVUPS OFF(B), Z24         \
	VMOVUPS OFF(B)(BPAN*1), Z25 \
	VMOVUPS OFF(B)(BPAN*2), Z26 \
	VMOVUPS OFF(B)(BPAN3*1), Z27

// acc += a[row, k] * b[k, columns]
#define ROW16(ADDRESS, ELEMENT, ACC0) \
	VBROADCASTSS ADDRESS, ELEMENT   \
	VFMADD231PS  Z24, ELEMENT, ACC0

#define ROW32(ADDRESS, ELEMENT, ACC0, ACC1) \
	VBROADCASTSS ADDRESS, ELEMENT   \
	VFMADD231PS  Z24, ELEMENT, ACC0 \
	VFMADD231PS  Z25, ELEMENT, ACC1

#define ROW48(ADDRESS, ELEMENT, ACC0, ACC1, ACC2) \
	VBROADCASTSS ADDRESS, ELEMENT   \
	VFMADD231PS  Z24, ELEMENT, ACC0 \
	VFMADD231PS  Z25, ELEMENT, ACC1 \
	VFMADD231PS  Z26, ELEMENT, ACC2

#define ROW64(ADDRESS, ELEMENT, ACC0, ACC1, ACC2, ACC3) \
	VBROADCASTSS ADDRESS, ELEMENT   \
	VFMADD231PS  Z24, ELEMENT, ACC0 \
	VFMADD231PS  Z25, ELEMENT, ACC1 \
	VFMADD231PS  Z26, ELEMENT, ACC2 \
	VFMADD231PS  Z27, ELEMENT, ACC3
