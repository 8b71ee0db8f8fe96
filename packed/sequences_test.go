package packed_test

import (
	"testing"

	"github.com/packedlstm/packedlstm/packed"
)

func TestSequences(t *testing.T) {
	forEach(t, func(t *testing.T, l *packed.Layout, order packed.Order, width, steps int) {
		lengths, list := l.Lengths(), naiveSequences(l.Lengths(), width)
		rows := naiveRows(lengths, width, forward)
		equal(t, "PackSequences", must(packed.PackSequences(dirty(), l, list, width))(t), rows)
		equalLists(t, "UnpackSequences", must(packed.UnpackSequences(nil, l, rows, width))(t), list)
		old := [][]int{dirty(), {1}, nil, {2, 3}}
		equalLists(t, "UnpackSequences into dst", must(packed.UnpackSequences(old[:1], l, rows, width))(t), list)
		if width > 0 {
			equal(t, "SequenceLengths", must(packed.SequenceLengths(dirty(), list, width))(t), lengths)
		} else {
			steps = 0 // lists of width 0 have no lengths
		}

		for _, side := range sides {
			padded := naivePadded(lengths, order, steps, width, hole, side, forward)
			equal(t, "PadSequences", must(packed.PadSequences(dirty(), list, order, width, hole, side, steps))(t), padded)
			equalLists(t, "UnpadSequences", must(packed.UnpadSequences(nil, padded, lengths, order, width, side))(t), list)
			equalLists(t, "PadSequencesBackward", must(packed.PadSequencesBackward([][]int{dirty()}, padded, lengths, order, width, side))(t), list)
			dpadded := naivePadded(lengths, order, steps, width, 0, side, forward)
			equal(t, "UnpadSequencesBackward", must(packed.UnpadSequencesBackward(dirty(), list, order, width, side, steps))(t), dpadded)
		}
	})
}
