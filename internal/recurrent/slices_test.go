package recurrent

import (
	"testing"

	"github.com/packedlstm/packedlstm/packed"
)

// TestSliceUnits: rows are split where there are enough of them, units where a few long
// sequences would keep the others waiting and the weights are worth a meeting. L2 has 1 MB.
func TestSliceUnits(t *testing.T) {
	defer func(before int) { ownCache = before }(ownCache)
	ownCache = 1 << 20
	many := make([]int, 64)
	for i := range many {
		many[i] = 50
	}
	long := append([]int{200}, make([]int, 63)...)
	for i := range long[1:] {
		long[i+1] = 5 + i%6
	}
	even := func(n, first, last int) (lengths []int) {
		for i := range n {
			lengths = append(lengths, first+i*(last-first)/(n-1))
		}
		return lengths
	}
	for _, test := range []struct {
		name           string
		lengths        []int
		hidden, count  int
		wantUnitSlices bool
	}{
		{"no sequence", nil, 512, 2, false},
		{"one row, one worker", []int{50}, 512, 1, false},
		{"one row", []int{50}, 512, 2, true},
		{"one row, few units", []int{50}, 32, 2, false},
		{"one row, enough units", []int{50}, 64, 2, true},
		{"one row, more units", []int{50}, 128, 2, true},
		{"three rows, weights in a cache near", []int{100, 60, 30}, 64, 2, false},
		{"one row, fewer blocks than workers", []int{50}, 40, 4, false},
		{"two rows", []int{50, 49}, 512, 2, true},
		{"many rows", many, 512, 2, false},
		{"one long among short ones", long, 256, 2, true},
		{"rows as good, weights in L2", even(32, 10, 100), 256, 2, false},
		{"rows as good, an odd number of blocks", even(37, 3, 61), 200, 2, false},
		{"rows as good, weights beyond L2", even(64, 5, 50), 2048, 2, true},
	} {
		l, err := packed.NewLayout(test.lengths)
		if err != nil {
			t.Fatal(err)
		}
		c := Config{InputSize: test.hidden, HiddenSize: test.hidden, NumLayers: 1}
		if got := sliceUnits(splitRows(nil, l, test.count), l, &c, 4); got != test.wantUnitSlices {
			t.Errorf("%s: %v, want %v", test.name, got, test.wantUnitSlices)
		}
	}
}
