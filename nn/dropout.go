package nn

import (
	"fmt"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/kernels"
)

// Dropout is torch.nn.Dropout in training: each element is dropped with probability
// P, the others are divided by 1-P. For inference leave it out.
type Dropout struct {
	P    float64 // 0 to 1
	Seed uint64
}

// Forward computes dst[i] = x[i]/(1-P) or 0 and returns dst, which may be x. The
// mask depends on Seed and offset+i alone; give every call of a run its own range of
// offsets, such as the number of elements that went before. P outside [0, 1] is an
// error and nothing is written.
func (d Dropout) Forward(dst, x []float32, offset uint64) ([]float32, error) {
	if !(d.P >= 0 && d.P <= 1) {
		return nil, fmt.Errorf("nn: Dropout: P = %v: want 0 to 1", d.P)
	}
	y := memory.Resize(dst, len(x))
	if err := kernels.Dropout(y, x, d.P, d.Seed, offset); err != nil {
		return nil, fmt.Errorf("nn: Dropout: %w", err)
	}
	return y, nil
}

// Backward computes the gradient of Forward's x from dy, the gradient of its result,
// with the offset that Forward had: the same mask and factor. dst may be dy.
func (d Dropout) Backward(dst, dy []float32, offset uint64) ([]float32, error) {
	return d.Forward(dst, dy, offset)
}
