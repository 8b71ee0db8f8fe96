// Command importcost measures what it costs to import an LSTM: the size of a program,
// the time of a clean build, the time from start to exit.
//
//	go run ./bench/peers/importcost
//
// It compares a Go program that imports nothing, one with this library, one with
// onnxruntime_go (needs cgo, a C compiler, and ONNX Runtime's shared library beside it),
// and Python processes that import nothing and torch. It takes Python and the shared
// library from the virtual environment of bench/peers, unless flags name others. What
// cannot be had is named with the reason. It writes importcost.json into the folder of
// -out and prints a table.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/packedlstm/packedlstm/bench"
	"github.com/packedlstm/packedlstm/param"
)

func main() {
	if err := command(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "importcost:", err)
		os.Exit(1)
	}
}

// Report is importcost.json.
type Report struct {
	Date    string        `json:"date"`
	Machine bench.Machine `json:"machine"`
	Costs   []Cost        `json:"costs"`
}

// Cost is what one program costs. Figures that make no sense for it are null.
type Cost struct {
	Name          string    `json:"name"`
	Status        string    `json:"status"` // "ok" or what is missing
	BinaryBytes   *float64  `json:"binary_bytes"`
	StrippedBytes *float64  `json:"stripped_bytes"` // built with -ldflags "-s -w"
	BesideBytes   *float64  `json:"beside_bytes"`   // shared library, or Python packages
	BuildSeconds  *float64  `json:"build_seconds"`  // with an empty cache, the standard library included
	StartMs       *float64  `json:"start_ms"`       // start to exit, median
	StartSamples  []float64 `json:"start_samples_ms"`
	PeakRSSBytes  *float64  `json:"peak_rss_bytes"` // of one more run, null where no /proc says so
}

// program is what is measured. With statusVariable set it prints its /proc/self/status at its end.
type program struct {
	name   string
	folder string   // of a Go program, "" for Python
	args   []string // Python: the command line
	beside func() (string, error)
}

const statusVariable = "IMPORTCOST_STATUS"

// pythonStatus is how Python prints it.
const pythonStatus = "\nimport os\nif '" + statusVariable + "' in os.environ and os.path.exists('/proc/self/status'):" +
	" print(open('/proc/self/status').read())"

const ok = "ok"

type measurement struct {
	folder string // temporary
	starts int
}

func command(args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("importcost", flag.ContinueOnError)
	set.SetOutput(stderr)
	out := set.String("out", filepath.Join("bench", "out"), "`folder` for importcost.json")
	python := set.String("python", "", "`program` with torch (default: in the virtual environment below -out)")
	library := set.String("onnxruntime", "", "`path` of libonnxruntime.so (default: in the virtual environment)")
	starts := set.Int("starts", 15, "starts of each program")
	if err := set.Parse(args); err != nil {
		return err
	}
	if *starts < 1 {
		return fmt.Errorf("-starts %d: want 1 or more", *starts)
	}
	if *python == "" {
		*python = filepath.Join(*out, "built", "venv", "bin", "python")
	}
	if err := os.MkdirAll(*out, 0o777); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "importcost")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	m := measurement{folder: folder, starts: *starts}
	r := &Report{Date: time.Now().UTC().Format(time.RFC3339), Machine: bench.ThisMachine()}
	for _, p := range programs(*python, *library) {
		c := Cost{Name: p.name, Status: ok}
		if err := m.measure(&p, &c); err != nil {
			c.Status = strings.Join(strings.Fields(err.Error()), " ")
		}
		fmt.Fprintf(stderr, "%s: %s\n", c.Name, c.Status)
		r.Costs = append(r.Costs, c)
	}
	err = param.WriteFileAtomic(filepath.Join(*out, "importcost.json"), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		return e.Encode(r)
	})
	if err != nil {
		return err
	}
	return r.writeTable(stdout)
}

func programs(python, library string) []program {
	shared := func() (string, error) { return sharedLibrary(python, library) }
	return []program{
		{name: "Go, nothing imported", folder: "bare"},
		{name: "Go, this library", folder: "library"},
		{name: "Go, onnxruntime_go", folder: "onnxruntime", beside: shared},
		{name: "Python, nothing imported", args: []string{python, "-c", "print('hello')" + pythonStatus}},
		{name: "Python, torch", args: []string{python, "-c", "import torch; print('hello', torch.__version__)" + pythonStatus},
			beside: func() (string, error) { return module(python, "torch") }},
	}
}

func (m *measurement) measure(p *program, c *Cost) error {
	args := p.args
	if p.folder != "" {
		binary, err := m.build(p, c)
		if err != nil {
			return err
		}
		args = []string{binary}
	}
	if p.beside != nil {
		path, err := p.beside()
		if err != nil {
			return err
		}
		size, err := sizeOf(path)
		if err != nil {
			return err
		}
		c.BesideBytes = &size
		if p.folder != "" {
			args = append(args, path)
		}
	}
	return m.start(args, c)
}

