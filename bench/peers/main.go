// Command peers times this library beside others over the named cases of package bench,
// forward and training, on one thread and on two, in interleaved rounds:
//
//	make peers          all, 60 minutes at most, on a machine with Go, Python and pip
//	make peers-quick    four cases, 10 minutes at most
//	go run ./bench/peers -h
//
// It makes a virtual environment from bench/peers/python/requirements.txt, builds the
// peers that need it, and runs each as a process of its own; package protocol says how
// they talk. A peer that cannot be had, crashes, hangs or disagrees with the float64
// reference is named with the reason, and the rest goes on. Files, in the folder of
// -out: peers.json with every figure, peers.md with the tables, pictures.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/packedlstm/packedlstm/bench"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/param"
)

func main() {
	// SIGHUP too, the end of a terminal: the peers that are stopped would outlive this process.
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	err := command(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, "peers:", err)
		cancel()
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, "peers:", err)
	cancel()
	os.Exit(1)
}

// errUsage marks mistakes in the command line.
var errUsage = errors.New("command line")

func usage(flag string, err error) error { return fmt.Errorf("%w: -%s: %w", errUsage, flag, err) }

const (
	budget, quickBudget = 55 * time.Minute, 8*time.Minute + 30*time.Second
	// Many short rounds: a shared machine changes its speed by a third every second or so.
	rounds, quickRounds = 15, 7
	quickCases          = "row1_h256,even32_h256,sentences64_h256,uniform32_h256"
)

// options are what the command line says.
type options struct {
	quick   bool
	budget  time.Duration
	rounds  int
	shapes  []bench.Shape
	threads []int
	modes   []string
	studies []string
	peers   []*peer
	out     string
	shop    workshop
	noBuild bool
	redraw  bool
}

// command builds, measures and writes the files.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	begin := time.Now()
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if o.redraw {
		return redraw(o.out, stdout, stderr)
	}
	o.shop.log = stderr
	if o.noBuild {
		if err := o.shop.take(o.peers); err != nil {
			return usage("nobuild", err)
		}
	}
	if err := os.MkdirAll(o.out, 0o777); err != nil { // before minutes of work
		return err
	}
	if !o.noBuild {
		half, cancel := context.WithDeadline(ctx, begin.Add(o.budget/2))
		o.shop.ctx = half
		o.shop.build(o.peers)
		cancel()
	}
	report, err := o.measure(ctx, begin, stderr)
	if err != nil {
		return err
	}
	return write(report, o.out, stdout, stderr)
}

// measure runs all cells with the peers that have been built.
func (o *options) measure(ctx context.Context, begin time.Time, log io.Writer) (*Report, error) {
	folder, err := os.MkdirTemp("", "peers")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	report := newReport()
	report.Date, report.Machine = begin.UTC().Format(time.RFC3339), bench.ThisMachine()
	report.Settings = Settings{BudgetSeconds: o.budget.Seconds(), BuildSeconds: time.Since(begin).Seconds(),
		Rounds: o.rounds, Quick: o.quick, Variables: tuned(os.Environ())}
	for _, p := range o.peers {
		p.env = append(p.env, venvVariable+"="+filepath.Join(o.shop.built, "venv"))
	}
	r := runner{ctx: ctx, cells: plan(o.shapes, o.peers, o.threads, o.modes, o.studies, o.quick), rounds: o.rounds,
		deadline: begin.Add(o.budget), limits: usualLimits, slot: longestSlot, folder: folder, log: log, report: report,
		level: kernels.Active()}
	if p := best(o.peers); p != nil {
		r.level = p.level
	}
	if o.quick {
		r.limits = quickLimits
	}
	if err := r.run(); err != nil {
		return nil, err
	}
	for name, seconds := range report.StartSeconds {
		report.StartSeconds[name] = bench.Digits(seconds)
	}
	report.Settings.Seconds = time.Since(begin).Seconds()
	report.Floors = floors(report)
	return report, nil
}

