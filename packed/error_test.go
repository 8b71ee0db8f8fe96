package packed_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/packed"
)

// TestErrors: each message holds what is wanted of it, and dst is as it was.
func TestErrors(t *testing.T) {
	const huge, bf, tf = math.MaxInt, packed.BatchFirst, packed.TimeFirst
	l := must(packed.NewLayout([]int{2, 0, 3}))(t) // 5 rows
	x := func(n int) []int { return make([]int, n) }
	lists := func(sizes ...int) (list [][]int) {
		for _, n := range sizes {
			list = append(list, x(n))
		}
		return list
	}
	dst := []int{11, 12, 13}
	dstList := [][]int{{21, 22}, {23}}
	type slice = []int
	cases := []struct {
		name, want string
		run        func() (any, error)
	}{
		{"negative length", "lengths[1] = -2", func() (any, error) { return packed.NewLayout(slice{1, -2}) }},
		{"overflowing lengths", "lengths[1]", func() (any, error) { return packed.NewLayout(slice{3, huge}) }},
		{"long sequence", "lengths[1] = 134217729: want at most 134217728", func() (any, error) { return packed.NewLayout(slice{3, 1<<27 + 1}) }},
		{"many rows", "lengths[16] = 1: more than 2147483647 rows in all", func() (any, error) {
			return packed.NewLayout(append(append(slices.Repeat(slice{1 << 27}, 15), 1<<27-1), 1))
		}},
		{"not descending", "lengths[1] = 3 after lengths[0] = 2", func() (any, error) { return packed.NewSortedLayout(slice{2, 3}) }},
		{"growing batch sizes", "batchSizes[1] = 3 after batchSizes[0] = 2", func() (any, error) { return packed.NewLayoutFromBatchSizes(slice{2, 3}, nil) }},
		{"batch size 0", "batchSizes[1] = 0", func() (any, error) { return packed.NewLayoutFromBatchSizes(slice{2, 0}, nil) }},
		{"overflowing batch sizes", "more than 2147483647 rows in all", func() (any, error) { return packed.NewLayoutFromBatchSizes(slice{huge, huge}, nil) }},
		{"many sequences", "batchSizes[0] = 2147483647 without sortedIndices", func() (any, error) { return packed.NewLayoutFromBatchSizes(slice{1<<31 - 1}, nil) }},
		{"few sorted indices", "1 sortedIndices for batchSizes[0] = 2", func() (any, error) { return packed.NewLayoutFromBatchSizes(slice{2}, slice{0}) }},
		{"sorted index twice", "sortedIndices[1] = 0, as sortedIndices[0]", func() (any, error) { return packed.NewLayoutFromBatchSizes(slice{2}, slice{0, 0}) }},
		{"sorted index out of range", "sortedIndices[1] = 2", func() (any, error) { return packed.NewLayoutFromBatchSizes(slice{2}, slice{0, 2}) }},
		{"permutation", "permutation[2] = 1, as permutation[0]", func() (any, error) { return packed.InvertPermutation(dst, slice{1, 0, 1}) }},
		{"negative permutation", "permutation[0] = -1", func() (any, error) { return packed.InvertPermutation(dst, slice{-1}) }},

		{"Pack: length beyond", "lengths[2] = 3: beyond the 2 steps", func() (any, error) { return packed.Pack(dst, l, x(6), bf, 1) }},
		{"Pack: size", "padded has 10 elements", func() (any, error) { return packed.Pack(dst, l, x(10), tf, 1) }},
		{"Pack: width 0", "padded has 9 elements", func() (any, error) { return packed.Pack(dst, l, x(9), tf, 0) }},
		{"Pack: negative width", "width = -1", func() (any, error) { return packed.Pack(dst, l, x(9), tf, -1) }},
		{"Pack: order", "order = 2", func() (any, error) { return packed.Pack(dst, l, x(9), 2, 1) }},
		{"Pack: huge width", "lengths[0] = 2", func() (any, error) { return packed.Pack(dst, l, nil, bf, huge) }},
		{"Unpack: size", "rows has 4 elements: want 5 rows of width 1", func() (any, error) { return packed.Unpack(dst, l, x(4), bf, 1, 0, 0) }},
		{"Unpack: total length", "totalLength = 2", func() (any, error) { return packed.Unpack(dst, l, x(5), bf, 1, 0, 2) }},
		{"Unpack: negative total length", "totalLength = -1", func() (any, error) { return packed.Unpack(dst, l, x(5), bf, 1, 0, -1) }},
		{"Unpack: huge total length", "totalLength", func() (any, error) { return packed.Unpack(dst, l, x(5), bf, 1, 0, huge) }},
		{"Unpack: huge width", "rows has 0 elements", func() (any, error) { return packed.Unpack(dst, l, nil, bf, huge/4, 0, 0) }},
		{"Unpack: many rows", "totalLength = 134217728 for 16 sequences", func() (any, error) {
			return packed.Unpack(dst, must(packed.NewLayout(x(16)))(t), nil, bf, 1, 0, 1<<27)
		}},
		{"Unpack: one long sequence", "the longest length, 1048576 for 2049 sequences", func() (any, error) {
			return packed.Unpack(dst, must(packed.NewLayout(append(x(2048), 1<<20)))(t), nil, bf, 1, 0, 0)
		}},
		{"Unpack: no rows, huge width", "more than", func() (any, error) {
			return packed.Unpack(dst, must(packed.NewLayout(slice{0, 0}))(t), nil, bf, huge/2, 0, 3)
		}},
		{"Reverse: size", "rows has 6 elements", func() (any, error) { return packed.Reverse(dst, l, x(6), 1) }},
		{"ReversePadded: length", "lengths[1] = 3: beyond the 2 steps", func() (any, error) { return packed.ReversePadded(dst, x(4), slice{1, 3}, bf, 1, 0, 0) }},
		{"ReversePadded: negative length", "lengths[1] = -3", func() (any, error) { return packed.ReversePadded(dst, x(4), slice{1, -3}, bf, 1, 0, 0) }},
		{"ReversePadded: side", "side = 5", func() (any, error) { return packed.ReversePadded(dst, x(4), slice{1, 2}, bf, 1, 0, 5) }},
		{"SortStates: size", "states has 4 elements", func() (any, error) { return packed.SortStates(dst, l, x(4), 1) }},
		{"UnsortStates: huge width", "states has 4 elements", func() (any, error) { return packed.UnsortStates(dst, l, x(4), huge) }},
		{"LastRows: size", "rows has 0 elements", func() (any, error) { return packed.LastRows(dst, l, nil, 1, 0) }},
		{"LastRowsBackward: size", "dlast has 2 elements", func() (any, error) { return packed.LastRowsBackward(dst, l, x(2), 1) }},
		{"FirstRowsBackward: size", "dfirst has 2 elements", func() (any, error) { return packed.FirstRowsBackward(dst, l, x(2), 1) }},

		{"SequenceLengths", "sequences[1] has 3 elements", func() (any, error) { return packed.SequenceLengths(dst, lists(2, 3), 2) }},
		{"SequenceLengths: width 0", "sequences[0] has 2 elements", func() (any, error) { return packed.SequenceLengths(dst, lists(2, 3), 0) }},
		{"PackSequences: count", "2 sequences: want 3", func() (any, error) { return packed.PackSequences(dst, l, lists(2, 0), 1) }},
		{"PackSequences: size", "sequences[2] has 2 elements: want lengths[2] = 3", func() (any, error) { return packed.PackSequences(dst, l, lists(2, 0, 2), 1) }},
		{"UnpackSequences: size", "rows has 4 elements", func() (any, error) { return packed.UnpackSequences(dstList, l, x(4), 1) }},
		{"PadSequences: size", "sequences[0] has 3 elements", func() (any, error) { return packed.PadSequences(dst, lists(3), bf, 2, 0, 0, 0) }},
		{"PadSequences: side", "side = -1", func() (any, error) { return packed.PadSequences(dst, lists(3), bf, 1, 0, -1, 0) }},
		{"PadSequences: total length", "totalLength = 2", func() (any, error) { return packed.PadSequences(dst, lists(3), bf, 1, 0, 0, 2) }},
		{"UnpadSequences: length", "lengths[0] = 3: beyond the 2 steps", func() (any, error) { return packed.UnpadSequences(dstList, x(4), slice{3, 1}, tf, 1, 0) }},

		{"nil: Reset", "nil", func() (any, error) { return nil, (*packed.Layout)(nil).Reset(nil) }},
		{"nil: Pack", "nil", func() (any, error) { return packed.Pack(dst, nil, x(1), bf, 1) }},
		{"nil: Unpack", "nil", func() (any, error) { return packed.Unpack(dst, nil, x(1), bf, 1, 0, 0) }},
		{"nil: Reverse", "nil", func() (any, error) { return packed.Reverse(dst, nil, x(1), 1) }},
		{"nil: SortStates", "nil", func() (any, error) { return packed.SortStates(dst, nil, x(1), 1) }},
		{"nil: FirstRowIndices", "nil", func() (any, error) { return packed.FirstRowIndices(dst, nil) }},
		{"nil: LastRowIndices", "nil", func() (any, error) { return packed.LastRowIndices(dst, nil) }},
		{"nil: FirstRows", "nil", func() (any, error) { return packed.FirstRows(dst, nil, x(1), 1, 0) }},
		{"nil: FirstRowsBackward", "nil", func() (any, error) { return packed.FirstRowsBackward(dst, nil, x(1), 1) }},
		{"nil: PackSequences", "nil", func() (any, error) { return packed.PackSequences(dst, nil, nil, 1) }},
		{"nil: UnpackSequences", "nil", func() (any, error) { return packed.UnpackSequences(dstList, nil, x(1), 1) }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.run()
			if err == nil || !strings.HasPrefix(err.Error(), "packed: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			equal(t, "dst", dst, slice{11, 12, 13})
			equal(t, "dst list", dstList, [][]int{{21, 22}, {23}})
		})
	}

	if err := l.Reset(slice{1, -1}); err == nil {
		t.Error("Reset: no error")
	}
	equal(t, "Lengths after a failed Reset", l.Lengths(), slice{2, 0, 3})
}
