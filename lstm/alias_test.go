package lstm_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/lstm"
)

// TestOwnOutputs: an x in memory that the workspace is about to overwrite is an error,
// a copy is not; states and upstream gradients may be what it returned.
func TestOwnOutputs(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
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

// TestOwnStates is TestOwnOutputs for states large enough to hold an x, and for initial
// states in memory that is overwritten before all of them are read.
func TestOwnStates(t *testing.T) {
	c := lstm.Config{InputSize: 8, HiddenSize: 8, NumLayers: 1, Bidirectional: true}
	net, l := newLSTM(t, c), newLayout(t, []int{1, 1, 1})
	prepared, err := net.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	inputs, states := l.Rows()*c.InputSize, c.StateSize(3)
	x := uniform(newRand(20), inputs, 1)
	for workers := 1; workers <= 2; workers++ {
		ws := lstm.NewWorkspace(workers)
		out, err := net.ForwardTraining(ws, l, x, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		back, err := net.Backward(ws, lstm.Upstream{HN: out.HN}, net.NewGradients())
		if err != nil {
			t.Fatal(err)
		}
		longer := make([]float32, states+1)
		for _, bad := range []struct {
			want    string
			x       []float32
			initial *lstm.State
		}{
			{want: "x is in the HN", x: out.HN[:inputs]},
			{want: "x is in the CN", x: out.CN[states-inputs:]},
			{want: "x is in the H0 gradient", x: back.H0[:inputs]},
			{want: "x is in the C0 gradient", x: back.C0[1:][:inputs]},
			{want: "initial.H is in the Y", x: x, initial: &lstm.State{H: out.Y}},
			{want: "initial.C is in the Y", x: x, initial: &lstm.State{H: longer[:states], C: out.Y}},
		} {
			before := slices.Concat(out.Y, out.HN, out.CN, back.X, back.H0, back.C0)
			_, err1 := net.Forward(ws, l, bad.x, bad.initial)
			_, err2 := prepared.Forward(ws, l, bad.x, bad.initial)
			_, err3 := net.ForwardTraining(ws, l, bad.x, bad.initial, 0)
			for i, err := range []error{err1, err2, err3} {
				if err == nil || !strings.Contains(err.Error(), bad.want) {
					t.Errorf("%d workers, pass %d: %v: want an error with %q", workers, i, err, bad.want)
				}
			}
			sameBits(t, bad.want, slices.Concat(out.Y, out.HN, out.CN, back.X, back.H0, back.C0), before)
		}
	}
}

// TestOwnUpstream: upstream gradients in memory that Backward overwrites before it has read
// all of them are an error that leaves the forward pass; the gradients in their own places
// are not.
func TestOwnUpstream(t *testing.T) {
	c := lstm.Config{InputSize: 16, HiddenSize: 8, NumLayers: 1, Bidirectional: true}
	net, l := newLSTM(t, c), newLayout(t, []int{1, 1, 1})
	x := uniform(newRand(23), l.Rows()*c.InputSize, 1)
	for workers := 1; workers <= 2; workers++ {
		ws, other := lstm.NewWorkspace(workers), lstm.NewWorkspace(1)
		for _, ws := range []*lstm.Workspace{ws, other} {
			if _, err := net.ForwardTraining(ws, l, x, nil, 0); err != nil {
				t.Fatal(err)
			}
		}
		back, err := net.Backward(ws, lstm.Upstream{Y: x}, net.NewGradients())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := net.ForwardTraining(ws, l, x, nil, 0); err != nil {
			t.Fatal(err)
		}
		for want, dy := range map[string]lstm.Upstream{
			"dy.Y is in the H0 gradient": {Y: back.H0},
			"dy.Y is in the C0 gradient": {Y: back.C0},
			"dy.HN is in the X gradient": {HN: back.X},
			"dy.CN is in the X gradient": {Y: x, CN: back.X},
		} {
			_, err := net.Backward(ws, dy, net.NewGradients())
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%d workers: %v: want an error with %q", workers, err, want)
			}
		}
		want, err := net.Backward(other, lstm.Upstream{Y: slices.Clone(back.X), HN: slices.Clone(back.C0), CN: slices.Clone(back.H0)}, net.NewGradients())
		if err != nil {
			t.Fatal(err)
		}
		got, err := net.Backward(ws, lstm.Upstream{Y: back.X, HN: back.C0, CN: back.H0}, net.NewGradients())
		if err != nil {
			t.Fatal(err)
		}
		sameBits(t, "dX", got.X, want.X)
		sameBits(t, "dH0", got.H0, want.H0)
		sameBits(t, "dC0", got.C0, want.C0)
	}
}

// TestOwnStatesShifted: the workspace's own HN and CN are initial states from their
// beginning, for fewer sequences or one for the other too; a later part is an error.
func TestOwnStatesShifted(t *testing.T) {
	c := lstm.Config{InputSize: 5, HiddenSize: 19, NumLayers: 2, Bidirectional: true, Bias: true}
	net, l, fewer := newLSTM(t, c), newLayout(t, []int{4, 1, 6}), newLayout(t, []int{3, 5})
	x := uniform(newRand(21), l.Rows()*c.InputSize, 1)
	size := c.StateSize(2)
	for workers := 1; workers <= 3; workers++ {
		ws, other := lstm.NewWorkspace(workers), lstm.NewWorkspace(1)
		out, err := net.Forward(ws, l, x, nil)
		if err != nil {
			t.Fatal(err)
		}
		for want, s := range map[string]*lstm.State{
			"initial.H is a later part of the HN": {H: out.HN[c.HiddenSize:][:size]},
			"initial.C is a later part of the HN": {C: out.HN[1:][:size]},
			"initial.H is a later part of the CN": {H: out.CN[1:][:size]},
		} {
			if _, err := net.Forward(ws, fewer, x[:8*c.InputSize], s); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v: want an error with %q", err, want)
			}
		}
		want, err := net.Forward(other, fewer, x[:8*c.InputSize], &lstm.State{H: slices.Clone(out.CN[:size]), C: slices.Clone(out.HN[:size])})
		if err != nil {
			t.Fatal(err)
		}
		got, err := net.Forward(ws, fewer, x[:8*c.InputSize], &lstm.State{H: out.CN[:size], C: out.HN[:size]})
		if err != nil {
			t.Fatal(err)
		}
		sameBits(t, "Y", got.Y, want.Y)
		sameBits(t, "HN", got.HN, want.HN)
		sameBits(t, "CN", got.CN, want.CN)
	}
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
	levels.ForEach(t, func(t *testing.T) {
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
	levels.ForEach(t, func(t *testing.T) {
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
