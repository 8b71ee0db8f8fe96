package main

// #cgo LDFLAGS: -ldl
// #define _GNU_SOURCE
// #include <dlfcn.h>
//
// static void (*count)(int);
// static unsigned long long (*bytes)(void);
//
// static int find(void) {
//     count = dlsym(RTLD_DEFAULT, "packedlstm_count_allocations");
//     bytes = dlsym(RTLD_DEFAULT, "packedlstm_allocated_bytes");
//     return count && bytes;
// }
//
// static void begin(void) { count(1); }
//
// static unsigned long long end(void) {
//     count(0);
//     return bytes();
// }
import "C"

// allocated makes a call and returns the bytes that it asked of the C library's allocator, nil
// where bench/peers/allocations is not preloaded.
func allocated(call func() error) (*uint64, error) {
	if C.find() == 0 {
		return nil, nil
	}
	C.begin()
	err := call()
	bytes := uint64(C.end())
	return &bytes, err
}
