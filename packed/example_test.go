package packed_test

import (
	"fmt"

	"github.com/packedlstm/packedlstm/packed"
)

func ExampleNewLayout() {
	l, err := packed.NewLayout([]int{2, 4, 0, 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(l.Batch(), "sequences,", l.Steps(), "steps,", l.Rows(), "rows")
	fmt.Println(l.BatchSizes(), l.Offsets())
	fmt.Println(l.SortedIndices(), l.UnsortedIndices())
	// Output:
	// 4 sequences, 4 steps, 7 rows
	// [3 2 1 1] [0 3 5 6 7]
	// [1 0 3 2] [1 0 3 2]
}

func ExampleNewSortedLayout() {
	_, err := packed.NewSortedLayout([]int{2, 4})
	fmt.Println(err)
	// Output: packed: lengths[1] = 4 after lengths[0] = 2: want descending order, or NewLayout
}

func ExampleNewLayoutFromBatchSizes() {
	l, _ := packed.NewLayoutFromBatchSizes([]int{3, 2, 1}, []int{2, 0, 1})
	fmt.Println(l.Lengths())
	// Output: [2 1 3]
}

func ExampleLayout_Reset() {
	var l packed.Layout
	for _, lengths := range [][]int{{3, 5, 2}, {1, 4}} {
		if err := l.Reset(lengths); err != nil { // the second batch allocates nothing
			fmt.Println(err)
		}
		fmt.Println(l.BatchSizes())
	}
	// Output:
	// [3 3 2 1 1]
	// [2 1 1 1]
}

// The example of torch.nn.utils.rnn.pad_packed_sequence.
func ExamplePack() {
	padded := []int{
		1, 2, 0,
		3, 0, 0,
		4, 5, 6,
	}
	l, _ := packed.NewLayout([]int{2, 1, 3})
	rows, _ := packed.Pack(nil, l, padded, packed.BatchFirst, 1)
	fmt.Println(rows, l.BatchSizes(), l.SortedIndices(), l.UnsortedIndices())
	// Output: [4 1 3 5 2 6] [3 2 1] [2 0 1] [1 2 0]
}

func ExampleUnpack() {
	l, _ := packed.NewLayout([]int{2, 1, 3})
	rows := []int{4, 1, 3, 5, 2, 6}
	padded, _ := packed.Unpack(nil, l, rows, packed.BatchFirst, 1, -1, 4)
	for b := range l.Batch() {
		fmt.Println(padded[4*b : 4*b+4])
	}
	// Output:
	// [1 2 -1 -1]
	// [3 -1 -1 -1]
	// [4 5 6 -1]
}

func ExamplePackBackward() {
	l, _ := packed.NewLayout([]int{1, 2})
	dpadded, _ := packed.PackBackward(nil, l, []float32{1, 2, 3}, packed.BatchFirst, 1, 3)
	fmt.Println(dpadded)
	// Output: [2 0 0 1 3 0]
}

func ExampleUnpackBackward() {
	l, _ := packed.NewLayout([]int{1, 2})
	drows, _ := packed.UnpackBackward(nil, l, []float32{2, 9, 1, 3}, packed.BatchFirst, 1)
	fmt.Println(drows) // 9 is padding's
	// Output: [1 2 3]
}

// The example of torch.nn.utils.rnn.pack_sequence, in another order.
func ExamplePackSequences() {
	sequences := [][]int{{6}, {1, 2, 3}, {4, 5}}
	lengths, _ := packed.SequenceLengths(nil, sequences, 1)
	l, _ := packed.NewLayout(lengths)
	rows, _ := packed.PackSequences(nil, l, sequences, 1)
	fmt.Println(rows)
	// Output: [1 4 6 2 5 3]
}

func ExampleUnpackSequences() {
	l, _ := packed.NewLayout([]int{1, 3, 2})
	sequences, _ := packed.UnpackSequences(nil, l, []int{1, 4, 6, 2, 5, 3}, 1)
	fmt.Println(sequences)
	// Output: [[6] [1 2 3] [4 5]]
}

func ExamplePadSequences() {
	sequences := [][]string{{"g", "o"}, {"a"}}
	right, _ := packed.PadSequences(nil, sequences, packed.BatchFirst, 1, "_", packed.Right, 3)
	left, _ := packed.PadSequences(nil, sequences, packed.BatchFirst, 1, "_", packed.Left, 3)
	fmt.Println(right)
	fmt.Println(left)
	// Output:
	// [g o _ a _ _]
	// [_ g o _ _ a]
}

func ExampleUnpadSequences() {
	padded := []string{"g", "a", "o", "_"}
	sequences, _ := packed.UnpadSequences(nil, padded, []int{2, 1}, packed.TimeFirst, 1, packed.Right)
	fmt.Println(sequences)
	_, err := packed.UnpadSequences(nil, padded, []int{2, 3}, packed.TimeFirst, 1, packed.Right)
	fmt.Println(err)
	// Output:
	// [[g o] [a]]
	// packed: lengths[1] = 3: beyond the 2 steps of padded
}

func ExampleReverse() {
	l, _ := packed.NewLayout([]int{1, 3, 2})
	rows := []int{1, 4, 6, 2, 5, 3}
	rows, _ = packed.Reverse(rows, l, rows, 1)
	sequences, _ := packed.UnpackSequences(nil, l, rows, 1)
	fmt.Println(sequences)
	// Output: [[6] [3 2 1] [5 4]]
}

func ExampleReversePadded() {
	padded := []int{1, 2, 0, 3, 4, 5}
	reversed, _ := packed.ReversePadded(nil, padded, []int{2, 3}, packed.BatchFirst, 1, 0, packed.Right)
	fmt.Println(reversed)
	// Output: [2 1 0 5 4 3]
}

func ExampleSortStates() {
	l, _ := packed.NewLayout([]int{1, 3, 2})
	h0 := []string{"h of 1", "h of 3", "h of 2"}
	sorted, _ := packed.SortStates(nil, l, h0, 1)
	again, _ := packed.UnsortStates(nil, l, sorted, 1)
	fmt.Printf("%q\n%q\n", sorted, again)
	// Output:
	// ["h of 3" "h of 2" "h of 1"]
	// ["h of 1" "h of 3" "h of 2"]
}

func ExampleInvertPermutation() {
	inverse, _ := packed.InvertPermutation(nil, []int{2, 0, 3, 1})
	fmt.Println(inverse)
	// Output: [1 3 0 2]
}

func ExampleLastRows() {
	l, _ := packed.NewLayout([]int{1, 3, 0})
	rows := []string{"b0", "a0", "b1", "b2"}
	last, _ := packed.LastRows(nil, l, rows, 1, "none")
	indices, _ := packed.LastRowIndices(nil, l)
	fmt.Println(last, indices)
	// Output: [a0 b2 none] [1 3 -1]
}
