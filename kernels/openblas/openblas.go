//go:build openblas

package openblas

/*
#cgo LDFLAGS: -lopenblas
void openblas_set_num_threads(int num_threads);
int openblas_get_num_threads(void);
int openblas_get_parallel(void);
char *openblas_get_config(void);
char *openblas_get_corename(void);
*/
import "C"

import (
	"fmt"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/netlib/blas/netlib"

	"github.com/packedlstm/packedlstm/kernels"
)

func init() {
	if model() == openMP && !findOpenMP() {
		return // several threads a call, for each worker: doc.go
	}
	if err := kernels.RegisterEngine(engine{}); err != nil {
		panic(err) // two packages of one name in a binary
	}
}

// engine computes products by cblas_sgemm.
type engine struct{}

// Name returns "openblas".
func (engine) Name() string { return "openblas" }

// String returns OpenBLAS's own words on its build, the kernels that it chose for this
// CPU, what its threads are, and how many of them it uses inside this package's calls, read back.
func (engine) String() string {
	defer release(hold())
	return fmt.Sprintf("%s; kernels %s; threading %v; threads %d",
		C.GoString(C.openblas_get_config()), C.GoString(C.openblas_get_corename()), model(), Threads())
}

// Gemm computes c += a·b, or aᵀ·b.
func (engine) Gemm(transposed bool, rows, columns, depth int, a []float32, aStride int, b []float32, bStride int, c []float32, cStride int) {
	defer release(hold())
	tA := blas.NoTrans
	if transposed {
		tA = blas.Trans
	}
	netlib.Implementation{}.Sgemm(tA, blas.NoTrans, rows, columns, depth, 1, a, aStride, b, bStride, 1, c, cStride)
}

// Threads returns the number of threads that OpenBLAS uses at this moment, for calls of this
// thread where it was built with OpenMP.
func Threads() int {
	if model() == openMP && findOpenMP() {
		return openMPThreads()
	}
	return int(C.openblas_get_num_threads())
}

// Kernels returns the name of the kernels that OpenBLAS uses on this CPU, such as Haswell.
func Kernels() string { return C.GoString(C.openblas_get_corename()) }

// threading is what OpenBLAS was built with, as it counts them.
type threading int

const (
	sequential threading = iota
	native
	openMP
)

func (t threading) String() string {
	return [...]string{"none", "native", "OpenMP"}[t]
}

// model returns what OpenBLAS was built with, asked once: every call of Gemm depends on it.
var model = sync.OnceValue(func() threading { return threading(C.openblas_get_parallel()) })

// hold keeps OpenBLAS at one thread until release, which takes what it returns, on the same
// goroutine.
func hold() (before int) {
	if model() == openMP {
		return holdThread()
	}
	process.acquire()
	return 0
}

func release(before int) {
	if model() == openMP {
		releaseThread(before)
		return
	}
	process.release()
}

// process holds OpenBLAS while any call of this package runs: the setting belongs to the whole
// process.
var process holder

type holder struct {
	sync.Mutex
	calls, before int
}

func (h *holder) acquire() {
	h.Lock()
	if h.calls++; h.calls == 1 {
		if h.before = Threads(); h.before != 1 {
			C.openblas_set_num_threads(1)
		}
	}
	h.Unlock()
}

func (h *holder) release() {
	h.Lock()
	if h.calls--; h.calls == 0 && h.before != 1 {
		C.openblas_set_num_threads(C.int(h.before))
	}
	h.Unlock()
}
