package lstm_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/packed"
)

// shared is what the goroutines of TestConcurrentUse have in common.
type shared struct {
	net      *lstm.LSTM
	prepared *lstm.Prepared
	layout   *packed.Layout
	x, dy    []float32
}

// pass returns copies of what every pass gives.
func (s *shared) pass(ws *lstm.Workspace) ([][]float32, error) {
	out, err := s.prepared.Forward(ws, s.layout, s.x, nil)
	if err != nil {
		return nil, err
	}
	results := [][]float32{slices.Clone(out.Y)}
	if out, err = s.net.Forward(ws, s.layout, s.x, nil); err != nil {
		return nil, err
	}
	results = append(results, slices.Clone(out.Y), slices.Clone(out.HN), slices.Clone(out.CN))
	if _, err = s.net.ForwardTraining(ws, s.layout, s.x, nil, 5); err != nil {
		return nil, err
	}
	grads := s.net.NewGradients()
	back, err := s.net.Backward(ws, lstm.Upstream{Y: s.dy}, grads)
	if err != nil {
		return nil, err
	}
	results = append(results, slices.Clone(back.X))
	for _, g := range grads.Tensors() {
		results = append(results, g.Data)
	}
	return results, nil
}

// TestConcurrentUse: goroutines that share an LSTM and its prepared form, each with a workspace
// of its own, have the bits that one has alone.
func TestConcurrentUse(t *testing.T) {
	c := lstm.Config{InputSize: 7, HiddenSize: 33, NumLayers: 2, Bidirectional: true, Bias: true, Dropout: 0.3}
	net, l := newLSTM(t, c), newLayout(t, []int{9, 0, 4, 17, 1})
	prepared, err := net.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	rng := newRand(24)
	s := &shared{net, prepared, l, uniform(rng, l.Rows()*c.InputSize, 1), uniform(rng, l.Rows()*c.OutputSize(), 1)}
	want, err := s.pass(lstm.NewWorkspace(1))
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range 5 {
		group.Go(func() {
			ws := lstm.NewWorkspace(1 + i%3)
			for range 4 {
				got, err := s.pass(ws)
				if err != nil {
					t.Error(err)
					return
				}
				for j := range want {
					sameBits(t, fmt.Sprintf("goroutine %d: result %d", i, j), got[j], want[j])
				}
			}
		})
	}
	group.Wait()
}
