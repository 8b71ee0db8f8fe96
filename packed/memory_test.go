package packed_test

import (
	"math"
	"testing"

	"github.com/packedlstm/packedlstm/packed"
)

// TestAllocationsAcrossBatches: batches no larger than those seen allocate nothing.
func TestAllocationsAcrossBatches(t *testing.T) {
	const width, steps = 3, 12
	batches := [][]int{{9, 9, 2, 0, 7}, {1, 2, 3}, {0, 0}, {9, 1, 1, 1, 1}}
	var l packed.Layout
	var rows, padded, reversed, states, ends []float32
	var list [][]float32
	var indices, lengths []int
	h := make([]float32, 2*5*width)
	run := func() {
		for _, batch := range batches {
			check := func(err error) {
				if err != nil {
					t.Fatal(err)
				}
			}
			check(l.Reset(batch))
			rows = resize(rows, l.Rows()*width)
			var err error
			for _, order := range orders {
				padded, err = packed.Unpack(padded, &l, rows, order, width, 1, steps)
				check(err)
				rows, err = packed.Pack(rows, &l, padded, order, width)
				check(err)
				reversed, err = packed.ReversePadded(reversed, padded, batch, order, width, 0, packed.Right)
				check(err)
				list, err = packed.UnpadSequences(list, padded, batch, order, width, packed.Right)
				check(err)
				padded, err = packed.PadSequences(padded, list, order, width, 0, packed.Left, steps)
				check(err)
			}
			reversed, err = packed.Reverse(reversed, &l, rows, width)
			check(err)
			list, err = packed.UnpackSequences(list, &l, rows, width)
			check(err)
			lengths, err = packed.SequenceLengths(lengths, list, width)
			check(err)
			rows, err = packed.PackSequences(rows, &l, list, width)
			check(err)
			states, err = packed.SortStates(states, &l, h[:2*len(batch)*width], width)
			check(err)
			ends, err = packed.LastRows(ends, &l, rows, width, 0)
			check(err)
			rows, err = packed.LastRowsBackward(rows, &l, ends, width)
			check(err)
			indices, err = packed.LastRowIndices(indices, &l)
			check(err)
			indices, err = packed.InvertPermutation(indices, l.SortedIndices())
			check(err)
		}
	}
	run() // the buffers grow
	if n := testing.AllocsPerRun(5, run); n != 0 {
		t.Errorf("%v allocations a run", n)
	}
}

func resize(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

// TestPaddingIsNotRead: NaN in the padding reaches no result.
func TestPaddingIsNotRead(t *testing.T) {
	nan := float32(math.NaN())
	lengths := []int{2, 0, 5, 3}
	l := must(packed.NewLayout(lengths))(t)
	rows := upstream(l.Rows() * 2)
	noNaN := func(name string, s []float32) {
		t.Helper()
		for i, v := range s {
			if v != v {
				t.Errorf("%s: [%d] is NaN", name, i)
			}
		}
	}
	for _, order := range orders {
		padded := must(packed.Unpack(nil, l, rows, order, 2, nan, 7))(t)
		equal(t, "Pack", must(packed.Pack(nil, l, padded, order, 2))(t), rows)
		noNaN("ReversePadded", must(packed.ReversePadded(nil, padded, lengths, order, 2, 0, packed.Right))(t))
		for _, s := range must(packed.UnpadSequences(nil, padded, lengths, order, 2, packed.Right))(t) {
			noNaN("UnpadSequences", s)
		}
	}
}

// TestElementTypes: any type moves, here a struct.
func TestElementTypes(t *testing.T) {
	type token struct {
		id   int
		text string
	}
	l := must(packed.NewLayout([]int{1, 2}))(t)
	padded := []token{{1, "a"}, {}, {2, "b"}, {3, "c"}}
	rows := must(packed.Pack(nil, l, padded, packed.BatchFirst, 1))(t)
	equal(t, "Pack", rows, []token{{2, "b"}, {1, "a"}, {3, "c"}})
	equal(t, "Unpack", must(packed.Unpack(nil, l, rows, packed.BatchFirst, 1, token{}, 0))(t), padded)
}
