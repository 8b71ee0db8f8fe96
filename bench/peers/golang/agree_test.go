package golang

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/bench/peers/floats"
	"github.com/packedlstm/packedlstm/bench/peers/protocol"
	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/packed"
	"github.com/packedlstm/packedlstm/param"
)

var cases = []protocol.Case{
	{Name: "one row", Input: 5, Hidden: 7, Layers: 1, Lengths: []int{6}},
	{Name: "one step", Input: 3, Hidden: 4, Layers: 1, Lengths: []int{1, 1, 1}},
	{Name: "one of all", Input: 1, Hidden: 1, Layers: 1, Lengths: []int{1}},
	{Name: "even", Input: 8, Hidden: 16, Layers: 1, Lengths: []int{5, 5, 5, 5}},
	{Name: "ragged", Input: 5, Hidden: 7, Layers: 1, Lengths: []int{9, 6, 6, 3, 1}},
	{Name: "one long", Input: 17, Hidden: 33, Layers: 1, Lengths: []int{17, 2, 2, 1}},
	{Name: "both directions", Input: 5, Hidden: 7, Layers: 1, Bidirectional: true, Lengths: []int{9, 6, 6, 3, 1}},
	{Name: "one row, both directions", Input: 3, Hidden: 5, Layers: 1, Bidirectional: true, Lengths: []int{4}},
	{Name: "two layers", Input: 5, Hidden: 7, Layers: 2, Lengths: []int{9, 6, 6, 3, 1}},
	{Name: "two layers, both directions", Input: 6, Hidden: 5, Layers: 2, Bidirectional: true, Lengths: []int{7, 7, 4, 2}},
}

// peers are the programs, and what they cannot do.
var peers = []struct {
	name        string
	forwardOnly bool
}{
	{name: "gomlx"}, {name: "spago"}, {name: "gorgonia"}, {name: "onnxruntime_go", forwardOnly: true},
}

// TestAgree compares every peer's check file with package lstm: y within 2e-6, dx and the
// gradient of each parameter within 2e-5 of its largest element. ONNX Runtime needs
// ONNXRUNTIME_LIB.
func TestAgree(t *testing.T) {
	folder := t.TempDir()
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			if p.name == "onnxruntime_go" && os.Getenv("ONNXRUNTIME_LIB") == "" {
				t.Skip("ONNXRUNTIME_LIB is not set")
			}
			counted := true
			if p.name == "onnxruntime_go" {
				counter := buildCounter(folder)
				t.Setenv("LD_PRELOAD", counter)
				counted = counter != ""
			}
			program := filepath.Join(folder, p.name)
			if output, err := exec.Command("go", "build", "-o", program, "./"+p.name).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			for _, c := range cases {
				for _, mode := range []string{"forward", "training"} {
					t.Run(c.Name+"/"+mode, func(t *testing.T) { agree(t, program, c, mode, p.forwardOnly, counted) })
				}
			}
		})
	}
}

// buildCounter builds what counts allocations outside Go, and returns its path, "" where it
// cannot be had.
func buildCounter(folder string) string {
	counter := filepath.Join(folder, "allocations.so")
	source := filepath.Join("..", "allocations", "allocations.c")
	if exec.Command("cc", "-fPIC", "-shared", "-Wl,-z,defs", source, "-o", counter).Run() != nil {
		return ""
	}
	return counter
}

func agree(t *testing.T, program string, c protocol.Case, mode string, forwardOnly, counted bool) {
	for _, n := range c.Lengths {
		c.Tokens += n
	}
	c.MaxLength = c.Lengths[0]
	data := c.NewData()
	folder := t.TempDir()
	if err := protocol.Write(folder, &c, &data); err != nil {
		t.Fatal(err)
	}
	threads := "1"
	if len(c.Lengths) == 4 {
		threads = "2"
	}
	file := filepath.Join(folder, "check.f32")
	p := start(t, program, "--case", folder, "--threads", threads, "--mode", mode)
	ready := p.read()
	if forwardOnly && mode == "training" {
		if ready.Name != "error" || ready.Message == "" {
			t.Fatalf("training: %+v: want an error", ready)
		}
		return
	}
	if ready.Name != "ready" || ready.Version == "" || ready.FirstCallUs <= 0 {
		t.Fatalf("start: %+v", ready)
	}
	// A run between two checks: calls must not add to what the one before left.
	want := expected(t, &c, &data, mode == "training")
	for range 2 {
		if e := p.ask(protocol.Command{Name: "check", Out: file}); e.Name != "checked" {
			t.Fatalf("check: %+v", e)
		}
		compare(t, file, want)
		if e := p.ask(protocol.Command{Name: "run", Calls: 3}); e.Name != "ran" || len(e.Us) != 3 {
			t.Fatalf("run: %+v", e)
		}
	}
	if e := p.ask(protocol.Command{Name: "memory"}); e.Name != "memory" || e.PeakRSSBytes == nil || !(*e.PeakRSSBytes > 1e6) {
		t.Fatalf("memory: %+v", e)
	} else if (e.AllocatedBytesPerCall != nil) != counted {
		t.Fatalf("memory: %+v: want bytes allocated by a call: %t", e, counted)
	}
	p.quit()
}

