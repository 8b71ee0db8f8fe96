// Package gonumblas gives gonum's float32 BLAS the products of package kernels, in Go
// and assembly, without cgo:
//
//	blas32.Use(gonumblas.Implementation{})
//
// [Implementation] has Sgemm, Sgemv, Sger and Saxpy of its own, at the level that
// [kernels.Active] returns; everything else is gonum's.
//
// # Semantics
//
// Arguments are checked as gonum checks them, with its panics and messages. beta = 0
// does not read C (or y), alpha = 0 reads neither A nor B, as in the reference BLAS.
// Elsewhere NaN and infinities go through as IEEE 754 has it: no element is skipped
// because a factor is zero, as some of gonum's own loops do. C may stand between the
// columns of A or B in one matrix; it must not share elements with them.
//
// # Numerics
//
// An element of the result is within (k+4)·2^-23·(|alpha|·Σ|a||b| + |beta·c|) of the exact
// one where nothing on the way leaves float32's normal range: alpha meets the elements of A, as
// in gonum, or the sum, by the shape. Its bits depend on the shape, the level, how far apart the
// rows are, and on whether beta is 0, but not on GOMAXPROCS.
//
// # Memory
//
// Scratch is pooled: a call allocates nothing once the pool is warm. It is at most about
// 3 MB for each goroutine at work, whatever the size of the matrices.
package gonumblas
