package lstm_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/packed"
)

func TestConfigErrors(t *testing.T) {
	good := lstm.Config{InputSize: 3, HiddenSize: 4, NumLayers: 1}
	for name, spoil := range map[string]func(c *lstm.Config){
		"InputSize":                          func(c *lstm.Config) { c.InputSize = 0 },
		"HiddenSize":                         func(c *lstm.Config) { c.HiddenSize = -1 },
		"NumLayers":                          func(c *lstm.Config) { c.NumLayers = 0 },
		"HiddenSize = 5":                     func(c *lstm.Config) { c.HiddenSize = 500000 },
		"NumLayers = 1048576":                func(c *lstm.Config) { c.HiddenSize, c.NumLayers = 16383, 1<<20 },
		"a weight of 4398046511104 elements": func(c *lstm.Config) { c.InputSize, c.HiddenSize = 1<<20, 1<<20 },
		"Dropout":                            func(c *lstm.Config) { c.Dropout = 1.5 },
		"NaN":                                func(c *lstm.Config) { c.Dropout = math.NaN() },
	} {
		c := good
		spoil(&c)
		if _, err := lstm.New(c, 1); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v: want one that names it", name, err)
		}
	}
}

func TestCallErrors(t *testing.T) {
	c := lstm.Config{InputSize: 3, HiddenSize: 4, NumLayers: 2, Bias: true}
	net, l := newLSTM(t, c), newLayout(t, []int{2, 3})
	x, ws := make([]float32, 15), lstm.NewWorkspace(1)
	prepared, err := net.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	forward := func(ws *lstm.Workspace, l *packed.Layout, x []float32, s *lstm.State) (errs []error) {
		_, err1 := net.Forward(ws, l, x, s)
		_, err2 := prepared.Forward(ws, l, x, s)
		_, err3 := net.ForwardTraining(ws, l, x, s, 0)
		return []error{err1, err2, err3}
	}
	for name, errs := range map[string][]error{
		"ws is nil": forward(nil, l, x, nil),
		"l is nil":  forward(ws, nil, x, nil),
		"x has 14":  forward(ws, l, x[1:], nil),
		"initial.H": forward(ws, l, x, &lstm.State{H: make([]float32, 15)}),
		"initial.C": forward(ws, l, x, &lstm.State{C: make([]float32, 17)}),
	} {
		for _, err := range errs {
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s: error %v: want one that names it", name, err)
			}
		}
	}

	grads := net.NewGradients()
	mark := func() {
		for _, g := range grads.Tensors() {
			for i := range g.Data {
				g.Data[i] = 7
			}
		}
	}
	backward := func(n *lstm.LSTM, ws *lstm.Workspace, dy lstm.Upstream, g *lstm.Gradients) error {
		mark()
		_, err := n.Backward(ws, dy, g)
		for _, tensor := range grads.Tensors() {
			for i, v := range tensor.Data {
				if err != nil && v != 7 {
					t.Fatalf("%v, yet %s[%d] was overwritten", err, tensor.Name, i)
				}
			}
		}
		return err
	}
	other := newLSTM(t, lstm.Config{InputSize: 3, HiddenSize: 5, NumLayers: 2, Bias: true})
	if _, err := net.Forward(ws, l, x, nil); err != nil {
		t.Fatal(err)
	}
	if err := backward(net, ws, lstm.Upstream{}, grads); err == nil {
		t.Error("Backward after inference: no error")
	}
	if _, err := net.ForwardTraining(ws, l, x, nil, 0); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"ws is nil":    backward(net, nil, lstm.Upstream{}, grads),
		"grads is nil": backward(net, ws, lstm.Upstream{}, nil),
		"grads are of": backward(net, ws, lstm.Upstream{}, other.NewGradients()),
		"was of":       backward(other, ws, lstm.Upstream{}, other.NewGradients()),
		"dy.Y":         backward(net, ws, lstm.Upstream{Y: make([]float32, 19)}, grads),
		"dy.HN":        backward(net, ws, lstm.Upstream{HN: make([]float32, 1)}, grads),
		"dy.CN":        backward(net, ws, lstm.Upstream{CN: make([]float32, 1)}, grads),
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v: want one that names it", name, err)
		}
	}
	if err := backward(net, ws, lstm.Upstream{}, grads); err != nil {
		t.Errorf("Backward with no upstream gradient: %v", err)
	}
	for _, g := range grads.Tensors() {
		for i, v := range g.Data {
			if v != 0 {
				t.Fatalf("%s[%d] = %v without an upstream gradient, want 0", g.Name, i, v)
			}
		}
	}
	if err := backward(net, ws, lstm.Upstream{}, grads); err == nil || !strings.Contains(err.Error(), "used up") {
		t.Errorf("Backward a second time: %v", err)
	}
	if _, err := net.ForwardTraining(ws, l, x, nil, 0); err != nil {
		t.Fatal(err)
	}
	if err := l.Reset([]int{1}); err != nil {
		t.Fatal(err)
	}
	if err := backward(net, ws, lstm.Upstream{}, grads); err == nil || !strings.Contains(err.Error(), "layout") {
		t.Errorf("Backward over a changed layout: %v", err)
	}
}

