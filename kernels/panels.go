package kernels

import (
	"fmt"
	"math"

	"github.com/packedlstm/packedlstm/internal/memory"
)

// PanelWidth is the number of columns of a panel.
const PanelWidth = 16

// maxPanelRows bounds the memory of one matrix: 128 GB, or what a slice can have.
const maxPanelRows = min(maxDimension, math.MaxInt/(4*PanelWidth))

// Panels holds a matrix B [K, N], the right operand of products, rearranged for
// one level: panels of PanelWidth columns, each K rows of PanelWidth consecutive
// floats, columns beyond N zero (the picture stands in package kernels/asm). The
// zero value is empty, and nil reads as empty; Reset gives it a shape. Multiply only reads it, so any
// number of goroutines may share one that nobody writes.
type Panels struct {
	level  Level
	engine Engine // nil: tiles
	k, n   int
	data   []float32
}

// Level returns the level that Multiply runs at; K and N the shape of B.
func (p *Panels) Level() Level { return p.orEmpty().level }
func (p *Panels) K() int       { return p.orEmpty().k }
func (p *Panels) N() int       { return p.orEmpty().n }

// Bytes returns the memory that the panels hold.
func (p *Panels) Bytes() int { return 4 * cap(p.orEmpty().data) }

var empty Panels

// orEmpty stands the empty matrix in for nil, which its readers take for one.
func (p *Panels) orEmpty() *Panels {
	if p == nil {
		return &empty
	}
	return p
}

// Reset makes p the zero matrix [k, n] at level l, in the memory it has if that
// suffices. Dimensions of 0 are legal. A dimension that is negative or beyond
// 2³¹-1, or a level that is not available, is an error and leaves p as it was.
func (p *Panels) Reset(l Level, k, n int) error {
	if p == nil {
		return errNil("Panels.Reset", "p")
	}
	if err := checkPanelShape(l, k, n); err != nil {
		return err
	}
	size := k * panelCount(n) * PanelWidth
	if cap(p.data) < size {
		p.data = memory.Floats(size)
	} else {
		p.data = p.data[:size]
		clear(p.data)
	}
	p.level, p.k, p.n = l, k, n
	return nil
}

// checkPanelShape returns an error unless the level can keep a matrix [k, n].
func checkPanelShape(l Level, k, n int) error {
	if err := l.check(); err != nil {
		return err
	}
	if uint(k) > maxDimension || uint(n) > maxDimension || int64(k)*int64(panelCount(n)) > maxPanelRows {
		return fmt.Errorf("kernels: Panels.Reset: a matrix of %d x %d: want 0 to %d each and %d panel rows of %d elements in all",
			k, n, maxDimension, int64(maxPanelRows), PanelWidth)
	}
	return nil
}

// Reshape gives p the shape [k, n] at level l for Set to fill: it is Reset, but where p
// has that shape already, elements keep their values, and that costs nothing.
func (p *Panels) Reshape(l Level, k, n int) error {
	if p != nil && p.level == l && p.k == k && p.n == n && l.IsAvailable() {
		return nil
	}
	return p.Reset(l, k, n)
}

// ReshapeIn is Reshape in the memory of q, if that is larger than p's own, for matrices of which only
// one is needed at a time: q is empty then. Set has to fill every element of p afterwards;
// columns beyond n are zero. An error, as Reset's, changes nothing.
func (p *Panels) ReshapeIn(q *Panels, l Level, k, n int) error {
	if p == nil || q == nil {
		return errNil("Panels.ReshapeIn", "p or q")
	}
	if err := checkPanelShape(l, k, n); err != nil {
		return err
	}
	if cap(q.data) > cap(p.data) {
		p.data, q.data = q.data, p.data[:0]
		p.k, p.n, q.k, q.n = 0, 0, 0, 0
	}
	return p.reshapeForPack(l, k, n)
}

// reshapeForPack is Reshape where every element of B is set next: in memory that suffices
// only the columns beyond n, which stay, are cleared.
func (p *Panels) reshapeForPack(l Level, k, n int) error {
	if p == nil || !l.IsAvailable() || uint(k) > maxDimension || uint(n) > maxDimension ||
		int64(k)*int64(panelCount(n)) > int64(cap(p.data)/PanelWidth) {
		return p.Reshape(l, k, n)
	}
	if p.level == l && p.k == k && p.n == n {
		return nil
	}
	p.data = p.data[:k*panelCount(n)*PanelWidth]
	p.level, p.k, p.n = l, k, n
	if n%PanelWidth > 0 {
		clear(p.panel(n / PanelWidth))
	}
	return nil
}

func panelCount(n int) int { return n/PanelWidth + min(n%PanelWidth, 1) } // n may be the largest int

// panel returns the given panel [K, PanelWidth].
func (p *Panels) panel(i int) []float32 {
	size := p.k * PanelWidth
	return p.data[i*size : (i+1)*size : (i+1)*size]
}

// from returns the panels from the given one on.
func (p *Panels) from(panel int) []float32 { return p.data[panel*p.k*PanelWidth:] }

