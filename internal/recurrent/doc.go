// Package recurrent is the one driver behind the recurrent layers: any number of
// layers, one or two directions, dropout between layers, the time loop over packed
// rows, workers and workspaces. What a kind of recurrent unit adds is a [Cell].
//
// # The road of one layer
//
// A worker owns a contiguous range of the sorted sequences, in one direction, and
// runs all of its steps without meeting another: at step t the rows of its range
// that are live are a prefix of it. Where the rows are too few for that, it owns a slice
// of the hidden units of all rows and meets the others at every step.
//
//	for a chunk of steps that fits the cache:
//	    proj = bias + x·W_ihᵀ              all rows of the chunk at once
//	    for each step t of the chunk:
//	        for as many blocks of 16 units as the scratch holds, 16 to 96 KB:
//	            scratch = proj[t] + h·W_hhᵀ     tile product, [live, gates·16·blocks]
//	            gate kernel                     scratch -> gates, c, h, y
//
// A step of one row waits for the cache that holds W_hh. Meanwhile, where the level can and the CPU
// gains by it, it computes a sixteenth of the next chunk's projections, or backward of dx (side.go).
//
// The sum of a pre-activation is one chain: bias, then x in ascending order, then
// h. It does not depend on the chunk, the range or the batch.
//
// # Memory
//
// H is rounded up to whole blocks of 16 units, Hp. Weight columns and gate rows
// are interleaved block by block: i[16] f[16] g[16] o[16], i[16] ... Training keeps
// the activated gates [N, G·Hp + 16] and cell states [N, Hp] of every layer and
// direction, the outputs of every layer [N, D·H], and (with dropout) the dropped
// inputs; the backward pass writes the gradients of the gates over the gates, and adds
// two gradients of rows [N, max(I, D·H)].
//
// # Backward
//
// For each layer from the last: the time loop in reverse, gate kernel, then dh =
// dgates·W_hh, step by step; then dx = dgates·W_ih, each worker owning some rows, or where
// they are few some columns. After all layers, when nothing can cancel the call any more,
// dW_ih, dW_hh and the biases as sums over all packed rows in ascending order, each worker
// owning some gates, of the direction of its passes where each has passes of its own: no sum is
// split, so the bits do not depend on the number of workers.
// It packs 128 rows of x and h at a time, and the same rows of up to 128 gate columns.
package recurrent
