package lstm_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/lstm"
)

// TestOwnOutputs: an x in memory that the workspace is about to overwrite is an error,
// a copy is not; states and upstream gradients may be what it returned.
func TestOwnOutputs(t *testing.T) {
	forEachLevel(t, func(t *testing.T) {
		c := lstm.Config{InputSize: 34, HiddenSize: 17, NumLayers: 3, Bidirectional: true, Bias: true}
		lengths := []int{9, 0, 31, 5, 5}
		net, l := newLSTM(t, c), newLayout(t, lengths)
		prepared, err := net.Prepare()
		if err != nil {
			t.Fatal(err)
		}
		x := uniform(newRand(15), l.Rows()*c.InputSize, 1)
		for workers := 1; workers <= 3; workers++ {
			ws, other := lstm.NewWorkspace(workers), lstm.NewWorkspace(1)
			passes := map[string]func(ws *lstm.Workspace, x []float32, s *lstm.State) (lstm.Output, error){
				"Forward": func(ws *lstm.Workspace, x []float32, s *lstm.State) (lstm.Output, error) {
					return net.Forward(ws, l, x, s)
				},
				"Prepared.Forward": func(ws *lstm.Workspace, x []float32, s *lstm.State) (lstm.Output, error) {
					return prepared.Forward(ws, l, x, s)
				},
				"ForwardTraining": func(ws *lstm.Workspace, x []float32, s *lstm.State) (lstm.Output, error) {
					return net.ForwardTraining(ws, l, x, s, 0)
				},
			}
			for name, forward := range passes {
				out, err := forward(ws, x, nil)
				if err != nil {
					t.Fatal(err)
				}
				before := slices.Clone(out.Y)
				if _, err := forward(ws, out.Y, nil); err == nil || !strings.Contains(err.Error(), "x is in the Y") {
					t.Errorf("%s of the workspace's own Y: %v: want an error that says so", name, err)
				}
				sameBits(t, name+": Y after the error", out.Y, before)
				want, err := forward(other, before, &lstm.State{H: slices.Clone(out.HN), C: slices.Clone(out.CN)})
				if err != nil {
					t.Fatal(err)
				}
				got, err := forward(ws, before, &lstm.State{H: out.HN, C: out.CN})
				if err != nil {
					t.Fatal(err)
				}
				sameBits(t, name+": Y after the workspace's own states", got.Y, want.Y)
				sameBits(t, name+": HN after the workspace's own states", got.HN, want.HN)
			}
			testOwnGradients(t, net, c, ws, other, passes["ForwardTraining"], x)
		}
	})
}

