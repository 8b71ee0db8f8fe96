// The end of a tile product: on to the next group of panels, whose arguments are loaded again,
// or back. While that one is computed, the one after it is called, if NextPanels of a group are.
// R14 are the arguments; AX, CX and DX are clobbered.
#define NEXT_GROUP \
	DECQ ProductArgs_Groups(R14)            \
	JLE  done                               \
	MOVQ ProductArgs_GroupC(R14), AX        \
	SHLQ $2, AX                             \
	ADDQ AX, ProductArgs_C(R14)             \ // c += GroupC
	MOVQ ProductArgs_GroupInit(R14), AX     \
	SHLQ $2, AX                             \
	ADDQ AX, ProductArgs_Init(R14)          \ // init += GroupInit
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
