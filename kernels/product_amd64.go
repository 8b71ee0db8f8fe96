//go:build !purego

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

const (
	// rowsAVX2 is the height of the largest tile.
	rowsAVX2 = 6
	// rowBlock rows of A (of blockK elements: 240 KB) stay in L2 while all panels pass.
	rowBlock = 240
	// blockK rows of a panel are 16 KB, half of a small L1.
	blockK = 256
	// maxK bounds the time of one call where a panel serves one tile only.
	maxK = 8192
)

// multiplyAVX2 walks row blocks, then panels, then blocks of K: the block of a
// panel stays in L1 while the row block passes. Sums go on through C from one
// block of K to the next. Panels that end in C's last columns short of
// PanelWidth take their own path.
func multiplyAVX2(p *Panels, x *Product, columns int) {
	whole := columns / PanelWidth
	for r := 0; r < x.Rows; r += rowBlock {
		rows := min(rowBlock, x.Rows-r)
		group := panelGroup(rows)
		for panel := 0; panel < whole; {
			panels := group
			if panel+panels > whole {
				panels = 1
			}
			multiplyBlockAVX2(p, x, r, rows, panel, panels)
			panel += panels
		}
		if columns > whole*PanelWidth {
			multiplyTailAVX2(p, x, r, rows, columns)
		}
	}
}

// panelGroup returns how many panels a tile of so few rows takes side by side to
// keep at least eight sums in flight.
func panelGroup(rows int) int {
	switch rows {
	case 1:
		return 4
	case 2, 3:
		return 2
	}
	return 1
}

// multiplyBlockAVX2 computes rows rows from r on for panels adjacent panels.
func multiplyBlockAVX2(p *Panels, x *Product, r, rows, panel, panels int) {
	j := panel * PanelWidth
	args := asm.ProductArgs{
		ARow: x.AStride, AK: x.AKStride, BPanel: p.k * PanelWidth, CRow: x.CStride,
		Init: &zeros[0],
	}
	if x.Init != nil {
		args.Init, args.InitRow = &x.Init[r*x.InitStride+j], x.InitStride
	}
	b := p.panel(x.First + panel)
	step := blockK
	if rows <= rowsAVX2 {
		step = maxK
	}
	for k := 0; k < p.k; k += step {
		args.K = min(step, p.k-k)
		args.B = &b[k*PanelWidth]
		productRowsAVX2(&args, x, r, rows, j, k, panels)
	}
}

// productRowsAVX2 splits the rows into tiles as even as can be: the higher ones
// first, then those one row lower. Blocks of K after the first start from C.
func productRowsAVX2(args *asm.ProductArgs, x *Product, r, rows, j, k, panels int) {
	tiles := (rows + rowsAVX2 - 1) / rowsAVX2
	height, higher := rows/tiles, rows%tiles
	init, initRow := args.Init, args.InitRow
	for _, run := range [2]struct{ height, tiles int }{{height + 1, higher}, {height, tiles - higher}} {
		if run.tiles == 0 {
			continue
		}
		args.Tiles = run.tiles
		args.A = &x.A[r*x.AStride+k*x.AKStride]
		args.C = &x.C[r*x.CStride+j]
		switch {
		case k > 0:
			args.Init, args.InitRow = args.C, x.CStride
		case initRow > 0:
			args.Init = &x.Init[r*x.InitStride+j]
		}
		productTilesAVX2(args, run.height, panels)
		r += run.height * run.tiles
	}
	args.Init, args.InitRow = init, initRow
}

// productTilesAVX2 runs the routine of the shape height x panels.
func productTilesAVX2(args *asm.ProductArgs, height, panels int) {
	switch height {
	case 1:
		if panels == 4 {
			asm.Product1x64AVX2(args)
		} else {
			asm.Product1x16AVX2(args)
		}
	case 2:
		if panels == 2 {
			asm.Product2x32AVX2(args)
		} else {
			asm.Product2x16AVX2(args)
		}
	case 3:
		if panels == 2 {
			asm.Product3x32AVX2(args)
		} else {
			asm.Product3x16AVX2(args)
		}
	case 4:
		asm.Product4x16AVX2(args)
	case 5:
		asm.Product5x16AVX2(args)
	case 6:
		asm.Product6x16AVX2(args)
	}
}

// multiplyTailAVX2 computes the last, narrower panel: tile by tile into a full
// tile of scratch, from which only the columns that exist are copied.
func multiplyTailAVX2(p *Panels, x *Product, r, rows, columns int) {
	j := columns / PanelWidth * PanelWidth
	width := columns - j
	b := p.panel(x.First + j/PanelWidth)
	var tile [rowsAVX2 * PanelWidth]float32
	for end := r + rows; r < end; r += rowsAVX2 {
		height := min(rowsAVX2, end-r)
		for i := range height {
			row := tile[i*PanelWidth : (i+1)*PanelWidth]
			clear(row)
			if x.Init != nil {
				copy(row[:width], x.Init[(r+i)*x.InitStride+j:])
			}
		}
		args := asm.ProductArgs{
			Init: &tile[0], InitRow: PanelWidth, C: &tile[0], CRow: PanelWidth,
			ARow: x.AStride, AK: x.AKStride, Tiles: 1,
		}
		for k := 0; k < p.k; k += maxK {
			args.K = min(maxK, p.k-k)
			args.A, args.B = &x.A[r*x.AStride+k*x.AKStride], &b[k*PanelWidth]
			productTilesAVX2(&args, height, 1)
		}
		for i := range height {
			copy(x.C[(r+i)*x.CStride+j:][:width], tile[i*PanelWidth:])
		}
	}
}
