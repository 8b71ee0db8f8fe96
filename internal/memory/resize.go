package memory

// Resize returns s with n elements, in the memory it has if that suffices; then they are
// what that memory holds, else zero.
func Resize[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}
