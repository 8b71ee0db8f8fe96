//go:build !purego && (amd64 || arm64)

package kernels

import "testing"

// TestTilePlans: the tiles of every row count add up to it, and widths to the panels.
func TestTilePlans(t *testing.T) {
	for l, tiling := range tilings {
		if tiling == nil {
			continue
		}
		for rows := 1; rows <= rowBlock; rows++ {
			plan, sum := tiling.plan(rows), 0
			for height, tiles := range plan {
				if tiles < 0 {
					t.Fatalf("%v: %d rows: %v", Level(l), rows, plan)
				}
				sum += height * tiles
			}
			if sum != rows {
				t.Errorf("%v: %d rows are cut into %v: %d", Level(l), rows, plan, sum)
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

// SetAhead says from how many rows on the level calls ahead, never if 0, and what is near without, both of
// which depend on the CPU otherwise, and returns what held before.
func (l Level) SetAhead(from, nearBytes int) (fromBefore, nearBefore int) {
	tiling := *tilings[l]
	fromBefore, nearBefore = tiling.aheadFrom, tiling.nearBytes
	tiling.aheadFrom, tiling.nearBytes = from, nearBytes
	tilings[l] = &tiling
	return fromBefore, nearBefore
}
