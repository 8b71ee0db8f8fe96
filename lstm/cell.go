package lstm

import "github.com/packedlstm/packedlstm/kernels"

// cell is what an LSTM adds to the recurrent driver: four gates and two kernels.
type cell struct{}

func (cell) Gates() int { return gates }

func (cell) Forward(l kernels.Level, b *kernels.LSTMForward) error { return b.Run(l) }

func (cell) Backward(l kernels.Level, b *kernels.LSTMBackward) error { return b.Run(l) }
