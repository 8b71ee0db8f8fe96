package kernels

import (
	"errors"
	"math"
)

// GateBlock is the number of hidden units whose gates stand side by side: the gates
// of a row come in blocks, each i[16] f[16] g[16] o[16]; unit u of gate q is at
// (u/16)·64 + q·16 + u%16.
const GateBlock = PanelWidth

// lstmColumns is the width of a gate block of an LSTM.
const lstmColumns = 4 * GateBlock

// padded returns units rounded up to whole gate blocks.
func padded(units int) int { return (units + GateBlock - 1) / GateBlock * GateBlock }

// LSTMForward describes the gates of one LSTM step, for Units hidden units of Rows
// sequences. P is Units rounded up to whole blocks:
//
//	i, f, o = σ(pre.i), σ(pre.f), σ(pre.o);  g = tanh(pre.g)
//	c = f·c + i·g
//	h = o·tanh(c)
//
// (torch.nn.LSTM, gate order i, f, g, o.) Strides are the distances between rows.
// Overlaps other than those named are forbidden, and not looked for.
type LSTMForward struct {
	Pre   []float32 // [Rows, 4P] pre-activations; overwritten if Gates is nil
	Gates []float32 // [Rows, 4P] receives i f g o, activated; nil: not wanted, Pre serves as scratch
	C     []float32 // [Rows, P] c of the previous step, overwritten by c
	Cell  []float32 // [Rows, P] receives a copy of c; nil: not wanted
	H     []float32 // [Rows, P] receives h
	Y     []float32 // [Rows, Units] receives a copy of h

	PreStride, GatesStride, CStride, CellStride, HStride, YStride int

	Rows  int
	Units int // 1 or more; lanes from Units on are padding, written everywhere but in Y
}

// Run computes the step at the given level; the bits are the same at all of
// them. Nothing is allocated. Slices too short for their rows are an error and
// nothing is computed.
func (g *LSTMForward) Run(l Level) error {
	if err := l.check(); err != nil {
		return err
	}
	if g == nil {
		return errors.New("kernels: LSTMForward is nil: want its arguments")
	}
	if err := g.check(); err != nil || g.Rows == 0 {
		return err
	}
	if oneGateCall(g.Rows, g.Units) {
		lstmForward(l, g)
		return nil
	}
	rows, units := gatePart(g.Units)
	for r := 0; r < g.Rows; r += rows {
		for u := 0; u < g.Units; u += units {
			part := *g
			part.Rows, part.Units = min(rows, g.Rows-r), min(units, g.Units-u)
			part.Pre, part.C = g.Pre[r*g.PreStride+4*u:], g.C[r*g.CStride+u:]
			part.H, part.Y = g.H[r*g.HStride+u:], g.Y[r*g.YStride+u:]
			if g.Gates != nil {
				part.Gates = g.Gates[r*g.GatesStride+4*u:]
			}
			if g.Cell != nil {
				part.Cell = g.Cell[r*g.CellStride+u:]
			}
			lstmForward(l, &part)
		}
	}
	return nil
}

// kept returns where the activated gates and the copy of c go: to Pre and C themselves where nobody
// wants them.
func (g *LSTMForward) kept() (gates []float32, gatesStride int, cell []float32, cellStride int) {
	gates, gatesStride, cell, cellStride = g.Gates, g.GatesStride, g.Cell, g.CellStride
	if gates == nil {
		gates, gatesStride = g.Pre, g.PreStride
	}
	if cell == nil {
		cell, cellStride = g.C, g.CStride
	}
	return gates, gatesStride, cell, cellStride
}

// gateBlocks blocks at most, some 50 µs, are computed by one call of the assembly: it must not hold
// its processor for long.
const gateBlocks = 1024

// oneGateCall reports whether one call takes all rows.
func oneGateCall(rows, units int) bool {
	return int64(rows)*int64(padded(units)) <= gateBlocks*GateBlock
}

// gatePart returns how many rows, and how many units of each, a call takes.
func gatePart(units int) (rows, part int) {
	part = min(units, gateBlocks*GateBlock)
	return max(gateBlocks*GateBlock/padded(units), 1), part
}

