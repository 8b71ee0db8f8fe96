package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/packedlstm/packedlstm/bench"
	"github.com/packedlstm/packedlstm/bench/peers/protocol"
	"github.com/packedlstm/packedlstm/kernels"
)

// limits are how long a peer may take; what takes longer is named in its column.
type limits struct {
	start   time.Duration // to load, build and make the first call
	command time.Duration // to answer a command, besides the calls that it was asked for
	quit    time.Duration
	call    time.Duration // a slow peer's, by the cases before; where it takes longer it is not started
}

var (
	usualLimits = limits{start: 45 * time.Second, command: 30 * time.Second, quit: 5 * time.Second, call: 1500 * time.Millisecond}
	quickLimits = limits{start: 30 * time.Second, command: 20 * time.Second, quit: 3 * time.Second, call: 500 * time.Millisecond}
)

const (
	longestSlot  = time.Second // of a peer a round, if it has more than one call
	shortestSlot = 0.02        // seconds, if the time is short
	longCall     = 0.05        // seconds: caches found cold do not matter to a call so long
	slowCall     = 3.0         // slots: a call longer than this is not made in every round
	slowPeer     = 20.0        // times slower than the fastest: a peer that may be left out
)

// runner runs cells until the deadline.
type runner struct {
	ctx      context.Context
	cells    []cell
	rounds   int
	deadline time.Time
	limits   limits
	slot     time.Duration // the longest of a peer a round, if it has more than one call
	folder   string        // for case folders and check files
	log      io.Writer
	report   *Report
	prepared map[string]*preparedCase
	peaks    map[int][]float64    // by threads
	starts   map[string][]float64 // seconds that the starts of a peer and mode took
	timeouts []timeout
	rates    map[string]map[string]rate // by mode and peer, the best so far
}

// rate is how fast a peer was in a case.
type rate struct {
	name   string
	gflops float64
}

// timeout is a cell that a peer did not start in time: larger ones need no try.
type timeout struct {
	impl, mode, name string
	flop             float64
}

// preparedCase is a case on disk and what the reference makes of it.
type preparedCase struct {
	folder string
	c      protocol.Case
	data   protocol.Data
	want   *expected
}

var errTime = errors.New("not measured: the time was over")

// run measures every cell. Those that the time does not reach are named as such.
func (r *runner) run() error {
	r.prepared, r.peaks, r.starts = map[string]*preparedCase{}, map[int][]float64{}, map[string][]float64{}
	r.rates = map[string]map[string]rate{forward: {}, training: {}}
	for i := range r.cells {
		if r.ctx.Err() != nil {
			return context.Cause(r.ctx)
		}
		c := &r.cells[i]
		if time.Now().After(r.deadline) {
			for _, p := range c.peers {
				r.add(c, p).Status = errTime.Error()
			}
			continue
		}
		if err := r.runCell(i, c, time.Now().Add(r.share(i))); err != nil {
			return err
		}
		r.forget(i)
	}
	for threads, samples := range r.peaks {
		r.report.Peaks = append(r.report.Peaks, Peak{Level: kernels.Active().String(), Threads: threads,
			GFLOPS: slices.Max(samples), Samples: samples})
	}
	for i := range r.report.Results {
		x := &r.report.Results[i]
		if peak := r.report.peak(x.Threads); peak > 0 && x.UsefulGFLOPS != nil {
			x.PercentOfPeak = bench.Figure(100 * *x.UsefulGFLOPS / peak)
		}
	}
	return nil
}

// share returns what cell i may take: what its peers took to start in the cells before,
// and of the time that no later start needs a part by its weight.
func (r *runner) share(i int) time.Duration {
	starts := func(c *cell) (seconds float64) {
		for _, p := range c.peers {
			seconds += bench.Median(r.starts[p.name+c.mode])
		}
		return seconds
	}
	free, weight := time.Until(r.deadline).Seconds(), 0.0
	for j := range r.cells[i:] {
		later := &r.cells[i+j]
		free, weight = free-starts(later), weight+later.weight
	}
	seconds := starts(&r.cells[i]) + max(free, 0)*r.cells[i].weight/weight
	return time.Duration(seconds * float64(time.Second))
}

// prepare writes the case and computes what it should come to, once.
func (r *runner) prepare(c *cell) (*preparedCase, error) {
	key, s := c.key(), &c.shape
	if p := r.prepared[key]; p != nil {
		return p, nil
	}
	p := &preparedCase{folder: filepath.Join(r.folder, fmt.Sprintf("case%d", len(r.prepared))), c: protocol.NewCase(*s)}
	p.data = p.c.NewData()
	if err := protocol.Write(p.folder, &p.c, &p.data); err != nil {
		return nil, err
	}
	p.want = compute(&p.c, &p.data, r.trains(key))
	p.data = protocol.Data{} // the peers read the files
	r.prepared[key] = p
	return p, nil
}

