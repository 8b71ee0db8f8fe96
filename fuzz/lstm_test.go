package fuzz

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/packedlstm/packedlstm/internal/reference"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/packed"
	"github.com/packedlstm/packedlstm/param"
)

// FuzzLSTM: whole layers of any small shape over any lengths, zeros among them,
// forward and backward: the float64 oracle's results, and the same bits at every level,
// on any number of workers and in the inference form.
func FuzzLSTM(f *testing.F) {
	f.Add(uint64(1), []byte{3, 0, 5, 1}, uint8(2), uint8(3), uint8(0), uint8(1))
	f.Add(uint64(2), []byte{1}, uint8(0), uint8(16), uint8(7), uint8(2))
	f.Add(uint64(3), []byte{0, 0}, uint8(4), uint8(0), uint8(3), uint8(3))
	f.Add(uint64(4), []byte{9, 9, 9, 2, 0, 14, 14}, uint8(17), uint8(32), uint8(6), uint8(1))
	f.Add(uint64(5), []byte{}, uint8(1), uint8(1), uint8(1), uint8(3))
	f.Add(uint64(6), []byte{7, 3, 3}, uint8(30), uint8(39), uint8(withDropout|withoutInitial|1), uint8(3))
	f.Add(uint64(7), []byte{15, 1, 0, 8}, uint8(6), uint8(18), uint8(withStateGradients|3<<2|3), uint8(2))
	f.Add(uint64(8), []byte{2, 6, 6, 6, 5}, uint8(15), uint8(8), uint8(withWildInput|withStateGradients), uint8(1))
	f.Add(uint64(9), []byte{3, 1}, uint8(255), uint8(247), uint8(3|withStateGradients), uint8(1))
	before, reproducible := kernels.Active(), kernels.Reproducible()
	kernels.SetReproducible(true)
	f.Cleanup(func() {
		kernels.SetActive(before)
		kernels.SetReproducible(reproducible)
	})
	f.Fuzz(func(t *testing.T, seed uint64, sizes []byte, input, hidden, flags, workers uint8) {
		lengths := make([]int, min(len(sizes), 12))
		for i := range lengths {
			lengths[i] = int(sizes[i] % 16)
		}
		c := lstm.Config{InputSize: layerSize(input), HiddenSize: layerSize(hidden), NumLayers: int(flags>>2&3)%3 + 1,
			Bidirectional: flags&1 != 0, Bias: flags&2 != 0}
		if flags&withDropout != 0 {
			c.Dropout = float64(input) / 255
		}
		p := newLSTMPass(t, c, lengths, seed, flags)
		var want []param.Tensor
		for _, l := range kernels.Available() {
			if err := kernels.SetActive(l); err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{1, int(workers%4) + 1} {
				got := p.run(t, n)
				if want == nil {
					want = got
					if c.Dropout == 0 && flags&withWildInput == 0 {
						p.checkOracle(t, got)
					}
				}
				for i, x := range got {
					sameNumbers(t, fmt.Sprintf("%v, %d workers: %s", l, n, x.Name), x.Data, want[i].Data)
				}
			}
		}
	})
}

// layerSize is 1 to 40, and now and then 113 to 143: the width of the widest tiles.
func layerSize(b uint8) int {
	if b >= 240 {
		return 113 + 2*int(b-240)
	}
	return int(b%40) + 1
}

// Flags of FuzzLSTM beside the shape.
const (
	withDropout        = 1 << (iota + 4) // its masks are the library's own: no oracle
	withoutInitial                       // the initial states are nil
	withStateGradients                   // the last states have gradients too
	withWildInput                        // NaN, infinities and the largest numbers in x: no oracle
)

// lstmPass is one forward and backward pass.
type lstmPass struct {
	net     *lstm.LSTM
	config  lstm.Config
	layout  *packed.Layout
	lengths []int
	x       []float32
	initial *lstm.State
	dy      lstm.Upstream
	seed    uint64
}

