// What the outer products of AVX2 and AVX-512 share.
//
//	SI y, current column   DI c, current column   R8 c, current row   R9 bytes between rows of c
//	DX x, current row      R10 bytes between elements of x            CX rows to go
//	BX columns to go       X7 scale·x[r], in all lanes of the level's registers

#define OUTER_BEGIN \
	MOVQ args+0(FP), AX             \
	MOVQ OuterArgs_C(AX), R8        \
	MOVQ OuterArgs_CRow(AX), R9     \
	MOVQ OuterArgs_X(AX), DX        \
	MOVQ OuterArgs_XStride(AX), R10 \
	MOVQ OuterArgs_Rows(AX), CX     \
	SHLQ $2, R9                     \
	SHLQ $2, R10

// The next row of c; V is the level's X7.
#define OUTER_ROW(V) \
	VMOVSS       (DX), X7                    \
	VMULSS       OuterArgs_Scale(AX), X7, X7 \
	VBROADCASTSS X7, V                       \
	MOVQ         R8, DI                      \
	MOVQ         OuterArgs_Y(AX), SI         \
	MOVQ         OuterArgs_Columns(AX), BX   \
	ADDQ         R9, R8                      \
	ADDQ         R10, DX

// As many elements of a row of c as a register V holds, OFF bytes on; S is X7 of its size.
#define OUTER(OFF, V, S) \
	VMULPS  OFF(SI), S, V \
	VADDPS  OFF(DI), V, V \
	VMOVUPS V, OFF(DI)

// The columns that fill registers of so many LANES, four registers at a time and then one. What is left are BX
// modulo LANES.
#define OUTER_WHOLE(LANES, V0, V1, V2, V3, S, FOUR, FEWER, ONE, REST) \
	SUBQ $(4*LANES), BX           \
	JL   FEWER                    \
FOUR:                                 \
	OUTER(0, V0, S)               \
	OUTER((4*LANES), V1, S)       \
	OUTER((8*LANES), V2, S)       \
	OUTER((12*LANES), V3, S)      \
	ADDQ $(16*LANES), SI          \
	ADDQ $(16*LANES), DI          \
	SUBQ $(4*LANES), BX           \
	JGE  FOUR                     \
FEWER:                                \
	ADDQ $(3*LANES), BX           \
	JL   REST                     \
ONE:                                  \
	OUTER(0, V0, S)               \
	ADDQ $(4*LANES), SI           \
	ADDQ $(4*LANES), DI           \
	SUBQ $LANES, BX               \
	JGE  ONE                      \
REST:

// The last BX modulo 8 columns, four at once and the others one by one: AMD's CPUs take AVX2's masked store
// apart, and a load of what lies beside a masked store's lanes waits for it.
#define OUTER_TAIL(ONES, ONE, DONE) \
	TESTQ $4, BX         \
	JZ    ONES           \
	OUTER(0, X0, X7)     \
	ADDQ  $16, SI        \
	ADDQ  $16, DI        \
ONES:                        \
	ANDQ $3, BX          \
	JZ   DONE            \
ONE:                         \
	VMULSS (SI), X7, X0  \
	VADDSS (DI), X0, X0  \
	VMOVSS X0, (DI)      \
	ADDQ   $4, SI        \
	ADDQ   $4, DI        \
	DECQ   BX            \
	JNZ    ONE           \
DONE:
