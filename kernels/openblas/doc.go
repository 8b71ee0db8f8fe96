// Package openblas computes the large products of recurrent layers by OpenBLAS: the
// input projection, weight and data gradients, and readouts. It needs cgo, OpenBLAS (Debian: libopenblas-dev) and the
// build tag openblas; without the tag it is empty.
//
//	import _ "github.com/packedlstm/packedlstm/kernels/openblas"
//
//	CGO_LDFLAGS=-lopenblas go build -tags openblas
//
// Importing it registers the engine openblas, and changes nothing yet:
// kernels.SetEngine("openblas") or PACKEDLSTM_ENGINE=openblas takes it for all large
// products, auto only for the shapes where a short measurement on this machine says that
// it wins by a tenth of the time. PACKEDLSTM_STEP_ENGINE=openblas takes it for the products of single steps as
// well; by default these keep the package's panels, because OpenBLAS packs the
// weights anew in every call, at every step.
//
// # Bits
//
// The engine is outside the promise of same bits: a result may depend on the rows beside it, on
// the workers and on the CPU. An element is within K·2⁻²³·Σ|a||b| of the exact sum.
//
// # Threads
//
// OpenBLAS is held to one thread while any of this package's calls runs, whatever
// OPENBLAS_NUM_THREADS says, and has its own number back afterwards: the workers of the layers
// split the rows. Where it was built with OpenMP (Debian: libopenblas0-openmp), the setting is one
// of each thread, and is made on the one that calls; if the process has none of OpenMP's functions
// for that, the engine is not registered. The variables OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE,
// which some systems preset, can make it slow: Kernels tells what it uses.
package openblas
