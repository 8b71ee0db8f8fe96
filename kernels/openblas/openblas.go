//go:build openblas

package openblas

/*
#cgo LDFLAGS: -lopenblas
void openblas_set_num_threads(int num_threads);
int openblas_get_num_threads(void);
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
	if err := kernels.RegisterEngine(engine{}); err != nil {
		panic(err) // two packages of one name in a binary
	}
}

// engine computes products by cblas_sgemm.
type engine struct{}

// Name returns "openblas".
func (engine) Name() string { return "openblas" }

// String returns OpenBLAS's own words on its build, the kernels that it chose for this
// CPU, and the number of threads that it uses inside this package's calls, read back.
func (engine) String() string {
	hold.acquire()
	defer hold.release()
	return fmt.Sprintf("%s; kernels %s; threads %d", C.GoString(C.openblas_get_config()), C.GoString(C.openblas_get_corename()), Threads())
}

// Gemm computes c += a·b, or aᵀ·b.
func (engine) Gemm(transposed bool, rows, columns, depth int, a []float32, aStride int, b []float32, bStride int, c []float32, cStride int) {
	hold.acquire()
	defer hold.release()
	tA := blas.NoTrans
	if transposed {
		tA = blas.Trans
	}
	netlib.Implementation{}.Sgemm(tA, blas.NoTrans, rows, columns, depth, 1, a, aStride, b, bStride, 1, c, cStride)
}

// Threads returns the number of threads that OpenBLAS uses at this moment.
func Threads() int { return int(C.openblas_get_num_threads()) }

// Kernels returns the name of the kernels that OpenBLAS uses on this CPU, such as Haswell.
func Kernels() string { return C.GoString(C.openblas_get_corename()) }

// hold keeps OpenBLAS at one thread while any call of this package runs, and gives it
// back its number afterwards: the setting belongs to the whole process.
var hold holder

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
