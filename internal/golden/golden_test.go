package golden_test

import (
	"math"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/internal/golden"
	"github.com/packedlstm/packedlstm/internal/reference"
)

const (
	goldenFile    = "../../lstm/testdata/golden.safetensors"
	stateDictFile = "../../lstm/testdata/state_dict.safetensors"
)

// Both are textbook float64; only the order of the sums differs.
func TestReferenceAgreesWithPyTorch(t *testing.T) {
	for _, c := range golden.Load(t, goldenFile) {
		t.Run(c.Name, func(t *testing.T) {
			pass := c.Reference().Forward(c.Sequences(), reference.Widen(c.H0), reference.Widen(c.C0), nil)
			near(t, c.Y, reference.PackRows(pass.Y, c.Directions()*c.HiddenSize))
			near(t, c.HN, pass.HN)
			near(t, c.CN, pass.CN)

			gradients := pass.Backward(c.DYSequences(), reference.Widen(c.DHN), reference.Widen(c.DCN))
			near(t, c.DX, reference.PackRows(gradients.X, c.InputSize))
			near(t, c.DH0, gradients.H0)
			near(t, c.DC0, gradients.C0)
			if len(gradients.Weights) != len(c.DParameters) {
				t.Errorf("gradients of %d parameters: want %d", len(gradients.Weights), len(c.DParameters))
			}
			for name, want := range c.DParameters {
				near(t, want, gradients.Weights[name])
			}
		})
	}
}

// near fails unless got is within 1e-13 of the result's largest value, and of 1e-13;
// where the file holds float32 values also half their last place.
func near(t *testing.T, want golden.Result, got []float64) {
	t.Helper()
	if len(got) != len(want.Values) {
		t.Fatalf("%s: %d elements: want %d", want.Name, len(got), len(want.Values))
	}
	var largest float64
	for _, v := range want.Values {
		largest = max(largest, math.Abs(v))
	}
	for i, v := range want.Values {
		tolerance := 1e-13 * (1 + largest)
		if want.Rounded {
			tolerance += 0x1p-24 * math.Abs(v)
		}
		if !(math.Abs(got[i]-v) <= tolerance) {
			t.Fatalf("%s[%d] = %v: want %v ± %g", want.Name, i, got[i], v, tolerance)
		}
	}
}

func TestShapes(t *testing.T) {
	for _, c := range golden.Load(t, goldenFile) {
		batch, longest, rows := len(c.Lengths), slices.Max(c.Lengths), 0
		for _, n := range c.Lengths {
			rows += n
		}
		width := c.Directions() * c.HiddenSize
		state := []int{c.NumLayers * c.Directions(), batch, c.HiddenSize}
		stateSize := state[0] * batch * c.HiddenSize

		sizes := map[string][3]int{ // have, want, and whether absence is legal
			"X": {len(c.X), batch * longest * c.InputSize, 0}, "DY": {len(c.DY), rows * width, 1},
			"H0": {len(c.H0), stateSize, 1}, "C0": {len(c.C0), stateSize, 1},
			"DHN": {len(c.DHN), stateSize, 1}, "DCN": {len(c.DCN), stateSize, 1},
		}
		for name, s := range sizes {
			if s[0] != s[1] && (s[0] != 0 || s[2] == 0) {
				t.Errorf("%s: %s has %d elements: want %d", c.Name, name, s[0], s[1])
			}
		}
		wantShape(t, c, c.Y, []int{rows, width})
		wantShape(t, c, c.DX, []int{rows, c.InputSize})
		for _, r := range []golden.Result{c.HN, c.CN, c.DH0, c.DC0} {
			wantShape(t, c, r, state)
		}
		for i, p := range c.Reference().Parameters() {
			if got := c.Parameters[i]; got.Name != p.Name || !slices.Equal(got.Shape, p.Shape) {
				t.Errorf("%s: parameter %d is %s %v: want %s %v", c.Name, i, got.Name, got.Shape, p.Name, p.Shape)
			}
			wantShape(t, c, c.DParameters[p.Name], p.Shape)
		}
	}
}

func wantShape(t *testing.T, c *golden.Case, r golden.Result, shape []int) {
	t.Helper()
	n := 1
	for _, s := range shape {
		n *= s
	}
	if !slices.Equal(r.Shape, shape) || len(r.Values) != n {
		t.Errorf("%s: %s: %d elements, shape %v: want shape %v", c.Name, r.Name, len(r.Values), r.Shape, shape)
	}
}

func TestPaddingIsNaN(t *testing.T) {
	padding := 0
	for _, c := range golden.Load(t, goldenFile) {
		stride := len(c.X) / len(c.Lengths)
		for i, v := range c.X {
			inPadding := i%stride >= c.Lengths[i/stride]*c.InputSize
			if math.IsNaN(float64(v)) != inPadding {
				t.Fatalf("%s: X[%d] = %v: padding is %v", c.Name, i, v, inPadding)
			}
			if inPadding {
				padding++
			}
		}
	}
	if padding == 0 {
		t.Error("no case has padding")
	}
}

