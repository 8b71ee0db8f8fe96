package packed_test

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/packed"
)

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
