//go:build openblas

package bench_test

import (
	"fmt"
	"os"

	"gonum.org/v1/netlib/blas/netlib"
)

// OpenBLAS reads its number of threads when it is loaded, before any code here runs.
func init() {
	if os.Getenv("OPENBLAS_NUM_THREADS") != "1" {
		fmt.Fprintln(os.Stderr, "bench: OpenBLAS is left out: want OPENBLAS_NUM_THREADS=1")
		return
	}
	blasses = append(blasses, namedBLAS{"openblas", netlib.Implementation{}})
}