// build builds a Go program with an empty cache, and again stripped.
func (m *measurement) build(p *program, c *Cost) (binary string, err error) {
	_, here, _, _ := runtime.Caller(0)
	folder := filepath.Join(filepath.Dir(here), p.folder)
	if _, err := os.Stat(folder); err != nil {
		return "", err
	}
	cache, err := os.MkdirTemp(m.folder, "cache")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(cache)
	binary = filepath.Join(m.folder, p.folder)
	build := func(output string, flags ...string) error {
		return run(folder, []string{"GOCACHE=" + cache}, append(append([]string{"go", "build", "-o", output}, flags...), ".")...)
	}
	if err := run(folder, nil, "go", "mod", "download"); err != nil { // its time is the network's
		return "", err
	}
	begin := time.Now()
	if err := build(binary); err != nil {
		return "", err
	}
	c.BuildSeconds = bench.Figure(time.Since(begin).Seconds())
	if err := build(binary+".stripped", "-ldflags=-s -w"); err != nil {
		return "", err
	}
	for _, f := range []struct {
		path string
		size **float64
	}{{binary, &c.BinaryBytes}, {binary + ".stripped", &c.StrippedBytes}} {
		size, err := sizeOf(f.path)
		if err != nil {
			return "", err
		}
		*f.size = &size
	}
	return binary, nil
}

// start runs the program again and again; the first run, which finds its files on disk,
// does not count.
func (m *measurement) start(args []string, c *Cost) error {
	for i := range m.starts + 1 {
		cmd := exec.Command(args[0], args[1:]...)
		var output bytes.Buffer
		cmd.Stdout, cmd.Stderr = &output, &output
		begin := time.Now()
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%w: %s", err, lastLine(output.String()))
		}
		if i > 0 {
			c.StartSamples = append(c.StartSamples, bench.Digits(time.Since(begin).Seconds()*1e3))
		}
	}
	c.StartMs = bench.Figure(bench.Median(c.StartSamples))
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), statusVariable+"=1")
	output, err := cmd.Output()
	c.PeakRSSBytes = peakRSS(output)
	return err
}

var peakLine = regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB$`)

// peakRSS returns the bytes that a /proc/self/status tells, nil if there is none. The kernel's
// rusage of a child will not do: it begins with the largest memory of the parent.
func peakRSS(status []byte) *float64 {
	found := peakLine.FindSubmatch(status)
	if found == nil {
		return nil
	}
	kilobytes, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		return nil
	}
	return bench.Figure(1024 * kilobytes)
}

// sharedLibrary returns the path of ONNX Runtime's library.
func sharedLibrary(python, library string) (string, error) {
	if library != "" {
		return library, nil
	}
	folder, err := module(python, "onnxruntime")
	if err != nil {
		return "", err
	}
	found, _ := filepath.Glob(filepath.Join(folder, "capi", "libonnxruntime.so*"))
	if len(found) == 0 {
		return "", fmt.Errorf("no libonnxruntime.so in %s", filepath.Join(filepath.Base(folder), "capi"))
	}
	return found[0], nil
}

// module returns the folder of a Python package.
func module(python, name string) (string, error) {
	code := "import importlib.util, os; print(os.path.dirname(importlib.util.find_spec('" + name + "').origin))"
	output, err := exec.Command(python, "-c", code).Output()
	if err != nil {
		return "", fmt.Errorf("no Python package %s: %w", name, err)
	}
	return strings.TrimSpace(string(output)), nil
}

// sizeOf returns the bytes of a file, or of all files below a folder.
func sizeOf(path string) (bytes float64, err error) {
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return 0, err
	}
	err = filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			bytes += float64(info.Size())
		}
		return err
	})
	return bytes, err
}

func run(folder string, env []string, args ...string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), env...)
	output, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(args[:2], " "), err, lastLine(string(output)))
	}
	return nil
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

// writeTable writes the report in Markdown.
func (r *Report) writeTable(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprint(&b, "| program | binary, MB | stripped, MB | beside it, MB | clean build, s | start to exit, ms | peak memory, MB |\n")
	fmt.Fprint(&b, "|:---|---:|---:|---:|---:|---:|---:|\n")
	for _, c := range r.Costs {
		if c.Status != ok {
			c.Name += ": " + strings.ReplaceAll(c.Status, "|", "\\|")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", c.Name, number(c.BinaryBytes, 1e6), number(c.StrippedBytes, 1e6),
			number(c.BesideBytes, 1e6), number(c.BuildSeconds, 1), number(c.StartMs, 1), number(c.PeakRSSBytes, 1e6))
	}
	_, err := w.Write(b.Bytes())
	return err
}

func number(v *float64, unit float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f", *v/unit)
}
