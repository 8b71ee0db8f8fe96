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
// bits depend neither on the other rows nor on the range of panels, nor on the level.
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
	if x.First < 0 || x.Count < 0 || x.First > panelCount(p.n)-x.Count {
		return 0, fmt.Errorf("kernels: Multiply: First = %d, Count = %d: have %d panels", x.First, x.Count, panelCount(p.n))
	}
	columns = max(min(x.Count*PanelWidth, p.n-x.First*PanelWidth), 0)
	if err := checkRows("Multiply", "C", x.C, x.Rows, x.CStride, columns); err != nil {
		return 0, err
	}
	if x.Rows == 0 || columns == 0 {
		return 0, nil
	}
	if x.Init != nil {
		rows, stride := x.Rows, x.InitStride
		if stride == 0 {
			rows, stride = 1, columns
		}
		if err := checkRows("Multiply", "Init", x.Init, rows, stride, columns); err != nil {
			return 0, err
		}
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
	if x.Side != nil {
		if err := p.checkSide(x, columns); err != nil {
			return 0, err
		}
	}
	return columns, p.checkOverlap(x, columns)
}

// checkOverlap returns an error if C shares memory with A or, but for being the
// same, with Init.
func (p *Panels) checkOverlap(x *Product, columns int) error {
	c := x.C[:(x.Rows-1)*x.CStride+columns]
	if p.k > 0 && memory.Overlap(c, x.A[:(x.Rows-1)*x.AStride+(p.k-1)*x.AKStride+1]) {
		return fmt.Errorf("kernels: Multiply: A overlaps C: want them apart")
	}
	if x.Init == nil || (!x.Add && &x.Init[0] == &x.C[0] && x.InitStride == x.CStride) {
		return nil
	}
	if memory.Overlap(c, x.Init[:(x.Rows-1)*x.InitStride+columns]) {
		return fmt.Errorf("kernels: Multiply: Init overlaps C: want the same slice and stride, or them apart")
	}
	return nil
}

// zeros is the init row of a product without one, as wide as the widest tile.
var zeros [8 * PanelWidth]float32
