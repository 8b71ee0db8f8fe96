package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/bench"
	"github.com/packedlstm/packedlstm/kernels"
)

const smallShapes = `{"cases": [
	{"name": "one", "input": 3, "hidden": 5, "layers": 1, "bidirectional": false, "lengths": [7]},
	{"name": "two", "input": 3, "hidden": 17, "layers": 1, "bidirectional": true, "lengths": [2, 0, 5]}]}`

// TestCommand runs the command over two small cases and looks at its files.
func TestCommand(t *testing.T) {
	folder := t.TempDir()
	shapes, out := filepath.Join(folder, "shapes.json"), filepath.Join(folder, "new", "out")
	if err := os.WriteFile(shapes, []byte(smallShapes), 0o666); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	args := []string{"-quick", "-time", "5s", "-rounds", "1", "-sample", "100us", "-shapes", shapes, "-run", "o",
		"-modes", "forward, product", "-workers", "1", "-levels", kernels.Active().String(), "-out", out}
	if err := command(context.Background(), args, &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	var report bench.Report
	data, err := os.ReadFile(filepath.Join(out, "bench.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Results) != 4 || report.Machine.GOARCH != runtime.GOARCH || report.Settings.Rounds != 1 {
		t.Errorf("%d results on %s in %d rounds", len(report.Results), report.Machine.GOARCH, report.Settings.Rounds)
	}
	table, err := os.ReadFile(filepath.Join(out, "bench.txt"))
	if err != nil || !bytes.Equal(table, stdout.Bytes()) || !strings.Contains(stdout.String(), "GFLOP/s") {
		t.Errorf("bench.txt (%v):\n%s\nprinted:\n%s", err, table, stdout.String())
	}
	picture, err := os.Open(filepath.Join(out, "roofline.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer picture.Close()
	if _, err := png.Decode(picture); err != nil {
		t.Error(err)
	}
	svg, err := os.ReadFile(filepath.Join(out, "roofline.svg"))
	if err != nil || !bytes.Contains(svg, []byte("FLOP per byte")) || !bytes.Contains(svg, []byte(">two<")) {
		t.Errorf("roofline.svg, %d bytes: %v", len(svg), err)
	}
	if left, _ := filepath.Glob(filepath.Join(out, "*.tmp")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestCommandRefuses(t *testing.T) {
	folder := t.TempDir()
	broken := filepath.Join(folder, "broken.json")
	if err := os.WriteFile(broken, []byte(strings.Replace(smallShapes, "17", "-17", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-shapes", broken}, `case 1 "two": hidden = -17`},
		{[]string{"-shapes", filepath.Join(folder, "none.json")}, "none.json"},
		{[]string{"-run", "("}, "-run"},
		{[]string{"-run", "nothing"}, "none of"},
		{[]string{"-modes", "forward,back"}, `"back"`},
		{[]string{"-levels", "mmx"}, `"mmx"`},
		{[]string{"-workers", "0"}, "0: want 1"},
		{[]string{"-workers", "1,9999"}, "9999: want 1"},
		{[]string{"-workers", "two"}, `"two"`},
		{[]string{"-time", "0"}, "-time"},
		{[]string{"-rounds", "-1"}, "-rounds"},
		{[]string{"-sample", "-1s"}, "-sample"},
		{[]string{"now"}, `"now"`},
		{[]string{"-fast"}, "-fast"},
	} {
		out := filepath.Join(folder, "out")
		var stdout, stderr bytes.Buffer
		err := command(context.Background(), append(slices.Clone(c.args), "-out", out), &stdout, &stderr)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v: want %q in it", c.args, err, c.want)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%v: wrote %s", c.args, out)
		}
	}
}

// TestOldFilesStay: a run that is stopped leaves what was there.
func TestOldFilesStay(t *testing.T) {
	out := t.TempDir()
	file := filepath.Join(out, "bench.json")
	if err := os.WriteFile(file, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := command(ctx, []string{"-quick", "-run", "row1_h128", "-out", out}, &bytes.Buffer{}, &bytes.Buffer{})
	data, _ := os.ReadFile(file)
	if err == nil || string(data) != "old" {
		t.Errorf("error %v, bench.json is %q", err, data)
	}
}

// TestRooflineWithoutRoofs: neither a level without a peak nor a run without samples
// breaks the picture.
func TestRooflineWithoutRoofs(t *testing.T) {
	rate := 1.5
	for _, r := range []*bench.Report{
		{Results: []bench.Result{{Case: "a", Level: "portable", Mode: bench.Forward, Workers: 1, FLOPPerByte: 2, GFLOPS: &rate}},
			Roofs: []bench.Roof{{Level: "portable", Workers: 1}}},
		{Results: []bench.Result{{Case: "a", Level: "portable", Mode: bench.Forward, Workers: 1, FLOPPerByte: 2}}},
	} {
		if _, err := writeRooflines(r, t.TempDir()); err != nil {
			t.Error(err)
		}
	}
}
