// Package kernels holds the vector kernels of packedlstm: products over weight
// panels, LSTM gates forward and backward, exp, sigmoid and tanh, and the few
// vector operations that the layers need. Everything works on float32 slices that
// the caller owns, checks its arguments, and allocates nothing.
//
// # Levels
//
// Every kernel exists at every level: [Portable] is plain Go, [NEON] is arm64
// assembly, [AVX2] and [AVX512] are amd64 assembly (package kernels/asm). [Available]
// lists what this CPU and build can run, [Active] is the level in use, [SetActive]
// and the environment variable PACKEDLSTM_LEVEL choose another. Products run at
// the level that their [Panels] were packed for. The build tag purego leaves
// the assembly out.
//
// # Products
//
// A weight matrix is packed once into panels, then multiplied by any number of
// rows. All three products of a layer y = x·Wᵀ + b with W [N, K] are the same
// tile product:
//
//	y  [rows, N] = b + x·Wᵀ     PackTransposed(W), then Multiply with Init = b
//	dx [rows, K] = dy·W         Pack(W), then Multiply
//	dW [N, K]   += dyᵀ·x        WeightGradient.Add
//
//	              B in panels of 16 columns
//	              +----+----+----+-
//	            K |    |    |    |
//	              +----+----+----+-
//	         K       16   16   16
//	     +-------+-----------------
//	  6  |  A    |  one tile in registers: 6 rows x 16 columns, at AVX-512 x 64
//	     +-------+-----------------
//	rows |       |
//
// A product of one row takes each element of B once, so it waits for the cache that holds B;
// a [SideProduct] uses the multipliers meanwhile.
//
// # Numerics
//
// Every element of a product over panels is one chain of fused multiply-adds in ascending
// k, so it depends on its own row alone and has the same bits at every level, within
// K·2^-23·Σ|a||b| of the exact sum. [Level.MultiplyRows] cuts the chain at every 4096 k, and
// [WeightGradient.Add] at every [GradientRows] rows, alike at every level; the order of
// [Level.MultiplyDots] depends on the level and on K. Activations, gates, AddScaled,
// AddOuter, ColumnSums and Dropout have the same bits at every level too. NaN and infinities go through as
// IEEE 754 has it; no element is skipped because a factor is zero. Only two settings give up the
// same bits, each for speed: [SetReproducible] those of the portable level's products, and an
// [Engine] those of what it computes, where an element may depend on the rows beside it and on
// how they are split.
package kernels