func newLSTMPass(t *testing.T, c lstm.Config, lengths []int, seed uint64, flags uint8) *lstmPass {
	rng := rand.New(rand.NewPCG(seed, 2))
	net, err := lstm.New(c, seed)
	if err != nil {
		t.Fatal(err)
	}
	l, err := packed.NewLayout(lengths)
	if err != nil {
		t.Fatal(err)
	}
	numbers := normal
	if flags&withWildInput != 0 {
		numbers = special
	}
	p := &lstmPass{net: net, config: c, layout: l, lengths: lengths, seed: seed, x: numbers.draw(rng, l.Rows()*c.InputSize)}
	states := c.StateSize(len(lengths))
	if flags&withoutInitial == 0 {
		p.initial = &lstm.State{H: normal.draw(rng, states), C: normal.draw(rng, states)}
	}
	p.dy.Y = normal.draw(rng, l.Rows()*c.OutputSize())
	if flags&withStateGradients != 0 {
		p.dy.HN, p.dy.CN = normal.draw(rng, states), normal.draw(rng, states)
	}
	return p
}

// run returns every result of the pass at the active level: of the forward pass, then
// of the backward pass, then the gradients of the parameters.
func (p *lstmPass) run(t *testing.T, workers int) []param.Tensor {
	ws, grads := lstm.NewWorkspace(workers), p.net.NewGradients()
	out, err := p.net.ForwardTraining(ws, p.layout, p.x, p.initial, p.seed)
	if err != nil {
		t.Fatal(err)
	}
	back, err := p.net.Backward(ws, p.dy, grads)
	if err != nil {
		t.Fatal(err)
	}
	if p.config.Dropout == 0 {
		p.checkInference(t, workers, out)
	}
	return append([]param.Tensor{{Name: "Y", Data: out.Y}, {Name: "HN", Data: out.HN}, {Name: "CN", Data: out.CN},
		{Name: "dX", Data: back.X}, {Name: "dH0", Data: back.H0}, {Name: "dC0", Data: back.C0}}, grads.Tensors()...)
}

// checkInference: the inference form gives the bits of the training form.
func (p *lstmPass) checkInference(t *testing.T, workers int, want lstm.Output) {
	prepared, err := p.net.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	out, err := prepared.Forward(lstm.NewWorkspace(workers), p.layout, p.x, p.initial)
	if err != nil {
		t.Fatal(err)
	}
	sameNumbers(t, "Y of Prepared", out.Y, want.Y)
	sameNumbers(t, "HN of Prepared", out.HN, want.HN)
	sameNumbers(t, "CN of Prepared", out.CN, want.CN)
}

// checkOracle compares with the definition in float64.
func (p *lstmPass) checkOracle(t *testing.T, got []param.Tensor) {
	c := p.config
	oracle := &reference.LSTM{InputSize: c.InputSize, HiddenSize: c.HiddenSize, NumLayers: c.NumLayers,
		Bidirectional: c.Bidirectional, Bias: c.Bias, Weights: map[string][]float64{}}
	for _, w := range p.net.Parameters() {
		oracle.Weights[w.Name] = reference.Widen(w.Data)
	}
	var h0, c0 []float64
	if p.initial != nil {
		h0, c0 = reference.Widen(p.initial.H), reference.Widen(p.initial.C)
	}
	pass := oracle.Forward(reference.SplitRows(p.x, p.lengths, c.InputSize), h0, c0, nil)
	back := pass.Backward(reference.SplitRows(p.dy.Y, p.lengths, c.OutputSize()), reference.Widen(p.dy.HN), reference.Widen(p.dy.CN))
	want := map[string][]float64{"Y": reference.PackRows(pass.Y, c.OutputSize()), "HN": pass.HN, "CN": pass.CN,
		"dX": reference.PackRows(back.X, c.InputSize), "dH0": back.H0, "dC0": back.C0}
	maps.Copy(want, back.Weights)
	for _, x := range got {
		near(t, x.Name, x.Data, want[x.Name])
	}
}

// near asks for each element within 1e-5 of the tensor's largest value, with a floor
// of 1: some 150 float32 roundings in a row.
func near(t *testing.T, name string, got []float32, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", name, len(got), len(want))
	}
	size := 1.0
	for _, w := range want {
		size = max(size, math.Abs(w))
	}
	for i := range got {
		if d := math.Abs(float64(got[i]) - want[i]); !(d <= 1e-5*size) {
			t.Fatalf("%s[%d] = %v, want %v", name, i, got[i], want[i])
		}
	}
}
