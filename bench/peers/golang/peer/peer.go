// Package peer is what the Go peers of bench/peers share: the files of a case, and the
// commands and events that package protocol of bench/peers describes. It stands alone, so
// that no peer links the library that it is compared with.
package peer

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// Options are how a peer is called.
type Options struct {
	Threads  int
	Training bool
}

// Model is a case built in a library, ready to run.
type Model struct {
	Version string

	// Call is what is timed: forward, in training then backward from DY to the gradients
	// of all weights and of X.
	Call func() error

	// Output returns what the last call came to: y [B, T, D·H], whatever it has in the
	// padding, and in training the gradients.
	Output func() (y []float32, g *Gradients, err error)

	// Foreign is set if the library allocates outside Go: it makes a call and returns the
	// bytes of it there, nil where nobody counts.
	Foreign func(call func() error) (*uint64, error)
}

type command struct {
	Name  string `json:"cmd"`
	Out   string `json:"out"`
	Calls int    `json:"calls"`
}

// event is a line of the answer: its name and what belongs to it.
type event map[string]any

// Main parses the command line, builds the model and answers commands until quit. It
// does not return. Flags of the program's own are defined before.
func Main(impl string, build func(*Case, Options) (*Model, error)) {
	s := &server{impl: impl, events: json.NewEncoder(os.Stdout)}
	os.Stdout = os.Stderr // what a library prints is no answer
	if err := s.serve(build); err != nil {
		_ = s.events.Encode(event{"event": "error", "message": oneLine(err)})
		os.Exit(1)
	}
	os.Exit(0)
}

// oneLine returns the first line of a message; some libraries add a stack.
func oneLine(err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return line
}

type server struct {
	impl      string
	events    *json.Encoder
	c         *Case
	training  bool
	model     *Model
	allocated uint64 // bytes, by timed calls
	calls     int
}

// serve turns a panic of the library into an error.
func (s *server) serve(build func(*Case, Options) (*Model, error)) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
			fmt.Fprintf(os.Stderr, "%v\n%s\n", err, debug.Stack())
		}
	}()
	folder := flag.String("case", "", "`folder` of the case")
	threads := flag.Int("threads", 1, "processors in use")
	mode := flag.String("mode", "forward", "forward or training")
	flag.Parse()
	if *mode != "forward" && *mode != "training" {
		return fmt.Errorf("-mode %q: want forward or training", *mode)
	}
	if *threads < 1 {
		return fmt.Errorf("-threads %d: want 1 or more", *threads)
	}
	runtime.GOMAXPROCS(*threads)
	if s.c, err = read(*folder); err != nil {
		return err
	}
	s.training = *mode == "training"
	if s.model, err = build(s.c, Options{Threads: *threads, Training: s.training}); err != nil {
		return err
	}
	first, err := s.time()
	if err != nil {
		return err
	}
	ready := event{"event": "ready", "impl": s.impl, "version": s.model.Version, "first_call_us": first}
	if err := s.events.Encode(ready); err != nil {
		return err
	}
	return s.answer()
}

// answer answers commands until quit or their end.
func (s *server) answer() error {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var c command
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return fmt.Errorf("command %q: %w", lines.Text(), err)
		}
		e := event{}
		var err error
		switch c.Name {
		case "check":
			e["event"], err = "checked", s.check(c.Out)
		case "run":
			e["event"] = "ran"
			e["us"], err = s.run(c.Calls)
		case "memory":
			e = event{"event": "memory", "peak_rss_bytes": peakRSS()}
			e["allocated_bytes_per_call"], err = s.perCall()
		case "quit":
			return nil
		default:
			err = fmt.Errorf("command %q: want check, run, memory or quit", c.Name)
		}
		if err != nil {
			return err
		}
		if err := s.events.Encode(e); err != nil {
			return err
		}
	}
	return lines.Err()
}

// time returns the microseconds of a call.
func (s *server) time() (float64, error) {
	start := time.Now()
	err := s.model.Call()
	return float64(time.Since(start).Nanoseconds()) / 1e3, err
}

func (s *server) run(calls int) ([]float64, error) {
	us := make([]float64, max(calls, 0))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range us {
		var err error
		if us[i], err = s.time(); err != nil {
			return nil, err
		}
	}
	runtime.ReadMemStats(&after)
	s.allocated += after.TotalAlloc - before.TotalAlloc
	s.calls += len(us)
	return us, nil
}

// perCall returns the bytes that a call allocates: of Go's heap in the mean over the timed
// ones, and outside by one more. It is nil where either is not known.
func (s *server) perCall() (*float64, error) {
	if s.calls == 0 {
		return nil, nil
	}
	each := float64(s.allocated) / float64(s.calls)
	if s.model.Foreign == nil {
		return &each, nil
	}
	bytes, err := s.model.Foreign(s.model.Call)
	if bytes == nil || err != nil {
		return nil, err
	}
	each += float64(*bytes)
	return &each, nil
}

// peakRSS returns the largest memory that the process had, in bytes, nil where no /proc
// says so.
func peakRSS() *float64 {
	status, err := os.ReadFile("/proc/self/status")
	_, rest, found := strings.Cut(string(status), "VmHWM:")
	var kilobytes float64
	if _, bad := fmt.Sscanf(rest, "%g kB", &kilobytes); err != nil || !found || bad != nil {
		return nil
	}
	bytes := kilobytes * 1024
	return &bytes
}

// ModuleVersion returns the version of a module that the program is built with.
func ModuleVersion(path string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == path {
				return m.Version
			}
		}
	}
	return "unknown"
}
