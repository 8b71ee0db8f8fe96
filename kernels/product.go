package kernels

import (
	"fmt"

	"github.com/packedlstm/packedlstm/internal/memory"
)

// Product describes C = Init + A·B over some panels of B:
//
//	c[r, j] = init[r, j] + Σ_k a[r, k]·b[k, first+j]    k = 0, 1, ..., K-1
//
// for r < Rows and the columns j of Count panels from panel First on (first =
// First·PanelWidth; the last panel of B may be narrower). Each sum is one chain
// of fused multiply-adds in ascending k that starts from init, so an element's
// bits depend neither on the other rows nor on the range of panels, nor on the level, but
// for panels of an engine.
type Product struct {
	C       []float32 // [Rows, columns], rows CStride apart
	CStride int

	// Init [Rows, columns], rows InitStride apart. nil stands for zeros,
	// InitStride 0 for one row that serves them all (a bias). It may be C itself
	// with the same stride; any other overlap with C is forbidden.
	Init       []float32
	InitStride int

	// a[r, k] = A[r·AStride + k·AKStride]. AKStride 1 is a row-major matrix [Rows,
	// K]; AStride 1 its transpose. A must not overlap C.
	A                 []float32
	AStride, AKStride int

	Rows         int
	First, Count int

	// Descending computes the last panels first; no bit depends on it. Products with
	// panels larger than a cache, each of which walks back where the one before ended, find
	// there what it still holds; in one order each would find nothing.
	Descending bool

	// Add adds each sum to what C holds: c[r, j] += init[r, j] + Σ_k ..., the sum
	// rounded on its own first. Init must not be C, and K at most 512.
	Add bool

	// Side is computed along, a part of it, where Rows is 1 and the level does that: see
	// SideProduct. Neither C may overlap an operand of the other. nil: none.
	Side *SideProduct

	// Far says that C is in no cache near: each tile calls its lines before it begins. No bit
	// depends on it.
	Far bool
}

// maxAddedK bounds the time of one call where the sums cannot go through C.
const maxAddedK = 512

// Multiply computes the product that x describes, at the level the panels were
// packed for. Nothing is allocated. Arguments that do not fit are an error and
// change nothing. K = 0 copies init.
func (p *Panels) Multiply(x *Product) error {
	if x == nil {
		return errNil("Multiply", "x")
	}
	p = p.orEmpty()
	columns, err := p.checkProduct(x)
	if err != nil || x.Rows == 0 || columns == 0 {
		return err
	}
	if p.engine != nil {
		p.multiplyDense(x, columns)
		return nil
	}
	multiply(p.level, p, x, columns)
	return nil
}

// checkProduct returns the number of columns that x covers.
func (p *Panels) checkProduct(x *Product) (columns int, err error) {
	if columns, err = p.checkPanels("Multiply", x.First, x.Count); err != nil {
		return 0, err
	}
	if err := checkRows("Multiply", "C", x.C, x.Rows, x.CStride, columns); err != nil {
		return 0, err
	}
	if x.Rows == 0 || columns == 0 {
		return 0, nil
	}
	if err := checkInit("Multiply", x.Init, x.Rows, x.InitStride, columns); err != nil {
		return 0, err
	}
	if uint(x.AStride) > maxDimension || uint(x.AKStride) > maxDimension {
		return 0, fmt.Errorf("kernels: Multiply: AStride = %d, AKStride = %d: want 0 to %d", x.AStride, x.AKStride, maxDimension)
	}
	if p.k > 0 {
		if last := lastIndex(x.Rows, x.AStride, p.k, x.AKStride); last >= int64(len(x.A)) {
			return 0, fmt.Errorf("kernels: Multiply: A[%d] is needed for %d rows and K = %d: have %d elements",
				last, x.Rows, p.k, len(x.A))
		}
	}
	if x.Add && p.k > maxAddedK && p.engine == nil {
		return 0, fmt.Errorf("kernels: Multiply: Add with K = %d: want at most %d", p.k, maxAddedK)
	}
	var o operands
	x.operands(&o, columns, p.k)
	if x.Side != nil {
		if err := x.Side.checkBeside(&o); err != nil {
			return 0, err
		}
	}
	return columns, x.checkOverlap(&o)
}

// checkPanels returns the number of columns of Count panels from First on.
func (p *Panels) checkPanels(operation string, first, count int) (columns int, err error) {
	if first < 0 || count < 0 || first > panelCount(p.n)-count {
		return 0, fmt.Errorf("kernels: %s: First = %d, Count = %d: have %d panels", operation, first, count, panelCount(p.n))
	}
	return max(min(count*PanelWidth, p.n-first*PanelWidth), 0), nil
}

// checkInit returns an error unless init is nil, one row if the stride is 0, or has all rows.
func checkInit(operation string, init []float32, rows, stride, columns int) error {
	if init == nil {
		return nil
	}
	if stride == 0 {
		rows, stride = 1, columns
	}
	return checkRows(operation, "Init", init, rows, stride, columns)
}

// operands are the elements that a product has of C, Init and A.
type operands struct{ c, init, a []float32 }

// operands sets o, empty so far, to them for the given columns and K; there is a row, and all of
// them are there. (Returned or in a literal they would be copied right after they are written, by
// wider loads than were the stores: for each the CPU waits until these are in L1.)
func (x *Product) operands(o *operands, columns, k int) {
	row := x.Rows - 1
	o.c = x.C[:row*x.CStride+columns]
	if x.Init != nil {
		o.init = x.Init[:row*x.InitStride+columns]
	}
	if k > 0 {
		o.a = x.A[:row*x.AStride+(k-1)*x.AKStride+1]
	}
}

// checkOverlap returns an error if C shares memory with A or, but for being the
// same, with Init.
func (x *Product) checkOverlap(o *operands) error {
	if memory.Overlap(o.c, o.a) {
		return fmt.Errorf("kernels: Multiply: A overlaps C: want them apart")
	}
	if x.Init == nil || (!x.Add && &x.Init[0] == &x.C[0] && x.InitStride == x.CStride) {
		return nil
	}
	if memory.Overlap(o.c, o.init) {
		return fmt.Errorf("kernels: Multiply: Init overlaps C: want the same slice and stride, or them apart")
	}
	return nil
}

// zeros is the init row of a product without one, as wide as the widest tile.
var zeros [8 * PanelWidth]float32
