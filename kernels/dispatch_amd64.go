//go:build !purego

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

// Each kernel is one short chain: the level's routine, else the portable twin.
// The arguments have been checked, and nothing is empty.
//
// Routines take pointers to literals. One that is a value whose address is taken is made elsewhere and
// copied, by loads wider than the stores just before, for which the CPU waits: 5 ns of a call.

func multiply(l Level, p *Panels, x *Product, columns int) {
	if l == Portable || p.k == 0 {
		multiplyPortable(p, x, columns)
		return
	}
	if x.Side != nil {
		done := multiplySide(p, x, columns)
		if columns -= done * PanelWidth; columns <= 0 {
			return
		}
		if done > 0 {
			rest := x.without(done)
			x = &rest
		}
	}
	multiplyTiles(l, p, x, columns)
}

func activate(l Level, f function, dst, x []float32) {
	if l == Portable {
		activatePortable(f, dst, x)
		return
	}
	args := &asm.VectorArgs{Dst: &dst[0], X: &x[0], N: len(x)}
	if l == AVX512 {
		activateAVX512(f, args)
		return
	}
	switch f {
	case expOf:
		asm.ExpAVX2(args)
	case sigmoidOf:
		asm.SigmoidAVX2(args)
	case tanhOf:
		asm.TanhAVX2(args)
	}
}

func activateAVX512(f function, args *asm.VectorArgs) {
	switch f {
	case expOf:
		asm.ExpAVX512(args)
	case sigmoidOf:
		asm.SigmoidAVX512(args)
	case tanhOf:
		asm.TanhAVX512(args)
	}
}

func addOuter(l Level, c []float32, cStride int, x []float32, xStride, rows int, y []float32, scale float32) {
	if l == Portable {
		addOuterRows(l, c, cStride, x, xStride, rows, y, scale)
		return
	}
	for j := 0; j < len(y); j += callElements {
		part := y[j:min(j+callElements, len(y))]
		most := min(max(callElements/len(part), 1), callRows)
		for r := 0; r < rows; r += most {
			args := &asm.OuterArgs{
				C: &c[r*cStride+j], CRow: cStride, X: &x[r*xStride], XStride: xStride, Y: &part[0],
				Rows: min(most, rows-r), Columns: len(part), Scale: scale,
			}
			if l == AVX512 {
				asm.AddOuterAVX512(args)
				continue
			}
			asm.AddOuterAVX2(args)
		}
	}
}

func addScaled(l Level, dst, x []float32, scale float32) {
	if l == Portable {
		addScaledPortable(dst, x, scale)
		return
	}
	args := &asm.VectorArgs{Dst: &dst[0], X: &x[0], N: len(x), Scale: scale}
	if l == AVX512 {
		asm.AddScaledAVX512(args)
		return
	}
	asm.AddScaledAVX2(args)
}

func columnSums(l Level, dst, x []float32, rows, stride int) {
	if l == Portable {
		columnSumsPortable(dst, x, rows, stride)
		return
	}
	args := &asm.ColumnSumsArgs{Dst: &dst[0], X: &x[0], XRow: stride, Rows: rows, Columns: len(dst)}
	if l == AVX512 {
		asm.ColumnSumsAVX512(args)
		return
	}
	asm.ColumnSumsAVX2(args)
}

func copyRuns(l Level, c *runsCopy) {
	if l == Portable {
		copyRunsPortable(c)
		return
	}
	asm.CopyRunsAVX2(&asm.CopyRunsArgs{
		Dst: &c.dst[0], Src: &c.src[0], DstRow: c.dstRow, SrcRow: c.srcRow, DstRun: c.dstRun, SrcRun: c.srcRun,
		Rows: c.rows, Runs: c.runs,
	})
}

