//go:build !purego && (amd64 || arm64)

package kernels_test

import (
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// forEachTiling runs test at every level that has tiles, which call ahead from so many rows on here, and
// sets back afterwards what SetAhead has set.
func forEachTiling(t *testing.T, test func(t *testing.T, l kernels.Level, aheadFrom int)) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		if l == kernels.Portable {
			return // has no tiles
		}
		aheadFrom, restore := l.SetAhead(0, 0)
		t.Cleanup(restore)
		test(t, l, aheadFrom)
	})
}

// TestCallingAheadChangesNoBit: whether tiles call the next group of panels depends on the CPU and
// the size of B, and is a matter of speed only.
func TestCallingAheadChangesNoBit(t *testing.T) {
	forEachTiling(t, func(t *testing.T, l kernels.Level, _ int) {
		rng := newRand(41)
		for _, from := range []int{0, 1, 7} {
			l.SetAhead(from, 0)
			for _, s := range [][3]int{
				{1, 33, 400}, {3, 100, 257}, {7, 17, 400}, {8, 257, 300}, {100, 33, 257}, {14, 2100, 100},
			} {
				checkManyPanels(t, l, rng, s[0], s[1], s[2])
			}
		}
	})
}

// TestHeightsInTurnChangeNoBit: where B is near, the tiles of each height compute all
// panels in turn, and those of the first may call them; else all tiles compute each group of panels.
func TestHeightsInTurnChangeNoBit(t *testing.T) {
	forEachTiling(t, func(t *testing.T, l kernels.Level, aheadFrom int) {
		rng := newRand(43)
		for _, nearBytes := range []int{0, 600_000, 1 << 30} { // 31 x 500 x 272: B has 544,000
			l.SetAhead(aheadFrom, nearBytes)
			for _, s := range [][3]int{
				{7, 17, 1000}, {11, 100, 257}, {13, 2100, 100}, {17, 33, 300}, {31, 500, 272}, {32, 7, 100}, {245, 31, 257},
			} {
				checkManyPanels(t, l, rng, s[0], s[1], s[2])
			}
		}
	})
}
