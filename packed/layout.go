package packed

import (
	"fmt"
	"math"
	"slices"
)

// maxRows bounds the rows and steps of a layout and the rows of a padded tensor, so
// that hostile lengths are an error instead of an allocation without end.
const maxRows = math.MaxInt32

// maxSteps bounds what one number makes a layout allocate: the steps of a length, and the
// sequences of a batch size without indices, to some gigabytes. What else a layout takes,
// the caller's slices take too.
const maxSteps = 1 << 27

// Layout is PyTorch's packed-sequence layout of one batch: sequences sorted by
// descending length, stored time step by time step, without padding. A Layout
// must not be used while Reset runs; otherwise any number of goroutines may read it.
// The zero Layout has no sequence; its slices are nil until Reset. Methods of a nil
// Layout return 0 or nil.
//
// A layout takes 8·(3·B + 2·T + 1) bytes for B sequences, the longest of T steps. It
// has at most 2^31-1 rows and, made from lengths, 2^27 steps, which is checked before
// anything is allocated.
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
// negative length, one beyond 2^27 or a sum beyond 2^31-1 is an error.
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
// index of each sorted position; nil stands for 0, 1, 2, ..., 2^27 at most. Positions beyond
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
		if n > maxRows-rows {
			return nil, fmt.Errorf("packed: batchSizes[%d] = %d: more than %d rows in all", t, n, maxRows)
		}
		rows += n
	}
	if sortedIndices == nil {
		if first > maxSteps {
			return nil, fmt.Errorf("packed: batchSizes[0] = %d without sortedIndices: want at most %d", first, maxSteps)
		}
		sortedIndices = make([]int, first)
		for i := range sortedIndices {
			sortedIndices[i] = i
		}
	}
	if len(sortedIndices) < first {
		return nil, fmt.Errorf("packed: %d sortedIndices for batchSizes[0] = %d: want at least as many", len(sortedIndices), first)
	}
	unsortedIndices, err := invertPermutation(nil, "sortedIndices", sortedIndices)
	if err != nil {
		return nil, err
	}
	l := &Layout{
		lengths:         make([]int, len(sortedIndices)),
		batchSizes:      slices.Clone(batchSizes),
		sortedIndices:   slices.Clone(sortedIndices),
		unsortedIndices: unsortedIndices,
	}
	known := 0 // sorted positions, the longest first, whose length is set
	for t := len(batchSizes); t > 0; t-- {
		for ; known < batchSizes[t-1]; known++ {
			l.lengths[sortedIndices[known]] = t
		}
	}
	l.setOffsets()
	return l, nil
}

// Reset makes l the layout of other lengths, as NewLayout does, in the memory it
// has where that suffices. On an error l is unchanged. The slices that l's methods
// returned before are overwritten. lengths is copied, and may be one of them.
func (l *Layout) Reset(lengths []int) error {
	if l == nil {
		return errNilLayout
	}
	rows, steps := 0, 0
	for i, n := range lengths {
		if n < 0 {
			return fmt.Errorf("packed: lengths[%d] = %d: want >= 0", i, n)
		}
		if n > maxSteps {
			return fmt.Errorf("packed: lengths[%d] = %d: want at most %d", i, n, maxSteps)
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
	for _, n := range l.lengths { // not lengths, which may be a view of l
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
func (l *Layout) Rows() int {
	if l.Steps() == 0 {
		return 0
	}
	return l.offsets[len(l.batchSizes)]
}

// Batch returns B, the number of sequences, those of length 0 among them.
func (l *Layout) Batch() int { return len(l.Lengths()) }

// Steps returns T, the length of the longest sequence.
func (l *Layout) Steps() int { return len(l.BatchSizes()) }

// Lengths returns the lengths [B] in the caller's order. Like the slices of the
// other methods it is l's own, to be read only, valid until Reset.
func (l *Layout) Lengths() []int { return l.orEmpty().lengths }

// BatchSizes returns, for each step [T], how many sequences are longer than it.
func (l *Layout) BatchSizes() []int { return l.orEmpty().batchSizes }

// Offsets returns the row at which each step begins, and N at the end: [T+1].
func (l *Layout) Offsets() []int { return l.orEmpty().offsets }

// SortedIndices returns the caller's index of each sorted position [B].
func (l *Layout) SortedIndices() []int { return l.orEmpty().sortedIndices }

// UnsortedIndices returns the sorted position of each of the caller's sequences [B].
func (l *Layout) UnsortedIndices() []int { return l.orEmpty().unsortedIndices }

var empty Layout

// orEmpty stands an empty layout in for nil.
func (l *Layout) orEmpty() *Layout {
	if l == nil {
		return &empty
	}
	return l
}
