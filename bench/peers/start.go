package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/packedlstm/packedlstm/bench"
	"github.com/packedlstm/packedlstm/bench/peers/protocol"
)

// timeout is a cell that a peer did not start in time: larger ones need no try.
type timeout struct {
	impl, mode, name string
	flop             float64
}

// rate is how fast a peer was in a case.
type rate struct {
	name   string
	gflops float64
}

// start starts a peer, checks its output against the reference, and estimates its time.
func (r *runner) start(x *contestant, c *cell, prepared *preparedCase) (err error) {
	if err := r.refuse(x, c); err != nil {
		return err
	}
	limit := min(r.limits.start, time.Until(r.deadline)+time.Second)
	before := time.Now()
	arguments := []string{"--case", prepared.folder, "--threads", fmt.Sprint(c.threads), "--mode", c.mode}
	if x.process, err = start(r.ctx, slices.Concat(x.command, arguments), x.env); err != nil {
		return fmt.Errorf("cannot start: %w", err)
	}
	if err := r.begin(x, c, prepared.want, limit); err != nil {
		if limit == r.limits.start && time.Since(before) > limit {
			r.timeouts = append(r.timeouts, timeout{x.name, c.mode, c.shape.Name, c.shape.FLOP()})
		}
		return err
	}
	r.started(x, c)
	r.rate(x, c, flopOf(&c.shape, c.mode)/x.estimate/1e9)
	return x.process.halt()
}

// begin waits for a peer to be ready, checks it and estimates its time.
func (r *runner) begin(x *contestant, c *cell, want *expected, limit time.Duration) error {
	deadline := time.Now().Add(limit)
	ready, err := x.process.expect("ready", limit)
	if err != nil {
		return err
	}
	checked, err := r.check(x, c, ready, want, deadline)
	if err != nil {
		return err
	}
	return r.estimate(x, ready.FirstCallUs/1e6, checked)
}

// refuse returns why a peer is not started in a cell.
func (r *runner) refuse(x *contestant, c *cell) error {
	switch {
	case x.problem != "":
		return fmt.Errorf("%s", x.problem)
	case x.forwardOnly && c.mode == training:
		return fmt.Errorf("has no training")
	case !time.Now().Before(r.deadline):
		return errTime
	}
	if err := r.late(x, c); err != nil {
		return err
	}
	return r.slow(x, c)
}

// late returns an error for a peer that did not start in time in a case no larger. A first start
// may find a cold disk: one that has never been ready has a second try.
func (r *runner) late(x *contestant, c *cell) error {
	var before *timeout
	tries := 0
	for i, t := range r.timeouts {
		if t.impl == x.name && t.mode == c.mode {
			tries++
			if before == nil && t.flop <= c.shape.FLOP() {
				before = &r.timeouts[i]
			}
		}
	}
	if before == nil || tries < 2 && !r.ready[x.name] {
		return nil
	}
	return fmt.Errorf("not started: took longer than %v to start and check in case %s, which is no larger",
		r.limits.start, before.name)
}

// started notes that a peer has been ready and right in a cell, whatever kept it in smaller ones.
func (r *runner) started(x *contestant, c *cell) {
	r.ready[x.name] = true
	r.timeouts = slices.DeleteFunc(r.timeouts, func(t timeout) bool {
		return t.impl == x.name && t.mode == c.mode && t.flop <= c.shape.FLOP()
	})
}

// check compares the output of a peer that is ready with the reference, and returns the seconds
// that it took.
func (r *runner) check(x *contestant, c *cell, ready protocol.Event, want *expected, deadline time.Time) (seconds float64, err error) {
	if ready.Version != "" {
		r.report.Versions[x.name] = ready.Version
	}
	if x.family == ours && ready.Impl != x.name {
		return 0, fmt.Errorf("runs as %s", ready.Impl) // at another level
	}
	x.result.FirstCallUs = bench.Figure(ready.FirstCallUs)
	out := filepath.Join(r.folder, "check.f32")
	defer os.Remove(out)
	before := time.Now()
	if _, err := x.process.ask(protocol.Command{Name: "check", Out: out}, "checked", time.Until(deadline)); err != nil {
		return 0, err
	}
	seconds = time.Since(before).Seconds()
	difference, err := want.compare(out, c.mode == training)
	x.result.MaxDifference = bench.Figure(difference)
	return seconds, err
}

// estimate guesses the seconds of a call. The first call may compile, the check also writes a
// file: the faster is a guess. A slow peer has no time for a better one.
func (r *runner) estimate(x *contestant, first, checked float64) error {
	x.estimate = max(min(first, checked), 1e-7)
	if x.estimate >= r.slot.Seconds()/2 {
		return nil
	}
	us, err := r.calls(x, 1)
	if err == nil {
		x.estimate = us[0] / 1e6
	}
	return err
}

// rate notes how fast a peer was in a cell.
func (r *runner) rate(x *contestant, c *cell, gflops float64) {
	if gflops > r.rates[c.mode][x.name].gflops {
		r.rates[c.mode][x.name] = rate{c.shape.Name, gflops}
	}
}

// slow returns an error for a slow peer of which the cases before say that its start, two
// or three calls, would eat the time of the others.
func (r *runner) slow(x *contestant, c *cell) error {
	fastest, own := 0.0, r.rates[c.mode][x.name]
	for _, other := range r.rates[c.mode] {
		fastest = max(fastest, other.gflops)
	}
	if own.gflops == 0 || own.gflops*slowPeer > fastest || flopOf(&c.shape, c.mode)/1e9 <= own.gflops*r.limits.call.Seconds() {
		return nil
	}
	return fmt.Errorf("not started where a call takes longer than %v: %.2g GFLOP/s at most, in case %s",
		r.limits.call, own.gflops, own.name)
}
