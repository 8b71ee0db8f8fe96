//go:build linux && (amd64 || arm64)

package kernels

import (
	"syscall"
	"unsafe"
)

// hugePage is what one entry of the TLB covers where Linux gives a huge page: 2 MB instead of
// 4 KB (on arm64 with base pages of 4 KB).
const hugePage = 2 << 20

// newPanelData returns n zeros. Matrices of a huge page and more begin at a multiple of one and ask
// for them, since every step reads them whole: in pages of 4 KB, W_ih and W_hh of H = 512 fill the
// second level of TLB, those of H = 1024 exceed it. (Zen 4, 4 KB / 2 MB, medians of two runs: 64
// rows, H = 512 1.00 to 1.02 times as fast, H = 1024 1.02 to 1.06; one row 1.01 to 1.02.) It is
// advice: where the system does not follow it, or the memory was in use before, nothing changes.
func newPanelData(n int) []float32 {
	const pageFloats = hugePage / 4
	if n < pageFloats {
		return make([]float32, n)
	}
	data := make([]float32, n+pageFloats)
	first := int(-uintptr(unsafe.Pointer(&data[0])) % hugePage / 4)
	data = data[first : first+n : first+n]
	// An error would say that there are no huge pages here.
	_ = syscall.Madvise(unsafe.Slice((*byte)(unsafe.Pointer(&data[0])), 4*n), syscall.MADV_HUGEPAGE)
	return data
}