// redraw writes tables and pictures again from the figures of the last run.
func redraw(out string, stdout, stderr io.Writer) error {
	data, err := os.ReadFile(filepath.Join(out, "peers.json"))
	if err != nil {
		return err
	}
	r, err := ReadJSON(data)
	if err != nil {
		return err
	}
	r.Floors = floors(r)
	return write(r, out, stdout, stderr)
}

// write replaces the files in the folder, each as a whole, and prints the tables.
func write(r *Report, out string, stdout, stderr io.Writer) error {
	if err := param.WriteFileAtomic(filepath.Join(out, "peers.json"), r.WriteJSON); err != nil {
		return err
	}
	if err := param.WriteFileAtomic(filepath.Join(out, "peers.md"), r.WriteMarkdown); err != nil {
		return err
	}
	pictures, err := writePictures(r, out)
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "wrote peers.json, peers.md, %s in %s\n", strings.Join(pictures, ", "), out)
	return r.WriteMarkdown(stdout)
}

// lists are the flags that choose from what there is.
type lists struct {
	cases, peers, threads, modes, studies, shapes, python string
	limit                                                 time.Duration
	extra                                                 []string // peers
}

// parse reads the command line.
func parse(args []string, stderr io.Writer) (o options, err error) {
	set := flag.NewFlagSet("peers", flag.ContinueOnError)
	set.SetOutput(stderr)
	var l lists
	set.DurationVar(&l.limit, "time", 0, fmt.Sprintf("`budget` of the whole run, building included (default %v, quick %v)",
		budget, quickBudget))
	set.StringVar(&l.cases, "cases", "", "comma-separated `names` of cases (default all, quick "+quickCases+")")
	set.StringVar(&l.peers, "peers", "", "comma-separated `names` of peers (default all)")
	set.StringVar(&l.threads, "threads", "", "comma-separated (default 1,2, at most GOMAXPROCS)")
	set.StringVar(&l.modes, "modes", forward+","+training, "comma-separated")
	set.StringVar(&l.studies, "studies", "", "comma-separated, of "+strings.Join(allStudies, ", ")+
		"; all but the first are sweeps for a picture each (default all, quick cases,lengths)")
	set.StringVar(&l.shapes, "shapes", "", "`file` of other cases than the named ones")
	set.StringVar(&l.python, "python", "python3", "`program` that makes the virtual environment")
	set.BoolVar(&o.quick, "quick", false, "four cases, fewer points, fewer rounds")
	set.IntVar(&o.rounds, "rounds", 0, fmt.Sprintf("(default %d, quick %d)", rounds, quickRounds))
	set.StringVar(&o.out, "out", filepath.Join("bench", "out"), "`folder` for the results")
	set.BoolVar(&o.noBuild, "nobuild", false, "take the peers as an earlier run has built them")
	set.BoolVar(&o.redraw, "redraw", false, "measure nothing: write tables and pictures from peers.json in the folder of -out")
	set.Func("peer", "another peer, or a known one's command, `NAME=COMMAND` (may be repeated)", func(s string) error {
		l.extra = append(l.extra, s)
		return nil
	})
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, fmt.Errorf("%w: %w", errUsage, err)
	}
	if set.NArg() > 0 {
		return o, fmt.Errorf("%w: argument %q: want flags only (-h explains them)", errUsage, set.Arg(0))
	}
	l.defaults(&o)
	return o, l.choose(&o)
}

// defaults fills in what depends on whether the run is a quick one.
func (l *lists) defaults(o *options) {
	count, cases, studies := rounds, "", allStudies
	if o.quick {
		count, cases, studies = quickRounds, quickCases, []string{studyCases, studyLengths}
	}
	if o.rounds == 0 {
		o.rounds = count
	}
	if l.cases == "" && l.shapes == "" {
		l.cases = cases
	}
	if l.studies == "" {
		l.studies = strings.Join(studies, ",")
	}
}

