// Macros of the AVX2 tile products. A tile is rows x columns of C; its
// accumulators stay in registers over the whole of K.
//
// Register map, all shapes
//	SI  a of the current k, first row     R9  bytes between rows of a
//	R8  3·AROW                            R15 5·AROW
//	R10 bytes between k of a
//	DX  b of the current k                DI  bytes between panels of b
//	R13 3·BPAN
//	R12 init, current row                 R11 c, current row
//	CX  k to go                           BX  tiles to go
//	AX  bytes between rows of init; b ahead of its use, or a panel of b (one row x 64);
//	    bytes between rows of c
//	Y0..Y11 accumulators                  Y12, Y13 a row of b
//	Y14, Y15 elements of a, broadcast     (one row x 64: Y8..Y15)

#define A     SI
#define AROW  R9
#define AROW3 R8
#define AROW5 R15
#define AK    R10
#define B     DX
#define BPAN  DI
#define BPAN3 R13
#define INIT  R12
#define C     R11
#define ROW   AX
#define AHEAD AX

// Loads the arguments of a group; DX and CX are loaded at the start of each tile.
#define LOAD_ARGS \
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
	LEAQ (AROW)(AROW*2), AROW3         \
	LEAQ (AROW)(AROW*4), AROW5         \
	LEAQ (BPAN)(BPAN*2), BPAN3

// A whole routine: LOAD_C, ADD_C and STORE_C move the tile's rows, TURN_K adds TURN k, STEP(OFF)
// one, OFF bytes into b. Meanwhile the tiles call the next block of b into L2, by CALL_AHEAD a turn.
// IN_RUNS is RUNS or NO_RUNS.
#define PRODUCT(HEIGHT, TOUCH_C, LOAD_C, TURN, IN_RUNS, CALL_AHEAD, TURN_K, STEP, ADD_C, STORE_C) \
	BEGIN_PRODUCT                      \
group:                                     \
	LOAD_ARGS                          \
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
	IN_RUNS                            \
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

// The k-th k of a turn, which moves neither A nor B.
#define RUN_K(K, ROWS) \
	LOAD_B16((64*K)) \
	ROWS((4*K))

// Four k a turn of contiguous rows of a, at displacements from A, which goes on once a turn. With A
// going on at each k, six rows that lie a multiple of 64 bytes apart, as rows of x mostly do, reached
// 91 % of the FMA peak instead of 96 on a Xeon, though 96 with any other distance or a transposed a.
#define RUNS(CALL_AHEAD, ROWS) \
	CMPQ AK, $4     \
	JNE  turn       \
	PCALIGN $32     \
run:                    \
	CALL_AHEAD      \
	RUN_K(0, ROWS)  \
	RUN_K(1, ROWS)  \
	RUN_K(2, ROWS)  \
	RUN_K(3, ROWS)  \
	ADDQ $(4*4), A  \
	ADDQ $(64*4), B \
	SUBQ $4, CX     \
	JGE  run        \
	JMP  rest

#define NO_RUNS

// Rows of init -> accumulators.
#define LOAD_ROW16(ACC0, ACC1) \
	VMOVUPS (INIT), ACC0 \
	VMOVUPS 32(INIT), ACC1 \
	ADDQ    ROW, INIT

#define LOAD_ROW32(ACC0, ACC1, ACC2, ACC3) \
	VMOVUPS (INIT), ACC0 \
	VMOVUPS 32(INIT), ACC1 \
	VMOVUPS 64(INIT), ACC2 \
	VMOVUPS 96(INIT), ACC3 \
	ADDQ    ROW, INIT

#define LOAD_ROW64(ACC0, ACC1, ACC2, ACC3, ACC4, ACC5, ACC6, ACC7) \
	VMOVUPS (INIT), ACC0 \
	VMOVUPS 32(INIT), ACC1 \
	VMOVUPS 64(INIT), ACC2 \
	VMOVUPS 96(INIT), ACC3 \
	VMOVUPS 128(INIT), ACC4 \
	VMOVUPS 160(INIT), ACC5 \
	VMOVUPS 192(INIT), ACC6 \
	VMOVUPS 224(INIT), ACC7 \
	ADDQ    ROW, INIT

// Calls a row of c into L1: a weight gradient's is in no cache near.
#define TOUCH_ROW16 \
	PREFETCHT0 (C)

#define TOUCH_ROW32 \
	PREFETCHT0 (C) \
	PREFETCHT0 64(C)

#define TOUCH_ROW64 \
	PREFETCHT0 (C) \
	PREFETCHT0 64(C) \
	PREFETCHT0 128(C) \
	PREFETCHT0 192(C)

// acc += c, row by row.
#define ADD_ROW16(ACC0, ACC1) \
	VADDPS (C), ACC0, ACC0 \
	VADDPS 32(C), ACC1, ACC1 \
	ADDQ    ROW, C

#define ADD_ROW32(ACC0, ACC1, ACC2, ACC3) \
	VADDPS (C), ACC0, ACC0 \
	VADDPS 32(C), ACC1, ACC1 \
	VADDPS 64(C), ACC2, ACC2 \
	VADDPS 96(C), ACC3, ACC3 \
	ADDQ    ROW, C

#define ADD_ROW64(ACC0, ACC1, ACC2, ACC3, ACC4, ACC5, ACC6, ACC7) \
	VADDPS (C), ACC0, ACC0 \
	VADDPS 32(C), ACC1, ACC1 \
	VADDPS 64(C), ACC2, ACC2 \
	VADDPS 96(C), ACC3, ACC3 \
	VADDPS 128(C), ACC4, ACC4 \
	VADDPS 160(C), ACC5, ACC5 \
	VADDPS 192(C), ACC6, ACC6 \
	VADDPS 224(C), ACC7, ACC7 \
	ADDQ    ROW, C

// Accumulators -> rows of c.
#define STORE_ROW16(ACC0, ACC1) \
	VMOVUPS ACC0, (C) \
	VMOVUPS ACC1, 32(C) \
	ADDQ    ROW, C

#define STORE_ROW32(ACC0, ACC1, ACC2, ACC3) \
	VMOVUPS ACC0, (C) \
	VMOVUPS ACC1, 32(C) \
	VMOVUPS ACC2, 64(C) \
	VMOVUPS ACC3, 96(C) \
	ADDQ    ROW, C

#define STORE_ROW64(ACC0, ACC1, ACC2, ACC3, ACC4, ACC5, ACC6, ACC7) \
	VMOVUPS ACC0, (C) \
	VMOVUPS ACC1, 32(C) \
	VMOVUPS ACC2, 64(C) \
	VMOVUPS ACC3, 96(C) \
	VMOVUPS ACC4, 128(C) \
	VMOVUPS ACC5, 160(C) \
	VMOVUPS ACC6, 192(C) \
	VMOVUPS ACC7, 224(C) \
	ADDQ    ROW, C

// b[k, 0:16] -> Y12, Y13
#define LOAD_B16(OFF) \
	VMOVUPS OFF(B), Y12 \
	VMOVUPS (OFF+32)(B), Y13

// acc += a[row, k] * b[k, 0:16]
#define ROW16(ADDRESS, ELEMENT, ACC0, ACC1) \
	VBROADCASTSS ADDRESS, ELEMENT   \
	VFMADD231PS  Y12, ELEMENT, ACC0 \
	VFMADD231PS  Y13, ELEMENT, ACC1
