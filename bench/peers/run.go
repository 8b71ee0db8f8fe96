package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
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
	slowCall     = 2.0         // slots: a call longer than this is not made in every round
	leastRounds  = 7           // of a cell whose time is over; then it ends
	slowPeer     = 20.0        // times slower than the fastest: a peer that may be left out
	planned      = 0.9         // of the time that is left: calls take longer than they should
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
	level    kernels.Level // whose FMA peak is measured: this library's best one
	prepared map[string]*preparedCase
	computed effort               // of the reference, so far
	peaks    map[int][]float64    // by threads
	starts   map[string][]startup // by peer and mode
	ready    map[string]bool      // peers that have started once
	timeouts []timeout
	rates    map[string]map[string]rate // by mode and peer, the best so far
}

// startup is how long a peer took to start in a case.
type startup struct {
	key     string // of the case
	seconds float64
}

// effort is work and the time that it took.
type effort struct{ flop, seconds float64 }

// preparedCase is a case on disk and what the reference makes of it.
type preparedCase struct {
	folder string
	want   *expected
}

var errTime = errors.New("not measured: the time was over")

// run measures every cell. Those that the time does not reach are named as such.
func (r *runner) run() error {
	r.reset()
	for i := range r.cells {
		c := &r.cells[i]
		// Before the cell has its share of the time: the reference may take longer than all peers.
		prepared, err := r.prepare(c)
		if r.ctx.Err() != nil {
			return context.Cause(r.ctx)
		}
		if err != nil {
			for _, p := range c.peers {
				r.add(c, p).Status = oneLine(err.Error())
			}
		} else if err := r.runCell(i, c, prepared, time.Now().Add(r.share(i))); err != nil {
			return err
		}
		r.forget(i)
	}
	r.writePeaks()
	return nil
}

// reset forgets what cells have shown.
func (r *runner) reset() {
	r.prepared, r.peaks, r.starts = map[string]*preparedCase{}, map[int][]float64{}, map[string][]startup{}
	r.rates, r.ready = map[string]map[string]rate{forward: {}, training: {}}, map[string]bool{}
}

// writePeaks completes the report by what the rounds saw of the FMA peak.
func (r *runner) writePeaks() {
	for _, threads := range slices.Sorted(maps.Keys(r.peaks)) {
		samples := r.peaks[threads]
		r.report.Peaks = append(r.report.Peaks, Peak{Level: r.level.String(), Threads: threads,
			GFLOPS: slices.Max(samples), Samples: samples})
	}
	for i := range r.report.Results {
		x := &r.report.Results[i]
		if peak := r.report.peak(x.Threads); peak > 0 && x.UsefulGFLOPS != nil {
			x.PercentOfPeak = bench.Figure(100 * *x.UsefulGFLOPS / peak)
		}
	}
}

// share returns what cell i, which has been prepared, may take: what its peers took to start in
// the cells before, and of the time that neither later starts nor the reference need a part by
// its weight.
func (r *runner) share(i int) time.Duration {
	free, weight := planned*time.Until(r.deadline).Seconds()-r.unprepared(i), 0.0
	for j := range r.cells[i:] {
		later := &r.cells[i+j]
		free, weight = free-r.startSeconds(later), weight+later.weight
	}
	seconds := r.startSeconds(&r.cells[i]) + max(free, 0)*r.cells[i].weight/weight
	return time.Duration(seconds * float64(time.Second))
}

// startSeconds returns what the peers of a cell will take to start.
func (r *runner) startSeconds(c *cell) (seconds float64) {
	for _, p := range c.peers {
		seconds += r.startSecondsOf(p, c.mode, c.key())
	}
	return seconds
}

// startSecondsOf returns what a peer took to start in the mode and the case the last time; before
// that what it usually takes in the mode, or took in the case in mode forward if that is more, for a
// start has the first calls in it.
func (r *runner) startSecondsOf(p *peer, mode, key string) float64 {
	var usual []float64
	for _, before := range slices.Backward(r.starts[p.name+mode]) {
		if before.key == key {
			return before.seconds
		}
		usual = append(usual, before.seconds)
	}
	if mode == training && !p.forwardOnly {
		return max(bench.Median(usual), r.startSecondsOf(p, forward, key))
	}
	return bench.Median(usual)
}

// unprepared returns the seconds that the reference will take for the cases that come after
// cell i, at its speed so far.
func (r *runner) unprepared(i int) float64 {
	if r.computed.flop == 0 {
		return 0
	}
	flop, seen := 0.0, map[string]bool{}
	for j := range r.cells[i:] {
		c := &r.cells[i+j]
		if key := c.key(); r.prepared[key] == nil && !seen[key] {
			seen[key] = true
			flop += r.referenceFLOP(c)
		}
	}
	return flop * r.computed.seconds / r.computed.flop
}

func (r *runner) referenceFLOP(c *cell) float64 {
	if r.trains(c.key()) {
		return flopOf(&c.shape, training)
	}
	return flopOf(&c.shape, forward)
}

// prepare writes the case and computes what it should come to, once; errTime if the time does
// not reach for that.
func (r *runner) prepare(c *cell) (*preparedCase, error) {
	if !time.Now().Before(r.deadline) {
		return nil, errTime
	}
	key := c.key()
	if p := r.prepared[key]; p != nil {
		return p, nil
	}
	p := &preparedCase{folder: filepath.Join(r.folder, fmt.Sprintf("case%d", len(r.prepared)))}
	written := protocol.NewCase(c.shape)
	data := written.NewData()
	if err := protocol.Write(p.folder, &written, &data); err != nil {
		return nil, fmt.Errorf("not measured: %w", err)
	}
	ctx, cancel := context.WithDeadline(r.ctx, r.deadline)
	defer cancel()
	before := time.Now()
	p.want = compute(ctx, &written, &data, r.trains(key))
	if p.want == nil {
		return nil, errTime
	}
	r.computed.flop += r.referenceFLOP(c)
	r.computed.seconds += time.Since(before).Seconds()
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
func (r *runner) runCell(index int, c *cell, prepared *preparedCase, end time.Time) error {
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
		r.starts[p.name+c.mode] = append(r.starts[p.name+c.mode], startup{c.key(), seconds})
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
		if x.result.UsefulGFLOPS != nil { // the first calls, which the estimate is of, may be slow ones
			r.rate(x, c, *x.result.UsefulGFLOPS)
		}
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
		if live == 0 || round > 0 && time.Now().After(r.deadline) || round >= leastRounds && time.Now().After(end) {
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
	if x.estimate < slowCall*slot { // who is timed in every round has its data in the caches
		if _, err := r.calls(x, 1); err != nil {
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
	if rate, err := bench.Peak(r.level, threads); err == nil {
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