// Set copies a block of B:
//
//	B[k0+k, n0+j] = src[k·kStride + j·columnStride]    k < rows, j < columns
//
// So kStride = 1 and columnStride = the row length of a weight matrix W [N, K]
// give B = Wᵀ; kStride = the row length and columnStride = 1 give B = W. A block
// that leaves B or src is an error and changes nothing.
func (p *Panels) Set(k0, n0, rows, columns int, src []float32, kStride, columnStride int) error {
	if p == nil {
		return errNil("Panels.Set", "p")
	}
	if k0 < 0 || rows < 0 || k0 > p.k-rows || n0 < 0 || columns < 0 || n0 > p.n-columns {
		return fmt.Errorf("kernels: Panels.Set: block [%d+%d, %d+%d] leaves the matrix [%d, %d]", k0, rows, n0, columns, p.k, p.n)
	}
	if rows == 0 || columns == 0 {
		return nil
	}
	if uint(kStride) > maxDimension || uint(columnStride) > maxDimension {
		return fmt.Errorf("kernels: Panels.Set: kStride = %d, columnStride = %d: want 0 to %d", kStride, columnStride, maxDimension)
	}
	if last := lastIndex(rows, kStride, columns, columnStride); last >= int64(len(src)) {
		return fmt.Errorf("kernels: Panels.Set: src[%d] is needed: have %d elements", last, len(src))
	}
	if p.engine != nil {
		p.setDense(k0, n0, rows, columns, src, kStride, columnStride)
		return nil
	}
	for j := 0; j < columns; {
		panel, lane := p.panel((n0+j)/PanelWidth), (n0+j)%PanelWidth
		if whole := (columns - j) / PanelWidth; columnStride == 1 && lane == 0 && whole > 0 {
			panels := min(whole, copiedPanels)
			p.copyPanels((n0+j)/PanelWidth, panels, k0, rows, src[j:], kStride)
			j += panels * PanelWidth
			continue
		}
		lanes := min(PanelWidth-lane, columns-j)
		packBlock(p.level, panel[k0*PanelWidth+lane:], src[j*columnStride:], rows, lanes, kStride, columnStride)
		j += lanes
	}
	return nil
}

// copiedPanels are written side by side, so that a row of the source is read in one go:
// more of them would share cache sets, as panels of 128 rows are 8 KB long.
const copiedPanels = 4

// copyPanels writes rows of whole panels from first on: B[k0+k, 16·first + j] = src[k·stride + j].
func (p *Panels) copyPanels(first, panels, k0, rows int, src []float32, stride int) {
	dst := p.data[(first*p.k+k0)*PanelWidth:]
	copyRunsByCalls(p.level, &runsCopy{
		dst: dst, src: src, dstRow: PanelWidth, srcRow: stride, dstRun: p.k * PanelWidth, srcRun: PanelWidth, rows: rows, runs: panels,
	})
}

// packBlock writes dst[k·PanelWidth + j] = src[k·kStride + j·columnStride].
func packBlock(l Level, dst, src []float32, rows, lanes, kStride, columnStride int) {
	switch {
	case columnStride == 1:
		for k := range rows {
			copy(dst[k*PanelWidth:k*PanelWidth+lanes], src[k*kStride:])
		}
		return
	case kStride == 1:
		done := transpose(l, dst, PanelWidth, src, rows, lanes, columnStride)
		if done == rows { // dst ends before the next row's first lane where that is not the panel's
			return
		}
		dst, src, rows = dst[done*PanelWidth:], src[done:], rows-done
	}
	// Column by column: src is read in order where kStride is 1.
	for j := range lanes {
		column := src[j*columnStride:]
		for k := range rows {
			dst[k*PanelWidth+j] = column[k*kStride]
		}
	}
}

// Pack makes p the matrix B [k, n] given in row-major order, rows stride apart.
func (p *Panels) Pack(l Level, b []float32, k, n, stride int) error {
	if err := checkRows("Panels.Pack", "b", b, k, stride, n); err != nil {
		return err
	}
	if err := p.reshapeForPack(l, k, n); err != nil {
		return err
	}
	return p.Set(0, 0, k, n, b, stride, 1)
}

// PackTransposed makes p the matrix Wᵀ [k, n] of a weight matrix W [n, k] in
// row-major order, rows stride apart.
func (p *Panels) PackTransposed(l Level, w []float32, n, k, stride int) error {
	if err := checkRows("Panels.PackTransposed", "w", w, n, stride, k); err != nil {
		return err
	}
	if err := p.reshapeForPack(l, k, n); err != nil {
		return err
	}
	return p.Set(0, 0, k, n, w, 1, stride)
}

// Panel returns panel i [K, PanelWidth], for reading: as the left operand of a
// weight gradient it is a matrix [PanelWidth, K] with AStride 1 and AKStride
// PanelWidth.
func (p *Panels) Panel(i int) ([]float32, error) {
	if uint(i) >= uint(panelCount(p.N())) {
		return nil, fmt.Errorf("kernels: Panel(%d): have %d panels", i, panelCount(p.N()))
	}
	if p.engine != nil {
		return nil, fmt.Errorf("kernels: Panel(%d): engine %s has no panels", i, p.engine.Name())
	}
	return p.panel(i), nil
}

// Transpose writes dst = srcᵀ, dst [rows, columns] and src [columns, rows] in row-major
// order, their rows dstStride and srcStride apart. dst may stand between the columns of src, but must share
// no element with it, which is not looked for.
func (l Level) Transpose(dst []float32, dstStride int, src []float32, srcStride, rows, columns int) error {
	if err := l.check(); err != nil {
		return err
	}
	if err := checkRows("Transpose", "dst", dst, rows, dstStride, columns); err != nil {
		return err
	}
	if err := checkRows("Transpose", "src", src, columns, srcStride, rows); err != nil {
		return err
	}
	if transposePairs(l, dst, dstStride, src, srcStride, rows, columns) {
		return nil
	}
	for j := 0; j < columns && rows > 0; {
		width := min(PanelWidth, columns-j)
		from := src[j*srcStride:]
		done := transpose(l, dst[j:], dstStride, from, rows, width, srcStride)
		for i := 0; i < width && done < rows; i++ {
			at := done*dstStride + j + i
			for _, v := range from[i*srcStride+done : i*srcStride+rows] {
				dst[at] = v
				at += dstStride
			}
		}
		j += width
	}
	return nil
}
