package kernels

import (
	"fmt"

	"github.com/packedlstm/packedlstm/internal/memory"
)

// SideRows is the number of rows of a side product.
const SideRows = 16

// MaxSideK is the most K of products that compute a side product along: it bounds the time of a call.
const MaxSideK = 4096

// SideProduct describes a product C = Init + A·B of SideRows rows over some panels of B, as Product
// does, which products of one row compute along. One row takes each element of its own B once, and
// waits for the cache that holds it; meanwhile the multipliers are free.
//
//	c[r, j] = init[r, j] + Σ_k a[r, k]·b[k, first+j]    r < SideRows, k = 0, 1, ..., K-1
//
// Each product that names it as its Side does a part where it can, and Finish what is left: all of
// it unless the level TakesSide, the products are of one row, of K from 8 to MaxSideK, of whole
// panels, four at least (at AVX2 two), with AKStride 1 and without Add, and both matrices are in panels of that
// level. The bits are those of Product, whoever computes which part. A side product belongs to one
// goroutine, and a new value begins at the beginning.
type SideProduct struct {
	C       []float32 // [SideRows, columns], rows CStride apart
	CStride int

	// Init [SideRows, columns], rows InitStride apart; nil stands for zeros, InitStride 0 for one
	// row that serves them all. It must not overlap C.
	Init       []float32
	InitStride int

	// A is the left operand by columns, a[r, k] = A[SideRows·k + r]: what Panel(0) of its rows
	// holds after PackTransposed. It must not overlap C.
	A []float32

	B            *Panels
	First, Count int // panels of B

	// What is done: the panels before the given one, and of that one the k before block; from there on
	// the tiles above the given one, and the first k of that one.
	panel, block, tile, k int
}

// sideTile is the part of a panel that is computed at once: 1<<rowBits rows, over a block of k of the
// given depth, 1<<turnBits k a turn. (Powers of two: each call of a step would divide a dozen times.)
type sideTile struct {
	rowBits, turnBits uint8
	depth             int
}

// allOfK is the depth of tiles that take all of K.
const allOfK = 1 << 30

// wholePanel is the tile of a level that computes nothing along.
var wholePanel = sideTile{rowBits: 4, depth: allOfK}

// turns returns how many turns the block takes that begins where so many k are left.
func (t sideTile) turns(left int) int { return min(t.depth, left) >> t.turnBits }

// rows returns how many rows a tile has.
func (t sideTile) rows() int { return 1 << t.rowBits }

// tiles returns how many tiles a panel has, one above the other.
func (t sideTile) tiles() int { return SideRows >> t.rowBits }

// takesAll reports whether whole turns take all of the k.
func (t sideTile) takesAll(k int) bool { return k>>t.turnBits<<t.turnBits == k }

// Done reports whether all is computed.
func (s *SideProduct) Done() bool { return s.panel >= s.Count }

// Finish computes what is left. Nothing is allocated. Arguments that do not fit are an error and
// change nothing.
func (s *SideProduct) Finish() error {
	if s == nil {
		return errNil("SideProduct.Finish", "s")
	}
	var o operands
	if err := s.check("SideProduct.Finish", &o); err != nil || s.Done() {
		return err
	}
	if s.begun() {
		if err := s.finishPanel(); err != nil {
			return err
		}
	}
	rest := s.from(s.panel)
	err := s.B.Multiply(&rest)
	if err == nil {
		s.panel = s.Count
	}
	return err
}

// from describes the same product from one of its panels on.
func (s *SideProduct) from(panel int) Product {
	at := min(panel*PanelWidth, len(s.C))
	x := Product{
		C: s.C[at:], CStride: s.CStride, InitStride: s.InitStride,
		A: s.A, AStride: 1, AKStride: SideRows, Rows: SideRows,
		First: s.First + panel, Count: s.Count - panel,
	}
	if s.Init != nil {
		x.Init = s.Init[min(at, len(s.Init)):]
	}
	return x
}

// begun reports whether something of the panel is done, but not all.
func (s *SideProduct) begun() bool { return s.block+s.tile+s.k > 0 }

