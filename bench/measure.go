package bench

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/packedlstm/packedlstm/kernels"
)

// Options say what Measure measures.
type Options struct {
	Shapes  []Shape
	Modes   []Mode
	Levels  []kernels.Level
	Workers []int         // cores used at once; GOMAXPROCS must be the largest at least
	Rounds  int           // wanted; fewer if the budget does not reach
	Budget  time.Duration // of the whole run
	Sample  time.Duration // the longest a sample may take if it has more than one call; 0: a second
	// Progress, if not nil, is told how many of all steps are done and which comes next.
	Progress func(done, total int, next string)

	cpu *kernels.Machine // whose caches to measure; nil: this machine's
}

// longCall is a call so long that caches found cold do not matter to its time.
const longCall = 0.05 // seconds

// Measure runs every case in every mode, at every level, on every number of workers, in
// rounds: one sample of each in turn, so that a change of the machine's mood touches all
// of them alike. Beside each it measures the FMA peak and, of one row, the bandwidth that
// limits it; at each round's start all bandwidths.
// GOMAXPROCS is the number of workers while a sample of it runs, so that one worker has
// one core, the collector's work included. A first call of each, not counted, grows the
// buffers and tells how long it takes; the budget is divided by that. If the budget ends
// early, what was measured until then is reported; if it does not reach for the first
// calls, or ctx is cancelled, that is an error. It sets the process's active level and
// GOMAXPROCS, and restores both.
func Measure(ctx context.Context, o Options) (*Report, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, stopped(ctx)
	}
	level, procs := kernels.Active(), runtime.GOMAXPROCS(0)
	defer func() {
		runtime.GOMAXPROCS(procs)
		_ = kernels.SetActive(level) // it was active
	}()
	m := &measurement{Options: o, ctx: ctx, start: time.Now()}
	if m.Sample <= 0 {
		m.Sample = time.Second // several rounds say more than one long look
	}
	if m.cpu == nil {
		cpu := kernels.CPU()
		m.cpu = &cpu
	}
	m.deadline = m.start.Add(o.Budget)
	m.report = &Report{Date: stamp(m.start), Machine: ThisMachine(), Formulas: formulas}
	if err := m.build(); err != nil {
		return nil, err
	}
	if err := m.warmUp(); err != nil {
		return nil, err
	}
	runtime.GC()
	if err := m.rounds(); err != nil {
		return nil, err
	}
	for _, c := range m.cells {
		m.report.Results = append(m.report.Results, c.result)
	}
	for _, r := range m.roofs {
		m.report.Roofs = append(m.report.Roofs, r.roof)
	}
	m.report.summarise()
	m.report.Settings.BudgetSeconds = o.Budget.Seconds()
	m.report.Settings.Seconds = Digits(time.Since(m.start).Seconds())
	return m.report, nil
}

func (o *Options) check() error {
	switch {
	case len(o.Shapes) == 0 || len(o.Modes) == 0 || len(o.Levels) == 0 || len(o.Workers) == 0:
		return fmt.Errorf("bench: Measure: %d cases, %d modes, %d levels, %d numbers of workers: want one or more of each",
			len(o.Shapes), len(o.Modes), len(o.Levels), len(o.Workers))
	case o.Rounds < 1:
		return fmt.Errorf("bench: Measure: Rounds = %d: want 1 or more", o.Rounds)
	case o.Budget <= 0:
		return fmt.Errorf("bench: Measure: Budget = %v: want more than 0", o.Budget)
	}
	for i, m := range o.Modes {
		if _, err := ParseMode(string(m)); err != nil {
			return fmt.Errorf("bench: Measure: Modes[%d]: %w", i, err)
		}
	}
	for i, l := range o.Levels {
		if !l.IsAvailable() {
			return fmt.Errorf("bench: Measure: Levels[%d] = %v is not available here: have %v", i, l, kernels.Available())
		}
	}
	for i, w := range o.Workers {
		if w < 1 || w > runtime.GOMAXPROCS(0) {
			return fmt.Errorf("bench: Measure: Workers[%d] = %d: want 1 to GOMAXPROCS = %d", i, w, runtime.GOMAXPROCS(0))
		}
	}
	return nil
}

type measurement struct {
	Options
	ctx             context.Context
	start, deadline time.Time
	report          *Report
	roofs           []*roofCell
	cells           []*cell
	total, done     int // steps, for Progress
}

// roofCell measures the roof of one level and number of workers.
type roofCell struct {
	level     kernels.Level
	workers   int
	reader    *Bandwidth
	roof      Roof
	peaks     []float64   // of this round
	bandwidth [][]float64 // of this round, by tier
}

// cell is one result in the making.
type cell struct {
	work     Work
	level    kernels.Level
	workers  int
	call     func() error
	tier     int // that holds the weights, -1: no percentage
	roof     *roofCell
	result   Result
	estimate float64 // seconds of a call
	calls    int     // of a sample
}

