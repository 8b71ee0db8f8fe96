//go:build openblas

package seq2seq_test

import _ "github.com/packedlstm/packedlstm/kernels/openblas" // PACKEDLSTM_ENGINE=openblas chooses it
