package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// workshop makes the peers: a virtual environment, binaries.
type workshop struct {
	ctx    context.Context
	root   string // of the repository
	built  string // absolute
	python string // that makes the virtual environment
	log    io.Writer
}

// build makes what the peers need. A peer whose builder fails has a problem, and the
// others go on.
func (w *workshop) build(peers []*peer) {
	w.count(peers, w.buildCounter)
	builders := []struct {
		name string
		make func([]*peer) error
	}{
		{"library", w.library},
		{"golang", w.golang}, // before what may take all the time there is
		{"python", w.environment},
		{"onednn", w.onednn}, // its library may be in the virtual environment
	}
	for _, b := range builders {
		var wanted []*peer
		for _, p := range peers {
			if p.builder == b.name {
				wanted = append(wanted, p)
			}
		}
		if len(wanted) == 0 {
			continue
		}
		before := time.Now()
		err := b.make(wanted)
		fmt.Fprintf(w.log, "built %s for %s in %.0f s\n", b.name, strings.Join(names(wanted), ", "), time.Since(before).Seconds())
		for _, p := range wanted {
			if err != nil && p.problem == "" {
				p.problem = "not built: " + oneLine(err.Error())
			}
			w.look(p)
		}
	}
}

// take makes nothing. A peer that no earlier run has built has a problem; the error is that
// all have one.
func (w *workshop) take(peers []*peer) error {
	w.count(peers, w.findCounter)
	found := false
	for _, p := range peers {
		if p.builder != "" {
			w.look(p)
		}
		found = found || p.problem == ""
	}
	if !found {
		return fmt.Errorf("none of %s in %s: want what a run without it has built", strings.Join(names(peers), ", "), w.built)
	}
	return nil
}

// look says what is wrong with a peer, be it that it is not there.
func (w *workshop) look(p *peer) {
	if p.problem == "" {
		p.problem = missing(p.command)
	}
	if p.problem != "" {
		p.problem = strings.ReplaceAll(p.problem, w.root+string(filepath.Separator), "")
		fmt.Fprintf(w.log, "%s: %s\n", p.name, p.problem)
	}
}

// missing says which part of a command is a path to nothing, "" if none is.
func missing(command []string) string {
	for _, part := range command {
		if filepath.IsAbs(part) {
			if _, err := os.Stat(part); err != nil {
				return "is missing: " + filepath.Base(part)
			}
		}
	}
	return ""
}

// library builds this library's own peer.
func (w *workshop) library([]*peer) error {
	return w.run(w.root, "go", "build", "-o", filepath.Join(w.built, "packedlstm"), "./bench/peers/packedlstm")
}

// environment makes the virtual environment, unless it is there with the same
// requirements.
func (w *workshop) environment([]*peer) error {
	requirements := filepath.Join(w.root, "bench", "peers", "python", "requirements.txt")
	text, err := os.ReadFile(requirements)
	if err != nil {
		return err
	}
	venv := filepath.Join(w.built, "venv")
	stamp := filepath.Join(venv, "requirements.sha256")
	sum := fmt.Sprintf("%x", sha256.Sum256(text))
	if old, err := os.ReadFile(stamp); err == nil && string(old) == sum {
		return nil
	}
	// Without pip: Debian's python3 cannot install one. The pip outside does the work.
	if err := w.run(w.root, w.python, "-m", "venv", "--clear", "--without-pip", venv); err != nil {
		return err
	}
	if err := w.install(venv, "-r", requirements); err == nil {
		return os.WriteFile(stamp, []byte(sum), 0o666)
	} else {
		fmt.Fprintf(w.log, "pip: %v; one package at a time\n", err)
	}
	// What cannot be had must not take the rest with it: its peers say what they miss.
	// There is no stamp, so that the next run tries again.
	installed, last := 0, error(nil)
	for line := range strings.Lines(string(text)) {
		requirement, _, _ := strings.Cut(line, "#")
		if requirement = strings.TrimSpace(requirement); requirement == "" || strings.HasPrefix(requirement, "-") {
			continue
		}
		if err := w.install(venv, requirement); err != nil {
			last = err
			fmt.Fprintf(w.log, "pip: %s: %v\n", requirement, err)
		} else {
			installed++
		}
	}
	if installed == 0 {
		return last
	}
	return nil
}

func (w *workshop) install(venv string, what ...string) error {
	command := append([]string{w.python, "-m", "pip", "--python", filepath.Join(venv, "bin", "python"), "install", "-q",
		"--disable-pip-version-check"}, what...)
	return w.run(w.root, command...)
}

// golang builds each program of the Go peers' module by itself: one that does not compile
// is one column.
func (w *workshop) golang(peers []*peer) error {
	folder := filepath.Join(w.root, "bench", "peers", "golang")
	if _, err := os.Stat(filepath.Join(folder, "go.mod")); err != nil {
		return err
	}
	for _, p := range peers {
		output := filepath.Join(w.built, "golang", p.name)
		if err := w.run(folder, "go", "build", "-o", output, "./"+p.name); err != nil {
			p.problem = "not built: " + oneLine(err.Error())
		}
	}
	return nil
}

// onednn builds the C++ peer.
func (w *workshop) onednn([]*peer) error {
	folder := filepath.Join(w.root, "bench", "peers", "onednn")
	if _, err := os.Stat(folder); err != nil {
		return err
	}
	output := filepath.Join(w.built, "onednn")
	if err := os.MkdirAll(output, 0o777); err != nil {
		return err
	}
	return w.run(folder, "make", "OUT="+output, "VENV="+filepath.Join(w.built, "venv"))
}

// buildLimit is how long a step of building may take, besides half of the whole time.
const buildLimit = 15 * time.Minute

// run runs a command; its error has the last line that it wrote.
func (w *workshop) run(folder string, command ...string) error {
	ctx, cancel := context.WithTimeout(w.ctx, buildLimit)
	defer cancel()
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Dir, c.Env = folder, environment(os.Environ(), nil)
	ownGroup(c)
	c.Cancel = func() error { return kill(c.Process.Pid) } // its compilers too
	c.WaitDelay = time.Second
	var output bytes.Buffer
	c.Stdout, c.Stderr = &output, &output
	err := c.Run()
	if ctx.Err() != nil {
		return fmt.Errorf("%s: the time for building was over", strings.Join(command[:min(3, len(command))], " "))
	}
	if err != nil {
		lines := strings.Split(strings.TrimSpace(output.String()), "\n")
		return fmt.Errorf("%s: %w: %s", strings.Join(command[:min(3, len(command))], " "), err, lines[len(lines)-1])
	}
	return nil
}
