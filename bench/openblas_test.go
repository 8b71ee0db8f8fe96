//go:build openblas

package bench

import _ "github.com/packedlstm/packedlstm/kernels/openblas" // PACKEDLSTM_ENGINE=openblas chooses it