// forget drops the case of a cell that no later one needs.
func (r *runner) forget(i int) {
	key := r.cells[i].key()
	for _, later := range r.cells[i+1:] {
		if later.key() == key {
			return
		}
	}
	if p := r.prepared[key]; p != nil {
		_ = os.RemoveAll(p.folder) // the whole folder goes at the end
		p.want = nil
	}
}

// trains reports whether any cell runs the case in mode training.
func (r *runner) trains(key string) bool {
	for i := range r.cells {
		if r.cells[i].key() == key && r.cells[i].mode == training {
			return true
		}
	}
	return false
}

// add appends an empty result.
func (r *runner) add(c *cell, p *peer) *Result {
	r.report.Results = append(r.report.Results, Result{Study: c.study, Case: c.shape.Name, Threads: c.threads, Mode: c.mode,
		Impl: p.name, Status: ok, SamplesUs: []float64{}, RoundMediansUs: []float64{}, shape: c.shape, family: p.family})
	r.report.Shapes[c.key()], r.report.Families[p.name] = c.shape, p.family
	return &r.report.Results[len(r.report.Results)-1]
}

// contestant is a peer in one cell.
type contestant struct {
	*peer
	process  *process
	result   Result
	estimate float64 // seconds of a call
	rounds   [][]float64
}

// runCell starts the peers, checks them, times them in rounds and ends them.
func (r *runner) runCell(index int, c *cell, end time.Time) error {
	prepared, err := r.prepare(c)
	if err != nil {
		return err
	}
	var running, all []*contestant
	defer func() {
		for _, x := range running {
			if x.process != nil {
				x.process.quit(r.limits.quit)
			}
		}
	}()
	for _, p := range c.peers {
		r.add(c, p)
		x := &contestant{peer: p, result: r.report.Results[len(r.report.Results)-1]}
		all = append(all, x)
		before := time.Now()
		err := r.start(x, c, prepared)
		seconds := time.Since(before).Seconds()
		r.report.StartSeconds[p.name] += seconds
		r.starts[p.name+c.mode] = append(r.starts[p.name+c.mode], seconds)
		if err != nil {
			r.fail(x, err)
		} else {
			running = append(running, x)
		}
		if r.ctx.Err() != nil {
			return context.Cause(r.ctx)
		}
	}
	r.time(index, c, running, end)
	for _, x := range running {
		if x.result.Status == ok {
			r.memory(x)
		}
	}
	first := len(r.report.Results) - len(all)
	for i, x := range all {
		x.result.finish(x.rounds, flopOf(&c.shape, c.mode))
		r.report.Results[first+i] = x.result
	}
	r.say(index, c, all)
	return r.ctx.Err()
}

// fail ends a peer and says why in its column.
func (r *runner) fail(x *contestant, err error) {
	x.result.Status = oneLine(err.Error())
	if x.process != nil {
		_ = kill(x.process.cmd.Process.Pid)
		x.process.quit(0)
		x.process = nil
	}
}

// oneLine fits a reason into a table.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 300 {
		s = s[:300] + "..."
	}
	return s
}

