package packed_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/packed"
)

func TestLayout(t *testing.T) {
	var reused packed.Layout
	for _, lengths := range lengthsCases() {
		t.Run(fmt.Sprint(lengths), func(t *testing.T) {
			l, naive := must(packed.NewLayout(lengths))(t), newNaiveLayout(lengths)
			equal(t, "Lengths", l.Lengths(), lengths)
			equal(t, "BatchSizes", l.BatchSizes(), naive.batchSizes)
			equal(t, "Offsets", l.Offsets(), naive.offsets)
			equal(t, "SortedIndices", l.SortedIndices(), naive.sorted)
			equal(t, "UnsortedIndices", l.UnsortedIndices(), naive.unsorted)
			if l.Batch() != len(lengths) || l.Steps() != longest(lengths) || l.Rows() != naive.offsets[l.Steps()] {
				t.Errorf("Batch, Steps, Rows = %d, %d, %d", l.Batch(), l.Steps(), l.Rows())
			}
			if err := reused.Reset(lengths); err != nil {
				t.Fatal(err)
			}
			equal(t, "Offsets after Reset", reused.Offsets(), l.Offsets())
			equal(t, "SortedIndices after Reset", reused.SortedIndices(), l.SortedIndices())
			again := must(packed.NewLayoutFromBatchSizes(l.BatchSizes(), l.SortedIndices()))(t)
			equal(t, "Lengths from batch sizes", again.Lengths(), lengths)
			equal(t, "UnsortedIndices from batch sizes", again.UnsortedIndices(), l.UnsortedIndices())

			_, err := packed.NewSortedLayout(lengths)
			if sorted := reflect.DeepEqual(l.SortedIndices(), l.UnsortedIndices()) && isIdentity(l.SortedIndices()); sorted != (err == nil) {
				t.Errorf("NewSortedLayout: %v, descending %v", err, sorted)
			}
		})
	}
}

func isIdentity(s []int) bool {
	for i, p := range s {
		if i != p {
			return false
		}
	}
	return true
}

func TestNewLayoutFromBatchSizesIdentity(t *testing.T) {
	l := must(packed.NewLayoutFromBatchSizes([]int{3, 2, 2, 1}, nil))(t)
	equal(t, "Lengths", l.Lengths(), []int{4, 3, 1})
	l = must(packed.NewLayoutFromBatchSizes([]int{2, 1}, []int{3, 0, 2, 1}))(t)
	equal(t, "Lengths with empty sequences", l.Lengths(), []int{1, 0, 0, 2})
}

// TestResetOwnView: Reset takes a view of the layout itself as lengths.
func TestResetOwnView(t *testing.T) {
	views := map[string]func(l *packed.Layout) []int{
		"Lengths": (*packed.Layout).Lengths, "BatchSizes": (*packed.Layout).BatchSizes, "Offsets": (*packed.Layout).Offsets,
		"SortedIndices": (*packed.Layout).SortedIndices, "UnsortedIndices": (*packed.Layout).UnsortedIndices,
		"a part of Lengths": func(l *packed.Layout) []int { return l.Lengths()[1:] },
	}
	for name, view := range views {
		for _, lengths := range [][]int{{3, 1}, {5, 0, 3, 9}, {1, 2, 3, 5, 7}} {
			l := must(packed.NewLayout(lengths))(t)
			want := slices.Clone(view(l))
			if err := l.Reset(view(l)); err != nil {
				t.Fatal(name, err)
			}
			if fresh := must(packed.NewLayout(want))(t); !reflect.DeepEqual(l, fresh) {
				t.Errorf("Reset of its %s %v = %+v, want %+v", name, want, l, fresh)
			}
		}
	}
}

// TestZeroLayout: the zero Layout is a batch of no sequence, and nil gives zeros.
func TestZeroLayout(t *testing.T) {
	for _, l := range []*packed.Layout{nil, new(packed.Layout)} {
		if l.Rows() != 0 || l.Batch() != 0 || l.Steps() != 0 || len(l.Lengths()) != 0 || len(l.BatchSizes()) != 0 ||
			len(l.Offsets()) != 0 || len(l.SortedIndices()) != 0 || len(l.UnsortedIndices()) != 0 {
			t.Errorf("%v is not empty", l)
		}
	}
	var l packed.Layout
	for _, order := range orders {
		equal(t, "Pack", must(packed.Pack(nil, &l, []int{}, order, 3))(t), nil)
		equal(t, "Unpack", must(packed.Unpack(nil, &l, []int{}, order, 3, 1, 5))(t), nil)
	}
	equal(t, "Reverse", must(packed.Reverse(nil, &l, []int{}, 3))(t), nil)
	equal(t, "LastRows", must(packed.LastRows(nil, &l, []int{}, 3, 1))(t), nil)
	equal(t, "SortStates", must(packed.SortStates(nil, &l, []int{}, 3))(t), nil)
	equal(t, "UnpackSequences", must(packed.UnpackSequences(nil, &l, []int{}, 3))(t), nil)
}