func (g *LSTMForward) check() error {
	const operation = "LSTMForward"
	if err := checkUnits(operation, g.Units); err != nil {
		return err
	}
	p := padded(g.Units)
	if err := checkRows(operation, "Pre", g.Pre, g.Rows, g.PreStride, 4*p); err != nil {
		return err
	}
	if g.Gates != nil {
		if err := checkRows(operation, "Gates", g.Gates, g.Rows, g.GatesStride, 4*p); err != nil {
			return err
		}
	}
	if g.Cell != nil {
		if err := checkRows(operation, "Cell", g.Cell, g.Rows, g.CellStride, p); err != nil {
			return err
		}
	}
	if err := checkRows(operation, "C", g.C, g.Rows, g.CStride, p); err != nil {
		return err
	}
	if err := checkRows(operation, "H", g.H, g.Rows, g.HStride, p); err != nil {
		return err
	}
	return checkRows(operation, "Y", g.Y, g.Rows, g.YStride, g.Units)
}

func lstmForwardPortable(g *LSTMForward) {
	gates, gatesStride, cell, cellStride := g.kept()
	for r := range g.Rows {
		for u := 0; u < g.Units; u += GateBlock {
			units := min(GateBlock, g.Units-u)
			h := g.H[r*g.HStride+u:][:GateBlock]
			lstmForwardBlock(g.Pre[r*g.PreStride+4*u:][:lstmColumns], gates[r*gatesStride+4*u:][:lstmColumns],
				g.C[r*g.CStride+u:][:GateBlock], cell[r*cellStride+u:][:GateBlock], h)
			copy(g.Y[r*g.YStride+u:][:units], h)
		}
	}
}

// lstmForwardBlock computes the 16 units of a block of one row.
func lstmForwardBlock(pre, gates, c, cell, h []float32) {
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
}

// fadedBits are bits of the exponent, of which a number has none set if it is 0 or less than 2^-95 in absolute value.
const fadedBits = 0x70000000

// faded returns 0 for such a number, any other as it is.
func faded(v float32) float32 {
	if math.Float32bits(v)&fadedBits == 0 {
		return 0
	}
	return v
}

// LSTMBackward describes the gradient of the same step. With t = tanh(Cell):
//
//	dh      = DH + DY
//	dc      = DC + dh·o·(1 - t²)
//	d pre.i = dc·g·i·(1 - i)
//	d pre.f = dc·cellPrev·f·(1 - f)
//	d pre.g = dc·i·(1 - g²)
//	d pre.o = dh·t·o·(1 - o)
//	DC      = dc·f
//
// where dh and dc are 0 if they are less than 2^-95 (2.5e-29) in absolute value, wherever they come from. What
// fades from step to step would go through the subnormal numbers otherwise, and an operation on those takes a
// hundred times as long on Intel's CPUs: the backward pass of 200 steps of which only the last has a gradient
// took 32 times as long (Xeon, H = 128; PyTorch's 25 times, but for torch.set_flush_denormal).
//
// Other overlaps are forbidden, and not looked for.
type LSTMBackward struct {
	Gates    []float32 // [Rows, 4P] activated i f g o
	DGates   []float32 // [Rows, 4P] receives the gradients of the pre-activations, 0 in padding lanes; may be Gates, with its stride
	Cell     []float32 // [Rows, P] c of this step
	CellPrev []float32 // [Rows, P] c of the previous step
	DH       []float32 // [Rows, P] gradient of h from the following step
	DY       []float32 // [Rows, Units] gradient of y; nil stands for zeros
	DC       []float32 // [Rows, P] gradient of c from the following step, overwritten by that of CellPrev

	GatesStride, DGatesStride, CellStride, CellPrevStride, DHStride, DYStride, DCStride int

	Rows  int
	Units int // as in LSTMForward; DY's columns from Units on are taken as zeros and not read
}

// Run computes the gradient at the given level, as LSTMForward.Run.
func (g *LSTMBackward) Run(l Level) error {
	if err := l.check(); err != nil {
		return err
	}
	if g == nil {
		return errors.New("kernels: LSTMBackward is nil: want its arguments")
	}
	if err := g.check(); err != nil || g.Rows == 0 {
		return err
	}
	if g.DY == nil {
		g.runWithoutDY(l)
	} else {
		g.run(l)
	}
	g.clearPadding()
	return nil
}

