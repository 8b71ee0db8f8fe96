package asm

// Address is where a routine is in what a pointer of its arguments names: its own, and whatever before
// the call. It is no pointer, for when the routine is done it may lie beyond all elements, in memory that is
// free or another's, and a pointer to that ends the program when the garbage collector comes upon it.
type Address uintptr

// ProductArgs describes a tile product over consecutive row tiles of one
// shape, rows x columns (the shape is in the routine's name):
//
//	c[r, j] = init[r, j] + Σ_k a[r, k]·b[k, j]    k = 0, 1, ..., K-1
//
// for r < rows·Tiles and j < columns. Every sum is one chain of fused
// multiply-adds in ascending k that starts from init, whatever the shape.
type ProductArgs struct {
	A    *float32 // a[r, k] is at A + r·ARow + k·AK
	B    *float32 // panel; further panels of a wide tile are BPanel apart
	Init *float32 // init[r, j] is at Init + r·InitRow + j; InitRow = 0 repeats one row
	C    *float32 // c[r, j] is at C + r·CRow + j; may be Init with InitRow = CRow

	ARow, AK int
	BPanel   int
	InitRow  int
	CRow     int
	K        int // > 0
	Tiles    int // > 0

	// The tiles of three rows and more call into L2 what is multiplied next (amd64), lines of as
	// many panels as they are wide, from Next on: while they compute four k, if Next has none
	// of the bits of NextMask, and then go on by NextStep bytes. (A panel need not begin at a
	// multiple of what is called at a time: then its first lines, three at most, are left out.)
	// NextMask -1: nothing is called.
	Next     *float32 // not nil
	NextStep int
	NextMask int

	// The same is computed for Groups of panels, 1 if that is 0: B moves on by GroupB, Init by
	// GroupInit, C by GroupC, Next is the group after each. The routines change Groups.
	Groups                    int
	GroupB, GroupInit, GroupC int

	AtB, AtInit, AtC, AtNext Address

	Add  int // other than 0: c is added to the sum at the end
	Far  int // other than 0: c is in no cache near, its lines are called before a tile begins (amd64)
	Last int // columns of the last panel that exist, 1..16; other than 16 only where the level masks (AVX-512)
}

// SideArgs describes two products that are computed together, one row x some panels for some groups
// of them, and sixteen rows x 16 columns for some panels:
//
//	c[j]     = init[j] + Σ_k a[k]·b[k, j]            k < 8·GroupTurns
//	xc[r, j] = xinit[r, j] + Σ_k x[r, k]·w[k, j]     k < PanelTurns turns
//
// with sums as those of a tile product. A turn computes eight k of the one and two (AVX-512) or four
// (AVX2) of the other. The sixteen rows go through a panel by tiles: one of all rows and all k
// (AVX-512), or, for one block of k after the other, tiles of four rows, whose sums go on through XC
// (AVX2). The routine ends with the last group or the last panel; what the other has then of its sums
// is in C or XC. It changes and leaves what is to go.
type SideArgs struct {
	A       *float32 // a[k] is at A + k
	B       *float32 // panels, BPanel apart
	Init, C *float32 // of the group; may be the same
	BPanel  int

	Groups                    int // > 0, to go
	GroupTurns                int // > 0
	Turns                     int // of the group, to go
	GroupB, GroupInit, GroupC int // from one group to the next

	X, XFirst *float32 // x[r, k] is at XFirst + 16·k + r; X is that of the tile's k to begin with
	W         *float32 // w[k, j] is at W + 16·k + j, from that k on; panels follow each other
	XInit, XC *float32 // of the tile: xinit[r, j] is at XInit + r·XInitRow + j, xc likewise

	XInitRow, XCRow int
	Panels          int // > 0, to go
	XTurns          int // of the tile, to go
	PanelTurns      int // > 0

	PanelInit              *float32 // XInit of the panel before any of its k; InitStep further for each that follows
	PanelInitRow, InitStep int

	// AVX2.
	TileInit   *float32 // XInit of the tile before any of its k
	RowTiles   int      // of the block, to go
	BlockTurns int      // of each tile of the block: BlockMost, or what the panel has left
	BlockMost  int      // > 0
	PanelLeft  int      // turns of the panel from the block on; PanelTurns: it is the first

	AtB, AtInit, AtC, AtXInit, AtXC, AtPanelInit, AtTileInit Address
}

// VectorArgs describes an elementwise operation: for i < N,
// Dst[i] = f(X[i]) or Dst[i] = f(Dst[i], X[i]). Dst may be X.
type VectorArgs struct {
	Dst, X *float32
	N      int
	Scale  float32
}

// OuterArgs describes c[r, j] += (Scale·x[r])·y[j], rounded after each.
type OuterArgs struct {
	C *float32 // c[r, j] is at C + r·CRow + j
	X *float32 // x[r] is at X + r·XStride
	Y *float32

	CRow, XStride int
	Rows, Columns int // > 0
	Scale         float32
}

// ColumnSumsArgs describes dst[j] += Σ_r x[r, j] for r < Rows in ascending r,
// over Columns columns, some runs of 16.
type ColumnSumsArgs struct {
	Dst, X  *float32
	XRow    int
	Rows    int // > 0
	Columns int // > 0, a multiple of 16
}

