//go:build !purego

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

// Each kernel is one short chain: the level's routine, else the portable twin.
// The arguments have been checked, and nothing is empty.

func multiply(l Level, p *Panels, x *Product, columns int) {
	if l == NEON && p.k > 0 {
		multiplyTiles(l, p, x, columns)
		return
	}
	multiplyPortable(p, x, columns)
}

func activate(l Level, f function, dst, x []float32) {
	if l != NEON {
		activatePortable(f, dst, x)
		return
	}
	args := &asm.VectorArgs{Dst: &dst[0], X: &x[0], N: len(x)}
	switch f {
	case expOf:
		asm.ExpNEON(args)
	case sigmoidOf:
		asm.SigmoidNEON(args)
	case tanhOf:
		asm.TanhNEON(args)
	}
}

func addOuter(l Level, c []float32, cStride int, x []float32, xStride, rows int, y []float32, scale float32) {
	addOuterRows(l, c, cStride, x, xStride, rows, y, scale)
}

func addScaled(l Level, dst, x []float32, scale float32) {
	if l != NEON {
		addScaledPortable(dst, x, scale)
		return
	}
	asm.AddScaledNEON(&asm.VectorArgs{Dst: &dst[0], X: &x[0], N: len(x), Scale: scale})
}

func columnSums(l Level, dst, x []float32, rows, stride int) {
	if l != NEON {
		columnSumsPortable(dst, x, rows, stride)
		return
	}
	asm.ColumnSumsNEON(&asm.ColumnSumsArgs{Dst: &dst[0], X: &x[0], XRow: stride, Rows: rows, Columns: len(dst)})
}

func copyRuns(l Level, c *runsCopy) {
	if l != NEON {
		copyRunsPortable(c)
		return
	}
	asm.CopyRunsNEON(&asm.CopyRunsArgs{
		Dst: &c.dst[0], Src: &c.src[0], DstRow: c.dstRow, SrcRow: c.srcRow, DstRun: c.dstRun, SrcRun: c.srcRun,
		Rows: c.rows, Runs: c.runs,
	})
}

func lstmForward(l Level, g *LSTMForward) {
	if l != NEON {
		lstmForwardPortable(g)
		return
	}
	gates, gatesStride, cell, cellStride := g.kept()
	asm.LSTMForwardNEON(&asm.LSTMForwardArgs{
		Pre: &g.Pre[0], Gates: &gates[0], C: &g.C[0], Cell: &cell[0], H: &g.H[0], Y: &g.Y[0],
		PreRow: g.PreStride, GatesRow: gatesStride, CRow: g.CStride,
		CellRow: cellStride, HRow: g.HStride, YRow: g.YStride,
		Rows: g.Rows, Units: g.Units,
	})
}

func lstmBackward(l Level, g *LSTMBackward) {
	if l != NEON {
		lstmBackwardPortable(g)
		return
	}
	asm.LSTMBackwardNEON(&asm.LSTMBackwardArgs{
		Gates: &g.Gates[0], DGates: &g.DGates[0], Cell: &g.Cell[0], CellPrev: &g.CellPrev[0], DH: &g.DH[0], DY: &g.DY[0], DC: &g.DC[0],
		GatesRow: g.GatesStride, DGatesRow: g.DGatesStride, CellRow: g.CellStride, CellPrevRow: g.CellPrevStride,
		DHRow: g.DHStride, DYRow: g.DYStride, DCRow: g.DCStride,
		Rows: g.Rows, Units: g.Units,
	})
}

// fmaPeak runs independent FMAs on registers and returns how many FLOP they were.
func fmaPeak(l Level, iterations int) (flops int) {
	if l != NEON {
		return 0
	}
	asm.FMAPeakNEON(iterations)
	return 192 * iterations
}

// transpose has no routine here.
func transpose(Level, []float32, int, []float32, int, int, int) (done int) { return 0 }

func transposePairs(Level, []float32, int, []float32, int, int, int) bool { return false }
