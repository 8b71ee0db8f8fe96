// Package memory makes room in slices, in huge pages where it is large and stays, and tells
// whether they share memory.
package memory

import "unsafe"

// Overlap reports whether a and b have an element in common.
func Overlap(a, b []float32) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	a0 := uintptr(unsafe.Pointer(unsafe.SliceData(a)))
	b0 := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return a0 < b0+uintptr(len(b))*4 && b0 < a0+uintptr(len(a))*4
}
