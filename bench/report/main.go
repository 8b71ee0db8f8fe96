// Command report times the named cases of package bench in interleaved rounds, beside
// this machine's FMA peak and read bandwidths, and writes what it finds:
//
//	go run ./bench/report             all cases, some minutes
//	go run ./bench/report -quick      four cases, half a minute
//	go run ./bench/report -h          what else there is
//
// Files: bench.json with every sample, bench.txt with the table that it also prints,
// roofline.png and roofline.svg for one worker, roofline-N.png and .svg for N.
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
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/packedlstm/packedlstm/bench"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/param"
	"github.com/schollz/progressbar/v3"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	err := command(ctx, os.Args[1:], os.Stdout, os.Stderr)
	var usage usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return
	case errors.As(err, &usage):
		if !usage.shown {
			fmt.Fprintln(os.Stderr, "report:", err)
		}
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, "report:", err)
	os.Exit(1)
}

// usageError is a mistake in the command line; shown: the flag package has printed it.
type usageError struct {
	error
	shown bool
}

func (e usageError) Unwrap() error { return e.error }

const (
	budget, quickBudget = 6 * time.Minute, 25 * time.Second
	rounds, quickRounds = 7, 3
	quickCases          = "^(row1_h256|even32_h256|sentences64_h256|odd37_h200)$"
)

// command measures and writes the files.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, out, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o777); err != nil { // before minutes of work
		return err
	}
	show, finish := progress(stderr)
	o.Progress = show
	report, err := bench.Measure(ctx, o)
	finish()
	if err != nil {
		return err
	}
	return write(report, out, stdout, stderr)
}

// progress shows a bar if w is a terminal; finish takes it away.
func progress(w io.Writer) (show func(done, total int, next string), finish func()) {
	file, ok := w.(*os.File)
	if !ok {
		return nil, func() {}
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil, func() {}
	}
	bar := progressbar.NewOptions(1, progressbar.OptionSetWriter(w), progressbar.OptionSetWidth(20),
		progressbar.OptionShowCount(), progressbar.OptionThrottle(200*time.Millisecond),
		progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false))
	show = func(done, total int, next string) {
		bar.ChangeMax(total)
		bar.Describe(fmt.Sprintf("%-32s", next))
		_ = bar.Set(done) // a bar that cannot be drawn stops nothing
	}
	return show, func() { _ = bar.Clear() }
}

// parse reads the command line into what to measure and the folder to write to.
func parse(args []string, stderr io.Writer) (o bench.Options, out string, err error) {
	set := flag.NewFlagSet("report", flag.ContinueOnError)
	set.SetOutput(stderr)
	var (
		quick = set.Bool("quick", false, fmt.Sprintf("four cases in %d rounds and %v, unless other flags differ",
			quickRounds, quickBudget))
		limit    = set.Duration("time", budget, "`budget` of the whole run, divided among all samples")
		wanted   = set.Int("rounds", rounds, "samples of each, fewer if the budget does not reach")
		sample   = set.Duration("sample", time.Second, "the longest a sample may take, if it has more than one call")
		cases    = set.String("run", "", "only the cases that match this `regexp`")
		modes    = set.String("modes", "", "comma-separated, of forward, training, recurrent, product (default all)")
		levels   = set.String("levels", "", "comma-separated (default all that are faster than portable)")
		cores    = set.String("workers", "", "comma-separated numbers of cores (default 1 and 2, at most GOMAXPROCS)")
		shapes   = set.String("shapes", "", "`file` of other cases than the named ones")
		given    = map[string]bool{}
		argument = func(name string, err error) error { return usageError{fmt.Errorf("-%s: %w", name, err), false} }
	)
	set.StringVar(&out, "out", filepath.Join("bench", "out"), "`folder` for bench.json, bench.txt and the rooflines")
	if err := set.Parse(args); err != nil {
		return o, "", usageError{err, true}
	}
	if set.NArg() > 0 {
		return o, "", usageError{fmt.Errorf("argument %q: want flags only (-h explains them)", set.Arg(0)), false}
	}
	set.Visit(func(f *flag.Flag) { given[f.Name] = true })
	if *quick {
		values := map[string]string{"time": quickBudget.String(), "rounds": strconv.Itoa(quickRounds), "run": quickCases}
		set.VisitAll(func(f *flag.Flag) {
			value, ok := values[f.Name]
			if ok && !given[f.Name] && (f.Name != "run" || !given["shapes"]) {
				_ = f.Value.Set(value) // a constant that parses
			}
		})
	}
	if *limit <= 0 {
		return o, "", argument("time", fmt.Errorf("%v: want more than 0", *limit))
	}
	if *wanted < 1 {
		return o, "", argument("rounds", fmt.Errorf("%d: want 1 or more", *wanted))
	}
	if *sample <= 0 {
		return o, "", argument("sample", fmt.Errorf("%v: want more than 0", *sample))
	}
	o.Budget, o.Rounds, o.Sample = *limit, *wanted, *sample
	if o.Shapes, err = chooseShapes(*shapes, *cases); err != nil {
		return o, "", err
	}
	if o.Modes, err = chooseModes(*modes); err != nil {
		return o, "", argument("modes", err)
	}
	if o.Levels, err = chooseLevels(*levels); err != nil {
		return o, "", argument("levels", err)
	}
	if o.Workers, err = chooseWorkers(*cores, stderr); err != nil {
		return o, "", argument("workers", err)
	}
	return o, out, nil
}

