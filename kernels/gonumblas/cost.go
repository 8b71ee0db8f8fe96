package gonumblas

import (
	"math"

	"github.com/packedlstm/packedlstm/kernels"
)

// rates are a level's, nanoseconds: the method is the one that takes the least time by them. Only their
// ratios matter.
type rates struct {
	tile       float64 // each multiply-add of a tile, lanes beyond the columns included
	tileStored float64 // of one that is stored as its transpose, rows beyond a whole tile included
	dot        float64 // of a dot product

	// Each element: of B into panels; of an A that is transposed or has far rows, block by block; of a transposed
	// matrix as a whole; of B, read by tiles where it is for the first time, and by tiles stored as their transposes.
	pack, copyBlock, copy, read, readStored float64
	// Each element of C: from tiles, lanes beyond the columns included; from tiles of Cᵀ, by a scratch and by
	// a store of each tile's transpose; as a sum of lanes.
	store, storeTransposed, storeStored, sum float64

	// Each product.
	packedCall, rowsCall, rowsCopiedCall, rowsTransposedCall, rowsStoredCall, dotsCall float64
	copiedDotsCall                                                                     float64 // more, where an operand is copied

	// Tiles of fewer rows and columns take as long: over rows of B, and columns of panels.
	leastRows, leastColumns, leastPanels float64
	// How many times as long it takes where rows lie a multiple of 4 KB apart: tiles over those of B, a copy of the
	// transpose; and of 2 KB: tiles, a store of Cᵀ's transpose by a scratch and by a store of each tile's.
	tilePages, copyPages, tileHalfPages, transposedHalfPages, storedHalfPages float64
	// How many times as long tiles take that pass over far more rows of B than the TLB has pages for, and where all
	// of A passes once for 16 columns of B, from beyond L2.
	farRows, farA float64
	// What a tile over columns of A takes longer for each row that A has, up to 128.
	byColumns float64
	// Tiles of more than fewRows rows take at most so many elements of B from its rows.
	farB int
	// Shorter rows have no kernel, and shorter dot products are not considered.
	leastRow, leastDot int
}

var (
	// Fitted to 1400 shapes of each transposition (Zen 3, 4 to 2000 rows and columns, K of 32 to 512; larger ones by
	// hand), of which the choices reach 98 to 99 % of the fastest method's speed in the mean.
	ratesAVX2 = rates{
		tile: 0.0205, dot: 0.0235,
		pack: 0.1, copyBlock: 0.25, copy: 0.14, read: 0.02,
		store: 0.1, storeTransposed: 0.25, sum: 1.05,
		packedCall: 350, rowsCall: 40, rowsCopiedCall: 50, rowsTransposedCall: 200, dotsCall: 65, copiedDotsCall: 170,
		tilePages: 2, copyPages: 1, tileHalfPages: 1.2, transposedHalfPages: 1,
		farRows: 2, farA: 1.1, byColumns: 1. / 300, farB: math.MaxInt, leastRow: kernels.PanelWidth, leastDot: shortDepth,
	}
	// Fitted to 5250 shapes of each (Zen 5, 1 to 4096 rows and columns, K of 3 to 2500), of which the choices reach
	// 98 to 99.5 %. No CPU of Intel was measured. From rows of more than farB products are as fast there as from panels, or
	// up to a quarter faster; but each tile reads all of B again, which a slow L3 does not deliver in time.
	ratesAVX512 = rates{
		tile: 0.0074, tileStored: 0.0084, dot: 0.011,
		pack: 0.091, copyBlock: 0.14, copy: 0.11, read: 0.001, readStored: 0.0016,
		store: 0.0094, storeTransposed: 0.1, storeStored: 0.0084, sum: 0.5,
		packedCall: 1200, rowsCall: 20, rowsCopiedCall: 62, rowsTransposedCall: 79, rowsStoredCall: 28, dotsCall: 65, copiedDotsCall: 22,
		leastRows: 4.6, leastColumns: 22, leastPanels: 54,
		tilePages: 1.3, copyPages: 2.1, tileHalfPages: 1, transposedHalfPages: 3, storedHalfPages: 5,
		farRows: 1, farA: 1, farB: 2 * nearMatrix, leastRow: 1, leastDot: 1,
	}
)

func (x *product) rates() *rates {
	if x.level == kernels.AVX512 {
		return &ratesAVX512
	}
	return &ratesAVX2
}

// cheapest returns the method of the least estimate. Of matrix times vector it needs none.
func (x *product) cheapest() method {
	switch aRows, _, bRows, _ := x.contiguous(); {
	case x.n == 1 && aRows && x.k >= fewDots:
		return dots
	case x.m == 1 && bRows && x.n >= kernels.PanelWidth:
		return rows
	}
	best, least := packed, math.Inf(1)
	x.estimate(func(w method, time float64) {
		if time < least {
			best, least = w, time
		}
	})
	return best
}

