package lstm_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/internal/recurrent"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/packed"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

func uniform(rng *rand.Rand, n int, scale float64) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32((2*rng.Float64() - 1) * scale)
	}
	return x
}

func newLayout(t testing.TB, lengths []int) *packed.Layout {
	t.Helper()
	l, err := packed.NewLayout(lengths)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// sameBits reports the first element that differs; with an engine, by more than its bound.
func sameBits(t *testing.T, name string, got, want []float32) {
	t.Helper()
	if err := levels.Same(got, want); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// sequenceRows collects the packed rows of one sequence.
func sequenceRows(l *packed.Layout, rows []float32, width, b int) []float32 {
	var s []float32
	for t := range l.Lengths()[b] {
		row := l.Offsets()[t] + l.UnsortedIndices()[b]
		s = append(s, rows[row*width:(row+1)*width]...)
	}
	return s
}

// stateOf collects the states of one sequence from a state [L·D, B, H].
func stateOf(state []float32, hidden, batch, b int) []float32 {
	var s []float32
	for at := b * hidden; at < len(state); at += batch * hidden {
		s = append(s, state[at:at+hidden]...)
	}
	return s
}

// TestSequenceAloneAndInBatch: one sequence alone gives the bits that it gives
// inside a batch, forward and backward to its inputs, with any number of workers.
func TestSequenceAloneAndInBatch(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		for _, hidden := range []int{1, 7, 17, 33, 100} {
			for _, bidirectional := range []bool{false, true} {
				c := lstm.Config{InputSize: 5, HiddenSize: hidden, NumLayers: 2, Bidirectional: bidirectional, Bias: true}
				for workers := 1; workers <= 4; workers++ {
					testAloneAndInBatch(t, c, []int{3, 0, 9, 1, 9, 5, 2, 30, 1, 4, 7, 0, 2, 11}, workers)
				}
			}
		}
	})
}

// computeAlong has the steps of one row of a test compute other products along where the level can,
// whatever pays on this CPU.
func computeAlong(t *testing.T) {
	before := recurrent.Along
	recurrent.Along = true
	t.Cleanup(func() { recurrent.Along = before })
}

// TestOneRowInBatch: the steps of one row compute other products along, which steps of several rows
// do not: a sequence alone, beside another of its length, and as the longest of a batch has the
// same bits, whatever the rest of its steps by sixteen.
func TestOneRowInBatch(t *testing.T) {
	computeAlong(t)
	levels.ForEach(t, func(t *testing.T) {
		for _, input := range []int{5, 33, 80} {
			if testing.Short() && input > 5 {
				continue
			}
			for _, bidirectional := range []bool{false, true} {
				c := lstm.Config{InputSize: input, HiddenSize: 50 + input, NumLayers: 1, Bidirectional: bidirectional, Bias: true}
				for workers := 1; workers <= 3; workers++ {
					testAloneAndInBatch(t, c, []int{71, 71, 3, 17, 16}, workers)
					testAloneAndInBatch(t, c, []int{3, 70, 33}, workers)
				}
			}
		}
	})
}

// TestOneRowTails: steps of one row after steps of several, as many as leave every rest by sixteen:
// the same bits at the portable level, where none computes anything along.
func TestOneRowTails(t *testing.T) {
	computeAlong(t)
	c := lstm.Config{InputSize: 17, HiddenSize: 50, NumLayers: 2, Bias: true}
	net := newLSTM(t, c)
	prepared := make(map[kernels.Level]*lstm.Prepared)
	before := kernels.Active()
	defer kernels.SetActive(before)
	apart := 1
	if testing.Short() {
		apart = 4 // 18 among them
	}
	for tail := 14; tail <= 51; tail += apart {
		rng := newRand(uint64(tail))
		l := newLayout(t, []int{5, 5 + tail, 3})
		x, dy := uniform(rng, l.Rows()*c.InputSize, 1), lstm.Upstream{Y: uniform(rng, l.Rows()*c.OutputSize(), 1)}
		var want [][]float32
		for _, level := range kernels.Available() {
			if err := kernels.SetActive(level); err != nil {
				t.Fatal(err)
			}
			if prepared[level] == nil {
				p, err := net.Prepare()
				if err != nil {
					t.Fatal(err)
				}
				prepared[level] = p
			}
			for workers := 1; workers <= 2; workers++ {
				ws := lstm.NewWorkspace(workers)
				got := passResults(t, net, ws, l, x, nil, dy)
				out, err := prepared[level].Forward(ws, l, x, nil)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, out.Y)
				if want == nil {
					want = got
				}
				sameResults(t, fmt.Sprintf("%d steps of one row, %v, %d workers", tail, level, workers), got, want)
			}
		}
	}
}