// LSTMForwardArgs describes the gates of one LSTM step for Units hidden units, in
// blocks of 16, the last one padded: P = Units rounded up to 16. The pre-activations
// of a row stand block by block, i[16] f[16] g[16] o[16]. For each row and unit:
//
//	i, f, o = σ(pre.i), σ(pre.f), σ(pre.o);  g = tanh(pre.g)
//	c = f·c + i·g
//	h = o·tanh(c)
type LSTMForwardArgs struct {
	Pre   *float32 // [Rows, 4P]
	Gates *float32 // [Rows, 4P] activated i f g o; Pre: not wanted, it may hold anything then
	C     *float32 // [Rows, P] c of the previous step, overwritten by c
	Cell  *float32 // [Rows, P] a second place for c; may be C
	H     *float32 // [Rows, P]
	Y     *float32 // [Rows, Units] a second place for h

	PreRow, GatesRow, CRow, CellRow, HRow, YRow int

	Rows  int // > 0
	Units int // > 0
}

// LSTMBackwardArgs describes the gradient of the same step. With t = tanh(Cell):
//
//	dh      = DH + DY
//	dc      = DC + dh·o·(1 - t²)
//	d pre.i = dc·g·i·(1 - i)
//	d pre.f = dc·cellPrev·f·(1 - f)
//	d pre.g = dc·i·(1 - g²)
//	d pre.o = dh·t·o·(1 - o)
//	DC      = dc·f
//
// where dh and dc are 0 if they are less than 2^-95 in absolute value.
type LSTMBackwardArgs struct {
	Gates    *float32 // [Rows, 4P] activated i f g o
	DGates   *float32 // [Rows, 4P] receives the gradients of the pre-activations; may be Gates
	Cell     *float32 // [Rows, P] c of this step
	CellPrev *float32 // [Rows, P] c of the previous step
	DH       *float32 // [Rows, P] gradient from the following step
	DY       *float32 // [Rows, Units] gradient from above; DYRow = 0 repeats one row
	DC       *float32 // [Rows, P] gradient of c, overwritten by that of cellPrev

	GatesRow, DGatesRow, CellRow, CellPrevRow, DHRow, DYRow, DCRow int

	Rows  int // > 0
	Units int // > 0
}

// ReadArgs describes Rounds passes over X[0, N) that load every element and use none:
// what the memory that holds X can deliver.
type ReadArgs struct {
	X      *float32
	N      int // > 0, a multiple of 128
	Rounds int // > 0
}

// CopyRunsArgs describes a copy of runs of 16 elements from one place of each in a row to another:
// dst[r·DstRow + q·DstRun + j] = src[r·SrcRow + q·SrcRun + j] for r < Rows, q < Runs, j < 16.
type CopyRunsArgs struct {
	Dst, Src       *float32
	DstRow, SrcRow int
	DstRun, SrcRun int
	Rows           int // > 0
	Runs           int // > 0
}

// TransposeArgs describes dst[k, j] = src[j, k] for up to 16 rows of src; dst [K, 16] is a
// panel where DstRow is 16.
type TransposeArgs struct {
	Dst, Src       *float32
	DstRow, SrcRow int
	K              int // > 0; AVX2: a multiple of 8
	Columns        int // of dst, 1..16, at AVX2 8 or 16; of DeinterleaveAVX512 any number > 0
}

// RowsArgs describes a tile product over B in row-major order, as it is, over consecutive
// row tiles of one shape, rows x columns (the shape is in the routine's name):
//
//	c[r, j] = Alpha·Σ_k a[r, k]·b[k, j] + Beta·c[r, j]    k = 0, 1, ..., K-1
//
// for r < rows·Tiles and j < columns. Every sum is one chain of fused multiply-adds in
// ascending k that starts from 0, whatever the shape. Beta = 0 does not read c.
type RowsArgs struct {
	A *float32 // a[r, k] is at A + r·ARow + k·AK
	B *float32 // b[k, j] is at B + k·BRow + j
	C *float32 // c[r, j] is at C + r·CRow + j

	ARow, AK int
	BRow     int
	CRow     int
	K        int // > 0
	Tiles    int // > 0

	Alpha, Beta float32

	Ahead int // elements from a row of b to the one that tiles of two rows and more call meanwhile (amd64); 0: none
	Far   int // other than 0: c is in no cache near, its lines are called before a tile begins
	Last  int // columns of the last 16 that exist, 1..16; other than 16 only where the level masks (AVX-512)
}

// RowSumsArgs describes s[j] += Σ_k a[k]·b[k, j], each sum one chain of fused multiply-adds in ascending k.
type RowSumsArgs struct {
	Sums *float32 // [Columns]
	A    *float32 // a[k] is at A + k·AK
	B    *float32 // b[k, j] is at B + k·BRow + j

	AK, BRow int
	K        int // > 0
	Columns  int // 16 or more
}

// ScaleSumsArgs describes c[j] = Alpha·s[j], or fma(Beta, c[j], Alpha·s[j]) where Beta is not 0.
type ScaleSumsArgs struct {
	C, Sums     *float32 // [Columns]
	Columns     int      // > 0
	Alpha, Beta float32
}

// DotsArgs describes dot products of a few rows of A (their number is in the routine's
// name) and Columns rows of B, both contiguous along k:
//
//	d[i, j] = Alpha·Σ_k a[i, k]·b[j, k]    k < K
//	c = d + Beta·c, c[i, j] at C + i·CRow + j; Transposed: at C + j·CRow + i
//
// Each lane of a register sums the k that are equal modulo the lanes; the lanes' sums are
// added at the end, always in one order. Beta = 0 does not read c.
type DotsArgs struct {
	A, B, C          *float32
	ARow, BRow, CRow int
	K                int // > 0
	Columns          int // > 0; rows of B
	Alpha, Beta      float32
	Transposed       int // other than 0: see above
	AtB              Address
}