func lstmForward(l Level, g *LSTMForward) {
	if l == Portable {
		lstmForwardPortable(g)
		return
	}
	gates, gatesStride, cell, cellStride := g.kept()
	args := &asm.LSTMForwardArgs{
		Pre: &g.Pre[0], Gates: &gates[0], C: &g.C[0], Cell: &cell[0], H: &g.H[0], Y: &g.Y[0],
		PreRow: g.PreStride, GatesRow: gatesStride, CRow: g.CStride,
		CellRow: cellStride, HRow: g.HStride, YRow: g.YStride,
		Rows: g.Rows, Units: g.Units,
	}
	if l == AVX512 {
		asm.LSTMForwardAVX512(args)
		return
	}
	asm.LSTMForwardAVX2(args)
}

func lstmBackward(l Level, g *LSTMBackward) {
	if l == Portable {
		lstmBackwardPortable(g)
		return
	}
	args := &asm.LSTMBackwardArgs{
		Gates: &g.Gates[0], DGates: &g.DGates[0], Cell: &g.Cell[0], CellPrev: &g.CellPrev[0], DH: &g.DH[0], DY: &g.DY[0], DC: &g.DC[0],
		GatesRow: g.GatesStride, DGatesRow: g.DGatesStride, CellRow: g.CellStride, CellPrevRow: g.CellPrevStride,
		DHRow: g.DHStride, DYRow: g.DYStride, DCRow: g.DCStride,
		Rows: g.Rows, Units: g.Units,
	}
	if l == AVX512 {
		asm.LSTMBackwardAVX512(args)
		return
	}
	asm.LSTMBackwardAVX2(args)
}

// transpose writes dst[k·dstStride + j] = src[j·stride + k] for up to 16 columns j and the
// first of the rows k, and returns how many those are.
func transpose(l Level, dst []float32, dstStride int, src []float32, rows, columns, stride int) (done int) {
	whole := columns // that a call takes
	switch {
	case l == AVX512:
		done = rows
	case l == AVX2 && columns >= PanelWidth/2:
		done, whole = rows&^7, columns&^7
	}
	const most = 1 << 13 // rows a call
	for k := 0; k < done; k += most {
		args := &asm.TransposeArgs{Dst: &dst[k*dstStride], DstRow: dstStride, Src: &src[k], SrcRow: stride, K: min(most, done-k), Columns: whole}
		if l == AVX512 {
			asm.TransposeAVX512(args)
		} else {
			asm.TransposeAVX2(args)
		}
	}
	for j := whole; j < columns; j++ {
		at := j
		for _, v := range src[j*stride:][:done] {
			dst[at] = v
			at += dstStride
		}
	}
	return done
}

// transposePairs transposes a matrix of two columns without a gap, from or to two rows, and
// reports whether it is one and the level has a routine for it.
func transposePairs(l Level, dst []float32, dstStride int, src []float32, srcStride, rows, columns int) bool {
	apart, together := rows == 2 && srcStride == 2, columns == 2 && dstStride == 2
	if l != AVX512 || !apart && !together || rows == 0 || columns == 0 {
		return false
	}
	pairs := rows
	if apart {
		pairs = columns
	}
	const most = 1 << 14 // a call
	for i := 0; i < pairs; i += most {
		args := &asm.TransposeArgs{DstRow: dstStride, SrcRow: srcStride, K: min(most, pairs-i), Columns: min(most, pairs-i)}
		if apart {
			args.Dst, args.Src = &dst[i], &src[2*i]
			asm.DeinterleaveAVX512(args)
			continue
		}
		args.Dst, args.Src = &dst[2*i], &src[i]
		asm.InterleaveAVX512(args)
	}
	return true
}

// fmaPeak runs independent FMAs on registers and returns how many FLOP they were.
func fmaPeak(l Level, iterations int) (flops int) {
	switch l {
	case AVX2:
		asm.FMAPeakAVX2(iterations)
		return 192 * iterations
	case AVX512:
		asm.FMAPeakAVX512(iterations)
		return 512 * iterations
	}
	return 0
}
