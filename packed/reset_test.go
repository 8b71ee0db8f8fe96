package packed_test

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/packed"
)

// TestResetToOwnView: lengths may be a slice that the layout returned.
func TestResetToOwnView(t *testing.T) {
	l := must(packed.NewLayout([]int{3, 0, 5, 1}))(t)
	for _, view := range []func() []int{
		func() []int { return l.Lengths()[1:] }, l.BatchSizes, l.SortedIndices, l.Offsets, l.UnsortedIndices,
	} {
		want := must(packed.NewLayout(view()))(t)
		if err := l.Reset(view()); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(l, want) {
			t.Fatalf("got %+v\nwant %+v", l, want)
		}
	}
}

// TestResetKeepsLayoutOnError: the error is found before the first write.
func TestResetKeepsLayoutOnError(t *testing.T) {
	l, want := must(packed.NewLayout([]int{2, 0, 4}))(t), must(packed.NewLayout([]int{2, 0, 4}))(t)
	for _, lengths := range [][]int{{1, 2, -1}, {math.MaxInt}, {1<<27 + 1}, slices.Repeat([]int{1 << 27}, 16), {math.MaxInt, math.MaxInt, 2}} {
		if err := l.Reset(lengths); err == nil {
			t.Errorf("Reset(%v): no error", lengths)
		}
		if !reflect.DeepEqual(l, want) {
			t.Errorf("after Reset(%v): %+v\nwant %+v", lengths, l, want)
		}
	}
}
