package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/packedlstm/packedlstm/bench"
)

var testShapes = []bench.Shape{
	{Name: "ragged", Input: 3, Hidden: 5, Layers: 2, Bidirectional: true, Lengths: []int{2, 0, 7, 1}},
	{Name: "uniform", Input: 7, Hidden: 17, Layers: 1, Lengths: []int{3, 3, 3}},
}

// testRun runs all cells of some peers.
func testRun(t *testing.T, peers []*peer, threads []int, modes ...string) *Report {
	t.Helper()
	report := newReport()
	var log bytes.Buffer
	r := runner{ctx: t.Context(), cells: plan(testShapes, peers, threads, modes, []string{studyCases}, true), rounds: 3,
		deadline: time.Now().Add(time.Minute), slot: 50 * time.Millisecond, folder: t.TempDir(), log: &log, report: report,
		limits: limits{start: 3 * time.Second, command: 2 * time.Second, quit: 100 * time.Millisecond}}
	if err := r.run(); err != nil {
		t.Fatal(err)
	}
	t.Log(log.String())
	return report
}

// TestBadPeers: each is named with the reason, and the good ones are measured.
func TestBadPeers(t *testing.T) {
	missingBinary := fakePeer(t, "missing")
	missingBinary.command = []string{"/nonexistent/peer"}
	broken := fakePeer(t, "broken build")
	broken.problem = "not built: no compiler"
	for _, c := range []struct {
		peer *peer
		want string // in the status
	}{
		{fakePeer(t, "crash"), "exit status 3: cannot find libfake.so"},
		{fakePeer(t, "error"), "no LSTM here"},
		{fakePeer(t, "hang"), "not ready within 3s"},
		{fakePeer(t, "panic"), "panic: slice bounds out of range"},
		{fakePeer(t, "hang later"), "not ran within 2"},
		{fakePeer(t, "garbage"), "answered"},
		{fakePeer(t, "short"), "0 times of 1 calls"},
		{fakePeer(t, "wrong"), "wrong output: y[1]"},
		{fakePeer(t, "nan"), "wrong output: y[0] = NaN"},
		{fakePeer(t, "nan gradient"), "wrong output: weight_ih_l0_reverse.grad[2] = NaN"},
		{fakePeer(t, "wrong gradient"), "wrong output: weight_hh_l0.grad[99]"},
		{fakePeer(t, "wrong bias"), "wrong output: bias_hh_l0.grad[3]"},
		{fakePeer(t, "wrong dx"), "wrong output: dx[62]"},
		{fakePeer(t, "no dx"), "wrong output: dx["},
		{fakePeer(t, "no second layer"), "wrong output: weight_ih_l1.grad["},
		{fakePeer(t, "short file"), "want 1353 floats"},
		{missingBinary, "/nonexistent/peer"},
		{broken, "not built: no compiler"},
	} {
		t.Run(c.peer.name, func(t *testing.T) {
			t.Parallel()
			report := testRun(t, []*peer{fakePeer(t, "fast"), c.peer, fakePeer(t, "good")}, []int{1}, training)
			if len(report.Results) != 6 {
				t.Fatalf("%d results: want 6", len(report.Results))
			}
			if bad := report.Results[1]; !strings.Contains(bad.Status, c.want) || bad.Impl != c.peer.name {
				t.Errorf("%s: %q: want %q in it", bad.Impl, bad.Status, c.want)
			}
			for _, i := range []int{0, 2, 3, 5} {
				x := report.Results[i]
				if x.Status != ok || x.MedianUs == nil || len(x.RoundMediansUs) == 0 || x.PeakRSSBytes == nil {
					t.Errorf("%s: %+v", x.Impl, x)
				}
			}
		})
	}
}

// TestTimeouts: what hung in a case is not started in one that is no smaller, unless it has never
// been ready, when it has a second try.
func TestTimeouts(t *testing.T) {
	const late = "not started: took longer than 3s to start and check in case ragged"
	for _, c := range []struct {
		behaviour string
		want      []string // of the cases ragged and uniform, on one thread and on two
	}{
		{"hang", []string{"not ready", "not ready", late, late}},
		{"hang once", []string{"not ready", ok, ok, ok}},
		{"hang on two threads", []string{ok, ok, "not ready", late}},
	} {
		t.Run(c.behaviour, func(t *testing.T) {
			t.Parallel()
			report := testRun(t, []*peer{fakePeer(t, c.behaviour)}, []int{1, 2}, forward)
			if len(report.Results) != len(c.want) {
				t.Fatalf("%d results", len(report.Results))
			}
			for i, want := range c.want {
				if status := report.Results[i].Status; !strings.Contains(status, want) {
					t.Errorf("cell %d: %q: want %q in it", i, status, want)
				}
			}
		})
	}
}

