package memory

import (
	"os"
	"strings"
	"sync"
	"syscall"
	"unsafe"
)

const (
	// hugePage is what one entry of the TLB covers where Linux gives a huge page: 2 MB instead of
	// 4 KB (with base pages of 4 KB).
	hugePage = 2 << 20
	// collapse is MADV_COLLAPSE, since Linux 6.1, which package syscall does not name.
	collapse = 25
)

// allowed reports whether the administrator lets processes ask, as is usual: MADV_COLLAPSE does not
// look at that setting.
var allowed = sync.OnceValue(func() bool {
	setting, _ := os.ReadFile("/sys/kernel/mm/transparent_hugepage/enabled")
	return mayAsk(string(setting))
})

// mayAsk reads that setting, "always [madvise] never" for instance. Where it is not shown one may.
func mayAsk(setting string) bool { return !strings.Contains(setting, "[never]") }

// askHugePages asks for them for all of s: the first advice is for pages not used so far, the
// second for those that are. A huge page at either end holds others' memory too; no advice
// changes what any of it contains. An error would say that there are no huge pages here.
func askHugePages(s []float32) {
	if !allowed() {
		return
	}
	address := uintptr(unsafe.Pointer(unsafe.SliceData(s)))
	first, end := address&^(hugePage-1), (address+uintptr(4*len(s))+hugePage-1)&^(hugePage-1)
	for _, advice := range []uintptr{syscall.MADV_HUGEPAGE, collapse} {
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, first, end-first, advice)
	}
}
