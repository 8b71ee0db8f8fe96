//go:build !purego && (amd64 || arm64)

package kernels

import "github.com/packedlstm/packedlstm/kernels/asm"

// One row takes its panels as fast as memory delivers them, eight at a time in 64 KB at
// K = 128: a third of a microsecond, of which a call of its own would take a tenth. So one
// call takes many such groups.

const (
	// rowPanels are the panels of a group.
	rowPanels = 8
	// rowElements of B, 2 MB, bound the time of a call: 60 µs from memory.
	rowElements = 1 << 19
)

// rowGroups returns how many groups from the first panel on row can compute: none unless
// the block is one row, at a level whose tiles take several groups.
func (b *tileBlock) rowGroups() int {
	x := b.product
	if !b.tiling.groups || b.plan[1] != 1 || b.tiles() != 1 || x.Add || x.Far || b.panels.k > maxK {
		return 0
	}
	return b.columns / (rowPanels * PanelWidth)
}

// row computes the groups, from the first on or from the last back (direction -1).
func (b *tileBlock) row(groups, direction int) {
	const width = rowPanels * PanelWidth
	p, x := b.panels, b.product
	most := max(rowElements/(width*p.k), 1)
	for done := 0; done < groups; done += most {
		first := done
		if direction < 0 {
			first = groups - 1 - done
		}
		args := asm.ProductArgs{
			A: &x.A[b.firstRow*x.AStride], ARow: x.AStride, AK: x.AKStride,
			B: &p.panel(x.First + first*rowPanels)[0], BPanel: p.k * PanelWidth,
			C: &x.C[b.firstRow*x.CStride+first*width], CRow: x.CStride,
			Init: &zeros[0], K: p.k, Tiles: 1, Last: PanelWidth,
			Groups: min(most, groups-done), GroupB: direction * width * p.k, GroupC: direction * width,
		}
		args.Next = args.B
		if x.Init != nil {
			args.Init, args.InitRow = &x.Init[b.firstRow*x.InitStride+first*width], x.InitStride
			args.GroupInit = args.GroupC
		}
		productTile(b.level, &args, 1, rowPanels)
	}
}
