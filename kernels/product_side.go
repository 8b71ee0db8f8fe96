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
// panels, four at least, with AKStride 1 and without Add, and both matrices are in panels of that
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

	// What is done: the panels before the given one, and of that one the k before this.
	panel, k int
}

// Done reports whether all is computed.
func (s *SideProduct) Done() bool { return s.panel >= s.Count }

// Finish computes what is left. Nothing is allocated. Arguments that do not fit are an error and
// change nothing.
func (s *SideProduct) Finish() error {
	if s == nil {
		return errNil("SideProduct.Finish", "s")
	}
	if _, err := s.check("SideProduct.Finish"); err != nil || s.Done() {
		return err
	}
	if s.k > 0 {
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

// finishPanel computes the rest of a panel, all 16 columns of which exist, whose sums so far are in C.
func (s *SideProduct) finishPanel() error {
	c := s.C[s.panel*PanelWidth:]
	rest := Panels{level: s.B.level, k: s.B.k - s.k, n: PanelWidth, data: s.B.panel(s.First + s.panel)[s.k*PanelWidth:]}
	x := Product{
		C: c, CStride: s.CStride, Init: c, InitStride: s.CStride,
		A: s.A[s.k*SideRows:], AStride: 1, AKStride: SideRows, Rows: SideRows, Count: 1,
	}
	err := rest.Multiply(&x)
	if err == nil {
		s.panel, s.k = s.panel+1, 0
	}
	return err
}

// check returns the elements of the operands, and an error if they do not fit each other, or what has
// been done.
func (s *SideProduct) check(operation string) (o operands, err error) {
	p := s.B.orEmpty()
	columns, err := p.checkPanels(operation, s.First, s.Count)
	if err != nil || columns == 0 {
		return o, err
	}
	if err := checkRows(operation, "C", s.C, SideRows, s.CStride, columns); err != nil {
		return o, err
	}
	if err := checkInit(operation, s.Init, SideRows, s.InitStride, columns); err != nil {
		return o, err
	}
	if len(s.A)/SideRows < p.k {
		return o, fmt.Errorf("kernels: %s: A: %d elements: want %d for K = %d", operation, len(s.A), SideRows*p.k, p.k)
	}
	if s.k > 0 && (s.k > p.k || s.panel >= s.Count || !s.isWhole()) {
		return o, fmt.Errorf("kernels: %s: panel %d of %d is done up to k = %d of %d: want a new value for another product",
			operation, s.panel, s.Count, s.k, p.k)
	}
	x := s.from(0)
	o = x.operands(columns, p.k)
	if memory.Overlap(o.c, o.a) {
		return o, fmt.Errorf("kernels: %s: A overlaps C: want them apart", operation)
	}
	if memory.Overlap(o.c, o.init) {
		return o, fmt.Errorf("kernels: %s: Init overlaps C: want them apart", operation)
	}
	return o, nil
}

// isWhole reports whether the panel that comes next, or is begun, has 16 columns.
func (s *SideProduct) isWhole() bool { return (s.First+s.panel+1)*PanelWidth <= s.B.n }

// checkBeside returns an error if the side product does not fit, or if it or the product of the
// given operands writes what is the other's.
func (s *SideProduct) checkBeside(x *operands) error {
	o, err := s.check("Multiply: Side")
	switch {
	case err != nil:
		return err
	case memory.Overlap(o.c, x.c), memory.Overlap(o.c, x.a), memory.Overlap(o.c, x.init):
		return fmt.Errorf("kernels: Multiply: Side: C overlaps an operand of the product: want them apart")
	case memory.Overlap(x.c, o.a), memory.Overlap(x.c, o.init):
		return fmt.Errorf("kernels: Multiply: C overlaps an operand of Side: want them apart")
	}
	return nil
}