func testAloneAndInBatch(t *testing.T, c lstm.Config, lengths []int, workers int) {
	rng := newRand(uint64(c.HiddenSize))
	net, l := newLSTM(t, c), newLayout(t, lengths)
	x := uniform(rng, l.Rows()*c.InputSize, 1)
	h0, c0 := uniform(rng, c.StateSize(len(lengths)), 1), uniform(rng, c.StateSize(len(lengths)), 1)
	dy := lstm.Upstream{Y: uniform(rng, l.Rows()*c.OutputSize(), 1), HN: uniform(rng, len(h0), 1), CN: uniform(rng, len(h0), 1)}
	ws, wsAlone := lstm.NewWorkspace(workers), lstm.NewWorkspace(1)
	out, err := net.ForwardTraining(ws, l, x, &lstm.State{H: h0, C: c0}, 0)
	if err != nil {
		t.Fatal(err)
	}
	back, err := net.Backward(ws, dy, net.NewGradients())
	if err != nil {
		t.Fatal(err)
	}
	for b, n := range lengths {
		part := func(state []float32) []float32 { return stateOf(state, c.HiddenSize, len(lengths), b) }
		one := newLayout(t, []int{n})
		alone, err := net.ForwardTraining(wsAlone, one, sequenceRows(l, x, c.InputSize, b), &lstm.State{H: part(h0), C: part(c0)}, 0)
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("hidden %d, bidirectional %v, %d workers, sequence %d: ", c.HiddenSize, c.Bidirectional, workers, b)
		sameBits(t, name+"Y", sequenceRows(l, out.Y, c.OutputSize(), b), alone.Y)
		sameBits(t, name+"HN", part(out.HN), alone.HN)
		sameBits(t, name+"CN", part(out.CN), alone.CN)
		backAlone, err := net.Backward(wsAlone, lstm.Upstream{Y: sequenceRows(l, dy.Y, c.OutputSize(), b), HN: part(dy.HN), CN: part(dy.CN)},
			net.NewGradients())
		if err != nil {
			t.Fatal(err)
		}
		sameBits(t, name+"dX", sequenceRows(l, back.X, c.InputSize, b), backAlone.X)
		sameBits(t, name+"dH0", part(back.H0), backAlone.H0)
		sameBits(t, name+"dC0", part(back.C0), backAlone.C0)
	}
}

// TestWorkersAndRepeats: parameter gradients have the same bits for any number of
// workers and when the step runs again; Accumulate adds.
func TestWorkersAndRepeats(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		c := lstm.Config{InputSize: 20, HiddenSize: 37, NumLayers: 2, Bidirectional: true, Bias: true, Dropout: 0.3}
		rng := newRand(1)
		l := newLayout(t, []int{40, 3, 17, 60, 1, 5, 25, 0, 33, 80, 12, 9, 9})
		net := newLSTM(t, c)
		x := uniform(rng, l.Rows()*c.InputSize, 1)
		dy := lstm.Upstream{Y: uniform(rng, l.Rows()*c.OutputSize(), 1)}
		var want *lstm.Gradients
		for workers := 1; workers <= 5; workers++ {
			ws := lstm.NewWorkspace(workers)
			grads := net.NewGradients()
			train := func() error {
				if _, err := net.ForwardTraining(ws, l, x, nil, 7); err != nil {
					return err
				}
				_, err := net.Backward(ws, dy, grads)
				return err
			}
			for range 2 {
				if err := train(); err != nil {
					t.Fatal(err)
				}
				if want == nil {
					want = net.NewGradients()
					for i, g := range grads.Tensors() {
						copy(want.Tensors()[i].Data, g.Data)
					}
				}
				for i, g := range grads.Tensors() {
					sameBits(t, fmt.Sprintf("%d workers: %s", workers, g.Name), g.Data, want.Tensors()[i].Data)
				}
			}
			grads.Accumulate = true
			if err := train(); err != nil {
				t.Fatal(err)
			}
			for i, g := range grads.Tensors() {
				for j, v := range g.Data {
					if w := 2 * want.Tensors()[i].Data[j]; math.Abs(float64(v-w)) > 1e-4*(1+math.Abs(float64(w))) {
						t.Fatalf("%s[%d] = %v after accumulating twice, want about %v", g.Name, j, v, w)
					}
				}
			}
		}
	})
}

