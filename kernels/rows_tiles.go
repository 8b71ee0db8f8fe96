//go:build !purego && amd64

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

const (
	// rowsCall bounds the k of all tiles of one call: 100 µs where b comes from L3.
	rowsCall = 1 << 13
	// dotsCall bounds the elements of b of a call of dot products: 1 MB, 100 µs from memory. A
	// call of 32 KB, which L2 delivers in a third of a microsecond, lost a tenth to its own cost.
	dotsCall = 1 << 18
	// dotsColumns bounds the columns of such a call, where each is short.
	dotsColumns = 1 << 13
	// dotsDepth is where dot products cut K: four rows of A stay in L1 while B passes.
	dotsDepth = 1 << 10
)

// shortRow elements, 1 KB, are up to how far apart the CPU itself calls the rows of B that come next.
const shortRow = 1 << 10 / 4

// nearRowsC elements of C, an eighth of L2, are in a cache near, as the products before left them.
var nearRowsC = CPU().L2 / 8 / 4

// multiplyRowsTiles walks blocks of K, then strips of columns, then rows.
func multiplyRowsTiles(l Level, x *RowProduct) {
	var plan tilePlan
	rowsPlans(l).plan(x.Rows, &plan)
	if x.K <= rowsDepth {
		multiplyRowsBlock(l, x, &plan)
		return
	}
	y := *x
	for k := 0; k < x.K; k += rowsDepth {
		y.A, y.B, y.K = x.A[k*x.AKStride:], x.B[k*x.BStride:], min(rowsDepth, x.K-k)
		multiplyRowsBlock(l, &y, &plan)
		y.Beta = 1
	}
}

// multiplyRowsBlock computes one block of K, no deeper than rowsDepth.
func multiplyRowsBlock(l Level, x *RowProduct, plan *tilePlan) {
	for j := 0; j < x.Columns; {
		panels := rowsWidth(l, x.Rows, x.Columns-j)
		if panels == 0 {
			rowsNarrow(l, x, j)
			return
		}
		rowsStrip(l, x, plan, j, panels)
		j += panels * PanelWidth
	}
}

// rowsPlansAVX2 are other than those over panels: a tile of three rows is one panel wide here, which
// leaves too few sums in flight (13, 15, 19, 21 and 27 rows by the others: 0.81 to 0.94 times as fast on a
// Zen 4).
var rowsPlansAVX2 = newTilePlans(24, [...]int{0, 40, 85, 55, 92, 93, 98})

func rowsPlans(l Level) tilePlans {
	if l == AVX2 {
		return rowsPlansAVX2
	}
	return tilings[l].tilePlans
}

// rowsWidth returns how many of the remaining panels the next strip takes. At AVX-512 the
// last one may be narrower; at AVX2 there is none left then.
func rowsWidth(l Level, rows, columns int) int {
	if l == AVX2 {
		return min(columns/PanelWidth, 4)
	}
	switch remaining := panelCount(columns); {
	case rows <= 2 && remaining >= 16/rows: // one row has tiles of 16 panels, two of 8
		return 16 / rows
	case remaining <= 4:
		return remaining
	case remaining < 8: // strips of equal width: 4 + 1 would leave too few sums in flight
		return (remaining + 1) / 2
	}
	return 4
}

// rowsStrip computes the columns of so many panels from column j on.
func rowsStrip(l Level, x *RowProduct, plan *tilePlan, j, panels int) {
	last := min(PanelWidth, x.Columns-j-(panels-1)*PanelWidth)
	r := 0
	for height := maxTileRows; height > 0; height-- {
		// Where the level has no tile as wide as the strip, panel by panel.
		width := panels
		if l == AVX2 {
			if width = avx2Width[height]; panels%width > 0 {
				width = 1
			}
		}
		first := r
		for p := 0; p < panels; p += width {
			r = first
			for tiles := plan.of[height]; tiles > 0; {
				n := tiles
				if n > 1 { // spare two divisions
					n = min(n, tilesOfCall(x.K, height, width))
				}
				at := j + p*PanelWidth
				args := &asm.RowsArgs{
					A: &x.A[r*x.AStride], ARow: x.AStride, AK: x.AKStride, B: &x.B[at], BRow: x.BStride,
					C: &x.C[r*x.CStride+at], CRow: x.CStride, K: x.K, Tiles: n, Alpha: x.Alpha, Beta: x.Beta, Last: last,
				}
				if x.BStride > shortRow {
					args.Ahead = 8 * x.BStride
				}
				if x.Rows*x.CStride > nearRowsC {
					args.Far = 1
				}
				rowsTile(l, args, height, width)
				tiles -= n
				r += n * height
			}
		}
	}
}

// tilesOfCall returns how many tiles of so many rows and panels above each other one call takes.
func tilesOfCall(k, height, panels int) int {
	return max(1, min(rowsCall/k, resultElements/(height*panels*PanelWidth)))
}

