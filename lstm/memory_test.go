package lstm_test

import (
	"testing"

	"github.com/packedlstm/packedlstm/lstm"
)

// TestNoAllocations: after the first call of a size, no pass allocates.
func TestNoAllocations(t *testing.T) {
	forEachLevel(t, func(t *testing.T) {
		for workers := 1; workers <= 3; workers++ {
			c := lstm.Config{InputSize: 9, HiddenSize: 33, NumLayers: 2, Bidirectional: true, Bias: true, Dropout: 0.2}
			rng := newRand(4)
			net, l := newLSTM(t, c), newLayout(t, []int{7, 1, 0, 12, 3, 3})
			prepared, err := net.Prepare()
			if err != nil {
				t.Fatal(err)
			}
			x, dy := uniform(rng, l.Rows()*c.InputSize, 1), uniform(rng, l.Rows()*c.OutputSize(), 1)
			state := &lstm.State{H: make([]float32, c.StateSize(6)), C: make([]float32, c.StateSize(6))}
			ws, grads := lstm.NewWorkspace(workers), net.NewGradients()
			for name, call := range map[string]func() error{
				"Forward":          func() error { _, err := net.Forward(ws, l, x, state); return err },
				"Prepared.Forward": func() error { _, err := prepared.Forward(ws, l, x, state); return err },
				"training": func() error {
					if _, err := net.ForwardTraining(ws, l, x, state, 1); err != nil {
						return err
					}
					_, err := net.Backward(ws, lstm.Upstream{Y: dy}, grads)
					return err
				},
			} {
				if n := testing.AllocsPerRun(20, func() {
					if err := call(); err != nil {
						t.Error(err)
					}
				}); n != 0 {
					t.Errorf("%s with %d workers: %v allocations a call, want none", name, workers, n)
				}
			}
			if ws.Bytes() <= 0 {
				t.Errorf("Bytes() = %d", ws.Bytes())
			}
		}
	})
}
