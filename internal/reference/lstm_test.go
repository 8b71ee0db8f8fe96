package reference_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/internal/reference"
)

type shape struct {
	inputSize, hiddenSize, layers int
	bidirectional, bias           bool
}

func newLSTM(random *rand.Rand, s shape) *reference.LSTM {
	net := &reference.LSTM{InputSize: s.inputSize, HiddenSize: s.hiddenSize, NumLayers: s.layers,
		Bidirectional: s.bidirectional, Bias: s.bias, Weights: map[string][]float64{}}
	for _, p := range net.Parameters() {
		n := 1
		for _, size := range p.Shape {
			n *= size
		}
		net.Weights[p.Name] = normal(random, n)
	}
	return net
}

func newSequences(random *rand.Rand, lengths []int, width int) [][]float64 {
	sequences := make([][]float64, len(lengths))
	for b, n := range lengths {
		sequences[b] = normal(random, n*width)
	}
	return sequences
}

// newDropout returns factors of 0 and 2 for every layer but the last.
func newDropout(random *rand.Rand, lengths []int, width, layers int) [][][]float64 {
	dropout := make([][][]float64, layers-1)
	for layer := range dropout {
		dropout[layer] = newSequences(random, lengths, width)
		for _, factors := range dropout[layer] {
			for i := range factors {
				factors[i] = 2 * float64(random.IntN(2))
			}
		}
	}
	return dropout
}

func TestLSTMParameters(t *testing.T) {
	net := &reference.LSTM{InputSize: 5, HiddenSize: 3, NumLayers: 2, Bidirectional: true, Bias: true}
	want := "[{weight_ih_l0 [12 5]} {weight_hh_l0 [12 3]} {bias_ih_l0 [12]} {bias_hh_l0 [12]}" +
		" {weight_ih_l0_reverse [12 5]} {weight_hh_l0_reverse [12 3]} {bias_ih_l0_reverse [12]} {bias_hh_l0_reverse [12]}" +
		" {weight_ih_l1 [12 6]} {weight_hh_l1 [12 3]} {bias_ih_l1 [12]} {bias_hh_l1 [12]}" +
		" {weight_ih_l1_reverse [12 6]} {weight_hh_l1_reverse [12 3]} {bias_ih_l1_reverse [12]} {bias_hh_l1_reverse [12]}]"
	if got := fmt.Sprint(net.Parameters()); got != want {
		t.Errorf("%s: want %s", got, want)
	}
}

// Two steps of one unit, written out.
func TestLSTMOneUnit(t *testing.T) {
	net := &reference.LSTM{InputSize: 1, HiddenSize: 1, NumLayers: 1, Bias: true, Weights: map[string][]float64{
		"weight_ih_l0": {0.5, -1, 2, 0.25}, "weight_hh_l0": {1, 0.5, -0.5, 3},
		"bias_ih_l0": {0.1, 0.2, 0.3, 0.4}, "bias_hh_l0": {-0.5, 1, 0, 0.125},
	}}
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	h, c := 0.75, -1.5
	var want []float64
	for _, x := range []float64{2, -0.5} {
		i := sigmoid(0.5*x + 0.1 + 1*h - 0.5)
		f := sigmoid(-1*x + 0.2 + 0.5*h + 1)
		g := math.Tanh(2*x + 0.3 - 0.5*h + 0)
		o := sigmoid(0.25*x + 0.4 + 3*h + 0.125)
		c = f*c + i*g
		h = o * math.Tanh(c)
		want = append(want, h)
	}
	pass := net.Forward([][]float64{{2, -0.5}}, []float64{0.75}, []float64{-1.5}, nil)
	near(t, "y", pass.Y[0], want, 1e-15)
	near(t, "hn", pass.HN, []float64{h}, 1e-15)
	near(t, "cn", pass.CN, []float64{c}, 1e-15)
}

func TestLSTMBackwardAgainstFiniteDifferences(t *testing.T) {
	tests := []struct {
		shape
		lengths         []int
		states, dropout bool
	}{
		{shape{1, 1, 1, false, true}, []int{1}, false, false},
		{shape{3, 5, 1, false, false}, []int{3, 0, 7, 1}, true, false},
		{shape{2, 3, 1, true, true}, []int{4, 2}, false, false},
		{shape{3, 3, 2, true, true}, []int{3, 3, 1, 0}, true, true},
		{shape{1, 2, 3, false, true}, []int{2, 5, 1}, true, true},
		{shape{2, 3, 3, true, false}, []int{1, 3, 2}, true, false},
		{shape{2, 3, 2, true, true}, []int{0, 0}, true, true},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%+v", test), func(t *testing.T) {
			random := rand.New(rand.NewPCG(4, 4))
			net := newLSTM(random, test.shape)
			directions := len(net.Parameters()) / net.NumLayers / 2
			if net.Bias {
				directions /= 2
			}
			width := directions * net.HiddenSize
			stateSize := net.NumLayers * len(test.lengths) * width
			x, dy := newSequences(random, test.lengths, net.InputSize), newSequences(random, test.lengths, width)
			dhn, dcn := normal(random, stateSize), normal(random, stateSize)
			var h0, c0 []float64
			if test.states {
				h0, c0 = normal(random, stateSize), normal(random, stateSize)
			}
			var dropout [][][]float64
			if test.dropout {
				dropout = newDropout(random, test.lengths, width, net.NumLayers)
			}
			loss := func() float64 {
				pass := net.Forward(x, h0, c0, dropout)
				sum := dot(dhn, pass.HN) + dot(dcn, pass.CN)
				for b, y := range pass.Y {
					sum += dot(dy[b], y)
				}
				return sum
			}

			gradients := net.Forward(x, h0, c0, dropout).Backward(dy, dhn, dcn)
			const tolerance = 1e-9
			for b := range x {
				near(t, fmt.Sprintf("dx of sequence %d", b), gradients.X[b], reference.NumericalGradient(loss, x[b]), tolerance)
			}
			if test.states {
				near(t, "dh0", gradients.H0, reference.NumericalGradient(loss, h0), tolerance)
				near(t, "dc0", gradients.C0, reference.NumericalGradient(loss, c0), tolerance)
			}
			for _, p := range net.Parameters() {
				near(t, p.Name, gradients.Weights[p.Name], reference.NumericalGradient(loss, net.Weights[p.Name]), tolerance)
			}
		})
	}
}

