package lstm_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/lstm"
)

// trainingResults returns all that a training pass gives for the sequences of x.
func trainingResults(t *testing.T, net *lstm.LSTM, ws *lstm.Workspace, lengths []int, seed uint64) [][]float32 {
	t.Helper()
	c, l, rng := net.Config(), newLayout(t, lengths), newRand(seed)
	x, dy := uniform(rng, l.Rows()*c.InputSize, 1), uniform(rng, l.Rows()*c.OutputSize(), 1)
	out, err := net.ForwardTraining(ws, l, x, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	results := [][]float32{slices.Clone(out.Y), slices.Clone(out.HN), slices.Clone(out.CN)}
	grads := net.NewGradients()
	back, err := net.Backward(ws, lstm.Upstream{Y: dy}, grads)
	if err != nil {
		t.Fatal(err)
	}
	results = append(results, slices.Clone(back.X), slices.Clone(back.H0), slices.Clone(back.C0))
	for _, g := range grads.Tensors() {
		results = append(results, g.Data)
	}
	return results
}

// TestPartsAndWhole: W_ih packed in parts, as for few rows, and as a whole give the same bits,
// also in a workspace that holds panels of other weights, of as many padded units. 850
// rows of 320 gates are more than one chunk on every machine.
func TestPartsAndWhole(t *testing.T) {
	forEachLevel(t, func(t *testing.T) {
		for _, bidirectional := range []bool{false, true} {
			ws := lstm.NewWorkspace(1)
			many := make([]int, 170)
			for i := range many {
				many[i] = 5
			}
			for i, hidden := range []int{72, 67, 67, 80, 67} {
				lengths := many
				if i%2 == 1 {
					lengths = []int{5}
				}
				net := newLSTM(t, lstm.Config{InputSize: 35, HiddenSize: hidden, NumLayers: 1, Bidirectional: bidirectional, Bias: true})
				got := trainingResults(t, net, ws, lengths, 3)
				want := trainingResults(t, net, lstm.NewWorkspace(1), lengths, 3)
				for j := range got {
					sameBits(t, fmt.Sprintf("hidden %d, %d sequences, bidirectional %v: result %d", hidden, len(lengths), bidirectional, j), got[j], want[j])
				}
			}
			// The first of many sequences and the same alone.
			net := newLSTM(t, lstm.Config{InputSize: 35, HiddenSize: 67, NumLayers: 1, Bidirectional: bidirectional, Bias: true})
			testAlone(t, net, many)
		}
	})
}

// testAlone compares one sequence of a batch with itself alone.
func testAlone(t *testing.T, net *lstm.LSTM, lengths []int) {
	t.Helper()
	c, rng := net.Config(), newRand(5)
	l, one := newLayout(t, lengths), newLayout(t, lengths[:1])
	x, dy := uniform(rng, l.Rows()*c.InputSize, 1), uniform(rng, l.Rows()*c.OutputSize(), 1)
	ws, wsAlone := lstm.NewWorkspace(1), lstm.NewWorkspace(1)
	out, err := net.ForwardTraining(ws, l, x, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := net.ForwardTraining(wsAlone, one, sequenceRows(l, x, c.InputSize, 0), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "Y in a batch and alone", sequenceRows(l, out.Y, c.OutputSize(), 0), alone.Y)
	back, err := net.Backward(ws, lstm.Upstream{Y: dy}, net.NewGradients())
	if err != nil {
		t.Fatal(err)
	}
	backAlone, err := net.Backward(wsAlone, lstm.Upstream{Y: sequenceRows(l, dy, c.OutputSize(), 0)}, net.NewGradients())
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "dX in a batch and alone", sequenceRows(l, back.X, c.InputSize, 0), backAlone.X)
}
