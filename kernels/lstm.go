package kernels

// GateBlock is the number of hidden units whose gates one kernel call computes.
// The gates of a row stand in blocks, each i[16] f[16] g[16] o[16]: unit u of
// gate q is at (u/16)·64 + q·16 + u%16.
const GateBlock = PanelWidth

// lstmColumns is the width of a gate block of an LSTM.
const lstmColumns = 4 * GateBlock

// LSTMForward describes the gates of one LSTM step, for one block of GateBlock
// hidden units of Rows sequences:
//
//	i, f, o = σ(pre.i), σ(pre.f), σ(pre.o);  g = tanh(pre.g)
//	c = f·c + i·g
//	h = o·tanh(c)
//
// (torch.nn.LSTM, gate order i, f, g, o.) Strides are the distances between rows.
// Overlaps other than those named are forbidden, and not looked for.
type LSTMForward struct {
	Pre   []float32 // [Rows, 64] pre-activations; overwritten if Gates is nil
	Gates []float32 // [Rows, 64] receives i f g o, activated; nil: not wanted, Pre serves as scratch
	C     []float32 // [Rows, 16] c of the previous step, overwritten by c
	Cell  []float32 // [Rows, 16] receives a copy of c; nil: not wanted
	H     []float32 // [Rows, 16] receives h
	Y     []float32 // [Rows, Units] receives a copy of h

	PreStride, GatesStride, CStride, CellStride, HStride, YStride int

	Rows  int
	Units int // units of the block that exist, 1 to 16; the rest is padding, written everywhere but in Y
}

// Run computes the step at the given level; the bits are the same at all of
// them. Nothing is allocated. Slices too short for their rows are an error and
// nothing is computed.
func (g *LSTMForward) Run(l Level) error {
	if err := l.check(); err != nil {
		return err
	}
	if err := g.check(); err != nil || g.Rows == 0 {
		return err
	}
	run := *g
	if run.Gates == nil {
		run.Gates, run.GatesStride = run.Pre, run.PreStride
	}
	if run.Cell == nil {
		run.Cell, run.CellStride = run.C, run.CStride
	}
	lstmForward(l, &run)
	return nil
}

func (g *LSTMForward) check() error {
	const operation = "LSTMForward"
	if err := checkUnits(operation, g.Units); err != nil {
		return err
	}
	if err := checkRows(operation, "Pre", g.Pre, g.Rows, g.PreStride, lstmColumns); err != nil {
		return err
	}
	if g.Gates != nil {
		if err := checkRows(operation, "Gates", g.Gates, g.Rows, g.GatesStride, lstmColumns); err != nil {
			return err
		}
	}
	if g.Cell != nil {
		if err := checkRows(operation, "Cell", g.Cell, g.Rows, g.CellStride, GateBlock); err != nil {
			return err
		}
	}
	if err := checkRows(operation, "C", g.C, g.Rows, g.CStride, GateBlock); err != nil {
		return err
	}
	if err := checkRows(operation, "H", g.H, g.Rows, g.HStride, GateBlock); err != nil {
		return err
	}
	return checkRows(operation, "Y", g.Y, g.Rows, g.YStride, g.Units)
}

func lstmForwardPortable(g *LSTMForward) {
	for r := range g.Rows {
		pre := g.Pre[r*g.PreStride:][:lstmColumns]
		gates := g.Gates[r*g.GatesStride:][:lstmColumns]
		c := g.C[r*g.CStride:][:GateBlock]
		cell := g.Cell[r*g.CellStride:][:GateBlock]
		h := g.H[r*g.HStride:][:GateBlock]
		y := g.Y[r*g.YStride:][:g.Units]
		for u := range GateBlock {
			i := sigmoid32(pre[u])
			f := sigmoid32(pre[GateBlock+u])
			n := tanh32(pre[2*GateBlock+u])
			o := sigmoid32(pre[3*GateBlock+u])
			gates[u], gates[GateBlock+u], gates[2*GateBlock+u], gates[3*GateBlock+u] = i, f, n, o
			next := float32(f*c[u]) + float32(i*n)
			c[u], cell[u] = next, next
			h[u] = o * tanh32(next)
		}
		copy(y, h)
	}
}