// TestNaNStaysInItsSequence: a NaN in one sequence reaches no other.
func TestNaNStaysInItsSequence(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		c := lstm.Config{InputSize: 2, HiddenSize: 19, NumLayers: 2, Bidirectional: true, Bias: true}
		net, l := newLSTM(t, c), newLayout(t, []int{3, 5, 1, 4})
		x := uniform(newRand(5), l.Rows()*c.InputSize, 1)
		row := l.Offsets()[1] + l.UnsortedIndices()[0]
		x[row*c.InputSize] = float32(math.NaN())
		out, err := net.Forward(lstm.NewWorkspace(2), l, x, nil)
		if err != nil {
			t.Fatal(err)
		}
		for b := range 4 {
			poisoned := false
			for _, v := range sequenceRows(l, out.Y, c.OutputSize(), b) {
				poisoned = poisoned || v != v
			}
			if poisoned != (b == 0) {
				t.Errorf("sequence %d: NaN in its output: %v", b, poisoned)
			}
		}
	})
}

// TestRefusedTraining: after a ForwardTraining that was refused Backward does not take the
// pass before it; after a Backward that was refused it does.
func TestRefusedTraining(t *testing.T) {
	c := lstm.Config{InputSize: 3, HiddenSize: 5, NumLayers: 2, Bias: true}
	net, l, ws := newLSTM(t, c), newLayout(t, []int{2, 0, 3}), lstm.NewWorkspace(1)
	x := uniform(newRand(22), l.Rows()*c.InputSize, 1)
	over, cancel := context.WithCancel(context.Background())
	cancel()
	var none *lstm.LSTM
	for name, refused := range map[string]func() error{
		"x":       func() error { _, err := net.ForwardTraining(ws, l, x[1:], nil, 0); return err },
		"initial": func() error { _, err := net.ForwardTraining(ws, l, x, &lstm.State{H: x}, 0); return err },
		"layout":  func() error { _, err := net.ForwardTraining(ws, nil, x, nil, 0); return err },
		"LSTM":    func() error { _, err := none.ForwardTraining(ws, l, x, nil, 0); return err },
		"no ctx":  func() error { _, err := net.ForwardTrainingContext(nil, ws, l, x, nil, 0); return err },
		"ctx":     func() error { _, err := net.ForwardTrainingContext(over, ws, l, x, nil, 0); return err },
	} {
		if _, err := net.ForwardTraining(ws, l, x, nil, 0); err != nil {
			t.Fatal(err)
		}
		if err := refused(); err == nil {
			t.Errorf("%s: no error", name)
		}
		if _, err := net.Backward(ws, lstm.Upstream{}, net.NewGradients()); err == nil || !strings.Contains(err.Error(), "holds no ForwardTraining") {
			t.Errorf("Backward after a ForwardTraining refused for %s: %v", name, err)
		}
	}
	if _, err := net.ForwardTraining(ws, l, x, nil, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := net.BackwardContext(over, ws, lstm.Upstream{}, net.NewGradients()); err == nil {
		t.Error("Backward under a context that is over: no error")
	}
	if _, err := net.Backward(ws, lstm.Upstream{}, net.NewGradients()); err != nil {
		t.Errorf("Backward after a refused one: %v", err)
	}
}

// TestBackwardOfAnotherPass: a layout reset to other lengths of the same rows, sequences
// and steps, or another LSTM of the same shape, is an error and leaves the gradients.
func TestBackwardOfAnotherPass(t *testing.T) {
	c := lstm.Config{InputSize: 3, HiddenSize: 4, NumLayers: 1, Bidirectional: true, Bias: true}
	net, ws := newLSTM(t, c), lstm.NewWorkspace(2)
	other, err := lstm.New(c, 99)
	if err != nil {
		t.Fatal(err)
	}
	lengths := []int{1, 4, 4, 2}
	l := newLayout(t, lengths)
	x := uniform(newRand(16), l.Rows()*c.InputSize, 1)
	out, err := net.ForwardTraining(ws, l, x, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	dy := lstm.Upstream{Y: out.Y}
	expect := func(n *lstm.LSTM, want string) {
		t.Helper()
		grads := n.NewGradients()
		grads.Tensors()[0].Data[0] = 7
		_, err := n.Backward(ws, dy, grads)
		if err == nil || !strings.Contains(err.Error(), want) || grads.Tensors()[0].Data[0] != 7 {
			t.Errorf("%v: want an error with %q and the gradients as they were", err, want)
		}
	}
	expect(other, "another LSTM")
	for want, changed := range map[string][]int{"lengths[0] = 4, was 1": {4, 1, 4, 2}, "lengths[0] = 3, was 1": {3, 3, 4, 1}} {
		if err := l.Reset(changed); err != nil {
			t.Fatal(err)
		}
		expect(net, want)
	}
	if err := l.Reset(lengths); err != nil {
		t.Fatal(err)
	}
	if _, err := net.Backward(ws, dy, net.NewGradients()); err != nil {
		t.Errorf("after a Reset to the lengths that it had: %v", err)
	}

	// Equal lengths in another order than Reset's.
	swapped, err := packed.NewLayoutFromBatchSizes([]int{2, 2}, []int{1, 0})
	if err != nil {
		t.Fatal(err)
	}
	if out, err = net.ForwardTraining(ws, swapped, x[:4*c.InputSize], nil, 0); err != nil {
		t.Fatal(err)
	}
	dy.Y = out.Y
	if err := swapped.Reset([]int{2, 2}); err != nil {
		t.Fatal(err)
	}
	expect(net, "sortedIndices[0] = 0, was 1")
}
