package lstm_test

import (
	"testing"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/lstm"
)

// TestNoAllocations: after the first call of a size, no pass allocates.
func TestNoAllocations(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		for workers := 1; workers <= 3; workers++ {
			testNoAllocations(t, workers, []int{7, 1, 0, 12, 3, 3},
				lstm.Config{InputSize: 9, HiddenSize: 33, NumLayers: 2, Bidirectional: true, Bias: true, Dropout: 0.2})
			testNoAllocations(t, workers, []int{5, 60}, // many steps of one row
				lstm.Config{InputSize: 33, HiddenSize: 70, NumLayers: 1, Bias: true})
		}
	})
}

func testNoAllocations(t *testing.T, workers int, lengths []int, c lstm.Config) {
	t.Helper()
	rng := newRand(4)
	net, l := newLSTM(t, c), newLayout(t, lengths)
	prepared, err := net.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	x, dy := uniform(rng, l.Rows()*c.InputSize, 1), uniform(rng, l.Rows()*c.OutputSize(), 1)
	state := &lstm.State{H: make([]float32, c.StateSize(len(lengths))), C: make([]float32, c.StateSize(len(lengths)))}
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
