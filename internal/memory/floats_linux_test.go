package memory

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

func TestMayAsk(t *testing.T) {
	for setting, want := range map[string]bool{
		"always [madvise] never\n": true, "[always] madvise never\n": true, "always madvise [never]\n": false, "": true,
	} {
		if mayAsk(setting) != want {
			t.Errorf("%q: want %v", setting, want)
		}
	}
}

// TestAskHugePages: the kernel has the advice for all of a large buffer.
func TestAskHugePages(t *testing.T) {
	if !allowed() {
		t.Skip("the administrator wants no huge pages")
	}
	control, err := syscall.Mmap(-1, 0, hugePage, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Munmap(control)
	if err := syscall.Madvise(control, syscall.MADV_HUGEPAGE); err != nil {
		t.Skip("the kernel has no transparent huge pages: ", err)
	}
	if advised(t, unsafe.Pointer(&control[0]), len(control)) == 0 {
		t.Skip("/proc/self/smaps does not show advice, as under qemu")
	}
	s := Floats(3*hugePage/4 + 17)
	if have := advised(t, unsafe.Pointer(&s[0]), 4*len(s)); have != 4*len(s) {
		t.Errorf("%d of %d bytes have the advice", have, 4*len(s))
	}
	runtime.KeepAlive(s)
}

// advised returns how many of n bytes from p on the kernel has been told to keep in huge pages.
func advised(t *testing.T, p unsafe.Pointer, n int) (bytes int) {
	file, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Skip("no memory map of the process: ", err)
	}
	defer file.Close()
	first, end := uintptr(p), uintptr(p)+uintptr(n)
	var from, to uintptr
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var a, b uintptr
		if fields, _ := fmt.Sscanf(lines.Text(), "%x-%x ", &a, &b); fields == 2 {
			from, to = a, b
		}
		flags, found := strings.CutPrefix(lines.Text(), "VmFlags:")
		if found && slices.Contains(strings.Fields(flags), "hg") && from < end && to > first {
			bytes += int(min(to, end) - max(from, first))
		}
	}
	return bytes
}
