package gonumblas

import (
	"sync"

	"github.com/packedlstm/packedlstm/kernels"
)

// B is cut into blocks, packed into panels that stay near while all rows of A pass, rowBlock rows of
// them at a time where they must be copied.
const rowBlock = 48

// line is the floats of a cache line.
const line = 16

// blockSize returns how many k and columns of B make a block.
//
// Each block of k takes all of C through the caches once more. At AVX2, whose tiles are one panel wide
// and take a line of it in 6 cycles, L3 delivers panels in time, so blocks have as many k as Add takes, in
// even parts of K, whole lines of A (Zen 3, beside 240 x 512, which stay in an L2 of 512 KB: 512 a side 1.04
// times as fast, 1024 a side 1.04, 2048 a side 1.05; half as many columns 1.04, 1.02 and 1.03). Elsewhere
// blocks stay in L2, and at AVX-512 240 k keep the panels of a tile, four side by side, off a common
// multiple of 4 KB.
func (x *product) blockSize() (depth, columns int) {
	if x.level != kernels.AVX2 {
		return 240, 512
	}
	const most = 512
	count := (x.k + most - 1) / most
	return ((x.k+count-1)/count + line - 1) / line * line, 1024
}

// scratch holds what one goroutine needs for packed products.
type scratch struct {
	b       kernels.Panels
	a       []float32
	product kernels.Product
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// multiplyPacked computes x over panels of B. C has column stride 1.
func (x *product) multiplyPacked() {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	if x.beta != 0 {
		x.scaleC()
	}
	copyA := x.mustCopyA()
	mostDepth, mostColumns := x.blockSize()
	for j := 0; j < x.n; j += mostColumns {
		columns := min(mostColumns, x.n-j)
		for k := 0; k < x.k; k += mostDepth {
			depth := min(mostDepth, x.k-k)
			s.pack(x.level, x.b.from(k, j), depth, columns)
			y := x.block(0, j, x.m, columns)
			y.a, y.k = x.a.from(0, k), depth
			if k > 0 {
				y.beta = 1
			}
			s.multiply(&y, copyA)
		}
	}
}

// mustCopyA: alpha is multiplied into the copy; a left operand between the columns of C
// would be taken for an overlap; for one that isFarA, see there.
func (x *product) mustCopyA() bool {
	return x.alpha != 1 || x.sharesC(x.a, x.m, x.k) || x.isFarA()
}

// farRow elements and more from one row to the next put what a tile takes of several rows into a page each: a
// copy costs less.
const farRow = pageFloats

// isFarA reports whether several tiles would miss L1 or the TLB for a left operand whose rows, or k, are far apart.
func (x *product) isFarA() bool {
	return x.m > tileRows && (x.a.column != 1 || x.a.row >= farRow && x.n > 256)
}

// pack makes the panels those of B [depth, columns].
func (s *scratch) pack(l kernels.Level, b matrix, depth, columns int) {
	if b.column == 1 && b.row >= columns {
		check(s.b.Pack(l, b.data, depth, columns, b.row))
		return
	}
	check(s.b.PackTransposed(l, b.data, columns, depth, b.column))
}

// multiply computes x over the panels that were packed. beta is 0 or has been applied to C.
func (s *scratch) multiply(x *product, copyA bool) {
	p := &s.product
	*p = kernels.Product{CStride: x.c.row, Count: (x.n + kernels.PanelWidth - 1) / kernels.PanelWidth}
	rows := x.m
	if copyA {
		rows = rowBlock
	}
	for i := 0; i < x.m; i += rows {
		p.Rows = min(rows, x.m-i)
		p.C = x.c.data[i*x.c.row:]
		// Its way from L3 into L1 hides behind the tile only if the sums do not begin with it.
		p.Add = x.beta != 0
		p.Far = p.Add
		a := x.a.from(i, 0)
		if copyA {
			a = s.copyA(x.level, a, p.Rows, x.k, x.alpha)
		}
		p.A, p.AStride, p.AKStride = a.data, a.row, a.column
		check(s.b.Multiply(p))
	}
	*p = kernels.Product{} // the pool must not keep the caller's memory
}

// copyA returns alpha·A [rows, depth] in the scratch.
func (s *scratch) copyA(l kernels.Level, a matrix, rows, depth int, alpha float32) matrix {
	if need := rowBlock * (depth + line); len(s.a) < need {
		s.a = make([]float32, need)
	}
	byRows, byColumns := matrix{s.a, depth + line, 1}, matrix{s.a, 1, rowBlock}
	switch {
	case l == kernels.AVX2 && a.column != 1:
		// Its tiles take a column of six rows from a line of 16: three times what they need, from L2
		// (512 and 1024 a side on a Zen 3: 1.11 to 1.14 times as fast as by columns).
		check(l.Transpose(s.a, byRows.row, a.data, a.column, rows, depth))
		byRows.scale(rows, depth, alpha)
		return byRows
	case alpha == 1 && s.copyByColumns(l, a, rows, depth):
		return byColumns
	}
	copied, n, width, stride := byRows, rows, depth, a.row
	if a.column != 1 {
		copied, n, width, stride = byColumns, depth, rows, a.column
	}
	for i := range n {
		dst, src := s.a[i*max(copied.row, copied.column):][:width], a.data[i*stride:][:width]
		if alpha == 1 {
			copy(dst, src)
			continue
		}
		clear(dst)
		check(l.AddScaled(dst, src, alpha))
	}
	return copied
}

// copyByColumns copies A [rows, depth] by columns, rowBlock apart, where one call does that and it is
// faster, and reports whether it has.
func (s *scratch) copyByColumns(l kernels.Level, a matrix, rows, depth int) bool {
	switch {
	case a.column != 1 && rows%kernels.PanelWidth == 0:
		// A call for each column of 48 takes as long as the copy (512 and 1024 a side on a Zen 4:
		// 1.01 to 1.05 times as fast).
		check(l.GatherBlocks(s.a, rowBlock, a.data, a.column, kernels.PanelWidth, depth, rows/kernels.PanelWidth))
	case a.column == 1 && l == kernels.AVX512:
		// A tile finds all that it takes of a column on one line (1024 a side on a Zen 4: 1.02 and
		// 1.03 times as fast; at AVX2, whose tiles take rows at displacements, 0.96).
		check(l.Transpose(s.a, rowBlock, a.data, a.row, depth, rows))
	default:
		return false
	}
	return true
}

// check panics on an error of package kernels: arguments have been checked before.
func check(err error) {
	if err != nil {
		panic(err)
	}
}