// TestShare: the first cell of a case has the time of the others of its weight, whatever the
// reference takes, and what is still to be computed is kept for that.
func TestShare(t *testing.T) {
	cells := plan(testShapes, []*peer{{name: "any"}}, []int{1}, []string{forward}, []string{studyCases}, true)
	r := runner{cells: cells, deadline: time.Now().Add(100 * time.Second), starts: map[string][]startup{"any" + forward: {{"other", 10}}},
		prepared: map[string]*preparedCase{cells[0].key(): {}}, computed: effort{1, 2 / flopOf(&cells[1].shape, forward)}}
	for i, want := range []float64{10 + (planned*100-2*10-2)/2, 10 + (planned*100 - 10 - 2)} {
		if got := r.share(i).Seconds(); got < want-0.1 || got > want+0.1 {
			t.Errorf("cell %d: %.2f s: want %.2f", i, got, want)
		}
	}
}

// TestStartSeconds: what the case itself took comes before what is usual.
func TestStartSeconds(t *testing.T) {
	both, forwardOnly := &peer{name: "both"}, &peer{name: "one", forwardOnly: true}
	r := runner{starts: map[string][]startup{
		"both" + forward:  {{"small", 1}, {"large", 9}, {"small", 2}},
		"both" + training: {{"small", 4}},
		"one" + forward:   {{"small", 1}, {"middle", 2}, {"large", 9}},
		"one" + training:  {{"small", 0.5}},
	}}
	for _, c := range []struct {
		peer      *peer
		mode, key string
		want      float64
	}{
		{both, forward, "small", 2}, {both, forward, "large", 9}, {both, forward, "new", 2},
		{both, training, "small", 4}, {both, training, "large", 9}, {both, training, "new", 4},
		{forwardOnly, forward, "middle", 2}, {forwardOnly, forward, "new", 2}, {forwardOnly, training, "large", 0.5},
		{&peer{name: "other"}, training, "small", 0},
	} {
		if got := r.startSecondsOf(c.peer, c.mode, c.key); got != c.want {
			t.Errorf("%s, %s, %s: %v s: want %v", c.peer.name, c.mode, c.key, got, c.want)
		}
	}
}

