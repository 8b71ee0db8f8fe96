//go:build !purego && (amd64 || arm64)

package kernels

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

// grouped returns how many panels, from the first on, such calls compute.
func (b *tileBlock) grouped() int {
	if !b.inGroups() {
		return 0
	}
	width := b.tiling.wide[b.height]
	return b.columns / (width * PanelWidth) * width
}

// ofHeight returns the block with the tiles of one height only.
func (b *tileBlock) ofHeight(height int) tileBlock {
	part := *b
	part.plan = tilePlan{}
	part.plan[height] = b.plan[height]
	part.tiles, part.height = b.plan[height], height
	return part
}

// heightsApart reports whether tiles of one height compute all panels before those of the next: B, read
// once more for each height, is near, and calls of many groups are worth that.
func (b *tileBlock) heightsApart() bool {
	if b.height > 0 || !b.near {
		return false
	}
	for height, tiles := range b.plan {
		if tiles == 0 {
			continue
		}
		if part := b.ofHeight(height); !part.inGroups() {
			return false
		}
	}
	return true
}

// runHeights computes the panels, by the tiles of each height in turn.
func (b *tileBlock) runHeights(panels int) {
	row := b.firstRow
	for height := maxTileRows; height > 0; height-- {
		if b.plan[height] == 0 {
			continue
		}
		part := b.ofHeight(height)
		part.firstRow = row
		part.run(panels)
		row += part.tiles * height
	}
}

// multiplyGroups computes those panels, from the first on or from the last back (direction -1).
func (b *tileBlock) multiplyGroups(panels, direction int) {
	if panels == 0 {
		return
	}
	p, x, width := b.panels, b.product, b.tiling.wide[b.height]
	columns := width * PanelWidth
	most := max(min(groupElements, groupProducts/(b.tiles*b.height))/(columns*p.k), 1)
	for done, groups := 0, panels/width; done < groups; done += most {
		first := done
		if direction < 0 {
			first = groups - 1 - done
		}
		args := b.arguments(b.firstRow, first*width, 0, p.k)
		args.Tiles, args.Last = b.tiles, PanelWidth
		args.Groups, args.GroupB, args.GroupC = min(most, groups-done), direction*columns*p.k, direction*columns
		if x.Init != nil {
			args.GroupInit = args.GroupC
		}
		// The group after each is called meanwhile, be it that of another call.
		b.callAhead(&args, b.following((first+direction)*width), width, 0, 0)
		productTile(b.level, &args, b.height, width)
	}
}
