// What the gates of AVX2 and AVX-512 share.
//
// What a step meets for the first time, or has not met since the forward pass, lies in L3 or in
// memory. A store that waits for its line holds up those that follow, and the operations that a CPU has in
// flight do not cover the time a line takes from there: so each line is called two rows before its use.
// STRIDE is a register, the elements from one row to the next. Beyond the last row lie rows of the next
// step, or of the one before, or what is another's: a call changes nothing and cannot fail.
#define CALL_LINE(AT, STRIDE) \
	PREFETCHT0 (AT)(STRIDE*8)

#define CALL_GATES(AT, STRIDE) \
	CALL_LINE(AT, STRIDE)        \
	PREFETCHT0 64(AT)(STRIDE*8)  \
	PREFETCHT0 128(AT)(STRIDE*8) \
	PREFETCHT0 192(AT)(STRIDE*8)

// What the gradient of a block reads two rows on, by the registers' names of both levels; DX is clobbered.
// One row calls nothing: what lies on was before. CALLED is a label of the routine's own.
#define CALL_GRADIENT(CALLED) \
	CMPQ LSTMBackwardArgs_Rows(ARGS), $1        \
	JEQ  CALLED                                 \
	MOVQ LSTMBackwardArgs_GatesRow(ARGS), DX    \
	CALL_GATES(GATES, DX)                       \
	MOVQ LSTMBackwardArgs_CellRow(ARGS), DX     \
	CALL_LINE(CELL, DX)                         \
	MOVQ LSTMBackwardArgs_CellPrevRow(ARGS), DX \
	CALL_LINE(CPREV, DX)                        \
	MOVQ LSTMBackwardArgs_DYRow(ARGS), DX       \
	CALL_LINE(DY, DX)                           \
CALLED:
