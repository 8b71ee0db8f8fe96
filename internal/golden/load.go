package golden

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/nlpodyssey/safetensors"
)

// Load returns the cases of a golden file; a file that cannot be read ends the test.
func Load(t testing.TB, path string) []*Case {
	t.Helper()
	f := open(t, path)
	var headers []header
	if err := json.Unmarshal([]byte(f.metadata["cases"]), &headers); err != nil {
		t.Fatalf("golden: %s: the entry %q of the metadata: %v", path, "cases", err)
	}
	cases := make([]*Case, len(headers))
	for i, h := range headers {
		cases[i] = f.readCase(h)
	}
	return cases
}

// LoadTensors returns all float32 tensors of a safetensors file by name.
func LoadTensors(t testing.TB, path string) map[string]Tensor {
	t.Helper()
	f := open(t, path)
	tensors := map[string]Tensor{}
	for _, name := range f.tensors.Names() {
		shape, _ := f.values(name)
		tensors[name] = Tensor{Name: name, Shape: shape, Data: f.float32s(name)}
	}
	return tensors
}

// header is the JSON description of a case.
type header struct {
	Name            string             `json:"name"`
	InputSize       int                `json:"input_size"`
	HiddenSize      int                `json:"hidden_size"`
	NumLayers       int                `json:"num_layers"`
	Bidirectional   bool               `json:"bidirectional"`
	Bias            bool               `json:"bias"`
	Lengths         []int              `json:"lengths"`
	BatchSizes      []int              `json:"batch_sizes"`
	SortedIndices   []int              `json:"sorted_indices"`
	UnsortedIndices []int              `json:"unsorted_indices"`
	StateDictPrefix string             `json:"state_dict_prefix"`
	Float32Errors   map[string]float64 `json:"float32_errors"`
}

// file is an open safetensors file.
type file struct {
	t        testing.TB
	path     string
	metadata map[string]string
	tensors  safetensors.SafeTensors
}

func open(t testing.TB, path string) *file {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("golden: %v", err)
	}
	_, metadata, err := safetensors.ReadMetadata(data)
	if err != nil {
		t.Fatalf("golden: %s: %v", path, err)
	}
	tensors, err := safetensors.Deserialize(data)
	if err != nil {
		t.Fatalf("golden: %s: %v", path, err)
	}
	return &file{t: t, path: path, metadata: metadata.Metadata(), tensors: tensors}
}

func (f *file) readCase(h header) *Case {
	c := &Case{
		Name: h.Name, InputSize: h.InputSize, HiddenSize: h.HiddenSize, NumLayers: h.NumLayers,
		Bidirectional: h.Bidirectional, Bias: h.Bias,
		Lengths: h.Lengths, BatchSizes: h.BatchSizes, SortedIndices: h.SortedIndices, UnsortedIndices: h.UnsortedIndices,
		ParameterPrefix: h.Name + ".parameter.", StateDictPrefix: h.StateDictPrefix,
		DParameters: map[string]Result{},
	}
	input := h.Name + ".input."
	c.X = f.float32s(input + "x")
	c.H0, c.C0 = f.float32s(input+"h0"), f.float32s(input+"c0")
	c.DY, c.DHN, c.DCN = f.float32s(input+"dy"), f.float32s(input+"dhn"), f.float32s(input+"dcn")
	c.Y, c.HN, c.CN = f.result(h, "output.y"), f.result(h, "output.hn"), f.result(h, "output.cn")
	c.DX, c.DH0, c.DC0 = f.result(h, "gradient.x"), f.result(h, "gradient.h0"), f.result(h, "gradient.c0")
	for _, p := range c.Reference().Parameters() {
		name := c.ParameterPrefix + p.Name
		shape, _ := f.values(name)
		c.Parameters = append(c.Parameters, Tensor{Name: p.Name, Shape: shape, Data: f.float32s(name)})
		c.DParameters[p.Name] = f.result(h, "gradient."+p.Name)
	}
	return c
}

// result reads a result of a case and the error of PyTorch's float32 run.
func (f *file) result(h header, name string) Result {
	f.t.Helper()
	shape, values := f.values(h.Name + "." + name)
	e, ok := h.Float32Errors[name]
	if !ok {
		f.t.Fatalf("golden: %s: case %s has no float32 error of %s", f.path, h.Name, name)
	}
	view, _ := f.tensors.Tensor(h.Name + "." + name)
	return Result{Name: name, Shape: shape, Values: values, Rounded: view.DType() == safetensors.F32, PyTorchError: e}
}

// float32s returns a float32 tensor's data; nil if the file has none of that name.
func (f *file) float32s(name string) []float32 {
	f.t.Helper()
	view, ok := f.tensors.Tensor(name)
	if !ok {
		return nil
	}
	if view.DType() != safetensors.F32 {
		f.t.Fatalf("golden: %s: tensor %s is %v: want F32", f.path, name, view.DType())
	}
	_, values := f.values(name)
	data := make([]float32, len(values))
	for i, v := range values {
		data[i] = float32(v)
	}
	return data
}

// values returns the shape and data of a float32 or float64 tensor, which must exist.
func (f *file) values(name string) (shape []int, values []float64) {
	f.t.Helper()
	view, ok := f.tensors.Tensor(name)
	if !ok {
		f.t.Fatalf("golden: %s: no tensor %s", f.path, name)
	}
	for _, n := range view.Shape() {
		shape = append(shape, int(n))
	}
	data := view.Data()
	values = make([]float64, len(data)/int(view.DType().Size()))
	for i := range values {
		switch view.DType() {
		case safetensors.F32:
			values[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:])))
		case safetensors.F64:
			values[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
		default:
			f.t.Fatalf("golden: %s: tensor %s is %v: want F32 or F64", f.path, name, view.DType())
		}
	}
	return shape, values
}
