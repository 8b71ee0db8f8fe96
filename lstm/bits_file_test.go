package lstm_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/lstm"
)

// bitsVariable names a folder that TestBits writes the bits of every level to, to be
// compared with those of other CPUs.
const bitsVariable = "PACKEDLSTM_BITS"

var updateBits = flag.Bool("update", false, "rewrite testdata/bits.txt by the best level")

// TestBits: a fixed set of layers gives the committed bits at every level, on every CPU.
func TestBits(t *testing.T) {
	golden := filepath.Join("testdata", "bits.txt")
	if *updateBits {
		if err := os.WriteFile(golden, bitsOf(t), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if levels.Engine() {
		t.Skip("an engine is outside the promise of same bits")
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	levels.ForEach(t, func(t *testing.T) {
		got := bitsOf(t)
		if folder := os.Getenv(bitsVariable); folder != "" {
			name := fmt.Sprintf("bits-%v-%s.txt", kernels.Active(), runtime.GOARCH)
			if err := os.WriteFile(filepath.Join(folder, name), got, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		gotLines, wantLines := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
		if len(gotLines) != len(wantLines) {
			t.Fatalf("%d lines, want %d", len(gotLines), len(wantLines))
		}
		for i, line := range gotLines {
			if !bytes.Equal(line, wantLines[i]) {
				t.Errorf("line %d:\n%s\nwant\n%s", i+1, line, wantLines[i])
			}
		}
	})
}

// bitsOf returns the bits at the active level: a line a tensor, with its size, the first
// half of the SHA-256 of its little-endian bits, and its first values. A NaN is any NaN.
func bitsOf(t *testing.T) []byte {
	var out bytes.Buffer
	add := func(name string, x []float32) {
		bits := make([]byte, 0, 4*len(x))
		for _, v := range x {
			b := math.Float32bits(v)
			if v != v {
				b = 0x7FC00000
			}
			bits = binary.LittleEndian.AppendUint32(bits, b)
		}
		sum := sha256.Sum256(bits)
		fmt.Fprintf(&out, "%-44s %6d %x", name, len(x), sum[:16])
		for i := range min(len(x), 3) {
			fmt.Fprintf(&out, " %08x", binary.LittleEndian.Uint32(bits[4*i:]))
		}
		out.WriteByte('\n')
	}
	addActivations(t, add)
	lengths := [][]int{{3}, {2, 0, 5, 1, 4}, {1, 1, 2, 7, 3, 3, 2, 1, 2}}
	for i, hidden := range []int{1, 5, 16, 17, 33, 64, 100} {
		for j, input := range []int{1, 3, 20, 33} {
			c := lstm.Config{InputSize: input, HiddenSize: hidden, NumLayers: 1 + (i+j)%2, Bidirectional: (i+j)%3 == 0, Bias: j != 1}
			addLayers(t, add, c, lengths[(i+2*j)%len(lengths)], uint64(10*i+j))
		}
	}
	return out.Bytes()
}

func addActivations(t *testing.T, add func(name string, x []float32)) {
	const stride = 1048583 // odd: every low bit takes both values
	x := make([]float32, 0, 1<<32/stride+1)
	for bits := uint64(0); bits < 1<<32; bits += stride {
		x = append(x, math.Float32frombits(uint32(bits)))
	}
	y := make([]float32, len(x))
	for _, f := range []struct {
		name string
		run  func(l kernels.Level, dst, x []float32) error
	}{{"exp", kernels.Level.Exp}, {"sigmoid", kernels.Level.Sigmoid}, {"tanh", kernels.Level.Tanh}} {
		if err := f.run(kernels.Active(), y, x); err != nil {
			t.Fatal(err)
		}
		add(f.name, y)
	}
}

// addLayers runs inference, one step of each sequence after another, training and the
// backward pass.
func addLayers(t *testing.T, add func(name string, x []float32), c lstm.Config, lengths []int, seed uint64) {
	rng := newRand(seed)
	net, l := newLSTM(t, c), newLayout(t, lengths)
	name := fmt.Sprintf("I%d H%d L%d D%d B%d ", c.InputSize, c.HiddenSize, c.NumLayers, c.Directions(), len(lengths))
	x := uniform(rng, l.Rows()*c.InputSize, 2)
	state := &lstm.State{H: uniform(rng, c.StateSize(len(lengths)), 1), C: uniform(rng, c.StateSize(len(lengths)), 1)}
	ws := lstm.NewWorkspace(1)
	out, err := net.Forward(ws, l, x, state)
	if err != nil {
		t.Fatal(err)
	}
	add(name+"inference Y", out.Y)
	add(name+"inference HN", out.HN)
	add(name+"inference CN", out.CN)
	if !c.Bidirectional {
		addSteps(t, add, name, net, sequenceRows(l, x, c.InputSize, 0))
	}
	if out, err = net.ForwardTraining(ws, l, x, state, seed); err != nil {
		t.Fatal(err)
	}
	add(name+"training Y", out.Y)
	grads := net.NewGradients()
	dy := lstm.Upstream{Y: uniform(rng, len(out.Y), 1), HN: uniform(rng, len(out.HN), 1), CN: uniform(rng, len(out.CN), 1)}
	back, err := net.Backward(ws, dy, grads)
	if err != nil {
		t.Fatal(err)
	}
	add(name+"dX", back.X)
	add(name+"dH0", back.H0)
	add(name+"dC0", back.C0)
	for _, g := range grads.Tensors() {
		add(name+"d"+g.Name, g.Data)
	}
}

func addSteps(t *testing.T, add func(name string, x []float32), name string, net *lstm.LSTM, x []float32) {
	one, ws, width := newLayout(t, []int{1}), lstm.NewWorkspace(1), net.Config().InputSize
	var state *lstm.State
	var y []float32
	for at := 0; at < len(x); at += width {
		out, err := net.Forward(ws, one, x[at:at+width], state)
		if err != nil {
			t.Fatal(err)
		}
		y = append(y, out.Y...)
		state = &lstm.State{H: append([]float32(nil), out.HN...), C: append([]float32(nil), out.CN...)}
	}
	add(name+"step by step Y", y)
}