func testOwnGradients(t *testing.T, net *lstm.LSTM, c lstm.Config, ws, other *lstm.Workspace,
	forward func(*lstm.Workspace, []float32, *lstm.State) (lstm.Output, error), x []float32) {
	t.Helper()
	backward := func(ws *lstm.Workspace, dy lstm.Upstream) lstm.InputGradients {
		back, err := net.Backward(ws, dy, net.NewGradients())
		if err != nil {
			t.Fatal(err)
		}
		return back
	}
	out, err := forward(ws, x, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := forward(other, x, nil); err != nil {
		t.Fatal(err)
	}
	first := backward(ws, lstm.Upstream{Y: out.Y, HN: out.HN, CN: out.CN})
	_, err = forward(ws, x, nil) // a Backward uses its ForwardTraining up
	if err != nil {
		t.Fatal(err)
	}
	want := backward(other, lstm.Upstream{Y: slices.Clone(first.X), HN: slices.Clone(first.H0), CN: slices.Clone(first.C0)})
	got := backward(ws, lstm.Upstream{Y: first.X, HN: first.H0, CN: first.C0})
	sameBits(t, "dX of the workspace's own gradients", got.X, want.X)
	sameBits(t, "dH0 of the workspace's own gradients", got.H0, want.H0)
	sameBits(t, "dC0 of the workspace's own gradients", got.C0, want.C0)
	if _, err := forward(ws, got.X, nil); err == nil || !strings.Contains(err.Error(), "x is in the X gradient") {
		t.Errorf("ForwardTraining of the workspace's own X gradient: %v: want an error that says so", err)
	}
}

// TestGradientsOfAnotherLSTM: dy.Y may be the X that the same workspace returned of another LSTM,
// be its rows wider than those of x or not, with one worker or several: dx of steps of one row is
// written before all of dy is read.
func TestGradientsOfAnotherLSTM(t *testing.T) {
	forEachLevel(t, func(t *testing.T) {
		for _, input := range []int{17, 64, 100, 200} {
			if testing.Short() && input > 17 {
				continue
			}
			for layers := 1; layers <= 2; layers++ {
				testGradientsOfAnother(t, input, layers)
			}
		}
	})
}

func testGradientsOfAnother(t *testing.T, input, layers int) {
	t.Helper()
	upper := newLSTM(t, lstm.Config{InputSize: 100, HiddenSize: 100, NumLayers: 1, Bias: true})
	lower := newLSTM(t, lstm.Config{InputSize: input, HiddenSize: 100, NumLayers: layers, Bias: true})
	l, rng := newLayout(t, []int{60, 3, 3}), newRand(18)
	x, between := uniform(rng, l.Rows()*input, 1), uniform(rng, l.Rows()*100, 1)
	for workers := 1; workers <= 2; workers++ {
		var want []float32
		for _, own := range []bool{false, true} {
			ws := lstm.NewWorkspace(workers)
			if _, err := upper.ForwardTraining(ws, l, between, nil, 0); err != nil {
				t.Fatal(err)
			}
			back, err := upper.Backward(ws, lstm.Upstream{Y: uniform(newRand(19), l.Rows()*100, 1)}, upper.NewGradients())
			if err != nil {
				t.Fatal(err)
			}
			dy := back.X
			if !own {
				dy = slices.Clone(dy)
			}
			if _, err := lower.ForwardTraining(ws, l, x, nil, 0); err != nil {
				t.Fatal(err)
			}
			if back, err = lower.Backward(ws, lstm.Upstream{Y: dy}, lower.NewGradients()); err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = slices.Clone(back.X)
			}
			sameBits(t, fmt.Sprintf("input %d, %d layers, %d workers: dX", input, layers, workers), back.X, want)
		}
	}
}

// TestChangesBeforeBackward: initial states, HN and CN may change between ForwardTraining
// and Backward.
func TestChangesBeforeBackward(t *testing.T) {
	forEachLevel(t, func(t *testing.T) {
		c := lstm.Config{InputSize: 3, HiddenSize: 17, NumLayers: 2, Bidirectional: true, Bias: true, Dropout: 0.3}
		net, l := newLSTM(t, c), newLayout(t, []int{4, 0, 7})
		rng := newRand(17)
		x, dy := uniform(rng, l.Rows()*c.InputSize, 1), uniform(rng, l.Rows()*c.OutputSize(), 1)
		h0, c0 := uniform(rng, c.StateSize(3), 1), uniform(rng, c.StateSize(3), 1)
		var want *lstm.Gradients
		for _, change := range []bool{false, true} {
			ws, grads := lstm.NewWorkspace(2), net.NewGradients()
			initial := &lstm.State{H: slices.Clone(h0), C: slices.Clone(c0)}
			out, err := net.ForwardTraining(ws, l, x, initial, 5)
			if err != nil {
				t.Fatal(err)
			}
			if change {
				clear(initial.H)
				clear(initial.C)
				clear(out.HN)
				clear(out.CN)
			}
			if _, err := net.Backward(ws, lstm.Upstream{Y: dy}, grads); err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = grads
			}
			for i, g := range grads.Tensors() {
				sameBits(t, g.Name, g.Data, want.Tensors()[i].Data)
			}
		}
	})
}