// TestGradientsWithoutTokens: a batch of empty sequences has gradients of 0.
func TestGradientsWithoutTokens(t *testing.T) {
	c := lstm.Config{InputSize: 3, HiddenSize: 17, NumLayers: 2, Bidirectional: true, Bias: true}
	net, l, ws := newLSTM(t, c), newLayout(t, []int{0, 0}), lstm.NewWorkspace(2)
	for _, accumulate := range []bool{false, true} {
		grads, want := net.NewGradients(), float32(0)
		if grads.Accumulate = accumulate; accumulate {
			want = 7
		}
		for _, g := range grads.Tensors() {
			for i := range g.Data {
				g.Data[i] = 7
			}
		}
		if _, err := net.ForwardTraining(ws, l, nil, nil, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := net.Backward(ws, lstm.Upstream{}, grads); err != nil {
			t.Fatal(err)
		}
		for _, g := range grads.Tensors() {
			for i, v := range g.Data {
				if v != want {
					t.Fatalf("accumulate %v: %s[%d] = %v, want %v", accumulate, g.Name, i, v, want)
				}
			}
		}
	}
}

// trainingResults returns copies of all that a training pass gives.
func trainingResults(t *testing.T, net *lstm.LSTM, ws *lstm.Workspace, l *packed.Layout, x []float32, initial *lstm.State,
	dy lstm.Upstream) (results [][]float32) {
	t.Helper()
	out, err := net.ForwardTraining(ws, l, x, initial, 0)
	if err != nil {
		t.Fatal(err)
	}
	results = append(results, slices.Clone(out.Y), slices.Clone(out.HN), slices.Clone(out.CN))
	grads := net.NewGradients()
	back, err := net.Backward(ws, dy, grads)
	if err != nil {
		t.Fatal(err)
	}
	results = append(results, slices.Clone(back.X), slices.Clone(back.H0), slices.Clone(back.C0))
	for _, g := range grads.Tensors() {
		results = append(results, g.Data)
	}
	return results
}

// passResults returns those, and a copy of what Forward gives.
func passResults(t *testing.T, net *lstm.LSTM, ws *lstm.Workspace, l *packed.Layout, x []float32, initial *lstm.State,
	dy lstm.Upstream) [][]float32 {
	t.Helper()
	results := trainingResults(t, net, ws, l, x, initial, dy)
	out, err := net.Forward(ws, l, x, initial)
	if err != nil {
		t.Fatal(err)
	}
	return append(results, slices.Clone(out.Y))
}

// sameResults compares all of them.
func sameResults(t *testing.T, name string, got, want [][]float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d results: want %d", name, len(got), len(want))
	}
	for i := range got {
		sameBits(t, fmt.Sprintf("%s: result %d", name, i), got[i], want[i])
	}
}

// TestFewRows: where the rows are too few for the workers, each owns some hidden units
// and meets the others at every step: the same bits, forward and backward.
func TestFewRows(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		for _, lengths := range [][]int{{4}, {1, 5, 0, 1}} {
			if testing.Short() && len(lengths) > 1 {
				continue
			}
			for _, bidirectional := range []bool{false, true} {
				c := lstm.Config{InputSize: 3, HiddenSize: 263, NumLayers: 2, Bidirectional: bidirectional, Bias: true}
				rng := newRand(uint64(len(lengths)))
				net, l := newLSTM(t, c), newLayout(t, lengths)
				x := uniform(rng, l.Rows()*c.InputSize, 1)
				h0, c0 := uniform(rng, c.StateSize(len(lengths)), 1), uniform(rng, c.StateSize(len(lengths)), 1)
				dy := lstm.Upstream{Y: uniform(rng, l.Rows()*c.OutputSize(), 1), HN: uniform(rng, len(h0), 1), CN: uniform(rng, len(h0), 1)}
				var want [][]float32
				for _, workers := range []int{1, 2, 3, 7} {
					got := passResults(t, net, lstm.NewWorkspace(workers), l, x, &lstm.State{H: h0, C: c0}, dy)
					if want == nil {
						want = got
					}
					sameResults(t, fmt.Sprintf("lengths %v, bidirectional %v, %d workers", lengths, bidirectional, workers), got, want)
				}
			}
		}
	})
}

// TestPreparedAndStepwise: the prepared form, the layer re-packed at each call, and
// the same sequence fed a step at a time give the same bits; so does Prepare before
// the parameters change.
func TestPreparedAndStepwise(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		c := lstm.Config{InputSize: 7, HiddenSize: 33, NumLayers: 2, Bias: true}
		rng := newRand(2)
		net := newLSTM(t, c)
		prepared, err := net.Prepare()
		if err != nil {
			t.Fatal(err)
		}
		l, one := newLayout(t, []int{6}), newLayout(t, []int{1})
		x := uniform(rng, 6*c.InputSize, 1)
		ws := lstm.NewWorkspace(2)
		whole, err := net.Forward(lstm.NewWorkspace(2), l, x, nil)
		if err != nil {
			t.Fatal(err)
		}
		var state *lstm.State
		for step := range 6 {
			out, err := prepared.Forward(ws, one, x[step*c.InputSize:(step+1)*c.InputSize], state)
			if err != nil {
				t.Fatal(err)
			}
			sameBits(t, fmt.Sprint("Y of step ", step), out.Y, whole.Y[step*c.OutputSize():][:c.OutputSize()])
			state = &lstm.State{H: append([]float32(nil), out.HN...), C: append([]float32(nil), out.CN...)}
		}
		net.Parameters()[0].Data[0] += 1
		changed, err := net.Forward(lstm.NewWorkspace(2), l, x, nil)
		if err != nil {
			t.Fatal(err)
		}
		if changed.Y[0] == whole.Y[0] {
			t.Error("a changed weight changed nothing")
		}
		still, err := prepared.Forward(ws, l, x, nil)
		if err != nil {
			t.Fatal(err)
		}
		sameBits(t, "Y prepared before the change", still.Y, whole.Y)
	})
}