func TestPackedOrderAgreesWithPyTorch(t *testing.T) {
	for _, c := range golden.Load(t, goldenFile) {
		sequence, time := reference.PackedOrder(c.Lengths)
		row := 0
		for step, size := range c.BatchSizes {
			for k := range size {
				if sequence[row] != c.SortedIndices[k] || time[row] != step {
					t.Fatalf("%s: row %d is step %d of sequence %d: want step %d of sequence %d",
						c.Name, row, time[row], sequence[row], step, c.SortedIndices[k])
				}
				row++
			}
		}
		if row != len(sequence) {
			t.Errorf("%s: %d rows: want %d", c.Name, len(sequence), row)
		}
		for k, b := range c.SortedIndices {
			if c.UnsortedIndices[b] != k {
				t.Errorf("%s: UnsortedIndices[%d] = %d: want %d", c.Name, b, c.UnsortedIndices[b], k)
			}
		}
	}
}

// What the cases must reach, so that none is dropped unnoticed.
func TestCasesCover(t *testing.T) {
	seen := map[any]bool{}
	type hidden int
	type layers [2]int // layers, directions
	for _, c := range golden.Load(t, goldenFile) {
		seen[hidden(c.HiddenSize)] = true
		seen[layers{c.NumLayers, c.Directions()}] = true
		seen[map[bool]string{true: "bias", false: "no bias"}[c.Bias]] = true
		seen[map[bool]string{true: "states", false: "no states"}[c.H0 != nil]] = true
		seen["dy missing"] = seen["dy missing"] || c.DY == nil
		seen["dhn missing"] = seen["dhn missing"] || c.DHN == nil
		seen["dcn missing"] = seen["dcn missing"] || c.DCN == nil
		seen["unsorted"] = seen["unsorted"] || !slices.IsSorted(c.SortedIndices)
		seen["equal lengths"] = seen["equal lengths"] || len(c.Lengths) > 1 && slices.Min(c.Lengths) == slices.Max(c.Lengths)
		seen["length 1"] = seen["length 1"] || len(c.Lengths) > 1 && slices.Max(c.Lengths) == 1
		seen["batch 1"] = seen["batch 1"] || len(c.Lengths) == 1
		seen["state dict"] = seen["state dict"] || c.StateDictPrefix != ""
		seen["saturated"] = seen["saturated"] || saturatedGates(c) > 0.8
	}
	for _, want := range []any{hidden(1), hidden(3), hidden(17), hidden(31), hidden(33), hidden(100), hidden(257),
		layers{1, 1}, layers{1, 2}, layers{2, 1}, layers{2, 2}, layers{3, 1}, layers{3, 2}, "bias", "no bias", "states", "no states",
		"dy missing", "dhn missing", "dcn missing", "unsorted", "equal lengths", "length 1", "batch 1", "state dict", "saturated"} {
		if !seen[want] {
			t.Errorf("no case for %T %v", want, want)
		}
	}
}

// saturatedGates returns the share of the gates of the first layer's first step that
// float32 rounds to 1, or that are below its smallest spacing at 1.
func saturatedGates(c *golden.Case) float64 {
	saturated, gates := 0, 0
	weightIH := reference.Widen(c.Parameters[0].Data)
	var bias []float64
	if c.Bias {
		bias = reference.Widen(c.Parameters[2].Data)
	}
	for _, x := range c.Sequences() {
		for _, a := range reference.Linear(x[:c.InputSize], weightIH, bias, 1, c.InputSize, 4*c.HiddenSize) {
			if s := reference.Sigmoid(math.Abs(a)); float32(s) == 1 {
				saturated++
			}
			gates++
		}
	}
	return float64(saturated) / float64(gates)
}

func TestStateDict(t *testing.T) {
	tensors := golden.LoadTensors(t, stateDictFile)
	if _, ok := tensors["embedding.weight"]; !ok {
		t.Error("no tensor embedding.weight: want other modules in the file")
	}
	for _, c := range golden.Load(t, goldenFile) {
		if c.StateDictPrefix == "" {
			continue
		}
		for _, p := range c.Parameters {
			got := tensors[c.StateDictPrefix+p.Name]
			if !slices.Equal(got.Shape, p.Shape) || !slices.Equal(got.Data, p.Data) {
				t.Errorf("%s: %s%s differs from the golden file's parameter", c.Name, c.StateDictPrefix, p.Name)
			}
		}
	}
}

// recorder counts the errors that Check reports.
type recorder struct {
	testing.TB
	errors int
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.errors++ }

func TestCheckCanFail(t *testing.T) {
	result := golden.Result{Name: "y", Shape: []int{3}, Values: []float64{0, 0.5, -0.25}, PyTorchError: 1e-7}
	nan := float32(math.NaN())
	tests := []struct {
		name   string
		got    []float32
		errors int
	}{
		{"exact", []float32{0, 0.5, -0.25}, 0},
		{"within the bound", []float32{1.3e-6, 0.5, -0.25}, 0},
		{"beyond the bound", []float32{1.5e-6, 0.5, -0.25}, 1},
		{"NaN", []float32{0, 0.5, nan}, 1},
		{"too short", []float32{0, 0.5}, 1},
		{"nil", nil, 1},
	}
	for _, test := range tests {
		r := &recorder{TB: t}
		result.Check(r, test.got)
		if r.errors != test.errors {
			t.Errorf("%s: %d errors: want %d", test.name, r.errors, test.errors)
		}
	}
}
