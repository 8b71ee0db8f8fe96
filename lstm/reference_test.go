package lstm_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/internal/reference"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/lstm"
)

// TestReference compares whole layers with the float64 oracle, zero lengths and
// dropout among them, which PyTorch's golden cases cannot hold.
func TestReference(t *testing.T) {
	configs := []lstm.Config{
		{InputSize: 3, HiddenSize: 5, NumLayers: 1},
		{InputSize: 1, HiddenSize: 17, NumLayers: 1, Bias: true, Bidirectional: true},
		{InputSize: 33, HiddenSize: 31, NumLayers: 3, Bias: true, Bidirectional: true, Dropout: 0.4},
		{InputSize: 16, HiddenSize: 100, NumLayers: 2, Bias: true, Dropout: 0.5},
		{InputSize: 7, HiddenSize: 257, NumLayers: 1, Bias: true},
	}
	batches := [][]int{{0, 0}, {1}, {4, 0, 7, 7, 1, 20, 0}, {9, 9, 9, 9, 9, 9, 9, 9, 9}}
	levels.ForEach(t, func(t *testing.T) {
		for _, c := range configs {
			for _, lengths := range batches {
				t.Run(fmt.Sprint(c, lengths), func(t *testing.T) { testReference(t, c, lengths) })
			}
		}
	})
}

// newOracle returns the float64 oracle of the same weights.
func newOracle(net *lstm.LSTM) *reference.LSTM {
	c := net.Config()
	oracle := &reference.LSTM{InputSize: c.InputSize, HiddenSize: c.HiddenSize, NumLayers: c.NumLayers,
		Bidirectional: c.Bidirectional, Bias: c.Bias, Weights: map[string][]float64{}}
	for _, p := range net.Parameters() {
		oracle.Weights[p.Name] = reference.Widen(p.Data)
	}
	return oracle
}

func testReference(t *testing.T, c lstm.Config, lengths []int) {
	const seed = 11
	rng := newRand(3)
	net, l := newLSTM(t, c), newLayout(t, lengths)
	oracle := newOracle(net)
	x := uniform(rng, l.Rows()*c.InputSize, 1)
	h0, c0 := uniform(rng, c.StateSize(len(lengths)), 1), uniform(rng, c.StateSize(len(lengths)), 1)
	dy := uniform(rng, l.Rows()*c.OutputSize(), 1)
	dhn, dcn := uniform(rng, len(h0), 1), uniform(rng, len(h0), 1)

	var masks [][][]float64
	if c.Dropout > 0 {
		for layer := 1; layer < c.NumLayers; layer++ {
			mask := make([]float32, l.Rows()*c.OutputSize())
			for i := range mask {
				mask[i] = 1
			}
			if err := kernels.Dropout(mask, mask, c.Dropout, seed, uint64(layer)<<40); err != nil {
				t.Fatal(err)
			}
			masks = append(masks, reference.SplitRows(mask, lengths, c.OutputSize()))
		}
	}
	pass := oracle.Forward(reference.SplitRows(x, lengths, c.InputSize), reference.Widen(h0), reference.Widen(c0), masks)
	want := pass.Backward(reference.SplitRows(dy, lengths, c.OutputSize()), reference.Widen(dhn), reference.Widen(dcn))

	ws := lstm.NewWorkspace(3)
	out, err := net.ForwardTraining(ws, l, x, &lstm.State{H: h0, C: c0}, seed)
	if err != nil {
		t.Fatal(err)
	}
	grads := net.NewGradients()
	back, err := net.Backward(ws, lstm.Upstream{Y: dy, HN: dhn, CN: dcn}, grads)
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

// TestFiniteDifferences compares the gradients with central differences of the oracle's
// forward pass alone, in float64.
func TestFiniteDifferences(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		c := lstm.Config{InputSize: 2, HiddenSize: 3, NumLayers: 2, Bidirectional: true, Bias: true}
		lengths := []int{2, 0, 4, 1}
		rng := newRand(6)
		net, l := newLSTM(t, c), newLayout(t, lengths)
		x, dy := uniform(rng, l.Rows()*c.InputSize, 1), uniform(rng, l.Rows()*c.OutputSize(), 1)
		h0, c0 := uniform(rng, c.StateSize(len(lengths)), 1), uniform(rng, c.StateSize(len(lengths)), 1)
		oracle := newOracle(net)
		wideX, wideH, wideC, wideDY := reference.Widen(x), reference.Widen(h0), reference.Widen(c0), reference.Widen(dy)
		loss := func() float64 {
			sequences := reference.SplitRows(wideX, lengths, c.InputSize)
			sum := 0.0
			for i, y := range reference.PackRows(oracle.Forward(sequences, wideH, wideC, nil).Y, c.OutputSize()) {
				sum += y * wideDY[i]
			}
			return sum
		}
		ws, grads := lstm.NewWorkspace(2), net.NewGradients()
		if _, err := net.ForwardTraining(ws, l, x, &lstm.State{H: h0, C: c0}, 0); err != nil {
			t.Fatal(err)
		}
		back, err := net.Backward(ws, lstm.Upstream{Y: dy}, grads)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "dX", back.X, reference.NumericalGradient(loss, wideX))
		near(t, "dH0", back.H0, reference.NumericalGradient(loss, wideH))
		near(t, "dC0", back.C0, reference.NumericalGradient(loss, wideC))
		for _, g := range grads.Tensors() {
			near(t, g.Name, g.Data, reference.NumericalGradient(loss, oracle.Weights[g.Name]))
		}
	})
}

// near asks for each element within 2e-6 of the tensor's largest value (with a floor
// of 1): some 30 float32 roundings.
func near(t *testing.T, name string, got []float32, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d elements, want %d", name, len(got), len(want))
		return
	}
	size := 1.0
	for _, w := range want {
		size = max(size, math.Abs(w))
	}
	for i := range got {
		if d := math.Abs(float64(got[i]) - want[i]); !(d <= 2e-6*size) {
			t.Errorf("%s[%d] = %v, want %v: off by %.3g of %.3g", name, i, got[i], want[i], d, size)
			return
		}
	}
}
