package packed

import (
	"fmt"
	"slices"
)

// InvertPermutation returns the inverse: dst[permutation[i]] = i. It goes into dst's
// memory if that suffices, and must not overlap permutation. An index out of range
// or met twice is an error. Beyond 16,384 indices the check allocates a bit for each.
// (torch.nn.utils.rnn.invert_permutation.)
func InvertPermutation(dst, permutation []int) ([]int, error) {
	return invertPermutation(dst, "permutation", permutation)
}

func invertPermutation(dst []int, name string, permutation []int) ([]int, error) {
	n := len(permutation)
	var few [256]uint64 // on the stack
	seen := few[:]
	if n > 64*len(few) {
		seen = make([]uint64, (n+63)/64)
	}
	for i, p := range permutation {
		if p < 0 || p >= n {
			return dst, fmt.Errorf("packed: %s[%d] = %d: want 0 to %d", name, i, p, n-1)
		}
		word, bit := &seen[p/64], uint64(1)<<(p%64)
		if *word&bit != 0 {
			return dst, fmt.Errorf("packed: %s[%d] = %d, as %s[%d]: want each index once",
				name, i, p, name, slices.Index(permutation, p))
		}
		*word |= bit
	}
	dst = resize(dst, n)
	for i, p := range permutation {
		dst[p] = i
	}
	return dst, nil
}

// SortStates takes one state per sequence, such as h0, from the caller's order to the
// sorted order of the packed rows:
//
//	dst[m, k] = states[m, SortedIndices[k]]
//
// states is [M, B, width] with any M (layers times directions), which follows from
// its size. The result goes into dst's memory if that suffices, and must not overlap
// states. The gradient of SortStates is UnsortStates.
func SortStates[E any](dst []E, l *Layout, states []E, width int) ([]E, error) {
	return permuteStates(dst, l, l.SortedIndices(), states, width)
}

// UnsortStates takes one state per sequence from the sorted order to the caller's:
//
//	dst[m, b] = states[m, UnsortedIndices[b]]
//
// Shapes, aliasing and errors as in SortStates, which is its gradient.
func UnsortStates[E any](dst []E, l *Layout, states []E, width int) ([]E, error) {
	return permuteStates(dst, l, l.UnsortedIndices(), states, width)
}

func permuteStates[E any](dst []E, l *Layout, permutation []int, states []E, width int) ([]E, error) {
	if l == nil {
		return dst, errNilLayout
	}
	if err := checkWidth(width); err != nil {
		return dst, err
	}
	blocks, batch := 0, len(permutation)
	if width > 0 && batch > 0 && len(states)%width == 0 {
		blocks = len(states) / width / batch
	}
	if blocks*batch*width != len(states) {
		return dst, fmt.Errorf("packed: states has %d elements: want a multiple of %d sequences times width %d", len(states), batch, width)
	}
	dst = resize(dst, len(states))
	for first := 0; first < blocks*batch; first += batch {
		for i, p := range permutation {
			copyRows(dst, states, first+i, first+p, 1, width)
		}
	}
	return dst, nil
}
