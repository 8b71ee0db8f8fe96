package gonumblas

import (
	"math"

	"github.com/packedlstm/packedlstm/kernels"
)

// At AVX2 the method is the one that takes the least time by these rates: nanoseconds, fitted to 1400 shapes
// of each transposition (Zen 3, 4 to 2000 rows and columns, K of 32 to 512; larger ones by hand), of which the choices reach 98 to
// 99 % of the fastest method's speed in the mean. Only their ratios matter.
const (
	tileRate = 0.0205 // each multiply-add of a tile, lanes beyond the columns included
	dotRate  = 0.0235 // each multiply-add of a dot product

	// Each element: of B into panels; of an A that is transposed or has far rows, block by block; of a transposed
	// matrix as a whole; of B, read by tiles where it is for the first time.
	packRate, copyBlockRate, copyRate, readRate = 0.1, 0.25, 0.14, 0.02
	// Each element of C: from tiles, lanes beyond the columns included; from tiles of Cᵀ; as a sum of lanes.
	storeRate, storeTransposedRate, sumRate = 0.1, 0.25, 1.05

	// Each product.
	packedCall, rowsCall, rowsCopiedCall, rowsTransposedCall, dotsCall = 350, 40, 50, 200, 65
	copiedDotsCall                                                     = 170 // more, where an operand is copied
)

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

// estimate calls consider with every method that can compute x by AVX2's tiles and dot products, and its
// estimate.
func (x *product) estimate(consider func(w method, time float64)) {
	const panel = kernels.PanelWidth // a row shorter than one has no kernel
	aRows, aColumns, bRows, bColumns := x.contiguous()
	m, n, k := float64(x.m), float64(x.n), float64(x.k)
	tail := x.tailColumns() // apart, where tiles take rows of A and C
	columns := x.n - tail
	store := (dotRate*k+sumRate)*m*float64(tail) + storeRate*m*wholePanels(columns)
	copied := packRate * k * wholePanels(columns)
	if x.isFarA() {
		copied += copyBlockRate * m * k
	}
	consider(packed, packedCall+copied+tileRate*m*wholePanels(columns)*k+store)
	if bRows && x.n >= panel {
		consider(rows, rowsCall+rowsTime(x.m, columns, x.k, x.b.row, !aRows)+store)
	}
	if bColumns && x.n >= panel && x.k*x.n <= nearMatrix {
		consider(rowsCopied, rowsCopiedCall+copyRate*k*n+rowsTime(x.m, columns, x.k, copiedStride(columns), !aRows)+store)
	}
	if aColumns && x.m >= panel {
		consider(rowsTransposed, rowsTransposedCall+rowsTime(x.n, x.m, x.k, x.a.column, !bColumns)+storeTransposedRate*n*wholePanels(x.m))
	}
	if x.k >= shortDepth && (aRows && bColumns || aRows && x.n <= fewRows || bColumns && x.m <= fewRows) {
		time := dotsCall + (dotRate*k+sumRate)*m*n
		switch {
		case !bColumns:
			time += copiedDotsCall + copyRate*k*n
		case !aRows:
			time += copiedDotsCall + copyRate*m*k
		}
		consider(dots, time)
	}
}

// wholePanels returns how many columns the panels of n columns have.
func wholePanels(n int) float64 {
	return float64((n + kernels.PanelWidth - 1) / kernels.PanelWidth * kernels.PanelWidth)
}

// pageFloats, 4 KB, are also how far apart lines share a set of L1.
const pageFloats = 1 << 10

// rowsTime estimates the multiply-adds of tiles over k rows of B, n columns wide and stride apart, where
// the left operand [m, k] has its rows side by side, or its columns.
func rowsTime(m, n, k, stride int, byColumns bool) float64 {
	const deep = 1024 // k at most, each row of B on a page of its own, have room in the TLB
	rate := tileRate
	switch {
	case stride%pageFloats == 0:
		rate *= 2
	case stride%(pageFloats/2) == 0:
		rate *= 1.2
	}
	if k > deep && m > tileRows {
		rate *= 2
	}
	if m*k > nearMatrix { // all of A passes once for 16 columns of B, from beyond L2
		rate *= 1.1
	}
	copied := 0.0
	switch {
	case !byColumns:
	case turnsRows(kernels.AVX2, m, k):
		copied = copyRate * float64(m) * float64(k)
	default: // six of the 16 rows that share a line
		rate *= 1 + float64(min(m, 128))/300
	}
	return rate*float64(m)*wholePanels(n)*float64(k) + readRate*float64(k)*float64(n) + copied
}
