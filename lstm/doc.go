// Package lstm runs stacks of LSTM layers, forward and backward, straight over
// packed sequences: the rows of package packed, no padding stored or computed.
// Shapes, gate order, parameter names and formulas are torch.nn.LSTM's.
//
//	lengths 5, 2, 3        packed rows, N = 10          Y [N, D·H]
//
//	a0 a1 a2 a3 a4         t=0  a0 c0 b0                row 0: a0 -> | H forward | H reverse |
//	b0 b1                  t=1  a1 c1 b1                row 1: c0 -> | ...
//	c0 c1 c2               t=2  a2 c2
//	                       t=3  a3
//	                       t=4  a4
//
// Rows stand in sorted order, as the layout has them; states stand in the caller's
// order: HN [L·D, B, H] holds, layer by layer and the forward direction first, one
// row of H for each of the caller's sequences.
//
// An [LSTM] has parameters that may change; [LSTM.Prepare] makes the immutable form
// for inference from many goroutines. A [Workspace] owns every buffer and the
// workers; with one that has grown, no call allocates.
package lstm
