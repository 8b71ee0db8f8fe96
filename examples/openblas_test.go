//go:build openblas

package examples

import _ "github.com/packedlstm/packedlstm/kernels/openblas" // PACKEDLSTM_ENGINE=openblas chooses it
