package recurrent

import (
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/packed"
)

// testCell is an LSTM's.
type testCell struct{}

func (testCell) Gates() int                                              { return 4 }
func (testCell) Forward(l kernels.Level, b *kernels.LSTMForward) error   { return b.Run(l) }
func (testCell) Backward(l kernels.Level, b *kernels.LSTMBackward) error { return b.Run(l) }

// TestBytesOfSmallerCalls: what a small stack or batch leaves unused is still held.
func TestBytesOfSmallerCalls(t *testing.T) {
	w := NewWorkspace(3)
	large := train(t, w, Config{InputSize: 9, HiddenSize: 33, NumLayers: 3, Bidirectional: true, Dropout: 0.5}, []int{70, 20, 41, 1})
	if small := train(t, w, Config{InputSize: 9, HiddenSize: 33, NumLayers: 1}, []int{1}); small < large {
		t.Errorf("%d bytes after a small call, %d before", small, large)
	}
	if again := train(t, w, Config{InputSize: 9, HiddenSize: 33, NumLayers: 3, Bidirectional: true, Dropout: 0.5}, []int{70, 20, 41, 1}); again != large {
		t.Errorf("%d bytes after the large call again, %d after its first", again, large)
	}
}

// train runs a pass forwards and backwards, and returns the bytes that w then holds.
func train(t *testing.T, w *Workspace, c Config, lengths []int) int {
	t.Helper()
	l, err := packed.NewLayout(lengths)
	if err != nil {
		t.Fatal(err)
	}
	weights, grads := newWeights(c), newWeights(c)
	x := make([]float32, l.Rows()*c.InputSize)
	if _, err := w.ForwardTraining(c, testCell{}, weights, kernels.Active(), l, x, State{}, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Backward(weights, Upstream{}); err != nil {
		t.Fatal(err)
	}
	if err := w.Gradients(grads, false); err != nil {
		t.Fatal(err)
	}
	return w.Bytes()
}

func newWeights(c Config) []Weights {
	weights := make([]Weights, c.NumLayers*c.Directions())
	for i := range weights {
		rows := 4 * c.HiddenSize
		weights[i] = Weights{IH: make([]float32, rows*c.LayerInput(i/c.Directions())), HH: make([]float32, rows*c.HiddenSize)}
	}
	return weights
}
