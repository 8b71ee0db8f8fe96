package lstm_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/param"
)

// TestSaveLoad: what was saved is loaded bit for bit, by the right prefix and into
// the right shape only, and a truncated file changes nothing.
func TestSaveLoad(t *testing.T) {
	c := lstm.Config{InputSize: 3, HiddenSize: 5, NumLayers: 2, Bidirectional: true, Bias: true}
	net := newLSTM(t, c)
	var file bytes.Buffer
	if err := net.Save(&file, "a."); err != nil {
		t.Fatal(err)
	}
	other, err := lstm.New(c, 2)
	if err != nil {
		t.Fatal(err)
	}
	fresh := append([]float32(nil), other.Parameters()[3].Data...)
	for end := 0; end < file.Len(); end += 97 {
		if err := other.Load(bytes.NewReader(file.Bytes()[:end]), "a."); err == nil {
			t.Fatalf("the first %d of %d bytes: no error", end, file.Len())
		}
	}
	sameBits(t, "parameters after failed loads", other.Parameters()[3].Data, fresh)
	if err := other.Load(bytes.NewReader(file.Bytes()), "a."); err != nil {
		t.Fatal(err)
	}
	for i, p := range net.Parameters() {
		sameBits(t, p.Name, other.Parameters()[i].Data, p.Data)
	}
	for name, spoil := range map[string]func(c *lstm.Config){
		"weight_ih_l0": func(c *lstm.Config) { c.InputSize++ },
		"weight_ih_l2": func(c *lstm.Config) { c.NumLayers++ },
	} {
		wrong := c
		spoil(&wrong)
		if err := newLSTM(t, wrong).Load(bytes.NewReader(file.Bytes()), "a."); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%+v: %v: want an error that names %s", wrong, err, name)
		}
	}
}

// TestShapesAreCopies: writing to a list or shape that was returned leaves the LSTM as
// it is.
func TestShapesAreCopies(t *testing.T) {
	net := newLSTM(t, lstm.Config{InputSize: 3, HiddenSize: 4, NumLayers: 1})
	grads := net.NewGradients()
	trainable, err := net.Trainable("", grads)
	if err != nil {
		t.Fatal(err)
	}
	parameters, tensors := net.Parameters(), grads.Tensors()
	parameters[0].Name, parameters[0].Shape[0], parameters[1].Data = "x", 7, nil
	tensors[0].Shape[0], trainable[1].Shape[0] = 7, 7
	for _, list := range [][]param.Tensor{net.Parameters(), grads.Tensors()} {
		if list[0].Name != "weight_ih_l0" || list[0].Shape[0] != 16 || list[1].Shape[0] != 16 || len(list[1].Data) != 64 {
			t.Errorf("%s %v, %s %v of %d elements after writing to copies",
				list[0].Name, list[0].Shape, list[1].Name, list[1].Shape, len(list[1].Data))
		}
	}
}
