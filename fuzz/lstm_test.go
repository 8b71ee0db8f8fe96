package fuzz

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/packedlstm/packedlstm/internal/reference"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/packed"
)

// FuzzLSTM: whole layers of any small shape over any lengths, zeros among them,
// forward and backward, against the float64 oracle at every level.
func FuzzLSTM(f *testing.F) {
	f.Add(uint64(1), []byte{3, 0, 5, 1}, uint8(2), uint8(3), uint8(0), uint8(1))
	f.Add(uint64(2), []byte{1}, uint8(0), uint8(16), uint8(7), uint8(2))
	f.Add(uint64(3), []byte{0, 0}, uint8(4), uint8(0), uint8(3), uint8(3))
	f.Add(uint64(4), []byte{9, 9, 9, 2, 0, 14, 14}, uint8(17), uint8(32), uint8(6), uint8(1))
	before := kernels.Active()
	f.Cleanup(func() { kernels.SetActive(before) })
	f.Fuzz(func(t *testing.T, seed uint64, sizes []byte, input, hidden, flags, workers uint8) {
		if len(sizes) > 12 {
			sizes = sizes[:12]
		}
		lengths := make([]int, len(sizes))
		for i, n := range sizes {
			lengths[i] = int(n % 16)
		}
		c := lstm.Config{InputSize: int(input%40) + 1, HiddenSize: int(hidden%40) + 1, NumLayers: int(flags>>2%3) + 1,
			Bidirectional: flags&1 != 0, Bias: flags&2 != 0}
		for _, l := range kernels.Available() {
			if err := kernels.SetActive(l); err != nil {
				t.Fatal(err)
			}
			checkLSTM(t, c, lengths, seed, int(workers%5))
		}
	})
}

func checkLSTM(t *testing.T, c lstm.Config, lengths []int, seed uint64, workers int) {
	rng := rand.New(rand.NewPCG(seed, 2))
	normal := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		return x
	}
	net, err := lstm.New(c, seed)
	if err != nil {
		t.Fatal(err)
	}
	oracle := &reference.LSTM{InputSize: c.InputSize, HiddenSize: c.HiddenSize, NumLayers: c.NumLayers,
		Bidirectional: c.Bidirectional, Bias: c.Bias, Weights: map[string][]float64{}}
	for _, p := range net.Parameters() {
		oracle.Weights[p.Name] = reference.Widen(p.Data)
	}
	l, err := packed.NewLayout(lengths)
	if err != nil {
		t.Fatal(err)
	}
	x, h0, c0 := normal(l.Rows()*c.InputSize), normal(c.StateSize(len(lengths))), normal(c.StateSize(len(lengths)))
	dy := normal(l.Rows() * c.OutputSize())
	pass := oracle.Forward(reference.SplitRows(x, lengths, c.InputSize), reference.Widen(h0), reference.Widen(c0), nil)
	want := pass.Backward(reference.SplitRows(dy, lengths, c.OutputSize()), nil, nil)

	ws, grads := lstm.NewWorkspace(workers), net.NewGradients()
	out, err := net.ForwardTraining(ws, l, x, &lstm.State{H: h0, C: c0}, 0)
	if err != nil {
		t.Fatal(err)
	}
	back, err := net.Backward(ws, lstm.Upstream{Y: dy}, grads)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "Y", out.Y, reference.PackRows(pass.Y, c.OutputSize()))
	near(t, "HN", out.HN, pass.HN)
	near(t, "CN", out.CN, pass.CN)
	near(t, "dX", back.X, reference.PackRows(want.X, c.InputSize))
	near(t, "dH0", back.H0, want.H0)
	near(t, "dC0", back.C0, want.C0)
	for _, g := range grads.Tensors() {
		near(t, g.Name, g.Data, want.Weights[g.Name])
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