func TestLSTMSequencesAreIndependent(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	net := newLSTM(random, shape{3, 5, 2, true, true})
	lengths := []int{3, 0, 7, 1}
	x := newSequences(random, lengths, 3)
	pass := net.Forward(x, nil, nil, nil)
	for b := range x {
		alone := net.Forward(x[b:b+1], nil, nil, nil)
		same(t, "y", pass.Y[b], alone.Y[0])
		for block := range 4 {
			at := (block*len(lengths) + b) * 5
			same(t, "hn", pass.HN[at:at+5], alone.HN[block*5:(block+1)*5])
			same(t, "cn", pass.CN[at:at+5], alone.CN[block*5:(block+1)*5])
		}
	}
}

// The reverse direction is the forward one over the sequence turned round.
func TestLSTMReverse(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	both := newLSTM(random, shape{1, 3, 1, true, true})
	one := newLSTM(random, shape{1, 3, 1, false, true})
	for _, p := range one.Parameters() {
		one.Weights[p.Name] = both.Weights[p.Name+"_reverse"]
	}
	x := normal(random, 7)
	turned := slices.Clone(x)
	slices.Reverse(turned)
	got, want := both.Forward([][]float64{x}, nil, nil, nil), one.Forward([][]float64{turned}, nil, nil, nil)
	for step := range x {
		same(t, "y", got.Y[0][step*6+3:step*6+6], want.Y[0][(6-step)*3:(7-step)*3])
	}
	same(t, "hn", got.HN[3:], want.HN)
	same(t, "cn", got.CN[3:], want.CN)
}

// Two layers with dropout are one, its output times the factors, and another.
func TestLSTMDropout(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	lengths := []int{2, 5, 0, 1}
	net := newLSTM(random, shape{3, 5, 2, false, true})
	x, dropout := newSequences(random, lengths, 3), newDropout(random, lengths, 5, 2)
	first, second := newLSTM(random, shape{3, 5, 1, false, true}), newLSTM(random, shape{5, 5, 1, false, true})
	for _, p := range first.Parameters() {
		first.Weights[p.Name] = net.Weights[p.Name]
		second.Weights[p.Name] = net.Weights[p.Name[:len(p.Name)-1]+"1"]
	}
	middle := first.Forward(x, nil, nil, nil).Y
	for b := range middle {
		for i := range middle[b] {
			middle[b][i] *= dropout[0][b][i]
		}
	}
	got, want := net.Forward(x, nil, nil, dropout).Y, second.Forward(middle, nil, nil, nil).Y
	for b := range got {
		same(t, "y", got[b], want[b])
	}
}

func TestLSTMEmptySequences(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 8))
	net := newLSTM(random, shape{2, 3, 2, true, true})
	h0, c0, dhn, dcn := normal(random, 24), normal(random, 24), normal(random, 24), normal(random, 24)
	pass := net.Forward([][]float64{nil, {}}, h0, c0, nil)
	same(t, "hn", pass.HN, h0)
	same(t, "cn", pass.CN, c0)
	gradients := pass.Backward(nil, dhn, dcn)
	same(t, "dh0", gradients.H0, dhn)
	same(t, "dc0", gradients.C0, dcn)
	for name, g := range gradients.Weights {
		same(t, name, g, make([]float64, len(net.Weights[name])))
	}
	if none := net.Forward(nil, nil, nil, nil); len(none.Y) != 0 || len(none.HN) != 0 {
		t.Error("a batch of nothing has results")
	}
}

// Missing gradients are zero, and a second Backward gives what the first gave.
func TestLSTMMissingGradients(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 9))
	net := newLSTM(random, shape{2, 3, 2, true, true})
	lengths := []int{3, 1}
	pass := net.Forward(newSequences(random, lengths, 2), nil, nil, nil)
	dy, dhn, zero := newSequences(random, lengths, 6), normal(random, 24), make([]float64, 24)
	zeroY := [][]float64{make([]float64, 18), make([]float64, 6)}
	for _, pair := range [][2]*reference.Gradients{
		{pass.Backward(dy, nil, nil), pass.Backward(dy, zero, zero)},
		{pass.Backward(nil, dhn, nil), pass.Backward(zeroY, dhn, zero)},
		{pass.Backward(dy, dhn, nil), pass.Backward(dy, dhn, nil)},
	} {
		same(t, "dh0", pair[0].H0, pair[1].H0)
		for b := range lengths {
			same(t, "dx", pair[0].X[b], pair[1].X[b])
		}
		for name, g := range pair[0].Weights {
			same(t, name, g, pair[1].Weights[name])
		}
	}
}
