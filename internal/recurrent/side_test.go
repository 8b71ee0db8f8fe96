package recurrent

import (
	"fmt"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/packed"
)

// TestSideChunks: where products go along, chunks of one row are of sixteen steps but for the first,
// and none has rows of both kinds; elsewhere no chunk is planned for it.
func TestSideChunks(t *testing.T) {
	defer func(before bool) { Along = before }(Along)
	for _, test := range []struct {
		name          string
		lengths       []int
		hidden        int
		reverse       bool
		want          []int // the ends of the chunks
		wantBackwards int   // chunks of dx
	}{
		{"one row", []int{100}, 128, false, []int{4, 20, 36, 52, 68, 84, 100}, 5},
		{"one row, reverse", []int{100}, 128, true, []int{4, 20, 36, 52, 68, 84, 100}, 5},
		{"three more than sixteens", []int{35}, 128, false, []int{19, 35}, 1},
		{"sixteens", []int{32}, 128, false, []int{16, 32}, 1},
		{"too few steps", []int{16}, 128, false, []int{16}, 0},
		{"a long one among others", []int{5, 40, 7}, 128, false, []int{7, 24, 40}, 1},
		{"the same, reverse", []int{5, 40, 7}, 128, true, []int{17, 33, 40}, 1},
		{"weights in L1", []int{50}, 32, false, []int{50}, 0},
		{"weights in no cache", []int{40}, 1500, false, []int{40}, 0},
		{"two rows", []int{40, 40}, 128, false, []int{40}, 0},
	} {
		for _, level := range kernels.Available() {
			for _, Along = range []bool{false, true} {
				name := fmt.Sprintf("%s, %v, along %v", test.name, level, Along)
				ends, first, backwards := sideChunksOf(t, level, test.lengths, test.hidden, test.reverse)
				if !Along || !level.TakesSide() {
					if first >= 0 || backwards != 0 {
						t.Errorf("%s: steps from %d on and %d chunks of dx are computed along: want none", name, first, backwards)
					}
					continue
				}
				if !slices.Equal(ends, test.want) || backwards != test.wantBackwards {
					t.Errorf("%s: chunks end with %v, %d of dx go along: want %v, %d", name, ends, backwards, test.want, test.wantBackwards)
				}
			}
		}
	}
}

// sideChunksOf returns the ends of the chunks of a pass of one worker, the first step of one row
// whose chunk may go along, -1: none, and how many chunks of dx do.
func sideChunksOf(t *testing.T, level kernels.Level, lengths []int, hidden int, reverse bool) (ends []int, first, backwards int) {
	t.Helper()
	l, err := packed.NewLayout(lengths)
	if err != nil {
		t.Fatal(err)
	}
	c := Config{InputSize: hidden, HiddenSize: hidden, NumLayers: 1}
	p := pass{config: &c, cell: fourGates{}, level: level, layout: l, rows: rowRange{0, l.Batch()}, slice: slice{end: c.blocks()},
		input: hidden, panels: &forwardPanels{}, reverse: reverse}
	steps := p.rows.steps(l)
	p.planSide(steps)
	for s := 0; s < steps; {
		s, _ = p.chunk(s, steps)
		ends = append(ends, s)
	}
	if first = p.sideSteps.first; first == steps {
		first = -1
	}
	w := Workspace{shares: []share{{slice: p.slice}}}
	return ends, first, w.sideCount(level, l, &c, hidden, 4)
}