// TestEnds: a cell whose time is over has some rounds, and no more.
func TestEnds(t *testing.T) {
	report := newReport()
	r := runner{ctx: t.Context(), cells: plan(testShapes[:1], []*peer{fakePeer(t, "good")}, []int{1}, []string{forward}, []string{studyCases}, true),
		rounds: 1000, deadline: time.Now().Add(time.Minute), slot: 50 * time.Millisecond, folder: t.TempDir(), log: &bytes.Buffer{},
		report: report, limits: usualLimits}
	r.reset()
	c := &r.cells[0]
	prepared, err := r.prepare(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.runCell(0, c, prepared, time.Now()); err != nil {
		t.Fatal(err)
	}
	if n := len(report.Results[0].RoundMediansUs); n != leastRounds {
		t.Errorf("%d rounds: want %d", n, leastRounds)
	}
}

// TestUnwritable: a case that cannot be written is named, and the rest goes on.
func TestUnwritable(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "case0"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	report := newReport()
	r := runner{ctx: t.Context(), cells: plan(testShapes, []*peer{fakePeer(t, "good")}, []int{1}, []string{forward}, allStudies, true)[:2],
		rounds: 1, deadline: time.Now().Add(time.Minute), folder: folder, log: &bytes.Buffer{}, report: report, limits: usualLimits}
	if err := r.run(); err != nil {
		t.Fatal(err)
	}
	for _, x := range report.Results {
		if !strings.Contains(x.Status, "not measured: ") || !strings.Contains(x.Status, "case0") {
			t.Errorf("%s: status %q", x.Case, x.Status)
		}
	}
}

// TestEndedAsleep: a peer that ends while it is stopped says how.
func TestEndedAsleep(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process is stopped there")
	}
	x, err := start(t.Context(), []string{"/bin/sh", "-c", "echo out of memory >&2; while :; do :; done"}, nil)
	if err != nil {
		t.Skip(err)
	}
	defer x.quit(0)
	for range 200 {
		if x.complain.last() != "" {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := x.halt(); err != nil {
		t.Fatal(err)
	}
	if err := kill(x.cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	<-x.exited
	if err := x.wake(); err == nil || !strings.Contains(err.Error(), "ended before it was awake: signal: killed: out of memory") {
		t.Errorf("error %v", err)
	}
}

// TestSlow: only a peer that is both far slower than another and long at its call is left out.
func TestSlow(t *testing.T) {
	r := runner{limits: limits{call: time.Second}, rates: map[string]map[string]rate{
		forward: {"fast": {"small", 100}, "slow": {"small", 2}, "usual": {"small", 6}}, training: {}}}
	shape := bench.Shape{Name: "big", Input: 500, Hidden: 500, Layers: 1, Lengths: []int{1}} // 4 MFLOP
	for _, c := range []struct {
		peer, mode string
		steps      int
		want       bool
	}{
		{"fast", forward, 1000, false}, {"usual", forward, 2000, false}, {"unknown", forward, 20, false},
		{"slow", forward, 499, false}, {"slow", forward, 501, true}, {"slow", training, 501, false},
	} {
		shape.Lengths = []int{c.steps}
		err := r.slow(&contestant{peer: &peer{name: c.peer}}, &cell{shape: shape, mode: c.mode})
		if (err != nil) != c.want || c.want && !strings.Contains(err.Error(), "2 GFLOP/s at most, in case small") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestFigures compares with figures worked out by hand.
func TestFigures(t *testing.T) {
	report := testRun(t, []*peer{fakePeer(t, "fast"), fakePeer(t, "stay")}, []int{1}, forward, training)
	flop := 3 * (8.0 * 17 * (17 + 7)) * 9 // training, 9 tokens
	for _, x := range report.Results {
		want := 1000.0
		if x.Impl == "fast" {
			want = 500
		}
		if *x.MedianUs != want || *x.FirstCallUs != 1000 || !(*x.MaxDifference < 1e-6) || *x.PeakRSSBytes != 1e6 {
			t.Errorf("%+v", x)
		}
		if g := bench.Digits(flop / want / 1e3); x.Case == "uniform" && x.Mode == training && *x.UsefulGFLOPS != g {
			t.Errorf("%g GFLOP/s: want %g", *x.UsefulGFLOPS, g)
		}
		if len(x.SamplesUs) < len(x.RoundMediansUs) || bench.Median(x.SamplesUs) != want {
			t.Errorf("%d samples of %d rounds, median %g", len(x.SamplesUs), len(x.RoundMediansUs), bench.Median(x.SamplesUs))
		}
	}
}

// TestDeadline: what the time does not reach is said so.
func TestDeadline(t *testing.T) {
	report := newReport()
	cells := plan(testShapes, []*peer{fakePeer(t, "good")}, []int{1}, []string{forward}, allStudies, true)
	r := runner{ctx: t.Context(), cells: cells, rounds: 1, deadline: time.Now(), folder: t.TempDir(),
		log: &bytes.Buffer{}, report: report, limits: quickLimits}
	if err := r.run(); err != nil {
		t.Fatal(err)
	}
	if len(report.Results) != len(testShapes) || !strings.Contains(report.Results[0].Status, "the time was over") {
		t.Errorf("%+v", report.Results)
	}
}

// TestCancelled: a run that is stopped leaves no process behind.
func TestCancelled(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("has no signal 0")
	}
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	report := newReport()
	r := runner{ctx: ctx, cells: plan(testShapes, []*peer{fakePeer(t, "hang")}, []int{1}, []string{forward}, allStudies, true),
		rounds: 1, deadline: time.Now().Add(time.Hour), folder: folder, log: &bytes.Buffer{}, report: report, limits: usualLimits}
	time.AfterFunc(time.Second, cancel)
	if err := r.run(); err != context.Canceled {
		t.Errorf("error %v", err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "case0", "pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if p, err := os.FindProcess(pid); err == nil && p.Signal(syscall.Signal(0)) == nil {
		t.Errorf("process %d is still there", pid)
	}
}

// TestEnvironment: variables that slow OpenBLAS do not reach a peer.
func TestEnvironment(t *testing.T) {
	got := environment([]string{"A=1", "OPENBLAS_CORETYPE=Haswell", "OPENBLAS_L2_SIZE=1", "OPENBLAS=2"}, []string{"B=3"})
	if want := []string{"A=1", "OPENBLAS=2", "B=3"}; !slices.Equal(got, want) {
		t.Errorf("%q: want %q", got, want)
	}
	got = tuned([]string{"OMP_NUM_THREADS=1", "A=1", "OPENBLAS_CORETYPE=Haswell", "ATEN_CPU_CAPABILITY=avx2"})
	if want := []string{"ATEN_CPU_CAPABILITY=avx2", "OMP_NUM_THREADS=1"}; !slices.Equal(got, want) {
		t.Errorf("%q: want %q", got, want)
	}
}

// TestStopped: an idle peer uses no time of the cores.
func TestStopped(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	p := fakePeer(t, "good")
	x, err := start(t.Context(), []string{"/bin/sh", "-c", "while :; do :; done"}, p.env)
	if err != nil {
		t.Skip(err)
	}
	defer x.quit(0)
	state := func() string {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(x.cmd.Process.Pid) + "/stat")
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		return rest[:1]
	}
	await := func(want func(string) bool) bool {
		for range 200 {
			if want(state()) {
				return true
			}
			time.Sleep(10 * time.Millisecond)
		}
		return false
	}
	if err := x.halt(); err != nil || !await(func(s string) bool { return s == "T" }) {
		t.Errorf("state %s after halt: %v", state(), err)
	}
	if err := x.wake(); err != nil || !await(func(s string) bool { return s != "T" }) {
		t.Errorf("state %s after wake: %v", state(), err)
	}
}
