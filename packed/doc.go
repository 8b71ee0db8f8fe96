// Package packed holds the layout of a batch of sequences of different lengths, and
// everything that moves rows in and out of it. It is PyTorch's packed sequence
// (torch.nn.utils.rnn), in plain Go, for any element type and any row width.
//
// # The layout
//
// Three sequences, in the caller's order, as a padded tensor [3, 4, width]:
//
//	        t=0 t=1 t=2 t=3
//	a  b=0   a0  a1  ..  ..     length 2
//	b  b=1   b0  b1  b2  b3     length 4
//	c  b=2   c0  ..  ..  ..     length 1
//
// Sorted by descending length (equal lengths keep the caller's order) and stored step
// by step, they take seven rows of width elements, and none is padding:
//
//	row         0   1   2   3   4   5   6
//	rows       b0  a0  c0  b1  a1  b2  b3
//	           └── t=0 ──┘ └ t=1 ┘ t=2 t=3
//	Offsets         0          3    5   6   7
//	BatchSizes      3          2    1   1
//
//	SortedIndices   [1 0 2]   sorted position -> caller's index
//	UnsortedIndices [1 0 2]   caller's index  -> sorted position
//
// Step t of the k-th longest sequence is row Offsets[t]+k. The live rows of a step are
// always its first ones, so a time loop only shrinks.
//
// # Sizes
//
// Throughout, B is the number of sequences, T the longest length, N the number of rows
// (the sum of the lengths), T' >= T the number of steps of a padded tensor. width is
// the number of elements of a row, the product of all further axes. All tensors are
// row-major and tightly packed. Length 0 is legal everywhere (PyTorch refuses it), and
// so are a batch whose lengths are all 0, a batch of no sequence, and width 0: such
// tensors have no elements.
//
// # Memory and errors
//
// Functions write their result into dst's memory if its capacity suffices, else into a
// new slice, and return it. On an error they return dst as it was given, and have
// written nothing. Lengths, rows, the rows of a padded tensor and the bytes of a result
// are bounded (2^27, 2^31-1, 2^31-1, 2^40), so hostile sizes are errors. Padding of an
// input is never read, and all padding of a result is written.
//
// # From PyTorch
//
//	pack_padded_sequence   NewLayout (enforce_sorted=False) or NewSortedLayout, then Pack
//	pad_packed_sequence    Unpack, Layout.Lengths
//	pack_sequence          SequenceLengths, NewLayout or NewSortedLayout, PackSequences
//	unpack_sequence        UnpackSequences
//	pad_sequence           PadSequences
//	unpad_sequence         UnpadSequences
//	invert_permutation     InvertPermutation
//	PackedSequence(...)    NewLayoutFromBatchSizes
package packed
