//go:build linux && (amd64 || arm64)

package kernels

import (
	"testing"
	"unsafe"
)

// TestNewPanelData: large matrices begin at a huge page, and all are zero, of the length asked
// for, and have no capacity that belongs to somebody else.
func TestNewPanelData(t *testing.T) {
	const page = hugePage / 4
	for _, n := range []int{0, 1, 17, page - 1, page, page + 33, 3*page - 1} {
		data := newPanelData(n)
		if len(data) != n || cap(data) != n {
			t.Errorf("%d floats: have len %d, cap %d", n, len(data), cap(data))
			continue
		}
		for i, v := range data {
			if v != 0 {
				t.Fatalf("%d floats: element %d is %g: want 0", n, i, v)
			}
			data[i] = float32(i)
		}
		if at := uintptr(unsafe.Pointer(unsafe.SliceData(data))) % hugePage; n >= page && at != 0 {
			t.Errorf("%d floats begin %d bytes after a huge page", n, at)
		}
	}
}