func (m *measurement) build() error {
	l2 := sizeL2(*m.cpu)
	spaces := map[int]*Workspaces{}
	roofs := map[[2]int]*roofCell{}
	for _, w := range m.Workers {
		spaces[w] = NewWorkspaces(w)
		reader := NewBandwidth(Tiers(*m.cpu, w), w)
		for _, l := range m.Levels {
			r := &roofCell{level: l, workers: w, reader: reader, roof: newRoof(l, w, reader.tiers)}
			roofs[[2]int{int(l), w}] = r
			m.roofs = append(m.roofs, r)
		}
	}
	for _, s := range m.Shapes {
		f, err := NewFixture(s, l2)
		if err != nil {
			return err
		}
		for _, mode := range m.Modes {
			work := s.Work(mode, l2)
			for _, w := range m.Workers {
				for _, l := range m.Levels {
					call, err := f.Run(mode, l, spaces[w])
					if err != nil {
						return err
					}
					m.cells = append(m.cells, newCell(s.Name, mode, work, call, roofs[[2]int{int(l), w}]))
				}
			}
		}
	}
	m.total = len(m.cells)
	return nil
}

// newCell returns the cell of a call at the roof's level and number of workers.
func newCell(name string, mode Mode, work Work, call func() error, roof *roofCell) *cell {
	c := &cell{work: work, level: roof.level, workers: roof.workers, call: call, tier: -1, roof: roof}
	c.result = Result{Case: name, Level: roof.level.String(), Mode: mode, Workers: roof.workers,
		Tokens: work.Tokens, FLOP: work.FLOP, WeightBytes: work.WeightBytes,
		FLOPPerByte: Digits(work.FLOP / work.WeightBytes), Samples: []Sample{}}
	if work.StepBytes > 0 && len(roof.roof.Bandwidths) > 0 {
		c.tier = holder(roof.reader.tiers, work.HeldBytes)
		c.result.BandwidthOf = roof.reader.tiers[c.tier].Name
	}
	return c
}

// newRoof returns the empty roof of a level: without tiers where it has no read loop.
func newRoof(l kernels.Level, workers int, tiers []Tier) Roof {
	r := Roof{Level: l.String(), Workers: workers, PeakSamples: []float64{}, Bandwidths: []TierBandwidth{}}
	if _, err := kernels.ReadBuffer(l, make([]float32, 1<<10), 0); err != nil {
		return r
	}
	for _, t := range tiers {
		r.Bandwidths = append(r.Bandwidths, TierBandwidth{Tier: t, Samples: []float64{}})
	}
	return r
}

func stopped(ctx context.Context) error { return fmt.Errorf("bench: stopped: %w", context.Cause(ctx)) }

// enter makes level and cores those of the next measurement.
func (m *measurement) enter(l kernels.Level, workers int) error {
	if m.ctx.Err() != nil {
		return stopped(m.ctx)
	}
	if runtime.GOMAXPROCS(0) != workers {
		runtime.GOMAXPROCS(workers)
	}
	return kernels.SetActive(l)
}

func (m *measurement) step(next string) {
	if m.Progress != nil {
		m.Progress(m.done, m.total, next)
	}
	m.done++
}

// warmUp calls everything once and estimates how long it takes.
func (m *measurement) warmUp() error {
	for i, c := range m.cells {
		if time.Now().After(m.deadline) {
			return fmt.Errorf("bench: the budget of %v ended after %d first calls of %d: want more time or less to do",
				m.Budget, i, len(m.cells))
		}
		m.step("first call of " + c.result.Case)
		if err := m.enter(c.level, c.workers); err != nil {
			return err
		}
		for range 2 { // the first grows the buffers
			seconds, err := c.time(1)
			if err != nil {
				return err
			}
			c.estimate = max(seconds, 1e-7)
			if seconds > longCall {
				break
			}
		}
	}
	return nil
}

// time returns the seconds that so many calls take.
func (c *cell) time(calls int) (float64, error) {
	start := time.Now()
	for range calls {
		if err := c.call(); err != nil {
			return 0, fmt.Errorf("bench: case %q, %s at level %v: %w", c.result.Case, c.result.Mode, c.level, err)
		}
	}
	return max(time.Since(start).Seconds(), 1e-9), nil
}

