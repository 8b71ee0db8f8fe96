// Package mask holds what is computed over the valid time steps of a batch of
// sequences and over nothing else: length masks, cross-entropy with its gradient,
// accuracy, and sums, means and maxima over each sequence's own steps.
//
// Everything exists for the two layouts of a batch, and gives the same bits for
// both. For lengths 2, 0 and 3, a row of width elements (classes, say) a token:
//
//	packed rows [N, width]              padded [B, steps, width], batch first
//
//	 t=0   | c0 | a0 |                          t=0  t=1  t=2  t=3
//	 t=1   | c1 | a1 |                  a  2   | a0 | a1 | ·· | ·· |
//	 t=2   | c2 |                       b  0   | ·· | ·· | ·· | ·· |
//	                                    c  3   | c0 | c1 | c2 | ·· |
//	 nothing to mask: all rows
//	 are tokens, sorted by length       ·· padding: never read; its gradient is 0
//
// Over packed rows there is nothing to mask. In a padded tensor the lengths say
// what is padding: whatever stands there, NaN logits or targets out of range,
// changes nothing. Targets equal to the ignore index take a row out in either layout.
//
// Rows are visited sequence by sequence in the caller's order, each from its first
// step to its last, in both layouts: sums do not depend on where the rows lie.
//
// Nothing is allocated, except for a dst that is too small; nothing is kept between
// calls. All functions may run in many goroutines at once, on outputs of their own.
package mask
