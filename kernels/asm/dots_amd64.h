// What the dot products of both levels share.

// Bytes from row 0 to the next three, of which N exist in all; a row that does not exist
// is the last that does. CX is clobbered.
#define ROW_OFFSETS(STRIDE, N, O1, O2, O3) \
	XORL    O1, O1         \
	CMPQ    N, $2          \
	CMOVQGE STRIDE, O1     \
	MOVQ    O1, O2         \
	LEAQ    (STRIDE)(STRIDE*1), CX \
	CMPQ    N, $3          \
	CMOVQGE CX, O2         \
	MOVQ    O2, O3         \
	ADDQ    STRIDE, CX     \
	CMPQ    N, $4          \
	CMOVQGE CX, O3