// compare compares a check file with its parts, of which y is the first.
func compare(t *testing.T, file string, want []param.Tensor) {
	t.Helper()
	n := 0
	for _, w := range want {
		n += len(w.Data)
	}
	got, err := floats.Read(file, n)
	if err != nil {
		t.Fatal(err)
	}
	for k, w := range want {
		bound := 2e-6
		if k > 0 {
			bound = 2e-5 * largest(w.Data)
		}
		for i, v := range w.Data {
			if d := math.Abs(float64(got[i]) - float64(v)); !(d <= bound) {
				t.Fatalf("%s[%d] = %g: want %g ± %.2g", w.Name, i, got[i], v, bound)
			}
		}
		got = got[len(w.Data):]
	}
}

// largest returns the largest magnitude.
func largest(v []float32) (m float64) {
	for _, x := range v {
		m = max(m, math.Abs(float64(x)))
	}
	return m
}

// expected returns what package lstm makes of a case: y and, in training, dx and the
// gradients of the parameters.
func expected(t *testing.T, c *protocol.Case, data *protocol.Data, training bool) []param.Tensor {
	t.Helper()
	try := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	net, err := lstm.New(lstm.Config{InputSize: c.Input, HiddenSize: c.Hidden, NumLayers: c.Layers,
		Bidirectional: c.Bidirectional, Bias: true}, 1)
	try(err)
	weights := data.Weights
	for _, p := range net.Parameters() {
		weights = weights[copy(p.Data, weights):]
	}
	layout, err := packed.NewSortedLayout(c.Lengths)
	try(err)
	x, err := packed.Pack(nil, layout, data.X, packed.BatchFirst, c.Input)
	try(err)
	dy, err := packed.Pack(nil, layout, data.DY, packed.BatchFirst, c.OutputSize())
	try(err)
	ws, grads := lstm.NewWorkspace(1), net.NewGradients()
	out, err := net.ForwardTraining(ws, layout, x, nil, 1)
	try(err)
	y, err := packed.Unpack(nil, layout, out.Y, packed.BatchFirst, c.OutputSize(), 0, c.MaxLength)
	try(err)
	want := []param.Tensor{{Name: "y", Data: y}}
	if !training {
		return want
	}
	in, err := net.Backward(ws, lstm.Upstream{Y: dy}, grads)
	try(err)
	dx, err := packed.Unpack(nil, layout, in.X, packed.BatchFirst, c.Input, 0, c.MaxLength)
	try(err)
	return slices.Concat(want, []param.Tensor{{Name: "dx", Data: dx}}, grads.Tensors())
}

// process is a running peer.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	in     *json.Encoder
	out    *bufio.Scanner
	stderr *strings.Builder
}

func start(t *testing.T, command ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(command[0], command[1:]...), stderr: &strings.Builder{}}
	p.cmd.Stderr = p.stderr
	in, err := p.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.in, p.out = json.NewEncoder(in), bufio.NewScanner(out)
	p.out.Buffer(nil, 1<<20)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // no error once it has ended
		_ = p.cmd.Wait()
	})
	return p
}

func (p *process) read() (e protocol.Event) {
	p.t.Helper()
	if !p.out.Scan() {
		_ = p.cmd.Wait()
		p.t.Fatalf("no answer: %v\n%s", p.out.Err(), p.stderr)
	}
	if err := json.Unmarshal(p.out.Bytes(), &e); err != nil {
		p.t.Fatalf("answered %q: %v", p.out.Text(), err)
	}
	return e
}

func (p *process) ask(c protocol.Command) protocol.Event {
	p.t.Helper()
	if err := p.in.Encode(c); err != nil {
		p.t.Fatal(err)
	}
	return p.read()
}

func (p *process) quit() {
	p.t.Helper()
	if err := p.in.Encode(protocol.Command{Name: "quit"}); err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Fatalf("quit: %v", err)
	}
}
