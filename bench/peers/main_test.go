package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const smallShapes = `{"cases": [
	{"name": "one", "input": 3, "hidden": 5, "layers": 1, "bidirectional": false, "lengths": [7]},
	{"name": "sentences", "input": 3, "hidden": 17, "layers": 1, "bidirectional": true, "lengths": [2, 0, 5]}]}`

func writeShapes(t *testing.T, text string) string {
	path := filepath.Join(t.TempDir(), "shapes.json")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestCommand builds this library's peer and runs it beside a fake.
func TestCommand(t *testing.T) {
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(fakeVariable, "good")
	out := filepath.Join(t.TempDir(), "new", "out")
	args := []string{"-quick", "-rounds", "1", "-time", "1m", "-studies", "cases", "-threads", "1",
		"-peers", "packedlstm,pytorch-packed,none",
		"-shapes", writeShapes(t, smallShapes), "-out", out, "-peer", "pytorch-packed=" + binary, "-peer", "none=/nonexistent/peer"}
	var stdout, stderr bytes.Buffer
	if err := command(t.Context(), args, &stdout, &stderr); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var report Report
	data, err := os.ReadFile(filepath.Join(out, "peers.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &report); err != nil {
		t.Fatal(err)
	}
	measured := map[string]int{}
	for _, x := range report.Results {
		if x.Status == ok && *x.MedianUs > 0 {
			measured[x.Impl]++
		}
	}
	own := best(allPeers("", "")).name
	if measured[own] != 4 || measured["pytorch-packed"] != 4 || measured["none"] != 0 || len(report.Floors) != 8 {
		t.Errorf("measured %v, %d floors\n%s", measured, len(report.Floors), stderr.String())
	}
	for _, want := range []string{"## Forward, 1 thread", "## Training, 1 thread", own, "- none: ", "geometric mean", "| one |"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in\n%s", want, stdout.String())
		}
	}
	table, _ := os.ReadFile(filepath.Join(out, "peers.md"))
	var again bytes.Buffer
	err = command(t.Context(), []string{"-redraw", "-out", out}, &again, &stderr)
	if err != nil || again.String() != string(table) {
		t.Errorf("-redraw: error %v\n%s\nwant\n%s", err, again.String(), table)
	}
	picture, err := os.Open(filepath.Join(out, "peers-ratio.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer picture.Close()
	if _, err := png.Decode(picture); err != nil {
		t.Error(err)
	}
}

func TestCommandRefuses(t *testing.T) {
	broken := writeShapes(t, strings.Replace(smallShapes, "17", "-17", 1))
	for _, c := range []struct {
		args  []string
		want  string
		usage bool
	}{
		{[]string{"-shapes", broken}, `line 3: case 1 "sentences": hidden = -17`, false},
		{[]string{"-shapes", writeShapes(t, smallShapes[:90])}, `line 2: in or after case "one"`, false},
		{[]string{"-shapes", "none.json"}, "none.json", true},
		{[]string{"-cases", "nothing"}, `"nothing"`, true},
		{[]string{"-peers", "libreoffice"}, `"libreoffice"`, true},
		{[]string{"-peer", "name"}, "NAME=COMMAND", true},
		{[]string{"-modes", "backward"}, `"backward"`, true},
		{[]string{"-studies", "nature"}, `"nature"`, true},
		{[]string{"-threads", "0"}, "0: want 1", true},
		{[]string{"-threads", "1,1"}, "1 is given twice", true},
		{[]string{"-modes", "forward,forward"}, `"forward" is given twice`, true},
		{[]string{"-threads", "1,9999"}, "9999: want 1", true},
		{[]string{"-time", "-1s"}, "-time", true},
		{[]string{"-rounds", "-1"}, "-rounds", true},
		{[]string{"-nobuild"}, "-nobuild: none of packedlstm-", true},
		{[]string{"now"}, `"now"`, true},
		{[]string{"-fast"}, "-fast", true},
	} {
		out := filepath.Join(t.TempDir(), "out")
		err := command(context.Background(), append(slices.Clone(c.args), "-out", out), &bytes.Buffer{}, &bytes.Buffer{})
		if c.args[0] == "now" {
			err = command(context.Background(), []string{"-out", out, "now"}, &bytes.Buffer{}, &bytes.Buffer{})
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, errUsage) != c.usage {
			t.Errorf("%v: error %v: want %q in it", c.args, err, c.want)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%v: wrote %s", c.args, out)
		}
	}
}

// TestBuildFails: peers that cannot be built have a problem, and nothing else happens.
func TestBuildFails(t *testing.T) {
	var log bytes.Buffer
	w := workshop{ctx: t.Context(), root: t.TempDir(), built: t.TempDir(), python: "/nonexistent/python", log: &log}
	peers := allPeers(w.root, w.built)
	w.build(peers)
	for _, p := range peers {
		if p.problem == "" {
			t.Errorf("%s has no problem", p.name)
		}
	}
}

// TestTake: of what an earlier run has built, what is missing has a problem, a command of the
// caller's has none, and only if nothing is left that is an error.
func TestTake(t *testing.T) {
	var log bytes.Buffer
	w := workshop{root: t.TempDir(), built: t.TempDir(), log: &log}
	if err := os.WriteFile(filepath.Join(w.built, "packedlstm"), nil, 0o777); err != nil {
		t.Fatal(err)
	}
	peers := addPeer(allPeers(w.root, w.built), &peer{name: "keras", command: []string{"/nonexistent/keras"}})
	if err := w.take(peers); err != nil {
		t.Error(err)
	}
	for _, p := range peers {
		if there := p.family == ours || p.name == "keras"; there != (p.problem == "") {
			t.Errorf("%s: problem %q", p.name, p.problem)
		}
	}
	if !strings.Contains(log.String(), "onednn: is missing: onednn") {
		t.Errorf("log %q", log.String())
	}
	if err := w.take(peers[len(peers)-1:]); err == nil {
		t.Errorf("%s is not built: want an error", peers[len(peers)-1].name)
	}
}

// TestVirtualEnvironment: a package that cannot be had is named and leaves an environment
// that works; it is tried again only as long as it is missing.
func TestVirtualEnvironment(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import pip, venv").Run() != nil {
		t.Skip("no python3 with pip and venv")
	}
	root, built := t.TempDir(), t.TempDir()
	folder := filepath.Join(root, "bench", "peers", "python")
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		requirements, log string
		fails             bool
	}{
		{"# none\n./missing # not there\n", "pip: ./missing: ", true},
		{"# none\n", "", false},
		{"# none\n", "", false},
	} {
		if err := os.WriteFile(filepath.Join(folder, "requirements.txt"), []byte(c.requirements), 0o666); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		w := workshop{ctx: t.Context(), root: root, built: built, python: python, log: &log}
		if err := w.environment(nil); (err != nil) != c.fails {
			t.Fatalf("%q: error %v", c.requirements, err)
		}
		if !strings.Contains(log.String(), c.log) || c.log == "" && log.Len() > 0 {
			t.Errorf("%q: log %q: want %q in it", c.requirements, log.String(), c.log)
		}
		if err := exec.Command(filepath.Join(built, "venv", "bin", "python"), "-c", "pass").Run(); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(built, "venv", "requirements.sha256")); err != nil {
		t.Error(err)
	}
}
