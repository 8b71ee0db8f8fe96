// Package asm holds the hand-written assembly of package kernels and nothing
// else: no dispatch, no policy, no allocation, no checks. It is not a stable
// API; import package kernels instead.
//
// Every routine takes a pointer to one argument struct, whose fields say what
// the routine computes, and trusts it: package kernels has checked it. Strides
// are in float32 elements. A routine's name ends in the level that it needs. None
// changes a pointer of its arguments (see [Address]).
//
// Files are named operation_level_goarch.s; macros that several files of a
// level share stand in a header beside them. The tag purego builds none of it.
//
// # Panels
//
// The right operand B [K, N] of a product comes in panels of 16 columns, each
// panel K rows of 16 consecutive floats; columns beyond N are zero:
//
//	           16 floats
//	panel 0   | k = 0: b[0,0]  ... b[0,15]  |
//	          | k = 1: b[1,0]  ... b[1,15]  |
//	          |  ...                        |
//	panel 1   | k = 0: b[0,16] ... b[0,31]  |
//	          |  ...                        |
package asm
