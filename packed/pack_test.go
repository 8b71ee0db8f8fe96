package packed_test

import (
	"testing"

	"github.com/packedlstm/packedlstm/packed"
)

// dirty returns a slice of other contents, longer than any result, as dst.
func dirty() []int {
	s := make([]int, 2000)
	for i := range s {
		s[i] = -99
	}
	return s
}

func TestPackUnpack(t *testing.T) {
	forEach(t, func(t *testing.T, l *packed.Layout, order packed.Order, width, steps int) {
		rows := naiveRows(l.Lengths(), width, forward)
		padded := naivePadded(l.Lengths(), order, steps, width, hole, packed.Right, forward)

		equal(t, "Pack", must(packed.Pack(nil, l, padded, order, width))(t), rows)
		equal(t, "Pack into dst", must(packed.Pack(dirty(), l, padded, order, width))(t), rows)
		equal(t, "Unpack", must(packed.Unpack(nil, l, rows, order, width, hole, steps))(t), padded)
		equal(t, "Unpack into dst", must(packed.Unpack(dirty(), l, rows, order, width, hole, steps))(t), padded)

		dpadded := naivePadded(l.Lengths(), order, steps, width, 0, packed.Right, forward)
		equal(t, "PackBackward", must(packed.PackBackward(dirty(), l, rows, order, width, steps))(t), dpadded)
		equal(t, "UnpackBackward", must(packed.UnpackBackward(dirty(), l, padded, order, width))(t), rows)

		short := naivePadded(l.Lengths(), order, l.Steps(), width, hole, packed.Right, forward)
		equal(t, "Unpack to the longest", must(packed.Unpack(dirty(), l, rows, order, width, hole, 0))(t), short)
	})
}

func TestReverse(t *testing.T) {
	forEach(t, func(t *testing.T, l *packed.Layout, order packed.Order, width, steps int) {
		back := func(b, t int) int { return l.Lengths()[b] - 1 - t }
		rows, reversed := naiveRows(l.Lengths(), width, forward), naiveRows(l.Lengths(), width, back)
		equal(t, "Reverse", must(packed.Reverse(dirty(), l, rows, width))(t), reversed)
		equal(t, "rows after Reverse", rows, naiveRows(l.Lengths(), width, forward))
		equal(t, "Reverse in place", must(packed.Reverse(rows, l, rows, width))(t), reversed)
		equal(t, "Reverse twice", must(packed.Reverse(rows, l, rows, width))(t), naiveRows(l.Lengths(), width, forward))

		for _, side := range sides {
			padded := naivePadded(l.Lengths(), order, steps, width, hole, side, forward)
			want := naivePadded(l.Lengths(), order, steps, width, 5, side, back)
			equal(t, "ReversePadded", must(packed.ReversePadded(dirty(), padded, l.Lengths(), order, width, 5, side))(t), want)
			equal(t, "ReversePadded in place", must(packed.ReversePadded(padded, padded, l.Lengths(), order, width, 5, side))(t), want)
		}
	})
}

func TestStates(t *testing.T) {
	for _, lengths := range lengthsCases() {
		l := must(packed.NewLayout(lengths))(t)
		for _, width := range []int{0, 1, 3} {
			for _, blocks := range []int{0, 1, 4} {
				var states, sorted []int
				for m := range blocks {
					for b := range lengths {
						for x := range width {
							states = append(states, value(b, m, x))
							sorted = append(sorted, value(newNaiveLayout(lengths).sorted[b], m, x))
						}
					}
				}
				equal(t, "SortStates", must(packed.SortStates(dirty(), l, states, width))(t), sorted)
				equal(t, "UnsortStates", must(packed.UnsortStates(dirty(), l, sorted, width))(t), states)
			}
		}
	}
}

func TestEndRows(t *testing.T) {
	for _, lengths := range lengthsCases() {
		l, naive := must(packed.NewLayout(lengths))(t), newNaiveLayout(lengths)
		for _, width := range []int{0, 1, 3} {
			rows := naiveRows(lengths, width, forward)
			var first, last []int
			firstRows, lastRows := []int{}, []int{}
			dfirst, dlast := make([]int, len(rows)), make([]int, len(rows))
			for b, n := range lengths {
				if n == 0 {
					first, last = append(first, -1), append(last, -1)
				} else {
					first, last = append(first, naive.row(b, 0)), append(last, naive.row(b, n-1))
				}
				for x := range width {
					if n == 0 {
						firstRows, lastRows = append(firstRows, hole), append(lastRows, hole)
						continue
					}
					firstRows, lastRows = append(firstRows, value(b, 0, x)), append(lastRows, value(b, n-1, x))
					dfirst[naive.row(b, 0)*width+x] = value(b, 0, x)
					dlast[naive.row(b, n-1)*width+x] = value(b, n-1, x)
				}
			}
			equal(t, "FirstRowIndices", must(packed.FirstRowIndices(dirty(), l))(t), first)
			equal(t, "LastRowIndices", must(packed.LastRowIndices(dirty(), l))(t), last)
			equal(t, "FirstRows", must(packed.FirstRows(dirty(), l, rows, width, hole))(t), firstRows)
			equal(t, "LastRows", must(packed.LastRows(dirty(), l, rows, width, hole))(t), lastRows)
			equal(t, "FirstRowsBackward", must(packed.FirstRowsBackward(dirty(), l, firstRows, width))(t), dfirst)
			equal(t, "LastRowsBackward", must(packed.LastRowsBackward(dirty(), l, lastRows, width))(t), dlast)
		}
	}
}
