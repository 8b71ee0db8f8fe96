//go:build !purego && (amd64 || arm64)

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

// A level's assembly computes register tiles: some rows of C by some panels, over a
// run of k. This file walks them; what differs between levels is in tiling.

const (
	// maxTileRows is the height of the highest tile of any level.
	maxTileRows = 6
	// rowBlock rows of A (of up to 256 elements: 240 KB) stay in L2 while all panels pass.
	rowBlock = 240
	// foundRows and more wait where what they multiply next was not called, and do not for calls for what is near.
	foundRows = 24
	// turnK is the k that a tile computes from one call ahead to the next.
	turnK = 4
	// maxK bounds the time of one call where a panel serves one tile only.
	maxK = 4096
)

// tiling describes the tiles of a level.
type tiling struct {
	// wide[h] is the number of panels of the widest tile of h rows.
	wide [maxTileRows + 1]int
	// narrower: tiles of every width below wide[h] exist, up to 4; else only of one panel.
	narrower bool
	// masked: the last panel of a tile may have fewer columns than PanelWidth.
	masked bool
	// panelBytes of B stay near while the tiles of a row block pass: in L1, or in L2 where that
	// delivers them in time.
	panelBytes int
	// aheadFrom so many rows on the tiles call what is multiplied next into L2; 0: they never do.
	aheadFrom int
	// nearBytes of B, all of it and not only what a product takes, are in L2 as it is; half of them where foundRows
	// pass, of W_ih and W_hh by turns.
	nearBytes int
	// foundBytes of B the CPU brings in time by itself where fewer than foundRows pass.
	foundBytes int
	tilePlans
}

// tilePlan says how many tiles of each height a block of rows is cut into.
type tilePlan struct {
	of     [maxTileRows + 1]int // of[h] tiles of h rows
	tiles  int                  // of all heights, above each other
	height int                  // of all of them; 0: they differ
}

// with returns the plan with more tiles of a height.
func (p tilePlan) with(tiles, height int) tilePlan {
	if tiles == 0 {
		return p
	}
	if p.tiles == 0 {
		p.height = height
	} else if p.height != height {
		p.height = 0
	}
	p.of[height] += tiles
	p.tiles += tiles
	return p
}

// tilePlans are the plans of 0, 1, 2, ... rows; more begin with the highest tiles.
type tilePlans []tilePlan

// newTilePlans returns the plans of up to so many rows that take the least time, where a tile of h rows reaches
// efficiency[h] percent of the peak. Tiles of another height cost a call and a pass over B more,
// and hinder calls of many groups: as much as heightCost rows (measured at K = 128 to 512).
func newTilePlans(rows int, efficiency [maxTileRows + 1]int) tilePlans {
	const heightCost = 0.45
	plans, cost := make(tilePlans, rows+1), make([]float64, rows+1)
	for n := 1; n <= rows; n++ {
		for h := 1; h <= maxTileRows; h++ {
			for tiles := 1; tiles*h <= n; tiles++ {
				rest := n - tiles*h
				c := cost[rest] + heightCost + 100*float64(tiles*h)/float64(efficiency[h])
				if cost[n] == 0 || c <= cost[n] {
					cost[n], plans[n] = c, plans[rest].with(tiles, h)
				}
			}
		}
	}
	return plans
}

// plan sets plan to that of so many rows.
func (p tilePlans) plan(rows int, plan *tilePlan) {
	planned := len(p) - 1
	if rows <= planned {
		*plan = p[rows]
		return
	}
	highest := (rows - planned + maxTileRows - 1) / maxTileRows
	*plan = p[rows-highest*maxTileRows].with(highest, maxTileRows)
}

// width returns how many of the remaining panels the next tile of the height takes.
func (t *tiling) width(height, remaining int) int {
	wide := t.wide[height]
	switch {
	case remaining >= wide:
		return wide
	case !t.narrower:
		return 1
	case remaining > 4: // 4 + 1 would leave too few sums in flight
		return (remaining + 1) / 2
	}
	return remaining
}

