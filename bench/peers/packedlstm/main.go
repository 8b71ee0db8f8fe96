// Command packedlstm is this library as a peer of bench/peers; package protocol says how
// the two talk. Its level is that of PACKEDLSTM_LEVEL.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/packedlstm/packedlstm/bench/peers/floats"
	"github.com/packedlstm/packedlstm/bench/peers/protocol"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/packed"
)

func main() {
	out := json.NewEncoder(os.Stdout)
	if err := run(os.Args[1:], os.Stdin, out); err != nil {
		_ = out.Encode(protocol.Event{Name: "error", Message: err.Error()})
		os.Exit(1)
	}
}

func run(args []string, commands io.Reader, events *json.Encoder) error {
	set := flag.NewFlagSet("packedlstm", flag.ContinueOnError)
	folder := set.String("case", "", "`folder` of the case")
	threads := set.Int("threads", 1, "workers")
	mode := set.String("mode", "forward", "forward or training")
	if err := set.Parse(args); err != nil {
		return err
	}
	runtime.GOMAXPROCS(*threads)
	l, err := newLayer(*folder, *threads, *mode)
	if err != nil {
		return err
	}
	first, err := l.time()
	if err != nil {
		return err
	}
	ready := protocol.Event{Name: "ready", Impl: "packedlstm-" + kernels.Active().String(), Version: version(), FirstCallUs: first}
	if err := events.Encode(ready); err != nil {
		return err
	}
	return l.serve(commands, events)
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// layer is a case ready to run.
type layer struct {
	training  bool
	c         *protocol.Case
	net       *lstm.LSTM
	prepared  *lstm.Prepared
	layout    *packed.Layout
	ws        *lstm.Workspace
	grads     *lstm.Gradients
	x, dy     []float32 // packed rows
	y, dx     []float32 // of the last call
	allocated uint64    // bytes, by timed calls
	calls     int
}

func newLayer(folder string, threads int, mode string) (*layer, error) {
	if mode != "forward" && mode != "training" {
		return nil, fmt.Errorf("-mode %q: want forward or training", mode)
	}
	c, data, err := protocol.Read(folder)
	if err != nil {
		return nil, err
	}
	l := &layer{training: mode == "training", c: c, ws: lstm.NewWorkspace(threads)}
	l.net, err = lstm.New(lstm.Config{InputSize: c.Input, HiddenSize: c.Hidden, NumLayers: c.Layers,
		Bidirectional: c.Bidirectional, Bias: true}, 1)
	if err != nil {
		return nil, err
	}
	weights := data.Weights
	for _, p := range l.net.Parameters() {
		weights = weights[copy(p.Data, weights):]
	}
	if l.layout, err = packed.NewSortedLayout(c.Lengths); err != nil {
		return nil, err
	}
	if l.x, err = packed.Pack(nil, l.layout, data.X, packed.BatchFirst, c.Input); err != nil {
		return nil, err
	}
	if l.dy, err = packed.Pack(nil, l.layout, data.DY, packed.BatchFirst, c.OutputSize()); err != nil {
		return nil, err
	}
	l.grads = l.net.NewGradients()
	l.prepared, err = l.net.Prepare()
	return l, err
}

// call is what is timed.
func (l *layer) call() error {
	if !l.training {
		out, err := l.prepared.Forward(l.ws, l.layout, l.x, nil)
		l.y = out.Y
		return err
	}
	out, err := l.net.ForwardTraining(l.ws, l.layout, l.x, nil, 1)
	if err != nil {
		return err
	}
	l.y = out.Y
	in, err := l.net.Backward(l.ws, lstm.Upstream{Y: l.dy}, l.grads)
	l.dx = in.X
	return err
}

// time returns the microseconds of a call.
func (l *layer) time() (float64, error) {
	start := time.Now()
	err := l.call()
	return float64(time.Since(start).Nanoseconds()) / 1e3, err
}

// serve answers commands until quit or their end.
func (l *layer) serve(commands io.Reader, events *json.Encoder) error {
	lines := bufio.NewScanner(commands)
	for lines.Scan() {
		var c protocol.Command
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return fmt.Errorf("command %q: %w", lines.Text(), err)
		}
		event := protocol.Event{}
		var err error
		switch c.Name {
		case "check":
			event.Name, err = "checked", l.check(c.Out)
		case "run":
			event.Name = "ran"
			event.Us, err = l.run(c.Calls)
		case "memory":
			event.Name = "memory"
			event.PeakRSSBytes = peakRSS()
			if l.calls > 0 {
				each := float64(l.allocated) / float64(l.calls)
				event.AllocatedBytesPerCall = &each
			}
		case "quit":
			return nil
		default:
			err = fmt.Errorf("command %q: want check, run, memory or quit", c.Name)
		}
		if err != nil {
			return err
		}
		if err := events.Encode(event); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (l *layer) check(path string) error {
	if err := l.call(); err != nil {
		return err
	}
	y, err := packed.Unpack(nil, l.layout, l.y, packed.BatchFirst, l.c.OutputSize(), 0, l.c.MaxLength)
	if err != nil {
		return err
	}
	out := [][]float32{y}
	if l.training {
		dx, err := packed.Unpack(nil, l.layout, l.dx, packed.BatchFirst, l.c.Input, 0, l.c.MaxLength)
		if err != nil {
			return err
		}
		out = append(out, dx)
		for _, t := range l.grads.Tensors() {
			out = append(out, t.Data)
		}
	}
	return floats.Write(path, out...)
}

func (l *layer) run(calls int) ([]float64, error) {
	us := make([]float64, calls)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range us {
		var err error
		if us[i], err = l.time(); err != nil {
			return nil, err
		}
	}
	runtime.ReadMemStats(&after)
	l.allocated += after.TotalAlloc - before.TotalAlloc
	l.calls += calls
	return us, nil
}

// peakRSS returns the largest memory that the process had, nil where no /proc says so.
func peakRSS() *float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return nil
	}
	return parseHighWater(string(status))
}