// estimate calls consider with every method that can compute x by tiles and dot products, and its estimate.
func (x *product) estimate(consider func(w method, time float64)) {
	r := x.rates()
	aRows, aColumns, bRows, bColumns := x.contiguous()
	m, n, k := float64(x.m), float64(x.n), float64(x.k)
	tail := x.tailColumns() // apart, where tiles take rows of A and C
	columns := x.n - tail
	panels := wholePanels(columns)
	store := (r.dot*k+r.sum)*m*float64(tail) + r.store*m*panels
	copied := r.pack * k * panels
	if x.isFarA() {
		copied += r.copyBlock * m * k
	}
	consider(packed, r.packedCall+copied+r.tile*m*wholeStrips(columns, r.leastPanels)*k+store)
	if bRows && x.n >= r.leastRow && (x.m <= fewRows || x.k*x.n <= r.farB) {
		consider(rows, r.rowsCall+x.rowsTime(r, x.m, columns, x.b.row, !aRows)+store)
	}
	if bColumns && x.n >= r.leastRow && x.k*x.n <= nearMatrix {
		copied := strideRate(x.b.column, r.copyPages, 1) * r.copy * k * n
		consider(rowsCopied, r.rowsCopiedCall+copied+x.rowsTime(r, x.m, columns, copiedStride(columns), !aRows)+store)
	}
	if aColumns && x.m >= r.leastRow && (x.n <= fewRows || x.k*x.m <= r.farB) {
		store := strideRate(x.c.row, r.transposedHalfPages, r.transposedHalfPages) * r.storeTransposed * n * wholePanels(x.m)
		consider(rowsTransposed, r.rowsTransposedCall+x.rowsTime(r, x.n, x.m, x.a.column, !bColumns)+store)
		if bColumns && x.storesTransposed() {
			consider(rowsStored, x.storedTime(r))
		}
	}
	if x.k >= r.leastDot && (aRows && bColumns || aRows && x.n <= fewRows || bColumns && x.m <= fewRows) {
		time := r.dotsCall + (r.dot*k+r.sum)*m*n
		switch {
		case !bColumns:
			time += r.copiedDotsCall + r.copy*k*n
		case !aRows:
			time += r.copiedDotsCall + r.copy*m*k
		}
		consider(dots, time)
	}
}

// storedTime estimates tiles over the rows of Aᵀ that are stored as their transposes.
func (x *product) storedTime(r *rates) float64 {
	columns := wholePanels(x.m)
	tiles := strideRate(x.a.column, r.tilePages, r.tileHalfPages) * r.tileStored * float64((x.n+storedRows-1)/storedRows*storedRows) * columns
	store := strideRate(x.c.row, r.storedHalfPages, r.storedHalfPages) * r.storeStored * float64(x.n) * columns
	return r.rowsStoredCall + (tiles+r.readStored*float64(x.m))*float64(x.k) + store
}

// wholePanels returns how many columns the panels of n columns have.
func wholePanels(n int) float64 {
	return float64((n + kernels.PanelWidth - 1) / kernels.PanelWidth * kernels.PanelWidth)
}

// wholeStrips returns how many columns n come to in whole panels, but at least so many for each strip of four.
func wholeStrips(n int, least float64) float64 {
	const strip = 4 * kernels.PanelWidth
	return max(wholePanels(n), float64((n+strip-1)/strip)*least)
}

// pageFloats, 4 KB, are also how far apart lines share a set of L1.
const pageFloats = 1 << 10

// strideRate returns the factor for rows that are stride apart: pages, halfPages or 1.
func strideRate(stride int, pages, halfPages float64) float64 {
	switch {
	case stride%pageFloats == 0:
		return pages
	case stride%(pageFloats/2) == 0:
		return halfPages
	}
	return 1
}

// rowsTime estimates the multiply-adds of tiles over the K rows of B, n columns wide and stride apart, where
// the left operand [m, K] has its rows side by side, or its columns.
func (x *product) rowsTime(r *rates, m, n, stride int, byColumns bool) float64 {
	const deep = 1024 // K at most, each row of B on a page of its own, have room in the TLB
	k := float64(x.k)
	rate := r.tile * strideRate(stride, r.tilePages, r.tileHalfPages)
	if x.k > deep && m > tileRows {
		rate *= r.farRows
	}
	if m*x.k > nearMatrix {
		rate *= r.farA
	}
	copied := 0.0
	switch {
	case !byColumns:
	case turnsRows(x.level, m, x.k):
		copied = r.copy * float64(m) * k
	default: // six of the 16 rows that share a line
		rate *= 1 + float64(min(m, 128))*r.byColumns
	}
	rows := max(float64(m), float64((m+tileRows-1)/tileRows)*r.leastRows)
	return rate*rows*wholeStrips(n, r.leastColumns)*k + r.read*k*float64(n) + copied
}