// doneOf returns how many k of a tile of the panel are done.
func (s *SideProduct) doneOf(tile int) int {
	switch t := s.B.level.sideTile(); {
	case tile < s.tile:
		return s.block + t.turns(s.B.k-s.block)<<t.turnBits
	case tile == s.tile:
		return s.block + s.k
	}
	return s.block
}

// finishPanel computes the rest of a panel, all 16 columns of which exist, tile by tile. The sums so
// far are in C, or have not begun.
func (s *SideProduct) finishPanel() error {
	from, t := s.from(s.panel), s.B.level.sideTile()
	rows := t.rows()
	for tile := range t.tiles() {
		k, row := s.doneOf(tile), tile*rows
		if k == s.B.k {
			continue
		}
		rest := Panels{level: s.B.level, k: s.B.k - k, n: PanelWidth, data: s.B.panel(s.First + s.panel)[k*PanelWidth:]}
		x := from
		x.C, x.A, x.Rows, x.First, x.Count = from.C[row*s.CStride:], s.A[k*SideRows+row:], rows, 0, 1
		if k > 0 {
			x.Init, x.InitStride = x.C, x.CStride
		} else if s.Init != nil {
			x.Init = from.Init[row*s.InitStride:]
		}
		if err := rest.Multiply(&x); err != nil {
			return err
		}
	}
	s.panel, s.block, s.tile, s.k = s.panel+1, 0, 0, 0
	return nil
}

// check sets o, empty so far, to the elements of the operands, unless they do not fit each other, or what
// has been done, which is an error.
func (s *SideProduct) check(operation string, o *operands) error {
	p := s.B.orEmpty()
	columns, err := p.checkPanels(operation, s.First, s.Count)
	if err != nil || columns == 0 {
		return err
	}
	if err := checkRows(operation, "C", s.C, SideRows, s.CStride, columns); err != nil {
		return err
	}
	if err := checkInit(operation, s.Init, SideRows, s.InitStride, columns); err != nil {
		return err
	}
	if len(s.A)/SideRows < p.k {
		return fmt.Errorf("kernels: %s: A: %d elements: want %d for K = %d", operation, len(s.A), SideRows*p.k, p.k)
	}
	if t := p.level.sideTile(); s.begun() && (t.turns(p.k-s.block)<<t.turnBits <= s.k || s.panel >= s.Count || !s.isWhole()) {
		return fmt.Errorf("kernels: %s: panel %d of %d is begun, its tile %d done up to k = %d of %d: want a new value for another product",
			operation, s.panel, s.Count, s.tile, s.block+s.k, p.k)
	}
	o.c, o.a = s.C[:(SideRows-1)*s.CStride+columns], s.A[:SideRows*p.k]
	if s.Init != nil {
		o.init = s.Init[:(SideRows-1)*s.InitStride+columns]
	}
	if memory.Overlap(o.c, o.a) {
		return errOverlap(operation, "A", "C")
	}
	if memory.Overlap(o.c, o.init) {
		return errOverlap(operation, "Init", "C")
	}
	return nil
}

// isWhole reports whether the panel that comes next, or is begun, has 16 columns.
func (s *SideProduct) isWhole() bool { return (s.First+s.panel+1)*PanelWidth <= s.B.n }

// checkBeside returns an error if the side product does not fit, or if it or the product of the
// given operands writes what is the other's.
func (s *SideProduct) checkBeside(x *operands) error {
	var o operands
	if err := s.check("Multiply: Side", &o); err != nil {
		return err
	}
	switch {
	case memory.Overlap(o.c, x.c):
		return errOverlap("Multiply: Side", "C", "C of the product")
	case memory.Overlap(o.c, x.a):
		return errOverlap("Multiply: Side", "C", "A of the product")
	case memory.Overlap(o.c, x.init):
		return errOverlap("Multiply: Side", "C", "Init of the product")
	case memory.Overlap(x.c, o.a):
		return errOverlap("Multiply", "C", "A of Side")
	case memory.Overlap(x.c, o.init):
		return errOverlap("Multiply", "C", "Init of Side")
	}
	return nil
}
