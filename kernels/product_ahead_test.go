//go:build !purego && (amd64 || arm64)

package kernels_test

import (
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// TestCallingAheadChangesNoBit: whether tiles call the next group of panels depends on the CPU and
// the size of B, and is a matter of speed only.
func TestCallingAheadChangesNoBit(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		if l == kernels.Portable {
			return // has no tiles
		}
		rng := newRand(41)
		fromBefore, nearBefore := l.SetAhead(0, 0)
		t.Cleanup(func() { l.SetAhead(fromBefore, nearBefore) })
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
// panels in turn; else all tiles compute each group of panels.
func TestHeightsInTurnChangeNoBit(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		if l == kernels.Portable {
			return // has no tiles
		}
		rng := newRand(43)
		fromBefore, nearBefore := l.SetAhead(0, 0)
		t.Cleanup(func() { l.SetAhead(fromBefore, nearBefore) })
		for _, near := range []int{0, 1 << 30} {
			l.SetAhead(fromBefore, near)
			for _, s := range [][3]int{
				{7, 17, 1000}, {11, 100, 257}, {13, 2100, 100}, {17, 33, 300}, {31, 500, 272}, {32, 7, 100}, {245, 31, 257},
			} {
				checkManyPanels(t, l, rng, s[0], s[1], s[2])
			}
		}
	})
}
