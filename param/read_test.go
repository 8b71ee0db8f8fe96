package param_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/param"
)

// bytesOf returns what Write makes of the arguments.
func bytesOf(t testing.TB, tensors []param.Tensor, metadata map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := param.Write(&b, tensors, metadata); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withHeader returns a file of the given header and size of data.
func withHeader(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

// wantError fails unless err mentions every one of the parts.
func wantError(t *testing.T, what string, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", what)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%s: error %q does not say %q", what, err, part)
		}
	}
}

func sample() []param.Tensor {
	return []param.Tensor{
		{Name: "weight", Shape: []int{2, 3}, Data: []float32{1, -2, float32(math.Copysign(0, -1)), 1e-45, math.MaxFloat32, 6}},
		{Name: "bias", Shape: []int{2}, Data: []float32{7, 8}},
		{Name: "scalar", Shape: nil, Data: []float32{9}},
		{Name: "empty", Shape: []int{0, 5}, Data: nil},
	}
}

func TestRoundTrip(t *testing.T) {
	metadata := map[string]string{"epoch": "3", "kind": "a <b> & ü"}
	tensors := sample()
	written := bytesOf(t, tensors, metadata)
	slices.Reverse(tensors)
	if !bytes.Equal(bytesOf(t, tensors, metadata), written) {
		t.Error("another order of the tensors gives other bytes")
	}
	f, err := param.Read(bytes.NewReader(written))
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Names(); !slices.Equal(got, []string{"bias", "empty", "scalar", "weight"}) {
		t.Errorf("Names() = %q", got)
	}
	if got := f.Metadata(); len(got) != 2 || got["epoch"] != "3" || got["kind"] != metadata["kind"] {
		t.Errorf("Metadata() = %q", got)
	}
	into := sample()
	for i := range into {
		into[i].Data = make([]float32, len(into[i].Data))
	}
	if err := f.Into("", into); err != nil {
		t.Fatal(err)
	}
	for i, want := range sample() {
		for j, v := range want.Data {
			if math.Float32bits(into[i].Data[j]) != math.Float32bits(v) {
				t.Errorf("%s[%d] = %v, want %v", want.Name, j, into[i].Data[j], v)
			}
		}
		if shape, ok := f.Shape(want.Name); !ok || !slices.Equal(shape, want.Shape) {
			t.Errorf("Shape(%q) = %v, %v, want %v", want.Name, shape, ok, want.Shape)
		}
	}
	if _, ok := f.Shape("none"); ok {
		t.Error("Shape of a tensor that is not there")
	}
}

// A file that Python's safetensors wrote from a PyTorch state_dict.
func TestReadPython(t *testing.T) {
	f, err := param.ReadFile("testdata/python.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	if m := f.Metadata(); m["format"] != "pt" || m["epoch"] != "3" {
		t.Errorf("Metadata() = %q", m)
	}
	weight := param.Tensor{Name: "weight", Shape: []int{2, 3}, Data: make([]float32, 6)}
	bias := param.Tensor{Name: "bias", Shape: []int{2}, Data: make([]float32, 2)}
	if err := f.Into("readout.", []param.Tensor{weight, bias}); err != nil {
		t.Fatal(err)
	}
	if want := []float32{1.5, -2, 0.25, 3, 1e-40, 0}; !slices.Equal(weight.Data, want) {
		t.Errorf("weight = %v, want %v", weight.Data, want)
	}
	if !slices.Equal(bias.Data, []float32{7, -8.5}) {
		t.Errorf("bias = %v", bias.Data)
	}
	scalar := param.Tensor{Name: "scalar", Data: make([]float32, 1)}
	empty := param.Tensor{Name: "empty", Shape: []int{0, 4}}
	if err := f.Into("", []param.Tensor{scalar, empty}); err != nil || scalar.Data[0] != 0.5 {
		t.Errorf("scalar = %v, %v", scalar.Data, err)
	}
}