// multiplyTiles walks row blocks, then groups of panels, then blocks of K: the block of
// a group stays near while the row block passes. Sums go on through C from one block
// of K to the next. A last panel short of PanelWidth takes its own path, unless the
// level's tiles have masks.
func multiplyTiles(l Level, p *Panels, x *Product, columns int) {
	t := tilings[l]
	panels := panelCount(columns)
	if columns%PanelWidth > 0 && !t.masked {
		panels--
	}
	b := &tileBlock{level: l, tiling: t, panels: p, product: x, columns: columns}
	bytes := 4 * len(p.data)
	b.near = bytes <= t.nearBytes
	for r := 0; r < x.Rows; r += rowBlock {
		rows := min(rowBlock, x.Rows-r)
		b.firstRow = r
		t.plan(rows, &b.tilePlan)
		b.ahead = t.callsAhead(rows, bytes)
		if b.heightsApart() {
			b.runHeights(panels)
		} else {
			b.run(panels)
		}
		if panels < panelCount(columns) {
			b.narrowPanel(rows)
		}
	}
}

// callsAhead reports whether the tiles of a block of rows call what they multiply next, where B has
// so many bytes.
func (t *tiling) callsAhead(rows, bytes int) bool {
	near := max(t.nearBytes, t.foundBytes)
	if rows >= foundRows {
		near = t.nearBytes / 2
	}
	return t.aheadFrom > 0 && rows >= t.aheadFrom && bytes > near
}

// tileBlock is the work on one block of rows.
type tileBlock struct {
	level    Level
	tiling   *tiling
	panels   *Panels
	product  *Product
	columns  int
	firstRow int
	tilePlan
	near  bool // B is in L2, all of it or, where it is called ahead, most
	ahead bool // the tiles call what is multiplied next
}

// run computes the panels in the product's direction.
func (b *tileBlock) run(panels int) {
	switch {
	case b.inGroups():
		b.runGroups(panels)
	case b.product.Descending:
		b.descend(panels)
	default:
		b.ascend(panels)
	}
}

// ascend computes the panels from the first on, by tiles of all heights in turn.
func (b *tileBlock) ascend(panels int) {
	for panel := 0; panel < panels; {
		count := b.widest(panels - panel)
		b.group(panel, count, panel+count)
		panel += count
	}
}

// descend computes the same from the last back.
func (b *tileBlock) descend(panels int) {
	for panel := panels; panel > 0; {
		count := b.widest(panel)
		panel -= count
		after := panel - count
		if panel > 0 {
			after = panel - b.widest(panel)
		}
		b.group(panel, count, after)
	}
}

// widest returns how many of the remaining panels the block's widest tile takes.
func (b *tileBlock) widest(remaining int) (count int) {
	for height, n := range b.of {
		if n > 0 {
			count = max(count, b.tiling.width(height, remaining))
		}
	}
	return count
}

// step returns how much of K the tiles of a group of count panels take at a time.
func (b *tileBlock) step(count int) int {
	switch {
	case b.product.Add:
		return b.panels.k // the sums must be whole before c is added
	case b.tiles > 1:
		return max(b.tiling.panelBytes/(4*PanelWidth*count), 32)
	}
	return maxK
}

// group computes count panels from panel on; the panels from after on follow.
func (b *tileBlock) group(panel, count, after int) {
	depth := b.panels.k
	step := b.step(count)
	for k := 0; k < depth; k += step {
		// What comes next is called into the cache meanwhile: the next block, or the next
		// group, be it that of another call.
		var next []float32
		if k+step >= depth {
			next = b.following(after)
		} else if b.ahead {
			next = b.panels.from(b.product.First + panel)[(k+step)*PanelWidth:]
		}
		b.depthBlock(panel, count, k, min(step, depth-k), next)
	}
}

// following returns the panels from the given one on, whether the product has them or the next
// one, if they exist and are called ahead; else none, and the CPU finds what follows by itself.
func (b *tileBlock) following(panel int) []float32 {
	panel += b.product.First
	if !b.ahead || panel < 0 || panel >= panelCount(b.panels.n) {
		return nil
	}
	return b.panels.from(panel)
}

// depthBlock adds the k of one block to the sums of one group, tiles of equal height
// in one run. next is where the following block begins.
func (b *tileBlock) depthBlock(panel, count, k, depth int, next []float32) {
	x := b.product
	r, above := b.firstRow, 0
	for height := maxTileRows; height > 0; height-- {
		tiles := b.of[height]
		if tiles == 0 {
			continue
		}
		for first := panel; first < panel+count; {
			width := b.tiling.width(height, panel+count-first)
			var args asm.ProductArgs
			b.arguments(&args, r, first, k, depth)
			args.Tiles, args.Last = tiles, b.lastColumns(first+width)
			b.callAhead(&args, next, width, first-panel, above)
			if x.Add {
				args.Add = 1
			}
			if x.Far {
				args.Far = 1
			}
			productTile(b.level, &args, height, width)
			first += width
		}
		r, above = r+tiles*height, above+tiles
	}
}

