//go:build openblas

package openblas_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// cpuTime returns what the process, or the calling thread, has spent.
func cpuTime(t *testing.T, who int) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// waitIdle waits until no thread of the process computes, at most some seconds: OpenBLAS starts
// its own when it is loaded, and they look for work before they sleep.
func waitIdle(t *testing.T) {
	t.Helper()
	for range 100 {
		before := cpuTime(t, syscall.RUSAGE_SELF)
		time.Sleep(20 * time.Millisecond)
		if cpuTime(t, syscall.RUSAGE_SELF)-before < time.Millisecond {
			return
		}
	}
}

// TestThreadTime: the threads that call compute everything, those that find the engine in use
// as well: the setting may be one of each thread, as OpenMP's is.
func TestThreadTime(t *testing.T) {
	const n, callers, calls = 400, 3, 20
	e := engine(t)
	var group sync.WaitGroup
	var ours atomic.Int64
	waitIdle(t)
	before := cpuTime(t, syscall.RUSAGE_SELF)
	for range callers {
		group.Go(func() {
			a, b, c := make([]float32, n*n), make([]float32, n*n), make([]float32, n*n)
			runtime.LockOSThread() // and never unlock: a thread that no test has set up
			start := cpuTime(t, syscall.RUSAGE_THREAD)
			for range calls {
				e.Gemm(false, n, n, n, a, n, b, n, c, n)
			}
			ours.Add(int64(cpuTime(t, syscall.RUSAGE_THREAD) - start))
		})
	}
	group.Wait()
	all, used := cpuTime(t, syscall.RUSAGE_SELF)-before, time.Duration(ours.Load())
	t.Logf("%v in the process, %v in the callers", all, used)
	if all-used > used/10+20*time.Millisecond {
		t.Errorf("%v in the process, %v in the %d callers: others have computed", all, used, callers)
	}
}
