//go:build openblas

package bench_test

import "gonum.org/v1/netlib/blas/netlib"

func init() { blasses = append(blasses, namedBLAS{"openblas", netlib.Implementation{}}) }