// choose turns names into what they mean.
func (l *lists) choose(o *options) (err error) {
	if o.budget, err = chooseBudget(l.limit, o.quick); err != nil {
		return usage("time", err)
	}
	if o.rounds < 1 {
		return usage("rounds", fmt.Errorf("%d: want 1 or more", o.rounds))
	}
	if o.shapes, err = chooseShapes(l.shapes, l.cases); err != nil {
		return err
	}
	if o.threads, err = chooseThreads(l.threads); err != nil {
		return usage("threads", err)
	}
	if o.modes, err = chooseWords(l.modes, []string{forward, training}); err != nil {
		return usage("modes", err)
	}
	if o.studies, err = chooseWords(l.studies, allStudies); err != nil {
		return usage("studies", err)
	}
	if o.shop, err = newWorkshop(l.python, o.out); err != nil {
		return err
	}
	all := allPeers(o.shop.root, o.shop.built)
	for _, text := range l.extra {
		p, err := extraPeer(text)
		if err != nil {
			return usage("peer", err)
		}
		all = addPeer(all, p)
	}
	if o.peers, err = choosePeers(all, l.peers); err != nil {
		return usage("peers", err)
	}
	return nil
}

func chooseBudget(limit time.Duration, quick bool) (time.Duration, error) {
	switch {
	case limit < 0:
		return 0, fmt.Errorf("%v: want more than 0", limit)
	case limit > 0:
		return limit, nil
	case quick:
		return quickBudget, nil
	}
	return budget, nil
}

func chooseShapes(path, list string) ([]bench.Shape, error) {
	all, err := bench.Shapes()
	if path != "" {
		data, readErr := os.ReadFile(path)
		if readErr != nil {
			return nil, usage("shapes", readErr)
		}
		if all, err = bench.ParseShapes(data); err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
	}
	if err != nil || list == "" {
		return all, err
	}
	var known []string
	for _, s := range all {
		known = append(known, s.Name)
	}
	wanted, err := chooseWords(list, known)
	if err != nil {
		return nil, usage("cases", err)
	}
	return slices.DeleteFunc(all, func(s bench.Shape) bool { return !slices.Contains(wanted, s.Name) }), nil
}

func chooseThreads(list string) (threads []int, err error) {
	most := runtime.GOMAXPROCS(0)
	if list == "" {
		return []int{1, 2}[:min(2, most)], nil
	}
	for number := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(number))
		if err == nil && (n < 1 || n > most) {
			err = fmt.Errorf("%d: want 1 to GOMAXPROCS, which is %d", n, most)
		}
		if err == nil && slices.Contains(threads, n) {
			err = fmt.Errorf("%d is given twice", n)
		}
		if err != nil {
			return nil, err
		}
		threads = append(threads, n)
	}
	return threads, nil
}

func chooseWords(list string, known []string) (chosen []string, err error) {
	for word := range strings.SplitSeq(list, ",") {
		if word = strings.TrimSpace(word); !slices.Contains(known, word) {
			return nil, fmt.Errorf("%q: want some of %s", word, strings.Join(known, ","))
		}
		if slices.Contains(chosen, word) {
			return nil, fmt.Errorf("%q is given twice", word)
		}
		chosen = append(chosen, word)
	}
	return chosen, nil
}

// newWorkshop finds the repository: the folder of go.mod, here or above.
func newWorkshop(python, out string) (workshop, error) {
	root, err := filepath.Abs(".")
	if err != nil {
		return workshop{}, err
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "bench", "shapes.json")); err == nil {
			break
		}
		if parent := filepath.Dir(root); parent == root {
			return workshop{}, fmt.Errorf("no bench/shapes.json here or above: run it in the repository")
		} else {
			root = parent
		}
	}
	built, err := filepath.Abs(filepath.Join(out, "built"))
	return workshop{root: root, built: built, python: python}, err
}
