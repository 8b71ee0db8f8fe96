// What the tile products of AVX2 and AVX-512 share. R14 are the arguments, AHEAD the register of
// the address that is called.

// Four k one after the other.
#define FOUR(STEP) \
	STEP(0)   \
	STEP(64)  \
	STEP(128) \
	STEP(192)

// Four turns of so many k in one loop, which goes on to what is left of K after any of them. The L2 of a
// Zen 5 delivers 135 GB/s to a loop of 32 or 64 instructions that load b, and 200 to 260 to one of
// more, as if it foresaw the addresses of so many, each by its stride, and lost by it.
#define AND_TURN(TURN, TURN_K) \
	TURN_K                 \
	ADDQ $(64*TURN), B     \
	SUBQ $TURN, CX         \
	JL   rest

#define FOUR_TURNS(TURN, TURN_K) \
	AND_TURN(TURN, TURN_K)   \
	AND_TURN(TURN, TURN_K)   \
	AND_TURN(TURN, TURN_K)   \
	TURN_K

// Elements of a of one row, four k.
#define A_4K(E0, E1, E2, E3) \
	VBROADCASTSS (A), E0       \
	VBROADCASTSS (A)(AK*1), E1 \
	LEAQ         (A)(AK*2), A  \
	VBROADCASTSS (A), E2       \
	VBROADCASTSS (A)(AK*1), E3 \
	LEAQ         (A)(AK*2), A

// Lines of the next block of b into L2, of as many panels as a tile is wide.
#define LINES16 \
	PREFETCHT1 (AHEAD)    \
	PREFETCHT1 64(AHEAD)  \
	PREFETCHT1 128(AHEAD) \
	PREFETCHT1 192(AHEAD)

#define LINES32 \
	PREFETCHT1 (AHEAD)           \
	PREFETCHT1 64(AHEAD)         \
	PREFETCHT1 (AHEAD)(BPAN*1)   \
	PREFETCHT1 64(AHEAD)(BPAN*1)

#define LINES48 \
	LINES32                      \
	PREFETCHT1 (AHEAD)(BPAN*2)   \
	PREFETCHT1 64(AHEAD)(BPAN*2)

#define LINES64 \
	LINES48                       \
	PREFETCHT1 (AHEAD)(BPAN3*1)   \
	PREFETCHT1 64(AHEAD)(BPAN3*1)

// A turn calls them if it begins where the address has none of the bits of NextMask, and goes on by
// NextStep. Each use in a routine has a label of its own.
#define NEXT(LINES, CALLED) \
	TESTQ ProductArgs_NextMask(R14), AHEAD \
	JNZ   CALLED                           \
	LINES                                  \
CALLED:                                        \
	ADDQ  ProductArgs_NextStep(R14), AHEAD

// Tiles of one and two rows call nothing: they wait for loads as it is (4 to 6 % of their time on a
// Zen 4), and there are never many of them above each other.
#define NOTHING_AHEAD

// Where a routine is in an argument: at its beginning. AX is clobbered.
#define BEGIN_AT(ARGUMENT, PLACE) \
	MOVQ ARGUMENT(R14), AX \
	MOVQ AX, PLACE(R14)

#define BEGIN_PRODUCT \
	MOVQ args+0(FP), R14                              \
	BEGIN_AT(ProductArgs_B, ProductArgs_AtB)          \
	BEGIN_AT(ProductArgs_Init, ProductArgs_AtInit)    \
	BEGIN_AT(ProductArgs_C, ProductArgs_AtC)          \
	BEGIN_AT(ProductArgs_Next, ProductArgs_AtNext)

// An address goes on by as many elements as an argument says. AX is clobbered.
#define MOVE_ON(STEP, PLACE) \
	MOVQ STEP(R14), AX \
	SHLQ $2, AX        \
	ADDQ AX, PLACE(R14)

// The end of a tile product: on to the next group of panels, whose arguments are loaded again,
// or back. While that one is computed, the one after it is called, if anything is.
// AX and CX are clobbered.
#define NEXT_GROUP \
	DECQ ProductArgs_Groups(R14)            \
	JLE  done                               \
	MOVE_ON(ProductArgs_GroupC, ProductArgs_AtC)       \ // c += GroupC
	MOVE_ON(ProductArgs_GroupInit, ProductArgs_AtInit) \ // init += GroupInit
	MOVQ ProductArgs_GroupB(R14), AX        \
	SHLQ $2, AX                             \
	MOVQ ProductArgs_AtB(R14), CX           \
	ADDQ AX, CX                             \
	MOVQ CX, ProductArgs_AtB(R14)           \ // b += GroupB
	ADDQ CX, AX                             \
	MOVQ AX, ProductArgs_AtNext(R14)        \ // next = b + GroupB
	JMP  group                              \
done:                                           \
	VZEROUPPER                              \
	RET

#define BEGIN_SIDE \
	MOVQ args+0(FP), R14                               \
	BEGIN_AT(SideArgs_B, SideArgs_AtB)                 \
	BEGIN_AT(SideArgs_Init, SideArgs_AtInit)           \
	BEGIN_AT(SideArgs_C, SideArgs_AtC)                 \
	BEGIN_AT(SideArgs_XInit, SideArgs_AtXInit)         \
	BEGIN_AT(SideArgs_XC, SideArgs_AtXC)               \
	BEGIN_AT(SideArgs_PanelInit, SideArgs_AtPanelInit) \
	BEGIN_AT(SideArgs_TileInit, SideArgs_AtTileInit)

// CX turns of both products of SideArgs go together, as many as either has left: CX are those of the
// one row.
#define SIDE_TOGETHER \
	CMPQ    CX, SideArgs_XTurns(R14) \
	CMOVQGT SideArgs_XTurns(R14), CX \
	SUBQ    CX, SideArgs_Turns(R14)  \
	SUBQ    CX, SideArgs_XTurns(R14)

// The end of a group of the one row, whose sums are stored: on to the next one, or done.
#define SIDE_NEXT_GROUP \
	DECQ SideArgs_Groups(R14)                    \
	JZ   done                                    \
	MOVE_ON(SideArgs_GroupB, SideArgs_AtB)       \
	MOVE_ON(SideArgs_GroupInit, SideArgs_AtInit) \
	MOVE_ON(SideArgs_GroupC, SideArgs_AtC)       \
	JMP  group
