//go:build !purego && (amd64 || arm64)

package kernels

import (
	"math/rand/v2"
	"slices"
	"testing"
)

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

// TestCallingAheadChangesNoBit: whether tiles call the next group of panels depends on the CPU,
// and is a matter of speed only.
func TestCallingAheadChangesNoBit(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 41))
	uniform := func(n int) []float32 {
		s := make([]float32, n)
		for i := range s {
			s[i] = rng.Float32()*2 - 1
		}
		return s
	}
	for l, before := range tilings {
		if before == nil || !Level(l).IsAvailable() {
			continue
		}
		for _, shape := range [][3]int{{1, 33, 400}, {3, 100, 257}, {7, 17, 400}, {8, 257, 300}, {100, 33, 257}} {
			rows, k, n := shape[0], shape[1], shape[2]
			var p Panels
			if err := p.Pack(Level(l), uniform(k*n), k, n, n); err != nil {
				t.Fatal(err)
			}
			x := Product{A: uniform(rows * k), AStride: k, AKStride: 1, CStride: n, Rows: rows, Count: panelCount(n)}
			var results [2][2][]float32 // by ahead, by descending
			for i, ahead := range []bool{false, true} {
				tiling := *before
				tiling.ahead = ahead
				tilings[l] = &tiling
				for j, descending := range []bool{false, true} {
					x.C, x.Descending = make([]float32, rows*n), descending
					if err := p.Multiply(&x); err != nil {
						t.Error(err)
					}
					results[i][j] = x.C
				}
			}
			tilings[l] = before
			for j := range 2 {
				if !slices.Equal(results[0][j], results[1][j]) {
					t.Errorf("%v, %v, descending %v: other bits if the next group is called", Level(l), shape, j == 1)
				}
			}
		}
	}
}
