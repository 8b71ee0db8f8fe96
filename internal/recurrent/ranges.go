package recurrent

import (
	"slices"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/packed"
)

// rowRange is a contiguous range [first, end) of the sorted sequences.
type rowRange struct{ first, end int }

// splitRows cuts the sorted sequences into count ranges with about the same number
// of tokens each; sequences without tokens fall to the last range. Ranges may be
// empty.
func splitRows(ranges []rowRange, l *packed.Layout, count int) []rowRange {
	ranges = memory.Resize(ranges, count)
	lengths, sorted := l.Lengths(), l.SortedIndices()
	row, tokens := 0, 0
	for i := range ranges {
		ranges[i].first = row
		goal := (l.Rows()*(i+1) + count/2) / count
		for row < len(sorted) && (i == count-1 || tokens+lengths[sorted[row]]/2 < goal) {
			tokens += lengths[sorted[row]]
			row++
		}
		ranges[i].end = row
	}
	return ranges
}

// withRows returns the ranges that have rows, or one that has none: no worker need be
// called for nothing.
func withRows(ranges []rowRange) []rowRange {
	filled := slices.DeleteFunc(ranges, func(r rowRange) bool { return r.first >= r.end })
	return ranges[:max(len(filled), 1)]
}

// live returns how many rows of the range take part in step t.
func (r rowRange) live(l *packed.Layout, t int) int {
	return max(0, min(l.BatchSizes()[t], r.end)-r.first)
}

// steps returns the length of the range's longest sequence.
func (r rowRange) steps(l *packed.Layout) int {
	if r.first >= r.end {
		return 0
	}
	return l.Lengths()[l.SortedIndices()[r.first]]
}
