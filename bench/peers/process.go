package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/packedlstm/packedlstm/bench/peers/protocol"
)

// slowing are variables of OpenBLAS that slow a peer where somebody has set them.
var slowing = []string{"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"}

// tuning are how the names of variables begin that change what a peer, or this library, does.
var tuning = []string{"ATEN_", "DNNL_", "GOGC", "GODEBUG", "GOMAXPROCS", "GOMEMLIMIT", "GOMP_", "KMP_", "MKL_", "OMP_",
	"ONEDNN_", "OPENBLAS_", "OV_", "PACKEDLSTM_", "TF_ENABLE_", "TF_NUM_", "TF_XLA_", "XLA_"}

// tuned returns the variables that change what a peer does, but for those that no peer sees.
func tuned(all []string) (found []string) {
	for _, v := range environment(all, nil) {
		if slices.ContainsFunc(tuning, func(name string) bool { return strings.HasPrefix(v, name) }) {
			found = append(found, v)
		}
	}
	slices.Sort(found)
	return found
}

// process is a running peer. Its methods are called one at a time.
type process struct {
	ctx      context.Context
	cmd      *exec.Cmd
	commands io.WriteCloser
	events   chan eventOrError // closed at the end of the peer's output
	exited   chan struct{}
	exit     error // valid once exited is closed
	complain *tail
}

type eventOrError struct {
	event protocol.Event
	err   error
}

// start runs the command line; its first event is still to come.
func start(ctx context.Context, command, env []string) (*process, error) {
	p := &process{ctx: ctx, cmd: exec.Command(command[0], command[1:]...), events: make(chan eventOrError, 1),
		exited: make(chan struct{}), complain: &tail{}}
	p.cmd.Env = environment(os.Environ(), env)
	p.cmd.Stderr = p.complain
	p.cmd.WaitDelay = time.Second
	ownGroup(p.cmd)
	var err error
	if p.commands, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	// Not StdoutPipe: Wait would close it before all is read.
	r, w := io.Pipe()
	p.cmd.Stdout = w
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go p.read(r)
	go func() {
		p.exit = p.cmd.Wait()
		close(p.exited)
		_ = w.Close()
	}()
	return p, nil
}

// environment returns the variables without those that slow peers, the extra ones last.
func environment(all, extra []string) []string {
	kept := slices.DeleteFunc(slices.Clone(all), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(slowing, name)
	})
	return append(kept, extra...)
}

// read turns lines into events until the output ends. Lines that are no JSON object are
// a library's own chatter, and dropped.
func (p *process) read(r io.Reader) {
	defer close(p.events)
	lines := bufio.NewReader(r)
	for {
		text, err := lines.ReadBytes('\n')
		if text = bytes.TrimSpace(text); len(text) > 0 && text[0] == '{' {
			var e protocol.Event
			if bad := json.Unmarshal(text, &e); bad != nil {
				p.events <- eventOrError{err: fmt.Errorf("answered %.80q: %w", text, bad)}
			} else {
				p.events <- eventOrError{event: e}
			}
		}
		if err != nil {
			return
		}
	}
}

// ask sends a command and returns the answer, which must have the given name.
func (p *process) ask(c protocol.Command, want string, limit time.Duration) (protocol.Event, error) {
	line, err := json.Marshal(c)
	if err != nil {
		return protocol.Event{}, err
	}
	if _, err := p.commands.Write(append(line, '\n')); err != nil {
		// It has ended: what it said last says why.
		if e, ended := p.expect(want, limit); ended != nil {
			return e, ended
		}
		return protocol.Event{}, fmt.Errorf("%s: %w", c.Name, err)
	}
	return p.expect(want, limit)
}

// expect waits for an event of the given name.
func (p *process) expect(want string, limit time.Duration) (protocol.Event, error) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case e, open := <-p.events:
		switch {
		case !open:
			return protocol.Event{}, p.death(want)
		case e.err != nil:
			return e.event, e.err
		case e.event.Name == "error":
			return e.event, fmt.Errorf("%s", e.event.Message)
		case e.event.Name != want:
			return e.event, fmt.Errorf("answered event %q: want %q", e.event.Name, want)
		}
		return e.event, nil
	case <-timer.C:
		return protocol.Event{}, fmt.Errorf("not %s within %v", want, limit.Round(time.Millisecond))
	case <-p.ctx.Done():
		return protocol.Event{}, context.Cause(p.ctx)
	}
}

// death says how the process ended before it was wanted.
func (p *process) death(want string) error {
	select {
	case <-p.exited:
	case <-time.After(5 * time.Second):
		return fmt.Errorf("closed its output before it was %s", want)
	}
	reason := "exit status 0"
	if p.exit != nil {
		reason = p.exit.Error()
	}
	if last := p.complain.last(); last != "" {
		reason += ": " + last
	}
	return fmt.Errorf("ended before it was %s: %s", want, reason)
}

// halt stops the process until wake. One that has ended, be it in its sleep, says why.
func (p *process) halt() error {
	if halt(p.cmd.Process.Pid) != nil {
		return p.death("stopped")
	}
	return nil
}

func (p *process) wake() error {
	if wake(p.cmd.Process.Pid) != nil {
		return p.death("awake")
	}
	return nil
}

// quit asks the process to end, and ends it if it does not.
func (p *process) quit(limit time.Duration) {
	_ = p.wake()
	_, _ = p.commands.Write([]byte("{\"cmd\":\"quit\"}\n"))
	_ = p.commands.Close()
	go func() {
		for range p.events { // nobody reads any more
		}
	}()
	select {
	case <-p.exited:
		_ = kill(p.cmd.Process.Pid) // its children
		return
	case <-time.After(limit):
	case <-p.ctx.Done():
	}
	_ = kill(p.cmd.Process.Pid)
	<-p.exited
}

// tail keeps the end of what a process writes to its standard error.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailBytes = 4096

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if extra := len(t.text) - tailBytes; extra > 0 {
		t.text = append(t.text[:0], t.text[extra:]...)
	}
	return len(b), nil
}

// last returns the last line that says something.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(t.text)), "\n")
	// Of a Go panic the first line says why, the last only where.
	for _, line := range lines {
		if strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:") {
			return line
		}
	}
	return strings.TrimSpace(lines[len(lines)-1])
}
