// Package reference is the oracle of the project: float64 textbook versions of
// every operation, in plain loops, written to be read. It shares no code with
// what it judges: no kernels, no packed layout. Only tests import it, and bench/peers,
// which judges other libraries by it.
//
// Sequences are computed one at a time, so there is no batch to get wrong. A
// batch is a list, in the caller's order, of sequences of any length, 0 included,
// each one flat slice of row-major time steps:
//
//	sequences[b] = | x(t=0) | x(t=1) | ... | x(t=lengths[b]-1) |    [lengths[b], width]
//
// PackRows and SplitRows translate between such a list and the packed rows that
// the rest of the project computes on. States are [NumLayers*D, B, HiddenSize]
// as in PyTorch, D = 1 or 2 directions; direction d of layer l is block l*D+d.
//
// The arguments are a test's own, so a slice of the wrong length is a bug in that
// test: every function panics with a message that names it. All results are newly
// allocated. Only a Pass of the LSTM refers to its arguments: the sequences and the
// weights must not change between Forward and the last Backward.
package reference

import "fmt"

// checkLength panics unless the slice called name has want elements.
func checkLength(name string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("reference: %s has %d elements: want %d", name, got, want))
	}
}
