package lstm_test

import (
	"math"
	"testing"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/internal/reference"
	"github.com/packedlstm/packedlstm/lstm"
)

// TestFadingGradients: where only the last states have a gradient, it fades over the steps before them, to
// zeros, not by way of subnormal numbers, with which some CPUs take a hundred times as long.
func TestFadingGradients(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		c := lstm.Config{InputSize: 7, HiddenSize: 33, NumLayers: 2, Bias: true}
		lengths := []int{257, 31, 257, 100}
		rng := newRand(12)
		net, l := newLSTM(t, c), newLayout(t, lengths)
		oracle := newOracle(net)
		x := uniform(rng, l.Rows()*c.InputSize, 1)
		dhn, dcn := uniform(rng, c.StateSize(len(lengths)), 1), uniform(rng, c.StateSize(len(lengths)), 1)
		none := make([]float64, len(dhn))
		pass := oracle.Forward(reference.SplitRows(x, lengths, c.InputSize), none, none, nil)
		zeros := reference.SplitRows(make([]float32, l.Rows()*c.OutputSize()), lengths, c.OutputSize())
		want := pass.Backward(zeros, reference.Widen(dhn), reference.Widen(dcn))

		ws, grads := lstm.NewWorkspace(2), net.NewGradients()
		if _, err := net.ForwardTraining(ws, l, x, nil, 0); err != nil {
			t.Fatal(err)
		}
		back, err := net.Backward(ws, lstm.Upstream{HN: dhn, CN: dcn}, grads)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "dX", back.X, reference.PackRows(want.X, c.InputSize))
		for name, x := range map[string][]float32{"dX": back.X, "dH0": back.H0, "dC0": back.C0} {
			normal(t, name, x)
		}
		for _, g := range grads.Tensors() {
			near(t, g.Name, g.Data, want.Weights[g.Name])
			normal(t, g.Name, g.Data)
		}
		for i, v := range back.X[:c.InputSize] {
			if v != 0 {
				t.Errorf("dX of the first step, element %d = %g: want 0, 256 steps from any gradient", i, v)
			}
		}
	})
}

// normal reports subnormal numbers.
func normal(t *testing.T, name string, x []float32) {
	t.Helper()
	for i, v := range x {
		if v != 0 && math.Abs(float64(v)) < 0x1p-126 {
			t.Fatalf("%s: element %d = %g is subnormal", name, i, v)
		}
	}
}
