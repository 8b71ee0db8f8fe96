// The end of a tile product: on to the next group of panels, whose arguments are loaded again,
// or back. R14 are the arguments; AX is clobbered.
#define NEXT_GROUP \
	DECQ ProductArgs_Groups(R14)        \
	JLE  done                           \
	MOVQ ProductArgs_GroupB(R14), AX    \
	SHLQ $2, AX                         \
	ADDQ AX, ProductArgs_B(R14)         \ // b += GroupB
	MOVQ ProductArgs_GroupC(R14), AX    \
	SHLQ $2, AX                         \
	ADDQ AX, ProductArgs_C(R14)         \ // c += GroupC
	MOVQ ProductArgs_GroupInit(R14), AX \
	SHLQ $2, AX                         \
	ADDQ AX, ProductArgs_Init(R14)      \ // init += GroupInit
	JMP  group                          \
done:                                       \
	VZEROUPPER                          \
	RET
