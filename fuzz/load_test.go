package fuzz

import (
	"bytes"
	"math"
	"os"
	"runtime"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/param"
	"github.com/packedlstm/packedlstm/seq2seq"
)

// FuzzLoad loads layers and a whole model from hostile state dicts. Loading allocates no
// more than the file's size warrants, and a file that does not load leaves every
// parameter as it was; what loads is finite and is saved again as it is.
func FuzzLoad(f *testing.F) {
	shape := lstm.Config{InputSize: 2, HiddenSize: 1, NumLayers: 1, Bias: true}
	net, err := lstm.New(shape, 1)
	if err != nil {
		f.Fatal(err)
	}
	model, err := seq2seq.New(seq2seq.Config{SourceTokens: 3, TargetTokens: 4, Start: 0, End: 1,
		EmbeddingSize: 1, HiddenSize: 1, NumLayers: 1}, 1)
	if err != nil {
		f.Fatal(err)
	}
	var layerFile, modelFile bytes.Buffer
	if err := net.Save(&layerFile, ""); err != nil {
		f.Fatal(err)
	}
	if err := param.Write(&modelFile, model.Tensors(), map[string]string{"format": "1"}); err != nil {
		f.Fatal(err)
	}
	for _, valid := range [][]byte{layerFile.Bytes(), modelFile.Bytes()} {
		f.Add(valid, "")
		f.Add(valid, "encoder.")
		f.Add(valid[:len(valid)-1], "")
		notFinite := slices.Clone(valid)
		copy(notFinite[len(valid)-4:], []byte{0, 0, 0xC0, 0x7F})
		f.Add(notFinite, "")
		f.Add(bytes.Replace(valid, []byte("F32"), []byte("I32"), 1), "")
		f.Add(bytes.Replace(valid, []byte("weight_hh"), []byte("weight_ih"), 1), "")
	}
	python, err := os.ReadFile("../param/testdata/python.safetensors")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(python, "")
	f.Fuzz(func(t *testing.T, data []byte, prefix string) {
		checkLoad(t, data, prefix, net.Parameters(), func() error { return net.Load(bytes.NewReader(data), prefix) })
		checkLoad(t, data, prefix, model.Tensors(), func() error {
			file, err := param.Read(bytes.NewReader(data))
			if err != nil {
				return err
			}
			return file.Into(prefix, model.Tensors())
		})
	})
}

// checkLoad calls load, which changes all of the tensors or none.
func checkLoad(t *testing.T, data []byte, prefix string, tensors []param.Tensor, load func() error) {
	t.Helper()
	for _, x := range tensors {
		for i := range x.Data {
			x.Data[i] = untouched
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := load()
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20+1000*uint64(len(data)) {
		t.Fatalf("%d bytes allocated for a file of %d", n, len(data))
	}
	if err != nil {
		checkUntouched(t, tensors...)
		return
	}
	for i := range tensors {
		for at, v := range tensors[i].Data {
			if v-v != 0 {
				t.Fatalf("%s[%d] = %v was loaded: want an error", tensors[i].Name, at, v)
			}
		}
		tensors[i].Name = prefix + tensors[i].Name
	}
	checkSavedAgain(t, tensors)
}

// checkSavedAgain writes tensors and reads the same bits back.
func checkSavedAgain(t *testing.T, tensors []param.Tensor) {
	t.Helper()
	var again bytes.Buffer
	if err := param.Write(&again, tensors, nil); err != nil {
		t.Fatal(err)
	}
	file, err := param.Read(&again)
	if err != nil {
		t.Fatal(err)
	}
	read := slices.Clone(tensors)
	for i := range read {
		read[i].Data = make([]float32, len(tensors[i].Data))
	}
	if err := file.Into("", read); err != nil {
		t.Fatal(err)
	}
	for i := range read {
		for at, v := range read[i].Data {
			if math.Float32bits(v) != math.Float32bits(tensors[i].Data[at]) {
				t.Fatalf("%s[%d] = %v, saved as %v", read[i].Name, at, v, tensors[i].Data[at])
			}
		}
	}
}
