// Package golden loads the golden cases of lstm/testdata: inputs, parameters and
// results of torch.nn.LSTM on packed sequences, made by make_golden.py there, whose
// docstring describes the file. Only tests import it.
//
// The truth of a case is PyTorch's result in float64. Beside each result stands the
// error that PyTorch's own float32 run makes of it; a float32 implementation passes
// if none of its elements is further from the truth than Result.Bound.
package golden
