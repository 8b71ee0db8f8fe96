package lstm_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/internal/golden"
	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/internal/reference"
	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/packed"
	"github.com/packedlstm/packedlstm/param"
)

// TestGolden compares outputs, states and all gradients with PyTorch's: within 4
// times PyTorch's own float32 error + 1e-6 of its float64 result.
func TestGolden(t *testing.T) {
	const path = "testdata/golden.safetensors"
	cases := golden.Load(t, path)
	file, err := param.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	levels.ForEach(t, func(t *testing.T) {
		for _, c := range cases {
			t.Run(c.Name, func(t *testing.T) { testGolden(t, c, file) })
		}
	})
}

func testGolden(t *testing.T, c *golden.Case, file *param.File) {
	net := newLSTM(t, lstm.Config{InputSize: c.InputSize, HiddenSize: c.HiddenSize, NumLayers: c.NumLayers,
		Bidirectional: c.Bidirectional, Bias: c.Bias})
	if err := net.LoadFile(file, c.ParameterPrefix); err != nil {
		t.Fatal(err)
	}
	l, err := packed.NewLayout(c.Lengths)
	if err != nil {
		t.Fatal(err)
	}
	x := packedRows(t, c)
	state := &lstm.State{H: c.H0, C: c.C0}
	ws := lstm.NewWorkspace(2)
	out, err := net.ForwardTraining(ws, l, x, state, 0)
	if err != nil {
		t.Fatal(err)
	}
	c.Y.Check(t, out.Y)
	c.HN.Check(t, out.HN)
	c.CN.Check(t, out.CN)
	grads := net.NewGradients()
	back, err := net.Backward(ws, lstm.Upstream{Y: c.DY, HN: c.DHN, CN: c.DCN}, grads)
	if err != nil {
		t.Fatal(err)
	}
	c.DX.Check(t, back.X)
	c.DH0.Check(t, back.H0)
	c.DC0.Check(t, back.C0)
	for _, g := range grads.Tensors() {
		c.DParameters[g.Name].Check(t, g.Data)
	}

	again, err := net.Forward(lstm.NewWorkspace(1), l, x, state)
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "Y of inference", again.Y, out.Y)
	sameBits(t, "HN of inference", again.HN, out.HN)
	sameBits(t, "CN of inference", again.CN, out.CN)
}

// TestLoadStateDict reads layers out of the state_dict of a larger PyTorch module,
// each by its prefix.
func TestLoadStateDict(t *testing.T) {
	content, err := os.ReadFile("testdata/state_dict.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	loaded := 0
	for _, c := range golden.Load(t, "testdata/golden.safetensors") {
		if c.StateDictPrefix == "" {
			continue
		}
		net := newLSTM(t, lstm.Config{InputSize: c.InputSize, HiddenSize: c.HiddenSize, NumLayers: c.NumLayers,
			Bidirectional: c.Bidirectional, Bias: c.Bias})
		for name, prefix := range map[string]string{"no prefix": "", "another module": "embedding.", "a typo": "encodr."} {
			before := append([]float32(nil), net.Parameters()[0].Data...)
			if err := net.Load(bytes.NewReader(content), prefix); err == nil || !strings.Contains(err.Error(), "weight_ih_l0") {
				t.Errorf("%s: %v: want an error that names the parameter", name, err)
			}
			sameBits(t, "parameters after a failed Load", net.Parameters()[0].Data, before)
		}
		if err := net.Load(bytes.NewReader(content), c.StateDictPrefix); err != nil {
			t.Fatal(err)
		}
		for i, p := range net.Parameters() {
			if p.Name != c.Parameters[i].Name {
				t.Errorf("parameter %d is %s, PyTorch's %s", i, p.Name, c.Parameters[i].Name)
			}
			sameBits(t, p.Name, p.Data, c.Parameters[i].Data)
		}
		loaded++
	}
	if loaded == 0 {
		t.Error("no case names its prefix in the state_dict")
	}
}

// packedRows packs the case's padded batch by the oracle's naive order.
func packedRows(t *testing.T, c *golden.Case) []float32 {
	t.Helper()
	wide := reference.PackRows(c.Sequences(), c.InputSize)
	x := make([]float32, len(wide))
	for i, v := range wide {
		if v != v {
			t.Fatalf("row %d of x holds the padding's NaN", i/c.InputSize)
		}
		x[i] = float32(v)
	}
	return x
}

func newLSTM(t testing.TB, c lstm.Config) *lstm.LSTM {
	t.Helper()
	net, err := lstm.New(c, 1)
	if err != nil {
		t.Fatal(err)
	}
	return net
}
