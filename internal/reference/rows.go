package reference

import "sort"

// PackedOrder returns which time step of which sequence each packed row holds:
// time steps in order, and within one the sequences that reach it by descending
// length, equal lengths in the caller's order. It is the row order of
// torch.nn.utils.rnn.PackedSequence.data.
//
//	lengths 2, 0, 3   ->   sequence  2 0 | 2 0 | 2
//	                       time      0 0 | 1 1 | 2
func PackedOrder(lengths []int) (sequence, time []int) {
	sorted := make([]int, len(lengths))
	longest := 0
	for b, n := range lengths {
		sorted[b] = b
		longest = max(longest, n)
	}
	sort.SliceStable(sorted, func(i, j int) bool { return lengths[sorted[i]] > lengths[sorted[j]] })
	for t := range longest {
		for _, b := range sorted {
			if t < lengths[b] {
				sequence, time = append(sequence, b), append(time, t)
			}
		}
	}
	return sequence, time
}

// PackRows returns the packed rows [N, width], N = the sum of the lengths, of a
// list of sequences of rows of width elements.
func PackRows(sequences [][]float64, width int) []float64 {
	lengths := make([]int, len(sequences))
	for b, s := range sequences {
		lengths[b] = len(s) / width
		checkLength("a sequence", len(s), lengths[b]*width)
	}
	var rows []float64
	sequence, time := PackedOrder(lengths)
	for row, b := range sequence {
		t := time[row]
		rows = append(rows, sequences[b][t*width:(t+1)*width]...)
	}
	return rows
}

// SplitRows returns the sequences whose packed rows [N, width] are given: the
// inverse of PackRows.
func SplitRows[E float32 | float64](rows []E, lengths []int, width int) [][]float64 {
	sequence, time := PackedOrder(lengths)
	checkLength("rows", len(rows), len(sequence)*width)
	sequences := make([][]float64, len(lengths))
	for b, n := range lengths {
		sequences[b] = make([]float64, n*width)
	}
	for row, b := range sequence {
		for j := range width {
			sequences[b][time[row]*width+j] = float64(rows[row*width+j])
		}
	}
	return sequences
}

// SplitPadded returns the sequences of a padded batch-first tensor [B, T, width],
// T = the longest length or more; what lies beyond a sequence's length is not read.
func SplitPadded[E float32 | float64](padded []E, lengths []int, width int) [][]float64 {
	sequences := make([][]float64, len(lengths))
	for b, n := range lengths {
		stride := len(padded) / len(lengths)
		sequences[b] = make([]float64, n*width)
		for i := range sequences[b] {
			sequences[b][i] = float64(padded[b*stride+i])
		}
	}
	return sequences
}

// Widen returns x in float64, exactly; nil stays nil.
func Widen(x []float32) []float64 {
	if x == nil {
		return nil
	}
	wide := make([]float64, len(x))
	for i, v := range x {
		wide[i] = float64(v)
	}
	return wide
}
