//go:build !purego && (amd64 || arm64)

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

// Where all tiles of a block of rows have one height, nothing but the place changes from one
// group of panels to the next. A group may be short: six rows x 16 columns at K = 256 take
// half a microsecond, of which a call of their own would take a tenth. So one call takes many.

const (
	// groupElements of B, 2 MB, bound the time of a call: 60 µs from memory.
	groupElements = 1 << 19
	// groupProducts bound it where many rows pass: 4M multiply-adds, 70 µs at 60 a nanosecond. One
	// group may be more, as any block of K may: rowBlock rows by panelBytes of B.
	groupProducts = 1 << 22
)

// inGroups reports whether calls of many groups can compute the block: all its tiles have one height
// and a block of K is all of it.
func (b *tileBlock) inGroups() bool {
	x := b.product
	return b.height > 0 && !x.Add && !x.Far && b.panels.k <= b.step(b.tiling.wide[b.height])
}

// ofHeight returns the block with the tiles of one height only.
func (b *tileBlock) ofHeight(height int) tileBlock {
	part := *b
	part.tilePlan = tilePlan{}.with(b.of[height], height)
	return part
}

// heightsApart reports whether tiles of one height compute all panels before those of the next: B, read
// once more for each height, is near, and calls of many groups are worth that.
func (b *tileBlock) heightsApart() bool {
	if b.height > 0 || !b.near {
		return false
	}
	for height, tiles := range b.of {
		if tiles == 0 {
			continue
		}
		if part := b.ofHeight(height); !part.inGroups() {
			return false
		}
	}
	return true
}

// runHeights computes the panels, by the tiles of each height in turn. Those of the first find no more of B in L2
// than there is, and call the rest of it for all.
func (b *tileBlock) runHeights(panels int) {
	row := b.firstRow
	for height := maxTileRows; height > 0; height-- {
		if b.of[height] == 0 {
			continue
		}
		part := b.ofHeight(height)
		part.firstRow = row
		part.ahead = b.ahead && row == b.firstRow
		part.run(panels)
		row += part.tiles * height
	}
}

// runGroups computes the panels by calls of many groups of the widest tile, and a call of its own for
// each narrower one of the few panels that are left.
func (b *tileBlock) runGroups(panels int) {
	wide := b.tiling.wide[b.height]
	groups := b.columns / (wide * PanelWidth)
	if !b.product.Descending {
		b.multiplyGroups(groupRun{0, groups, wide, 1})
	}
	for panel := groups * wide; panel < panels; {
		width := b.tiling.width(b.height, panels-panel)
		b.multiplyGroups(groupRun{panel, 1, width, 1})
		panel += width
	}
	if b.product.Descending {
		b.multiplyGroups(groupRun{(groups - 1) * wide, groups, wide, -1})
	}
}

// groupRun are groups of panels, each so many wide, from the first on or from the last back (step -1),
// the first of which begins with the given panel.
type groupRun struct{ panel, groups, width, step int }

// multiplyGroups computes those panels.
func (b *tileBlock) multiplyGroups(run groupRun) {
	p, x := b.panels, b.product
	columns := run.width * PanelWidth
	most := 1
	if run.groups > 1 {
		rows := b.tiles * b.height
		most = max(min(groupElements/p.k, groupProducts/(rows*p.k), resultElements/rows)/columns, 1)
	}
	for panel, left := run.panel, run.groups; left > 0; left -= most {
		var args asm.ProductArgs
		b.arguments(&args, b.firstRow, panel, 0, p.k)
		args.Tiles, args.Last = b.tiles, b.lastColumns(panel+run.width)
		args.Groups, args.GroupB, args.GroupC = min(most, left), run.step*columns*p.k, run.step*columns
		if x.Init != nil {
			args.GroupInit = args.GroupC
		}
		// The group after each is called meanwhile, be it that of another call.
		b.callAhead(&args, b.following(panel+run.step*run.width), run.width, 0, 0)
		productTile(b.level, &args, b.height, run.width)
		panel += run.step * most * run.width
	}
}