// LSTMBackward describes the gradient of the same block. With dh = DH + DY and
// t = tanh(Cell):
//
//	dc      = DC + dh·o·(1 - t²)
//	d pre.i = dc·g·i·(1 - i)
//	d pre.f = dc·cellPrev·f·(1 - f)
//	d pre.g = dc·i·(1 - g²)
//	d pre.o = dh·t·o·(1 - o)
//	DC      = dc·f
//
// Other overlaps are forbidden, and not looked for.
type LSTMBackward struct {
	Gates    []float32 // [Rows, 64] activated i f g o
	DGates   []float32 // [Rows, 64] receives the gradients of the pre-activations; may be Gates, with its stride
	Cell     []float32 // [Rows, 16] c of this step
	CellPrev []float32 // [Rows, 16] c of the previous step
	DH       []float32 // [Rows, 16] gradient of h from the following step
	DY       []float32 // [Rows, Units] gradient of y; nil stands for zeros
	DC       []float32 // [Rows, 16] gradient of c from the following step, overwritten by that of CellPrev

	GatesStride, DGatesStride, CellStride, CellPrevStride, DHStride, DYStride, DCStride int

	Rows  int
	Units int // as in LSTMForward; DY's columns from Units on are taken as zeros and not read
}

// Run computes the gradient at the given level, as LSTMForward.Run.
func (g *LSTMBackward) Run(l Level) error {
	if err := l.check(); err != nil {
		return err
	}
	if err := g.check(); err != nil || g.Rows == 0 {
		return err
	}
	run := *g
	if run.DY == nil {
		run.DY, run.DYStride = zeros[:], 0
	}
	lstmBackward(l, &run)
	return nil
}

func (g *LSTMBackward) check() error {
	const operation = "LSTMBackward"
	if err := checkUnits(operation, g.Units); err != nil {
		return err
	}
	if err := checkRows(operation, "Gates", g.Gates, g.Rows, g.GatesStride, lstmColumns); err != nil {
		return err
	}
	if err := checkRows(operation, "DGates", g.DGates, g.Rows, g.DGatesStride, lstmColumns); err != nil {
		return err
	}
	if err := checkRows(operation, "Cell", g.Cell, g.Rows, g.CellStride, GateBlock); err != nil {
		return err
	}
	if err := checkRows(operation, "CellPrev", g.CellPrev, g.Rows, g.CellPrevStride, GateBlock); err != nil {
		return err
	}
	if err := checkRows(operation, "DH", g.DH, g.Rows, g.DHStride, GateBlock); err != nil {
		return err
	}
	if g.DY != nil {
		if err := checkRows(operation, "DY", g.DY, g.Rows, g.DYStride, g.Units); err != nil {
			return err
		}
	}
	return checkRows(operation, "DC", g.DC, g.Rows, g.DCStride, GateBlock)
}

func lstmBackwardPortable(g *LSTMBackward) {
	for r := range g.Rows {
		gates := g.Gates[r*g.GatesStride:][:lstmColumns]
		dgates := g.DGates[r*g.DGatesStride:][:lstmColumns]
		cell := g.Cell[r*g.CellStride:][:GateBlock]
		cellPrev := g.CellPrev[r*g.CellPrevStride:][:GateBlock]
		dhNext := g.DH[r*g.DHStride:][:GateBlock]
		dy := g.DY[r*g.DYStride:][:g.Units]
		dcNext := g.DC[r*g.DCStride:][:GateBlock]
		for u := range GateBlock {
			i, f, n, o := gates[u], gates[GateBlock+u], gates[2*GateBlock+u], gates[3*GateBlock+u]
			t := tanh32(cell[u])
			dh := dhNext[u]
			if u < len(dy) {
				dh += dy[u]
			} else {
				dh += 0 // as the masked lanes do: -0 becomes +0
			}
			dc := float32(float32(dh*o)*(1-float32(t*t))) + dcNext[u]
			dgates[3*GateBlock+u] = float32(dh*t) * float32(o*(1-o))
			dgates[u] = float32(dc*n) * float32(i*(1-i))
			dgates[2*GateBlock+u] = float32(dc*i) * (1 - float32(n*n))
			dgates[GateBlock+u] = float32(dc*cellPrev[u]) * float32(f*(1-f))
			dcNext[u] = dc * f
		}
	}
}
