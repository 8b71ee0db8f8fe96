package fuzz

import (
	"bytes"
	"testing"

	"github.com/packedlstm/packedlstm/param"
)

// FuzzSafetensors reads hostile files. What is accepted must load tensor by tensor,
// and what loads must survive being written and read again.
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
	f.Add([]byte("\x48\x00\x00\x00\x00\x00\x00\x00" + `{"a":{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[0,0]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := param.Read(bytes.NewReader(data))
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
			if file.Into("", []param.Tensor{tensor}) == nil {
				loaded = append(loaded, tensor)
			}
		}
		var again bytes.Buffer
		if err := param.Write(&again, loaded, nil); err != nil {
			t.Fatal(err)
		}
		reread, err := param.Read(&again)
		if err != nil {
			t.Fatal(err)
		}
		if err := reread.Into("", loaded); err != nil {
			t.Fatal(err)
		}
	})
}
