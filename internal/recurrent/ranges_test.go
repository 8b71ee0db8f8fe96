package recurrent

import (
	"testing"

	"github.com/packedlstm/packedlstm/packed"
)

// TestSplitRows: the ranges cover the sorted sequences in order, and none has more
// than its share of tokens and half a sequence.
func TestSplitRows(t *testing.T) {
	for _, lengths := range [][]int{{}, {0, 0}, {5}, {3, 3, 3, 3}, {100, 1, 1, 1, 0}, {9, 4, 7, 0, 2, 2, 8, 5, 30, 1}} {
		l, err := packed.NewLayout(lengths)
		if err != nil {
			t.Fatal(err)
		}
		longest := l.Steps()
		for count := 1; count <= 6; count++ {
			next := 0
			for i, r := range splitRows(nil, l, count) {
				if r.first != next || r.end < r.first {
					t.Fatalf("%v in %d: range %d is [%d, %d), want it to start at %d", lengths, count, i, r.first, r.end, next)
				}
				next = r.end
				tokens := 0
				for step := range l.Steps() {
					tokens += r.live(l, step)
				}
				if tokens > l.Rows()/count+longest+1 {
					t.Errorf("%v in %d: range %d has %d of %d tokens", lengths, count, i, tokens, l.Rows())
				}
				if steps := r.steps(l); r.end > r.first && steps > 0 && (r.live(l, steps-1) == 0 || steps < longest && r.live(l, steps) > 0) {
					t.Errorf("%v in %d: range %d: %d steps", lengths, count, i, steps)
				}
			}
			if next != len(lengths) {
				t.Errorf("%v in %d: the ranges end at %d of %d", lengths, count, next, len(lengths))
			}
		}
	}
}

func TestStepOf(t *testing.T) {
	offsets := []int{0, 3, 6, 8, 9}
	for row, want := range []int{0, 0, 0, 1, 1, 1, 2, 2, 3} {
		if got := stepOf(offsets, row); got != want {
			t.Errorf("stepOf(%d) = %d, want %d", row, got, want)
		}
	}
}
