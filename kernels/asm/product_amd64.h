// What the tile products of AVX2 and AVX-512 share. R14 are the arguments, AHEAD the register of
// the address that is called.

// The lines of four k of the next block of b, into L2.
#define AHEAD_4K \
	PREFETCHT1 (AHEAD)    \
	PREFETCHT1 64(AHEAD)  \
	PREFETCHT1 128(AHEAD) \
	PREFETCHT1 192(AHEAD)

// The end of a tile: the next one calls the next panel, or b, which is near, if that was the last.
#define NEXT_PANEL \
	MOVQ    ProductArgs_Next(R14), AHEAD  \
	ADDQ    BPAN, AHEAD                   \
	DECQ    ProductArgs_NextPanels(R14)   \
	CMOVQLE ProductArgs_B(R14), AHEAD     \
	MOVQ    AHEAD, ProductArgs_Next(R14)

// An argument goes on by as many elements as another says. AX is clobbered.
#define MOVE_ON(STEP, ARGUMENT) \
	MOVQ STEP(R14), AX     \
	SHLQ $2, AX            \
	ADDQ AX, ARGUMENT(R14)

// The end of a tile product: on to the next group of panels, whose arguments are loaded again,
// or back. While that one is computed, the one after it is called, if NextPanels of a group are.
// AX, CX and DX are clobbered.
#define NEXT_GROUP \
	DECQ ProductArgs_Groups(R14)            \
	JLE  done                               \
	MOVE_ON(ProductArgs_GroupC, ProductArgs_C)       \ // c += GroupC
	MOVE_ON(ProductArgs_GroupInit, ProductArgs_Init) \ // init += GroupInit
	MOVQ ProductArgs_GroupB(R14), AX        \
	SHLQ $2, AX                             \
	MOVQ ProductArgs_B(R14), CX             \
	ADDQ AX, CX                             \
	MOVQ CX, ProductArgs_B(R14)             \ // b += GroupB
	ADDQ CX, AX                             \
	MOVQ ProductArgs_GroupNext(R14), DX     \
	MOVQ DX, ProductArgs_NextPanels(R14)    \
	TESTQ DX, DX                            \
	CMOVQEQ CX, AX                          \
	MOVQ AX, ProductArgs_Next(R14)          \ // next = GroupNext > 0 ? b + GroupB : b
	JMP  group                              \
done:                                           \
	VZEROUPPER                              \
	RET
