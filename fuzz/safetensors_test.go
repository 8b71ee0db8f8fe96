package fuzz

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/packedlstm/packedlstm/param"
)

// FuzzSafetensors reads hostile files. Reading allocates no more than the file's size
// warrants; a tensor that does not load leaves every destination as it was; and what
// loads must survive being written and read again.
func FuzzSafetensors(f *testing.F) {
	var valid bytes.Buffer
	err := param.Write(&valid, []param.Tensor{
		{Name: "weight", Shape: []int{2, 3}, Data: []float32{1, 2, 3, 4, 5, 6}},
		{Name: "empty", Shape: []int{0}},
	}, map[string]string{"epoch": "3"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(valid.Bytes())
	f.Add([]byte{})
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff{}"))
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Add([]byte("\x3c\x00\x00\x00\x00\x00\x00\x00" + `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}      ` + "\x00\x00\xc0\x7f"))
	f.Add([]byte("\x4a\x00\x00\x00\x00\x00\x00\x00" + `{"a":{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[0,0]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		file, err := param.Read(bytes.NewReader(data))
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20+1000*uint64(len(data)) {
			t.Fatalf("%d bytes allocated for a file of %d", n, len(data))
		}
		if err != nil {
			return
		}
		var loaded []param.Tensor
		for _, name := range file.Names() {
			shape, ok := file.Shape(name)
			if !ok {
				t.Fatalf("no shape for %q", name)
			}
			elements := 1
			for _, n := range shape {
				elements *= n // the data is there, so this fits; with a 0 among them it is 0 in the end
			}
			if elements < 0 || elements > len(data) {
				t.Fatalf("%q: shape %v in a file of %d bytes", name, shape, len(data))
			}
			tensor := param.Tensor{Name: name, Shape: shape, Data: make([]float32, elements)}
			for i := range tensor.Data {
				tensor.Data[i] = untouched
			}
			absent := param.Tensor{Name: name + " absent", Data: []float32{untouched}}
			if file.Into("", []param.Tensor{tensor, absent}) == nil {
				t.Fatalf("%q is not in the file, but loaded", absent.Name)
			}
			checkUntouched(t, tensor, absent)
			if file.Into("", []param.Tensor{tensor}) == nil {
				loaded = append(loaded, tensor)
			} else {
				checkUntouched(t, tensor)
			}
		}
		checkSavedAgain(t, loaded)
	})
}

const untouched = 12345.5

func checkUntouched(t *testing.T, tensors ...param.Tensor) {
	t.Helper()
	for _, tensor := range tensors {
		for i, v := range tensor.Data {
			if v != untouched {
				t.Fatalf("%q: element %d became %v in spite of an error", tensor.Name, i, v)
			}
		}
	}
}