// avx2Width is the number of panels of the widest tile of each height over rows of B.
var avx2Width = [maxTileRows + 1]int{0, 4, 2, 1, 1, 1, 1}

// rowsNarrow computes the columns from j on, fewer than a panel, where the level has no
// masks: the last 16 columns, of which only the new ones are kept.
func rowsNarrow(l Level, x *RowProduct, j int) {
	start := x.Columns - PanelWidth
	rowsThroughTile(l, x, j, x.B[start:], x.BStride, j-start)
}

// paddedDepth rows of B, 2 KB as wide as a panel, are copied where it is narrower than one and the level has no
// masks. A deeper B stays with Go: its sums may not be cut.
const paddedDepth = 32

// multiplyRowsPadded computes x, of fewer columns than a panel, over a copy of B beside zeros.
func multiplyRowsPadded(l Level, x *RowProduct) {
	if x.K <= paddedDepth/4 { // zeros take longer than the product
		var b [paddedDepth / 4 * PanelWidth]float32
		rowsOverCopy(l, x, b[:])
		return
	}
	var b [paddedDepth * PanelWidth]float32
	rowsOverCopy(l, x, b[:])
}

// rowsOverCopy computes x over a copy of B in b, which holds zeros.
func rowsOverCopy(l Level, x *RowProduct, b []float32) {
	for k := range x.K {
		copyNarrow(b[k*PanelWidth:][:x.Columns], x.B[k*x.BStride:][:x.Columns])
	}
	rowsThroughTile(l, x, 0, b, PanelWidth, 0)
}

// rowsThroughTile computes the columns from j on over b, 16 columns with rows stride apart, the given one of
// which is j: tile by tile in a scratch, from which only the columns from j on are copied.
func rowsThroughTile(l Level, x *RowProduct, j int, b []float32, stride, column int) {
	var tile [maxTileRows * PanelWidth]float32
	columns := x.Columns - j
	for r := 0; r < x.Rows; r += maxTileRows {
		height := min(maxTileRows, x.Rows-r)
		if x.Beta != 0 {
			for i := range height {
				copyNarrow(tile[i*PanelWidth+column:][:columns], x.C[(r+i)*x.CStride+j:][:columns])
			}
		}
		args := &asm.RowsArgs{
			A: &x.A[r*x.AStride], ARow: x.AStride, AK: x.AKStride, B: &b[0], BRow: stride,
			C: &tile[0], CRow: PanelWidth, K: x.K, Tiles: 1, Alpha: x.Alpha, Beta: x.Beta, Last: PanelWidth,
		}
		rowsTile(l, args, height, 1)
		for i := range height {
			copyNarrow(x.C[(r+i)*x.CStride+j:][:columns], tile[i*PanelWidth+column:][:columns])
		}
	}
}

// copyNarrow copies fewer than 16 elements, eight and more without a call.
func copyNarrow(dst, src []float32) {
	const half = PanelWidth / 2
	if len(dst) < half {
		copy(dst, src)
		return
	}
	last := len(dst) - half
	first, second := [half]float32(src), [half]float32(src[last:])
	*(*[half]float32)(dst), *(*[half]float32)(dst[last:]) = first, second
}

// multiplyDotsTiles walks blocks of K, then rows of A, four at a time.
func multiplyDotsTiles(l Level, x *DotProducts) {
	beta := x.Beta
	for k := 0; k < x.K; k += dotsDepth {
		depth := min(dotsDepth, x.K-k)
		columns := max(4, min(dotsCall/depth, dotsColumns)&^3)
		for j := 0; j < x.Columns; j += columns {
			for i := 0; i < x.Rows; {
				rows := dotsHeight(l, x.Rows-i)
				at := i*x.CStride + j
				args := &asm.DotsArgs{
					A: &x.A[i*x.AStride+k], ARow: x.AStride, B: &x.B[j*x.BStride+k], BRow: x.BStride,
					CRow: x.CStride, K: depth, Columns: min(columns, x.Columns-j), Alpha: x.Alpha, Beta: beta,
				}
				switch {
				case x.Transposed && x.Rows == 1 && x.CStride == 1: // a row all the same
					at = j
				case x.Transposed:
					at, args.Transposed = j*x.CStride+i, 1
				}
				args.C = &x.C[at]
				dotsTile(l, args, rows)
				i += rows
			}
		}
		beta = 1
	}
}

// dotsHeight returns how many of the remaining rows the next tile takes: even halves where
// one row would be left alone.
func dotsHeight(l Level, remaining int) int {
	most := 4
	if l == AVX2 {
		most = 3
	}
	if remaining == most+1 {
		return (remaining + 1) / 2
	}
	return min(remaining, most)
}
