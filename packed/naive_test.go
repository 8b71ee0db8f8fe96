package packed_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sort"
	"testing"

	"github.com/packedlstm/packedlstm/packed"
)

// lengthsCases are the batches that the naive twins go through, and with them what
// PyTorch refuses: length 0, only zeros, no sequence.
func lengthsCases() [][]int {
	cases := [][]int{
		{}, {0}, {0, 0, 0}, {1}, {7}, {1, 1, 1}, {3, 3, 3}, {5, 0, 3, 9}, {0, 1, 0}, {4, 4, 2, 0},
		{6, 4, 4, 1}, {1, 2, 3, 5, 7}, {2, 4, 2, 4, 1, 4}, {0, 0, 5}, {33, 1}, {9, 9, 9, 0, 9},
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, batch := range []int{3, 5, 17, 31} {
		lengths := make([]int, batch)
		for i := range lengths {
			lengths[i] = rng.IntN(9)
		}
		cases = append(cases, lengths)
	}
	return cases
}

// naiveLayout sorts (length, caller's index) pairs and counts.
type naiveLayout struct {
	batchSizes, offsets, sorted, unsorted []int
}

func newNaiveLayout(lengths []int) naiveLayout {
	n := naiveLayout{offsets: []int{0}}
	for b := range lengths {
		n.sorted = append(n.sorted, b)
	}
	sort.SliceStable(n.sorted, func(i, j int) bool { return lengths[n.sorted[i]] > lengths[n.sorted[j]] })
	n.unsorted = make([]int, len(lengths))
	for k, b := range n.sorted {
		n.unsorted[b] = k
	}
	for t := 0; ; t++ {
		live := 0
		for _, length := range lengths {
			if length > t {
				live++
			}
		}
		if live == 0 {
			return n
		}
		n.batchSizes = append(n.batchSizes, live)
		n.offsets = append(n.offsets, n.offsets[t]+live)
	}
}

// row returns the packed row of step t of sequence b.
func (n naiveLayout) row(b, t int) int { return n.offsets[t] + n.unsorted[b] }

func paddedRow(order packed.Order, batch, steps, b, t int) int {
	if order == packed.TimeFirst {
		return t*batch + b
	}
	return b*steps + t
}

// value is what a test stores for element x of step t of sequence b.
func value(b, t, x int) int { return 1 + b*1_000_000 + t*1000 + x }

const hole = -7 // stands in padding

func naiveSequences(lengths []int, width int) [][]int {
	list := make([][]int, len(lengths))
	for b, n := range lengths {
		list[b] = make([]int, 0, n*width)
		for t := range n {
			for x := range width {
				list[b] = append(list[b], value(b, t, x))
			}
		}
	}
	return list
}

// naiveRows puts value(b, at(b, t), x) into packed rows.
func naiveRows(lengths []int, width int, at func(b, t int) int) []int {
	n := newNaiveLayout(lengths)
	rows := make([]int, n.offsets[len(n.batchSizes)]*width)
	for b, length := range lengths {
		for t := range length {
			for x := range width {
				rows[n.row(b, t)*width+x] = value(b, at(b, t), x)
			}
		}
	}
	return rows
}

// naivePadded puts value(b, at(b, t), x) into a padded tensor, and pad around.
func naivePadded(lengths []int, order packed.Order, steps, width, pad int, side packed.Side, at func(b, t int) int) []int {
	padded := make([]int, len(lengths)*steps*width)
	for i := range padded {
		padded[i] = pad
	}
	for b, length := range lengths {
		for t := range length {
			step := t
			if side == packed.Left {
				step += steps - length
			}
			for x := range width {
				padded[paddedRow(order, len(lengths), steps, b, step)*width+x] = value(b, at(b, t), x)
			}
		}
	}
	return padded
}

func forward(_, t int) int { return t }

func longest(lengths []int) int {
	n := 0
	for _, length := range lengths {
		n = max(n, length)
	}
	return n
}

var orders = []packed.Order{packed.BatchFirst, packed.TimeFirst}
var sides = []packed.Side{packed.Right, packed.Left}

// forEach runs f over all batches, orders, widths and padding behind the longest.
func forEach(t *testing.T, f func(t *testing.T, l *packed.Layout, order packed.Order, width, steps int)) {
	for _, lengths := range lengthsCases() {
		l := must(packed.NewLayout(lengths))(t)
		for _, order := range orders {
			for _, width := range []int{0, 1, 2, 5} {
				for _, extra := range []int{0, 1, 3} {
					t.Run(fmt.Sprint(lengths, order, width, extra), func(t *testing.T) {
						f(t, l, order, width, longest(lengths)+extra)
					})
				}
			}
		}
	}
}

// must turns an error into a failed test.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// equal compares two slices; an empty one equals nil.
func equal[E any](t *testing.T, name string, got, want []E) {
	t.Helper()
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %v\nwant %v", name, got, want)
	}
}

// equalLists compares two lists of sequences; an empty sequence equals nil.
func equalLists[E comparable](t *testing.T, name string, got, want [][]E) {
	t.Helper()
	if !slices.EqualFunc(got, want, slices.Equal[[]E]) {
		t.Errorf("%s:\n got %v\nwant %v", name, got, want)
	}
}