func TestIntoErrors(t *testing.T) {
	f, err := param.ReadFile("testdata/python.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	floats := func(n int) []float32 { return make([]float32, n) }
	for _, c := range []struct {
		tensor param.Tensor
		says   []string
	}{
		{param.Tensor{Name: "readout.gain", Shape: []int{2}, Data: floats(2)}, []string{"readout.gain", "[2]"}},
		{param.Tensor{Name: "readout.weight", Shape: []int{3, 2}, Data: floats(6)}, []string{"readout.weight", "[2 3]", "[3 2]"}},
		{param.Tensor{Name: "readout.weight", Shape: []int{6}, Data: floats(6)}, []string{"[2 3]", "[6]"}},
		{param.Tensor{Name: "scalar", Shape: []int{1}, Data: floats(1)}, []string{"scalar", "[]", "[1]"}},
		{param.Tensor{Name: "steps", Shape: []int{3}, Data: floats(3)}, []string{"steps", "I64", "F32"}},
		{param.Tensor{Name: "half", Shape: []int{2}, Data: floats(2)}, []string{"half", "F16", "F32"}},
		{param.Tensor{Name: "broken", Shape: []int{2}, Data: floats(2)}, []string{"broken", "element 1", "NaN"}},
		{param.Tensor{Name: "readout.bias", Shape: []int{2}, Data: floats(1)}, []string{"readout.bias", "1 elements", "[2]"}},
		{param.Tensor{Name: "readout.bias", Shape: []int{-2}, Data: floats(2)}, []string{"-2"}},
		{param.Tensor{Name: "readout.bias", Shape: []int{math.MaxInt, 4}, Data: floats(2)}, []string{"more elements"}},
	} {
		first := param.Tensor{Name: "readout.bias", Shape: []int{2}, Data: []float32{5, 5}}
		err := f.Into("", []param.Tensor{first, c.tensor})
		wantError(t, c.tensor.Name, err, c.says...)
		if first.Data[0] != 5 || first.Data[1] != 5 {
			t.Errorf("%s: copied %v in spite of the error", c.tensor.Name, first.Data)
		}
	}
	var none *param.File
	wantError(t, "nil file", none.Into("", nil), "nil")
	if names := none.Names(); names != nil || none.Metadata() != nil {
		t.Errorf("a nil file has names %v", names)
	}
}

func TestTruncated(t *testing.T) {
	whole := bytesOf(t, sample(), map[string]string{"a": "b"})
	for n := range whole {
		if _, err := param.Read(bytes.NewReader(whole[:n])); err == nil {
			t.Errorf("%d of %d bytes: no error", n, len(whole))
		}
	}
	_, err := param.Read(bytes.NewReader(append(whole, 0)))
	wantError(t, "a byte after the end", err)
}

func TestHostile(t *testing.T) {
	tensor := func(dtype, shape, offsets string) string {
		return `{"a":{"dtype":` + dtype + `,"shape":` + shape + `,"data_offsets":` + offsets + `}}`
	}
	for name, data := range map[string][]byte{
		"nothing":                  {},
		"huge header":              binary.LittleEndian.AppendUint64(nil, math.MaxUint64),
		"header of 2^63":           append(binary.LittleEndian.AppendUint64(nil, 1<<63), make([]byte, 64)...),
		"header beyond the file":   append(binary.LittleEndian.AppendUint64(nil, 65), make([]byte, 64)...),
		"empty header":             withHeader("", 0),
		"null":                     withHeader("null", 0),
		"array":                    withHeader("[]", 0),
		"unfinished":               withHeader(`{"a":`, 0),
		"two values":               withHeader(`{}{}`, 0),
		"key is a number":          withHeader(`{1:2}`, 0),
		"tensor is null":           withHeader(`{"a":null}`, 0),
		"metadata is a number":     withHeader(`{"__metadata__":{"a":1}}`, 0),
		"unknown dtype":            withHeader(tensor(`"F31"`, `[1]`, `[0,4]`), 4),
		"dtype is a number":        withHeader(tensor(`32`, `[1]`, `[0,4]`), 4),
		"negative dimension":       withHeader(tensor(`"F32"`, `[-1]`, `[0,4]`), 4),
		"fractional dimension":     withHeader(tensor(`"F32"`, `[1.5]`, `[0,4]`), 4),
		"shape overflows":          withHeader(tensor(`"F32"`, `[4294967296,4294967296]`, `[0,0]`), 0),
		"bytes overflow":           withHeader(tensor(`"F32"`, `[4611686018427387905]`, `[0,4]`), 4),
		"dimension beyond int":     withHeader(tensor(`"F32"`, `[0,18446744073709551615]`, `[0,0]`), 0),
		"offsets beyond the data":  withHeader(tensor(`"F32"`, `[2]`, `[0,8]`), 4),
		"offsets wrap":             withHeader(tensor(`"F32"`, `[1]`, `[18446744073709551612,0]`), 4),
		"offsets backwards":        withHeader(tensor(`"F32"`, `[1]`, `[4,0]`), 4),
		"three offsets":            withHeader(tensor(`"F32"`, `[1]`, `[0,4,4]`), 4),
		"gap":                      withHeader(tensor(`"F32"`, `[1]`, `[4,8]`), 8),
		"trailing bytes":           withHeader(tensor(`"F32"`, `[1]`, `[0,4]`), 8),
		"size is not the shape's":  withHeader(tensor(`"F32"`, `[1]`, `[0,8]`), 8),
		"name twice":               withHeader(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
		"dtype twice":              withHeader(`{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
		"shape twice":              withHeader(`{"a": {"shape":[3],"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
		"metadata twice":           withHeader(`{"__metadata__":{"a":"1","b":"2","a":"1"}}`, 0),
		"overlap":                  withHeader(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 12),
		"same bytes for two names": withHeader(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
		"nested deeply":            withHeader(`{"a":`+strings.Repeat("[", 1e5)+strings.Repeat("]", 1e5)+`}`, 0),
	} {
		_, err := param.Read(bytes.NewReader(data))
		wantError(t, name, err, "param: ")
	}
	_, err := param.Read(bytes.NewReader(withHeader(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"__metadata__":{"k":"1","k":"2"}}`, 4)))
	wantError(t, "a name of the metadata twice", err, `name "k" stands in "__metadata__" twice`)
	if f, err := param.Read(bytes.NewReader(withHeader(`{}`, 0))); err != nil || len(f.Names()) != 0 {
		t.Errorf("a file of no tensors: %v", err)
	}
	_, err = param.Read(nil)
	wantError(t, "nil reader", err)
	_, err = param.Read(failingReader{})
	wantError(t, "failing reader", err, errDisk.Error())
	_, err = param.ReadFile("testdata/none")
	wantError(t, "no file", err, "testdata/none")
	_, err = param.ReadFile("read_test.go")
	wantError(t, "a file of another kind", err, "read_test.go")
}

var errDisk = errors.New("disk on fire")

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errDisk }
