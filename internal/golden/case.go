package golden

import (
	"math"
	"testing"

	"github.com/packedlstm/packedlstm/internal/reference"
)

// Case is one configuration with its inputs and PyTorch's results. B sequences, T
// the longest, N the sum of the lengths, D directions. Sequences and states are in
// the caller's order, packed rows in that of SortedIndices.
type Case struct {
	Name                             string
	InputSize, HiddenSize, NumLayers int
	Bidirectional, Bias              bool

	Lengths         []int // [B], none 0: PyTorch refuses empty sequences
	BatchSizes      []int // [T]
	SortedIndices   []int // [B]
	UnsortedIndices []int // [B]

	Parameters      []Tensor // in PyTorch's order, under PyTorch's names
	ParameterPrefix string   // of those names in the golden file, like that of a nested module: "<case>.parameter."
	StateDictPrefix string   // of the same parameters in state_dict.safetensors; empty: not there

	X            []float32 // [B, T, InputSize], padded, batch first, NaN in the padding
	H0, C0       []float32 // [NumLayers·D, B, HiddenSize]; nil: zero states
	DY, DHN, DCN []float32 // derivatives of the loss by Y, HN, CN, in their shapes; nil: zero

	Y           Result            // [N, D·HiddenSize], packed rows
	HN, CN      Result            // [NumLayers·D, B, HiddenSize]
	DX          Result            // [N, InputSize], packed rows
	DH0, DC0    Result            // [NumLayers·D, B, HiddenSize]; given for zero states too
	DParameters map[string]Result // by the parameter's name, in its shape
}

// Tensor is a named row-major array.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}

// Result is what PyTorch computes in float64, and PyTorchError the largest absolute
// difference of its float32 run from that. The values of large results are rounded
// to float32 in the file.
type Result struct {
	Name         string
	Shape        []int
	Values       []float64
	Rounded      bool
	PyTorchError float64
}

// Bound is the largest absolute error that a float32 implementation may have in any
// element: 4 times PyTorch's own and 1e-6.
func (r Result) Bound() float64 { return 4*r.PyTorchError + 1e-6 }

// Worst returns the element of got that is furthest from the truth, and how far. NaN
// is infinitely far.
func (r Result) Worst(got []float32) (index int, difference float64) {
	for i, want := range r.Values {
		d := math.Abs(float64(got[i]) - want)
		if math.IsNaN(d) {
			d = math.Inf(1)
		}
		if d > difference {
			index, difference = i, d
		}
	}
	return index, difference
}

// Check reports an error of the test unless got has the result's length and lies
// within its bound.
func (r Result) Check(t testing.TB, got []float32) {
	t.Helper()
	if len(got) != len(r.Values) {
		t.Errorf("%s: %d elements: want %d, shape %v", r.Name, len(got), len(r.Values), r.Shape)
		return
	}
	if i, d := r.Worst(got); d > r.Bound() {
		t.Errorf("%s[%d] = %v: want %v ± %.2g (PyTorch's own error is %.2g)", r.Name, i, got[i], r.Values[i], r.Bound(), r.PyTorchError)
	}
}

// Directions returns 2 if the case is bidirectional, else 1.
func (c *Case) Directions() int {
	if c.Bidirectional {
		return 2
	}
	return 1
}

// Reference returns the oracle with the parameters of the case.
func (c *Case) Reference() *reference.LSTM {
	net := &reference.LSTM{InputSize: c.InputSize, HiddenSize: c.HiddenSize, NumLayers: c.NumLayers,
		Bidirectional: c.Bidirectional, Bias: c.Bias, Weights: map[string][]float64{}}
	for _, p := range c.Parameters {
		net.Weights[p.Name] = reference.Widen(p.Data)
	}
	return net
}

// Sequences returns the input sequences, without the padding, as the oracle takes them.
func (c *Case) Sequences() [][]float64 {
	return reference.SplitPadded(c.X, c.Lengths, c.InputSize)
}

// DYSequences returns DY by sequence, as the oracle takes it; nil if DY is.
func (c *Case) DYSequences() [][]float64 {
	if c.DY == nil {
		return nil
	}
	return reference.SplitRows(c.DY, c.Lengths, c.Directions()*c.HiddenSize)
}
