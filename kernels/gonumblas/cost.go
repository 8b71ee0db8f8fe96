package gonumblas

import (
	"math"

	"github.com/packedlstm/packedlstm/kernels"
)

// At AVX2 the method is the one that takes the least time by these rates: nanoseconds, fitted to 1400 shapes
// of each transposition (Zen 3, 4 to 2000 rows and columns, K of 32 to 512), of which the choices reach 98 to
// 99 % of the fastest method's speed in the mean. Only their ratios matter.
const (
	tileRate = 0.0205 // each multiply-add of a tile, lanes beyond the columns included
	dotRate  = 0.0235 // each multiply-add of a dot product

	// Each element: of B into panels; of a transposed A, a block of rows at a time; of a transposed
	// matrix as a whole; read where it is, by tiles for the first time.
	packRate, turnRate, copyRate, readRate = 0.1, 0.25, 0.14, 0.02
	// Each element of C: from tiles over panels or rows, lanes beyond the columns included; from tiles
	// of Cᵀ; as a sum of lanes.
	storeRate, turnedRate, lanesRate = 0.1, 0.25, 1.05

	// Each product.
	packCall, rowsCall, copyCall, turnedCall, dotsCall = 350, 40, 50, 200, 65
	copiedDots                                         = 170 // more, where an operand must be copied
)

// cheapest returns the method of the least estimate.
func (x *product) cheapest() method {
	best, least := packed, math.Inf(1)
	x.estimate(func(w method, time float64) {
		if time < least {
			best, least = w, time
		}
	})
	return best
}

// estimate calls consider with every method that can compute x at AVX2, and its estimate.
func (x *product) estimate(consider func(w method, time float64)) {
	const panel = kernels.PanelWidth // a row shorter than one has no kernel
	aRows, aColumns, bRows, bColumns := x.contiguous()
	m, n, k := float64(x.m), float64(x.n), float64(x.k)
	tail := x.tailColumns() // apart, where tiles take rows of A and C
	columns := x.n - tail
	store := (dotRate*k+lanesRate)*m*float64(tail) + storeRate*m*wholePanels(columns)
	copied := packRate * k * wholePanels(columns)
	if x.a.column != 1 {
		copied += turnRate * m * k
	}
	consider(packed, packCall+copied+tileRate*m*wholePanels(columns)*k+store)
	if bRows && x.n >= panel {
		consider(rows, rowsCall+rowsTime(x.m, columns, x.k, x.b.row, !aRows)+store)
	}
	if bColumns && x.n >= panel && x.k*x.n <= nearMatrix {
		consider(rowsCopied, copyCall+copyRate*k*n+rowsTime(x.m, columns, x.k, columns, !aRows)+store)
	}
	if aColumns && x.m >= panel {
		consider(rowsTransposed, turnedCall+rowsTime(x.n, x.m, x.k, x.a.column, !bColumns)+turnedRate*n*wholePanels(x.m))
	}
	if x.k >= shortDepth && (aRows && bColumns || aRows && x.n <= fewRows || bColumns && x.m <= fewRows) {
		time := dotsCall + (dotRate*k+lanesRate)*m*n
		switch {
		case !bColumns:
			time += copiedDots + copyRate*k*n
		case !aRows:
			time += copiedDots + copyRate*m*k
		}
		consider(dots, time)
	}
}

// wholePanels returns how many columns the panels of n columns have.
func wholePanels(n int) float64 {
	return float64((n + kernels.PanelWidth - 1) / kernels.PanelWidth * kernels.PanelWidth)
}

// rowsTime estimates the multiply-adds of tiles over k rows of B, n columns wide and stride apart, where
// the left operand [m, k] has its rows side by side, or its columns.
func rowsTime(m, n, k, stride int, byColumns bool) float64 {
	const (
		page  = 1024 // floats of 4 KB: rows so far apart share one set of L1
		strip = 1536 // k of 16 columns, and more, leave L2, or the pages that the TLB knows
		tile  = 6    // rows
	)
	rate := tileRate
	switch {
	case stride%page == 0:
		rate *= 2
	case stride%(page/2) == 0:
		rate *= 1.2
	}
	if k >= strip && m > tile {
		rate *= 2
	}
	turned := 0.0
	switch {
	case !byColumns:
	case turnsRows(kernels.AVX2, m, k):
		turned = copyRate * float64(m) * float64(k)
	default: // six of the 16 rows that share a line
		rate *= 1 + float64(min(m, 128))/300
	}
	return rate*float64(m)*wholePanels(n)*float64(k) + readRate*float64(k)*float64(n) + turned
}
