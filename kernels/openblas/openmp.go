//go:build openblas

package openblas

/*
// dlsym's library before glibc 2.34; later an empty one.
#cgo linux LDFLAGS: -ldl
#ifdef _WIN32
static int find(void) { return 0; }
static int get(void) { return 0; }
static void set(int n) {}
#else
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>

// OpenMP's own functions, of the runtime that OpenBLAS brings along: to link them would ask for
// that of one compiler.
static int (*get_max_threads)(void);
static void (*set_num_threads)(int);

static int find(void) {
	get_max_threads = (int (*)(void))dlsym(RTLD_DEFAULT, "omp_get_max_threads");
	set_num_threads = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
	return get_max_threads && set_num_threads;
}
static int get(void) { return get_max_threads(); }
static void set(int n) { set_num_threads(n); }
#endif
*/
import "C"

import (
	"runtime"
	"sync"
)

// findOpenMP reports whether the process has OpenMP's functions.
var findOpenMP = sync.OnceValue(func() bool { return C.find() != 0 })

// openMPThreads returns the number of threads that OpenMP gives to the calling thread.
func openMPThreads() int { return int(C.get()) }

// holdThread is hold where OpenBLAS was built with OpenMP, whose setting is one of each thread.
// It asks OpenMP itself: openblas_set_num_threads would free what other threads compute in.
func holdThread() (before int) {
	runtime.LockOSThread()
	before = openMPThreads()
	C.set(1)
	return before
}

func releaseThread(before int) {
	C.set(C.int(before))
	runtime.UnlockOSThread()
}
