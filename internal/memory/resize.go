package memory

import "math"

// MaxBytes bounds a result or a buffer by a terabyte, or what a slice can have: sizes beyond it
// are an error, for make would panic.
const MaxBytes = min(1<<40, math.MaxInt)

// Resize returns s with n elements, in the memory it has if that suffices; then they are
// what that memory holds, else zero.
func Resize[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}