// rounds divides the time that is left and measures.
func (m *measurement) rounds() error {
	before := time.Now()
	if err := m.measureRoofs(); err != nil { // the first round's
		return err
	}
	roofs := time.Since(before).Seconds()
	before = time.Now()
	if err := m.enter(m.cells[0].level, m.cells[0].workers); err != nil {
		return err
	}
	_, _ = Peak(m.cells[0].level, m.cells[0].workers) // for its time only
	each := time.Since(before).Seconds()

	// A tenth stays in hand: estimates are guesses.
	left := 0.9 * time.Until(m.deadline).Seconds()
	estimates := make([]float64, len(m.cells))
	for i, c := range m.cells {
		estimates[i] = c.estimate
	}
	calls, rounds, sample := divide(left, roofs, each, m.Sample.Seconds(), estimates, m.Rounds)
	m.report.Settings.Rounds, m.report.Settings.SampleSeconds = rounds, Digits(sample)
	m.total += rounds * len(m.cells)
	for i, c := range m.cells {
		c.calls = calls[i]
	}
	for round := range rounds {
		if round > 0 {
			if err := m.measureRoofs(); err != nil {
				return err
			}
		}
		over, err := m.round(round)
		if err != nil || over {
			return err
		}
	}
	return nil
}

// divide returns how many calls make a sample of each cell, how many rounds the seconds
// allow, at most wanted, and the seconds of a sample, at most longest. A round costs
// roofs seconds, a sample each seconds besides its calls and, where they are short, one
// more call. A sample has one call at least: long ones leave less to the others.
func divide(seconds, roofs, each, longest float64, estimates []float64, wanted int) (calls []int, rounds int, sample float64) {
	calls = make([]int, len(estimates))
	cost := func(sample float64) float64 { // of a round
		sum := roofs
		for i, e := range estimates {
			calls[i] = max(1, int(sample/e))
			sum += each + e*float64(calls[i])
			if e < longCall {
				sum += e
			}
		}
		return sum
	}
	rounds = min(wanted, max(1, int(seconds/cost(0))))
	low, high := 0.0, longest
	for range 40 {
		if sample = (low + high) / 2; cost(sample)*float64(rounds) <= seconds {
			low = sample
		} else {
			high = sample
		}
	}
	cost(low)
	return calls, rounds, low
}

// measureRoofs forgets the last round's peaks and bandwidths, and measures the bandwidths.
func (m *measurement) measureRoofs() error {
	for _, r := range m.roofs {
		if err := m.enter(r.level, r.workers); err != nil {
			return err
		}
		r.peaks, r.bandwidth = r.peaks[:0], make([][]float64, len(r.roof.Bandwidths))
		for tier := range r.bandwidth {
			if err := r.read(tier); err != nil {
				return err
			}
		}
	}
	return nil
}

// read measures the bandwidth of a tier.
func (r *roofCell) read(tier int) error {
	rate, err := r.reader.Read(r.level, tier)
	if err != nil {
		return err
	}
	b := &r.roof.Bandwidths[tier]
	b.Samples = append(b.Samples, Digits(rate))
	r.bandwidth[tier] = append(r.bandwidth[tier], rate)
	return nil
}

// peak measures the FMA peak, nil if the level has no such loop.
func (r *roofCell) peak() *float64 {
	rate, err := Peak(r.level, r.workers)
	if err != nil {
		return nil
	}
	r.peaks = append(r.peaks, rate)
	r.roof.PeakSamples = append(r.roof.PeakSamples, Digits(rate))
	return Figure(rate)
}

// round takes one sample of everything; over says that the budget has ended.
func (m *measurement) round(round int) (over bool, err error) {
	for _, c := range m.cells {
		if over = time.Now().After(m.deadline); over {
			break
		}
		m.step(c.result.Case)
		if err := m.enter(c.level, c.workers); err != nil {
			return false, err
		}
		if err := c.sample(round); err != nil {
			return false, err
		}
	}
	for _, c := range m.cells {
		c.percentages(round)
	}
	return over, nil
}

// sample measures the calls, and beside them the roofs that limit them.
func (c *cell) sample(round int) error {
	peak := c.roof.peak()
	if c.tier >= 0 {
		if err := c.roof.read(c.tier); err != nil {
			return err
		}
	}
	if c.estimate < longCall {
		if _, err := c.time(1); err != nil { // its data may have left the caches
			return err
		}
	}
	seconds, err := c.time(c.calls)
	if err != nil {
		return err
	}
	c.result.Samples = append(c.result.Samples, Sample{Round: round, Calls: c.calls, Seconds: Digits(seconds), PeakGFLOPS: peak,
		NsPerToken: Digits(c.work.NsPerToken(c.calls, seconds)), GFLOPS: Digits(c.work.GFLOPS(c.calls, seconds))})
	return nil
}

// percentages completes the sample of a round by the round's roofs.
func (c *cell) percentages(round int) {
	if len(c.result.Samples) == 0 {
		return
	}
	s := &c.result.Samples[len(c.result.Samples)-1]
	if s.Round != round {
		return
	}
	if len(c.roof.peaks) > 0 {
		s.PercentPeak = Figure(c.work.PercentPeak(s.Calls, s.Seconds, Median(c.roof.peaks)))
	}
	if c.tier >= 0 {
		s.PercentBandwidth = Figure(c.work.PercentBandwidth(s.Calls, s.Seconds, Median(c.roof.bandwidth[c.tier])))
	}
}