func chooseShapes(path, pattern string) ([]bench.Shape, error) {
	expression, err := regexp.Compile(pattern)
	if err != nil {
		return nil, usageError{fmt.Errorf("-run: %w", err), false}
	}
	all, err := bench.Shapes()
	if path != "" {
		data, readErr := os.ReadFile(path)
		if readErr != nil {
			return nil, fmt.Errorf("-shapes: %w", readErr)
		}
		if all, err = bench.ParseShapes(data); err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
	}
	if err != nil {
		return nil, err
	}
	var chosen []bench.Shape
	for _, s := range all {
		if expression.MatchString(s.Name) {
			chosen = append(chosen, s)
		}
	}
	if len(chosen) == 0 {
		return nil, usageError{fmt.Errorf("-run %q: none of %d cases matches", pattern, len(all)), false}
	}
	return chosen, nil
}

func chooseModes(list string) ([]bench.Mode, error) {
	if list == "" {
		return bench.Modes, nil
	}
	var modes []bench.Mode
	for name := range strings.SplitSeq(list, ",") {
		m, err := bench.ParseMode(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		modes = append(modes, m)
	}
	return modes, nil
}

// chooseLevels leaves the portable level out unless it is named or the only one: it is
// slow enough to eat the budget of all others.
func chooseLevels(list string) ([]kernels.Level, error) {
	if list == "" {
		if available := kernels.Available(); len(available) > 1 {
			return available[1:], nil
		}
		return kernels.Available(), nil
	}
	var levels []kernels.Level
	for name := range strings.SplitSeq(list, ",") {
		l, err := kernels.ParseLevel(strings.TrimSpace(name))
		if err == nil && !l.IsAvailable() {
			err = fmt.Errorf("%v is not available here: have %v", l, kernels.Available())
		}
		if err != nil {
			return nil, err
		}
		levels = append(levels, l)
	}
	return levels, nil
}

func chooseWorkers(list string, stderr io.Writer) ([]int, error) {
	procs := runtime.GOMAXPROCS(0)
	if list == "" {
		if procs < 2 {
			fmt.Fprintln(stderr, "report: one core only, so nothing runs on two workers")
			return []int{1}, nil
		}
		return []int{1, 2}, nil
	}
	var workers []int
	for number := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(number))
		if err == nil && (n < 1 || n > procs) {
			err = fmt.Errorf("%d: want 1 to GOMAXPROCS, which is %d", n, procs)
		}
		if err != nil {
			return nil, err
		}
		workers = append(workers, n)
	}
	return workers, nil
}

// write replaces the files in the folder, each as a whole, and prints the table.
func write(r *bench.Report, out string, stdout, stderr io.Writer) error {
	if err := param.WriteFileAtomic(filepath.Join(out, "bench.json"), r.WriteJSON); err != nil {
		return err
	}
	if err := param.WriteFileAtomic(filepath.Join(out, "bench.txt"), r.WriteTable); err != nil {
		return err
	}
	if err := r.WriteTable(stdout); err != nil {
		return err
	}
	missing := 0
	for i := range r.Results {
		if len(r.Results[i].Samples) == 0 {
			missing++
		}
	}
	if missing > 0 {
		fmt.Fprintf(stderr, "report: %d of %d results have no sample: the budget ended first\n", missing, len(r.Results))
	}
	drawn, err := writeRooflines(r, out)
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "report: %s: bench.json, bench.txt, %s\n", out, strings.Join(drawn, ", "))
	return nil
}
