//go:build openblas

package kernels_test

import _ "github.com/packedlstm/packedlstm/kernels/openblas" // PACKEDLSTM_ENGINE=openblas chooses it
