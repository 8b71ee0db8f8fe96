//go:build openblas

package fuzz

import _ "github.com/packedlstm/packedlstm/kernels/openblas" // PACKEDLSTM_ENGINE=openblas chooses it
