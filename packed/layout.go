package packed

import (
	"fmt"
	"math"
	"slices"
)

// maxRows bounds the rows and steps of a layout, so that hostile lengths are an
// error instead of an allocation without end.
const maxRows = math.MaxInt32

// Layout is PyTorch's packed-sequence layout of one batch: sequences sorted by
// descending length, stored time step by time step, without padding. A Layout
// must not be used while Reset runs; otherwise any number of goroutines may read it.
type Layout struct {
	lengths         []int // [B] the caller's order
	batchSizes      []int // [T]
	offsets         []int // [T+1]
	sortedIndices   []int // [B] sorted position -> caller's index
	unsortedIndices []int // [B] caller's index -> sorted position
}

// NewLayout returns the layout of sequences of the given lengths, in any order;
// zero is a legal length, and so is no sequence at all. Equal lengths keep their
// order. (torch.nn.utils.rnn.pack_padded_sequence with enforce_sorted=False.) A
// negative length or a sum beyond 2^31-1 is an error.
func NewLayout(lengths []int) (*Layout, error) {
	l := new(Layout)
	if err := l.Reset(lengths); err != nil {
		return nil, err
	}
	return l, nil
}

// NewSortedLayout is NewLayout for lengths in descending order already; any other
// order is an error (enforce_sorted=True).
func NewSortedLayout(lengths []int) (*Layout, error) {
	for i := 1; i < len(lengths); i++ {
		if lengths[i] > lengths[i-1] {
			return nil, fmt.Errorf("packed: lengths[%d] = %d after lengths[%d] = %d: want descending order, or NewLayout",
				i, lengths[i], i-1, lengths[i-1])
		}
	}
	return NewLayout(lengths)
}

// NewLayoutFromBatchSizes returns the layout with the given batch sizes, positive
// and not increasing. sortedIndices [B], B >= batchSizes[0], tells the caller's
// index of each sorted position; nil stands for 0, 1, 2, ... Positions beyond
// batchSizes[0] are sequences of length 0. (torch.nn.utils.rnn.PackedSequence.)
func NewLayoutFromBatchSizes(batchSizes, sortedIndices []int) (*Layout, error) {
	rows, first := 0, 0
	if len(batchSizes) > 0 {
		first = batchSizes[0]
	}
	for t, n := range batchSizes {
		if n <= 0 {
			return nil, fmt.Errorf("packed: batchSizes[%d] = %d: want > 0", t, n)
		}
		if t > 0 && n > batchSizes[t-1] {
			return nil, fmt.Errorf("packed: batchSizes[%d] = %d after batchSizes[%d] = %d: want no increase", t, n, t-1, batchSizes[t-1])
		}
		if rows += n; n > maxRows || rows > maxRows {
			return nil, fmt.Errorf("packed: batchSizes[%d] = %d: more than %d rows in all", t, n, maxRows)
		}
	}
	if sortedIndices == nil {
		sortedIndices = make([]int, first)
		for i := range sortedIndices {
			sortedIndices[i] = i
		}
	}
	if len(sortedIndices) < first {
		return nil, fmt.Errorf("packed: %d sortedIndices for batchSizes[0] = %d: want at least as many", len(sortedIndices), first)
	}
	l := &Layout{
		lengths:         make([]int, len(sortedIndices)),
		batchSizes:      slices.Clone(batchSizes),
		sortedIndices:   slices.Clone(sortedIndices),
		unsortedIndices: make([]int, len(sortedIndices)),
	}
	for i := range l.unsortedIndices {
		l.unsortedIndices[i] = -1
	}
	for k, b := range sortedIndices {
		if b < 0 || b >= len(sortedIndices) {
			return nil, fmt.Errorf("packed: sortedIndices[%d] = %d: want 0 to %d", k, b, len(sortedIndices)-1)
		}
		if other := l.unsortedIndices[b]; other >= 0 {
			return nil, fmt.Errorf("packed: sortedIndices[%d] = %d, as sortedIndices[%d]: want a permutation", k, b, other)
		}
		l.unsortedIndices[b] = k
	}
	for _, n := range batchSizes {
		for k := range n {
			l.lengths[sortedIndices[k]]++
		}
	}
	l.setOffsets()
	return l, nil
}

// Reset makes l the layout of other lengths, as NewLayout does, in the memory it
// has where that suffices. On an error l is unchanged. The slices that l's methods
// returned before are overwritten. lengths is copied.
func (l *Layout) Reset(lengths []int) error {
	rows, steps := 0, 0
	for i, n := range lengths {
		if n < 0 {
			return fmt.Errorf("packed: lengths[%d] = %d: want >= 0", i, n)
		}
		if n > maxRows-rows {
			return fmt.Errorf("packed: lengths[%d] = %d: more than %d rows in all", i, n, maxRows)
		}
		rows += n
		steps = max(steps, n)
	}
	l.lengths = append(l.lengths[:0], lengths...)
	l.batchSizes = resize(l.batchSizes, steps)
	clear(l.batchSizes)
	for _, n := range lengths {
		if n > 0 {
			l.batchSizes[n-1]++ // sequences that end with step n-1
		}
	}
	for t := steps - 2; t >= 0; t-- {
		l.batchSizes[t] += l.batchSizes[t+1]
	}
	l.sortStable()
	l.setOffsets()
	return nil
}

// sortStable fills both permutations by counting: a sequence of length n stands
// behind the batchSizes[n] sequences that are longer.
func (l *Layout) sortStable() {
	batch := len(l.lengths)
	l.sortedIndices, l.unsortedIndices = resize(l.sortedIndices, batch), resize(l.unsortedIndices, batch)
	l.offsets = resize(l.offsets, len(l.batchSizes)+1)
	next := l.offsets // next free position of each length
	copy(next, l.batchSizes)
	next[len(l.batchSizes)] = 0
	for b, n := range l.lengths {
		k := next[n]
		next[n]++
		l.sortedIndices[k], l.unsortedIndices[b] = b, k
	}
}

// setOffsets derives the row offset of every step.
func (l *Layout) setOffsets() {
	l.offsets = resize(l.offsets, len(l.batchSizes)+1)
	l.offsets[0] = 0
	for t, n := range l.batchSizes {
		l.offsets[t+1] = l.offsets[t] + n
	}
}

func resize[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}

// Rows returns N, the number of packed rows: the sum of the lengths.
func (l *Layout) Rows() int { return l.offsets[len(l.batchSizes)] }

// Batch returns B, the number of sequences, those of length 0 among them.
func (l *Layout) Batch() int { return len(l.lengths) }

// Steps returns T, the length of the longest sequence.
func (l *Layout) Steps() int { return len(l.batchSizes) }

// Lengths returns the lengths [B] in the caller's order. Like the slices of the
// other methods it is l's own, to be read only, valid until Reset.
func (l *Layout) Lengths() []int { return l.lengths }

// BatchSizes returns, for each step [T], how many sequences are longer than it.
func (l *Layout) BatchSizes() []int { return l.batchSizes }

// Offsets returns the row at which each step begins, and N at the end: [T+1].
func (l *Layout) Offsets() []int { return l.offsets }

// SortedIndices returns the caller's index of each sorted position [B].
func (l *Layout) SortedIndices() []int { return l.sortedIndices }

// UnsortedIndices returns the sorted position of each of the caller's sequences [B].
func (l *Layout) UnsortedIndices() []int { return l.unsortedIndices }