// start starts a peer, checks its output against the reference, and estimates its time.
func (r *runner) start(x *contestant, c *cell, prepared *preparedCase) (err error) {
	if x.problem != "" {
		return fmt.Errorf("%s", x.problem)
	}
	if x.forwardOnly && c.mode == training {
		return fmt.Errorf("has no training")
	}
	left := time.Until(r.deadline)
	if left <= 0 {
		return errTime
	}
	for _, t := range r.timeouts {
		if t.impl == x.name && t.mode == c.mode && t.flop <= c.shape.FLOP() {
			return fmt.Errorf("not started: took longer than %v to start and check in case %s, which is no larger",
				r.limits.start, t.name)
		}
	}
	if err := r.slow(x, c); err != nil {
		return err
	}
	arguments := []string{"--case", prepared.folder, "--threads", fmt.Sprint(c.threads), "--mode", c.mode}
	command := slices.Concat(x.command, arguments)
	if x.process, err = start(r.ctx, command, x.env); err != nil {
		return fmt.Errorf("cannot start: %w", err)
	}
	limit := min(r.limits.start, left+time.Second)
	deadline := time.Now().Add(limit)
	defer func() {
		if err != nil && limit == r.limits.start && time.Now().After(deadline) {
			r.timeouts = append(r.timeouts, timeout{x.name, c.mode, c.shape.Name, c.shape.FLOP()})
		}
	}()
	ready, err := x.process.expect("ready", limit)
	if err != nil {
		return err
	}
	if x.version = ready.Version; x.version != "" {
		r.report.Versions[x.name] = x.version
	}
	if x.family == ours && ready.Impl != x.name {
		return fmt.Errorf("runs as %s", ready.Impl) // at another level
	}
	x.result.FirstCallUs = bench.Figure(ready.FirstCallUs)
	out := filepath.Join(r.folder, "check.f32")
	defer os.Remove(out)
	before := time.Now()
	if _, err := x.process.ask(protocol.Command{Name: "check", Out: out}, "checked", time.Until(deadline)); err != nil {
		return err
	}
	checked := time.Since(before).Seconds()
	difference, err := prepared.want.compare(out, c.mode == training)
	x.result.MaxDifference = bench.Figure(difference)
	if err != nil {
		return err
	}
	// The first call may compile, the check also writes a file: the faster is a guess of a
	// call. A slow peer has no time for a better one.
	if x.estimate = max(min(ready.FirstCallUs/1e6, checked), 1e-7); x.estimate < r.slot.Seconds()/2 {
		us, err := r.calls(x, 1)
		if err != nil {
			return err
		}
		x.estimate = us[0] / 1e6
	}
	if gflops := flopOf(&c.shape, c.mode) / x.estimate / 1e9; gflops > r.rates[c.mode][x.name].gflops {
		r.rates[c.mode][x.name] = rate{c.shape.Name, gflops}
	}
	return x.process.halt()
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

// calls lets a peer that is awake make timed calls.
func (r *runner) calls(x *contestant, n int) ([]float64, error) {
	limit := r.limits.command + time.Duration(3*float64(n)*x.estimate*1e9)
	e, err := x.process.ask(protocol.Command{Name: "run", Calls: n}, "ran", limit)
	if err != nil {
		return nil, err
	}
	if len(e.Us) != n {
		return nil, fmt.Errorf("%d times of %d calls", len(e.Us), n)
	}
	for _, us := range e.Us {
		if !(us > 0) || math.IsInf(us, 0) {
			return nil, fmt.Errorf("a call of %v us", us)
		}
	}
	return e.Us, nil
}

// time runs the rounds. The order of the peers moves on by one from round to round, and
// from cell to cell. All but the one that is timed are stopped.
func (r *runner) time(index int, c *cell, running []*contestant, end time.Time) {
	for round := range r.rounds {
		r.peak(c.threads)
		live := 0
		for _, x := range running {
			if x.result.Status == ok {
				live++
			}
		}
		if live == 0 || round > 0 && time.Now().After(r.deadline) {
			return
		}
		slot := time.Until(end).Seconds() / float64((r.rounds-round)*live)
		slot = min(max(slot, shortestSlot), r.slot.Seconds())
		for i := range running {
			x := running[(i+index+round)%len(running)]
			if x.result.Status != ok || r.ctx.Err() != nil {
				continue
			}
			if every := int(math.Ceil(x.estimate / (slowCall * slot))); round%max(every, 1) != 0 {
				continue
			}
			if err := r.sample(x, slot); err != nil {
				r.fail(x, err)
			}
		}
	}
}

// sample wakes a peer for about so many seconds.
func (r *runner) sample(x *contestant, slot float64) error {
	if err := x.process.wake(); err != nil {
		return err
	}
	if x.estimate < longCall {
		if _, err := r.calls(x, 1); err != nil { // its data may have left the caches
			return err
		}
	}
	us, err := r.calls(x, max(1, int(slot/x.estimate)))
	if err != nil {
		return err
	}
	x.rounds = append(x.rounds, us)
	x.estimate = bench.Median(us) / 1e6
	return x.process.halt()
}

// peak measures the FMA peak while all peers are stopped.
func (r *runner) peak(threads int) {
	if threads > runtime.GOMAXPROCS(0) {
		return
	}
	if rate, err := bench.Peak(kernels.Active(), threads); err == nil {
		r.peaks[threads] = append(r.peaks[threads], bench.Digits(rate))
	}
}

func (r *runner) memory(x *contestant) {
	if x.process.wake() != nil {
		return
	}
	e, err := x.process.ask(protocol.Command{Name: "memory"}, "memory", r.limits.command)
	if err != nil {
		return // the times stand
	}
	x.result.PeakRSSBytes, x.result.AllocatedBytesPerCall = e.PeakRSSBytes, e.AllocatedBytesPerCall
}

// say logs a line a cell.
func (r *runner) say(index int, c *cell, all []*contestant) {
	line := fmt.Sprintf("%d/%d %s %s %s, %d thread(s):", index+1, len(r.cells), c.study, c.shape.Name, c.mode, c.threads)
	for _, x := range all {
		if x.result.UsefulGFLOPS != nil {
			line += fmt.Sprintf(" %s %.1f", x.name, *x.result.UsefulGFLOPS)
		}
	}
	fmt.Fprintln(r.log, line)
}