// run runs a part of the rows, and of the units, at a time, as LSTMForward.Run.
func (g *LSTMBackward) run(l Level) {
	if oneGateCall(g.Rows, g.Units) {
		lstmBackward(l, g)
		return
	}
	rows, units := gatePart(g.Units)
	for r := 0; r < g.Rows; r += rows {
		for u := 0; u < g.Units; u += units {
			part := *g
			part.Rows, part.Units = min(rows, g.Rows-r), min(units, g.Units-u)
			part.Gates, part.DGates = g.Gates[r*g.GatesStride+4*u:], g.DGates[r*g.DGatesStride+4*u:]
			part.Cell, part.CellPrev = g.Cell[r*g.CellStride+u:], g.CellPrev[r*g.CellPrevStride+u:]
			part.DH, part.DY, part.DC = g.DH[r*g.DHStride+u:], g.DY[r*g.DYStride+u:], g.DC[r*g.DCStride+u:]
			lstmBackward(l, &part)
		}
	}
}

// runWithoutDY runs as many units at a time as there is a row of zeros for.
func (g *LSTMBackward) runWithoutDY(l Level) {
	for u := 0; u < g.Units; u += len(zeros) {
		part := *g
		part.Units = min(len(zeros), g.Units-u)
		part.Gates, part.DGates = g.Gates[4*u:], g.DGates[4*u:]
		part.Cell, part.CellPrev, part.DH, part.DC = g.Cell[u:], g.CellPrev[u:], g.DH[u:], g.DC[u:]
		part.DY, part.DYStride = zeros[:], 0
		part.run(l)
	}
}

// clearPadding makes the padding lanes of DGates 0: an infinite input gives NaN there,
// and NaN times the padding of a weight would not be 0.
func (g *LSTMBackward) clearPadding() {
	units := g.Units % GateBlock
	if units == 0 {
		return
	}
	for r := range g.Rows {
		block := g.DGates[r*g.DGatesStride+4*(g.Units-units):]
		for gate := range 4 {
			clear(block[gate*GateBlock+units : (gate+1)*GateBlock])
		}
	}
}

func (g *LSTMBackward) check() error {
	const operation = "LSTMBackward"
	if err := checkUnits(operation, g.Units); err != nil {
		return err
	}
	p := padded(g.Units)
	if err := checkRows(operation, "Gates", g.Gates, g.Rows, g.GatesStride, 4*p); err != nil {
		return err
	}
	if err := checkRows(operation, "DGates", g.DGates, g.Rows, g.DGatesStride, 4*p); err != nil {
		return err
	}
	if err := checkRows(operation, "Cell", g.Cell, g.Rows, g.CellStride, p); err != nil {
		return err
	}
	if err := checkRows(operation, "CellPrev", g.CellPrev, g.Rows, g.CellPrevStride, p); err != nil {
		return err
	}
	if err := checkRows(operation, "DH", g.DH, g.Rows, g.DHStride, p); err != nil {
		return err
	}
	if g.DY != nil {
		if err := checkRows(operation, "DY", g.DY, g.Rows, g.DYStride, g.Units); err != nil {
			return err
		}
	}
	return checkRows(operation, "DC", g.DC, g.Rows, g.DCStride, p)
}

func lstmBackwardPortable(g *LSTMBackward) {
	for r := range g.Rows {
		for u := 0; u < g.Units; u += GateBlock {
			units := min(GateBlock, g.Units-u)
			lstmBackwardBlock(g.Gates[r*g.GatesStride+4*u:][:lstmColumns], g.DGates[r*g.DGatesStride+4*u:][:lstmColumns],
				g.Cell[r*g.CellStride+u:][:GateBlock], g.CellPrev[r*g.CellPrevStride+u:][:GateBlock],
				g.DH[r*g.DHStride+u:][:GateBlock], g.DY[r*g.DYStride+u:][:units], g.DC[r*g.DCStride+u:][:GateBlock])
		}
	}
}

// lstmBackwardBlock computes the 16 units of a block of one row.
func lstmBackwardBlock(gates, dgates, cell, cellPrev, dhNext, dy, dcNext []float32) {
	for u := range GateBlock {
		i, f, n, o := gates[u], gates[GateBlock+u], gates[2*GateBlock+u], gates[3*GateBlock+u]
		t := tanh32(cell[u])
		dh := dhNext[u]
		if u < len(dy) {
			dh += dy[u]
		}
		dh = faded(dh)
		dc := faded(float32(float32(dh*o)*(1-float32(t*t))) + dcNext[u])
		dgates[3*GateBlock+u] = float32(dh*t) * float32(o*(1-o))
		dgates[u] = float32(dc*n) * float32(i*(1-i))
		dgates[2*GateBlock+u] = float32(dc*i) * (1 - float32(n*n))
		dgates[GateBlock+u] = float32(dc*cellPrev[u]) * float32(f*(1-f))
		dcNext[u] = dc * f
	}
}
