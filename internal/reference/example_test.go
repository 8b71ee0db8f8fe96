package reference_test

import (
	"fmt"

	"github.com/packedlstm/packedlstm/internal/reference"
)

// One unit whose gates stand half open: c' = c/2 + tanh(x)/2 and h' = tanh(c')/2.
// The gradient of the last state flows back to the first input of the longer
// sequence; the empty one has its own state back.
func ExampleLSTM() {
	net := reference.LSTM{InputSize: 1, HiddenSize: 1, NumLayers: 1, Weights: map[string][]float64{
		"weight_ih_l0": {0, 0, 1, 0}, // gates i, f, g, o
		"weight_hh_l0": {0, 0, 0, 0},
	}}
	sequences := [][]float64{{1, 2, 3}, {}}
	pass := net.Forward(sequences, nil, []float64{0, 0.25}, nil)
	gradients := pass.Backward(nil, nil, []float64{1, 1})
	fmt.Printf("y   %.4f\n", pass.Y)
	fmt.Printf("cn  %.4f\n", pass.CN)
	fmt.Printf("dx  %.4f\n", gradients.X)
	fmt.Printf("dc0 %.4f\n", gradients.C0)
	// Output:
	// y   [[0.1817 0.2933 0.3412] []]
	// cn  [0.8337 0.2500]
	// dx  [[0.0525 0.0177 0.0049] []]
	// dc0 [0.1250 1.0000]
}