// callAhead has the tiles of args, width panels wide, call their share of the block that begins at
// next, of its panels those from the given one on; so many tiles above begin before. All of them
// call the block together, evenly: were the first to call all of it, they would wait for their own
// loads meanwhile (Xeon, 64 rows at K = 1024: at AVX2 0.94 times as fast, at AVX-512 0.97). Steps are
// powers of two, so the last tiles may be through and call what lies beyond, which comes soon or is
// near. One tile of several panels, as the highest of 31 rows may be, calls half of them.
func (b *tileBlock) callAhead(args *asm.ProductArgs, next []float32, width, panel, above int) {
	if next == nil {
		args.Next, args.NextMask = args.B, -1
		return
	}
	called := 128 // bytes of a panel at a time, two lines
	if width == 1 {
		called = 256
	}
	step := called
	for step > 1 && step/2*b.tiles >= turnK*64 {
		step /= 2
	}
	first := panel*b.panels.k*PanelWidth + above*(args.K/turnK)*step/4
	if first >= len(next) {
		args.Next, args.NextMask = args.B, -1
		return
	}
	args.Next, args.NextStep, args.NextMask = &next[first], step, called-step
}

// arguments describes the tiles from the given row and panel on over a block of K, except how
// many they are, where their last panel ends and what comes after them.
func (b *tileBlock) arguments(args *asm.ProductArgs, row, panel, k, depth int) {
	p, x, j := b.panels, b.product, panel*PanelWidth
	args.A, args.ARow, args.AK = &x.A[row*x.AStride+k*x.AKStride], x.AStride, x.AKStride
	args.B, args.BPanel, args.K = &p.panel(x.First + panel)[k*PanelWidth], p.k*PanelWidth, depth
	args.C, args.CRow = &x.C[row*x.CStride+j], x.CStride
	switch {
	case k > 0:
		args.Init, args.InitRow = args.C, x.CStride
	case x.Init == nil:
		args.Init = &zeros[0]
	default:
		args.Init, args.InitRow = &x.Init[row*x.InitStride+j], x.InitStride
	}
}

// lastColumns returns how many columns the panel before the given one has.
func (b *tileBlock) lastColumns(panel int) int {
	return min(PanelWidth, b.columns-(panel-1)*PanelWidth)
}

// narrowPanel computes the last, narrower panel: tile by tile into a full tile of
// scratch, from which only the columns that exist are copied.
func (b *tileBlock) narrowPanel(rows int) {
	p, x := b.panels, b.product
	j := b.columns / PanelWidth * PanelWidth
	width := b.columns - j
	panel := p.panel(x.First + j/PanelWidth)
	var tile [maxTileRows * PanelWidth]float32
	for r, end := b.firstRow, b.firstRow+rows; r < end; r += maxTileRows {
		height := min(maxTileRows, end-r)
		for i := range height {
			row := tile[i*PanelWidth : (i+1)*PanelWidth]
			clear(row)
			if x.Init != nil {
				copy(row[:width], x.Init[(r+i)*x.InitStride+j:])
			}
		}
		for k := 0; k < p.k; k += maxK {
			args := &asm.ProductArgs{
				A: &x.A[r*x.AStride+k*x.AKStride], ARow: x.AStride, AK: x.AKStride, B: &panel[k*PanelWidth],
				Init: &tile[0], InitRow: PanelWidth, C: &tile[0], CRow: PanelWidth,
				K: min(maxK, p.k-k), Tiles: 1, Last: PanelWidth,
			}
			args.Next, args.NextMask = args.B, -1
			productTile(b.level, args, height, 1)
		}
		for i := range height {
			c := x.C[(r+i)*x.CStride+j:][:width]
			if x.Add {
				addScaledPortable(c, tile[i*PanelWidth:][:width], 1)
				continue
			}
			copy(c, tile[i*PanelWidth:])
		}
	}
}
