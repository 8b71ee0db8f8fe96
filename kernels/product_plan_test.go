//go:build !purego && (amd64 || arm64)

package kernels

import (
	"testing"
	"unsafe"

	"github.com/packedlstm/packedlstm/kernels/asm"
)

// TestTilePlans: the tiles of every row count add up to it, and widths to the panels.
func TestTilePlans(t *testing.T) {
	for l, tiling := range tilings {
		if tiling == nil {
			continue
		}
		for rows := 1; rows <= rowBlock; rows++ {
			var plan tilePlan
			tiling.plan(rows, &plan)
			sum, tiles, one := 0, 0, 0
			for height, n := range plan.of {
				if n < 0 {
					t.Fatalf("%v: %d rows: %+v", Level(l), rows, plan)
				}
				sum, tiles = sum+height*n, tiles+n
				if height*n == rows {
					one = height
				}
			}
			if sum != rows || plan.tiles != tiles || plan.height != one {
				t.Errorf("%v: %d rows are cut into %+v: %d rows, %d tiles, of height %d", Level(l), rows, plan, sum, tiles, one)
			}
		}
		for height := 1; height <= maxTileRows; height++ {
			for remaining := 1; remaining <= 20; remaining++ {
				if w := tiling.width(height, remaining); w < 1 || w > remaining || w > tiling.wide[height] {
					t.Errorf("%v: width(%d, %d) = %d", Level(l), height, remaining, w)
				}
			}
		}
	}
}

// TestZerosServeTheWidestTile: a tile without an init reads a whole row of zeros.
func TestZerosServeTheWidestTile(t *testing.T) {
	for l, tiling := range tilings {
		if tiling == nil {
			continue
		}
		for height, panels := range tiling.wide {
			if panels*PanelWidth > len(zeros) {
				t.Errorf("%v: tiles of %d rows read an init of %d columns: zeros has %d", Level(l), height, panels*PanelWidth, len(zeros))
			}
		}
	}
}

// TestTilesCallTheNextBlock: tiles above each other, in two runs, call every line of a block that
// begins where calls do.
func TestTilesCallTheNextBlock(t *testing.T) {
	const lineBytes = 4 * PanelWidth
	for _, width := range []int{1, 2, 3, 4} {
		for tiles := min(width, 2); tiles <= rowBlock/maxTileRows+1; tiles++ {
			for _, k := range []int{4, 100, 256} {
				data := make([]float32, width*k*PanelWidth+lineBytes)
				data = data[-uintptr(unsafe.Pointer(&data[0]))%256/4:]
				b := tileBlock{panels: &Panels{k: k, data: data}, tilePlan: tilePlan{tiles: tiles}}
				called := map[int]bool{}
				for _, run := range [][2]int{{0, tiles - 1}, {tiles - 1, 1}} {
					args := asm.ProductArgs{B: &data[0], K: k, Tiles: run[1]}
					b.callAhead(&args, data[:width*k*PanelWidth], width, 0, run[0])
					from := int(uintptr(unsafe.Pointer(args.Next)) - uintptr(unsafe.Pointer(&data[0])))
					for turn := range args.Tiles * (k / turnK) {
						if at := from + turn*args.NextStep; at&args.NextMask == 0 {
							callLines(called, at/lineBytes, width, k)
						}
					}
				}
				for line := range width * k {
					if !called[line] {
						t.Fatalf("%d tiles of %d panels, K = %d: line %d is not called", tiles, width, k, line)
					}
				}
			}
		}
	}
}

// callLines marks what a tile calls at a time: four lines of one panel, or two of each of several.
func callLines(called map[int]bool, first, width, k int) {
	lines := 2
	if width == 1 {
		lines = 4
	}
	for panel := range width {
		for i := range lines {
			called[first+panel*k+i] = true
		}
	}
}

// SetAhead says from how many rows on the level calls ahead, never if 0, how much of B is near (half of that for
// many rows), and that a CPU finds none of it by itself, all of which depend on the CPU otherwise. It returns the
// rows of before, and what sets everything back.
func (l Level) SetAhead(from, nearBytes int) (fromBefore int, restore func()) {
	before := tilings[l]
	tiling := *before
	tiling.aheadFrom, tiling.nearBytes, tiling.foundBytes = from, nearBytes, 0
	tilings[l] = &tiling
	return before.aheadFrom, func() { tilings[l] = before }
}

// TestCallsAhead: B that is near, or that a CPU finds by itself, is called for many rows only, and not at all if it is
// half as large as what is near.
func TestCallsAhead(t *testing.T) {
	tiling := tiling{aheadFrom: 7, nearBytes: 100, foundBytes: 1000}
	never := tiling
	never.aheadFrom = 0
	for _, c := range []struct {
		rows, bytes int
		want        bool
	}{
		{6, 101, false}, {7, 100, false}, {7, 101, false}, {7, 1000, false}, {7, 1001, true}, {6, 1001, false},
		{foundRows - 1, 1000, false}, {foundRows, 1000, true}, {foundRows, 51, true}, {foundRows, 50, false}, {1 << 20, 101, true},
	} {
		if got := tiling.callsAhead(c.rows, c.bytes); got != c.want {
			t.Errorf("%d rows, %d bytes: callsAhead = %v", c.rows, c.bytes, got)
		}
		if never.callsAhead(c.rows, c.bytes) {
			t.Errorf("%d rows, %d bytes: callsAhead although aheadFrom = 0", c.rows, c.bytes)
		}
	}
}
