//go:build !purego && (amd64 || arm64)

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

// Where all tiles of a block of rows have one height, nothing but the place changes from one
// group of panels to the next. A group may be short: six rows x 16 columns at K = 256 take
// half a microsecond, of which a call of their own would take a tenth. So one call takes many.

const (
	// groupElements of B, 2 MB, bound the time of a call: 60 µs from memory.
	groupElements = 1 << 19
	// groupProducts bound it where many rows pass: 4M multiply-adds, 70 µs at 60 a nanosecond.
	groupProducts = 1 << 22
)

// groups returns how many groups, from the first panel on, calls of many can compute, and their
// width in panels: none unless all tiles have one height and a block of K is all of it.
func (b *tileBlock) groups() (count, width int) {
	x, tiles := b.product, b.tiles()
	for height, n := range b.plan {
		if n == 0 {
			continue
		}
		width = b.tiling.wide[height]
		if n < tiles || x.Add || x.Far || b.panels.k > b.step(width, tiles) {
			return 0, width
		}
	}
	return b.columns / (width * PanelWidth), width
}

// multiplyGroups computes the groups, from the first on or from the last back (direction -1).
func (b *tileBlock) multiplyGroups(groups, width, direction int) {
	if groups == 0 {
		return
	}
	p, x := b.panels, b.product
	tiles, height := b.tiles(), 0
	for h, n := range b.plan {
		if n > 0 {
			height = h
		}
	}
	columns := width * PanelWidth
	most := max(min(groupElements, groupProducts/(tiles*height))/(columns*p.k), 1)
	for done := 0; done < groups; done += most {
		first := done
		if direction < 0 {
			first = groups - 1 - done
		}
		args := b.arguments(b.firstRow, first*width, 0, p.k)
		args.Tiles, args.Last, args.Next = tiles, PanelWidth, args.B
		args.Groups, args.GroupB, args.GroupC = min(most, groups-done), direction*columns*p.k, direction*columns
		if x.Init != nil {
			args.GroupInit = args.GroupC
		}
		// The group after each is called meanwhile, be it that of another call.
		if after := x.First + (first+direction)*width; b.tiling.ahead && after >= 0 && after < panelCount(p.n) {
			args.Next, args.NextPanels, args.GroupNext = &p.panel(after)[0], width, width
		}
		productTile(b.level, &args, height, width)
	}
}

// arguments describes the tiles from the given row and panel on over a block of K, except how
// many they are and what comes after them.
func (b *tileBlock) arguments(row, panel, k, depth int) asm.ProductArgs {
	p, x, j := b.panels, b.product, panel*PanelWidth
	args := asm.ProductArgs{
		A: &x.A[row*x.AStride+k*x.AKStride], ARow: x.AStride, AK: x.AKStride,
		B: &p.panel(x.First + panel)[k*PanelWidth], BPanel: p.k * PanelWidth,
		C: &x.C[row*x.CStride+j], CRow: x.CStride, K: depth,
	}
	switch {
	case k > 0:
		args.Init, args.InitRow = args.C, x.CStride
	case x.Init == nil:
		args.Init = &zeros[0]
	default:
		args.Init, args.InitRow = &x.Init[row*x.InitStride+j], x.InitStride
	}
	return args
}
