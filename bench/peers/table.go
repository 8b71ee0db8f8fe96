package main

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// WriteMarkdown writes the tables: GFLOP/s of each case by each peer, ratios, floors,
// first calls, memory, sweeps, and why figures are missing.
func (r *Report) WriteMarkdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	m := r.Machine
	fmt.Fprintf(b, "# Peers\n\n%s, %d cores, %s/%s, %s, %s; %d rounds, %.0f s, of them %.0f s for building.\n\n",
		strings.TrimSpace(m.Brand), m.Cores, m.GOOS, m.GOARCH, m.GoVersion, r.Date,
		r.Settings.Rounds, r.Settings.Seconds, r.Settings.BuildSeconds)
	for _, name := range slices.Sorted(maps.Keys(r.Versions)) {
		fmt.Fprintf(b, "- %s %s\n", name, r.Versions[name])
	}
	for _, v := range r.Settings.Variables {
		fmt.Fprintf(b, "- with the variable %s\n", v)
	}
	for _, p := range r.Peaks {
		fmt.Fprintf(b, "- FMA peak, %s, %d thread(s): %.0f GFLOP/s\n", p.Level, p.Threads, p.GFLOPS)
	}
	r.writeSummaries(b)
	r.writeFloors(b)
	for _, mode := range []string{forward, training} {
		for _, n := range r.threads() {
			all := contests(r, n, mode)
			if len(all) == 0 {
				continue
			}
			fmt.Fprintf(b, "\n## %s, %s: useful GFLOP/s\n\n", title(mode), threadsText(n))
			r.writeContests(b, all)
		}
	}
	r.writeLengths(b)
	r.writeSweep(b, studyRows, "By sequences in a batch without padding, H = 256: useful GFLOP/s", gflops, "%.1f")
	r.writeSweep(b, studyHidden, "By hidden size, 32 ragged sequences: useful GFLOP/s", gflops, "%.1f")
	r.writeSweep(b, studyWorkers, "More threads: useful GFLOP/s", gflops, "%.1f")
	r.writeCosts(b)
	r.writeReasons(b)
	if err := b.Flush(); err != nil {
		return fmt.Errorf("table: %w", err)
	}
	return nil
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func threadsText(n int) string {
	if n == 1 {
		return "1 thread"
	}
	return fmt.Sprintf("%d threads", n)
}

// threads returns the numbers of threads of the cases.
func (r *Report) threads() (threads []int) {
	for _, x := range r.find(studyCases, 0, "") {
		if !slices.Contains(threads, x.Threads) {
			threads = append(threads, x.Threads)
		}
	}
	return threads
}

// column is a mode on so many threads.
type column struct {
	title    string
	contests []contest
}

// writeSummaries writes a table for each level of this library: its GFLOP/s and, in
// brackets, how many times those of the fastest other that is.
func (r *Report) writeSummaries(w io.Writer) {
	var columns []column
	for _, mode := range []string{forward, training} {
		for _, n := range r.threads() {
			if all := contests(r, n, mode); len(all) > 0 {
				columns = append(columns, column{mode + ", " + threadsText(n), all})
			}
		}
	}
	results := r.find(studyCases, 0, "")
	results = slices.DeleteFunc(results, func(x *Result) bool { return x.family != ours })
	for _, impl := range ordered(results, implName) {
		writeSummary(w, impl, ordered(results, caseName), columns)
	}
}

func writeSummary(w io.Writer, impl string, cases []string, columns []column) {
	fmt.Fprintf(w, "\n## %s\n\nUseful GFLOP/s (how many times those of the fastest other, which is named).\n\n", impl)
	header, means, align := []string{"case"}, []string{"*geometric mean*"}, []string{"l"}
	lines := make([][]string, len(cases))
	for _, c := range columns {
		header, align = append(header, c.title), append(align, "r")
		var ratios []float64
		for i, name := range cases {
			text := "-"
			if at := slices.IndexFunc(c.contests, func(x contest) bool { return x.name() == name }); at >= 0 {
				var v float64
				if text, v = c.contests[at].summary(impl); v > 0 {
					ratios = append(ratios, v)
				}
			}
			lines[i] = append(lines[i], text)
		}
		means = append(means, meanText(ratios, len(cases)))
	}
	row(w, header...)
	rule(w, align...)
	for i, name := range cases {
		row(w, append([]string{name}, lines[i]...)...)
	}
	row(w, means...)
}

// summary returns a cell and the ratio of one of this library's levels to the fastest
// other, 0 if one is missing.
func (c *contest) summary(impl string) (string, float64) {
	for _, x := range c.results {
		if x.Impl != impl || x.Status != ok || x.UsefulGFLOPS == nil {
			continue
		}
		text, v := fmt.Sprintf("%.0f", *x.UsefulGFLOPS), ratio(x, c.best)
		if v > 0 {
			text += fmt.Sprintf(" (%.2f %s)", v, c.best.Impl)
		}
		return text, v
	}
	return "-", 0
}

func (r *Report) writeFloors(w io.Writer) {
	if len(r.Floors) == 0 {
		return
	}
	fmt.Fprint(w, "\n## Floors\n\nHow many times faster than what stands behind the colon this library is, at least.\n\n")
	row(w, "floor", "threads", "want", "have", "where", "kept")
	rule(w, "l", "r", "r", "r", "l", "l")
	for _, f := range r.Floors {
		kept := "**no**"
		switch {
		case f.Kept:
			kept = "yes"
		case f.Have == nil && f.Where == "":
			kept = "no peer measured"
		}
		row(w, f.Text, fmt.Sprint(f.Threads), fmt.Sprintf("%.2f", f.Want), number(f.Have, "%.2f"), f.Where, kept)
	}
}

// writeContests writes a line a case and a column a peer; the fastest other peer is bold.
func (r *Report) writeContests(w io.Writer, all []contest) {
	var impls []string
	for i := range all {
		for _, x := range all[i].results {
			if !slices.Contains(impls, x.Impl) {
				impls = append(impls, x.Impl)
			}
		}
	}
	row(w, append(append([]string{"case"}, impls...), "best peer", "ratio", "% of peak")...)
	align := slices.Repeat([]string{"r"}, len(impls)+4)
	align[0], align[len(impls)+1] = "l", "l"
	rule(w, align...)
	var ratios []float64
	for i := range all {
		c := &all[i]
		cells := []string{c.name()}
		for _, impl := range impls {
			cells = append(cells, c.cell(impl))
		}
		best, times, peak := "-", "-", "-"
		if c.best != nil {
			best = c.best.Impl
		}
		if v := ratio(c.ours, c.best); v > 0 {
			ratios, times = append(ratios, v), fmt.Sprintf("%.2f", v)
		}
		if c.ours != nil {
			peak = number(c.ours.PercentOfPeak, "%.0f")
		}
		row(w, append(cells, best, times, peak)...)
	}
	means := []string{"*ours / peer, geometric mean*"}
	for _, impl := range impls {
		means = append(means, meanText(ratiosTo(all, impl), len(all)))
	}
	row(w, append(means, "", meanText(ratios, len(all)), "")...)
}

// meanText gives the number of cases where it is not all.
func meanText(ratios []float64, of int) string {
	switch len(ratios) {
	case 0:
		return "-"
	case of:
		return fmt.Sprintf("*%.2f*", geometricMean(ratios))
	}
	return fmt.Sprintf("*%.2f (%d of %d)*", geometricMean(ratios), len(ratios), of)
}

func (c *contest) cell(impl string) string {
	for _, x := range c.results {
		if x.Impl != impl || x.Status != ok || x.UsefulGFLOPS == nil {
			continue
		}
		text := fmt.Sprintf("%.1f", *x.UsefulGFLOPS)
		if x == c.best {
			text = "**" + text + "**"
		}
		return text
	}
	return "-"
}

// writeLengths is the table of pytorch issue 149194.
func (r *Report) writeLengths(w io.Writer) {
	for _, mode := range []string{forward, training} {
		results := r.find(studyLengths, 0, mode)
		if len(results) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n## Packed against padded, %s (pytorch issue 149194): ms a call\n\n"+
			"2 layers, I = H = 128, 32 sequences of 1 to T steps, %s.\n\n", mode, threadsText(results[0].Threads))
		row(w, "T", "PyTorch padded", "PyTorch packed", "packed / padded", "this library", "PyTorch packed / this library")
		rule(w, "l", "r", "r", "r", "r", "r")
		for _, name := range ordered(results, caseName) {
			padded, pack := pick(results, name, "pytorch-padded"), pick(results, name, "pytorch-packed")
			own := pickOurs(results, name)
			row(w, name, ms(padded), ms(pack), percent(pack, padded), ms(own), times(pack, own))
		}
	}
}

func pick(results []*Result, name, impl string) *float64 {
	for _, x := range results {
		if x.Case == name && x.Impl == impl && x.Status == ok {
			return x.MedianUs
		}
	}
	return nil
}

func pickOurs(results []*Result, name string) *float64 {
	for _, x := range results {
		if x.Case == name && x.family == ours && x.Status == ok {
			return x.MedianUs
		}
	}
	return nil
}

func ms(us *float64) string {
	if us == nil {
		return "-"
	}
	return fmt.Sprintf("%.2f", *us/1e3)
}

func percent(a, b *float64) string {
	if a == nil || b == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f %%", 100**a / *b)
}

func times(a, b *float64) string {
	if a == nil || b == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f", *a / *b)
}

// writeSweep writes a line a case and a column a peer.
func (r *Report) writeSweep(w io.Writer, study, heading string, value func(*Result) *float64, format string) {
	results := r.find(study, 0, "")
	if len(results) == 0 {
		return
	}
	fmt.Fprintf(w, "\n## %s\n\n", heading)
	r.grid(w, results, value, format)
}

func (r *Report) grid(w io.Writer, results []*Result, value func(*Result) *float64, format string) {
	impls := ordered(results, implName)
	row(w, append([]string{"case", "mode", "threads"}, impls...)...)
	rule(w, append([]string{"l", "l", "r"}, slices.Repeat([]string{"r"}, len(impls))...)...)
	line := func(x *Result) string { return fmt.Sprintf("%s\x00%s\x00%d", x.Case, x.Mode, x.Threads) }
	for _, key := range ordered(results, line) {
		cells := strings.Split(key, "\x00")
		for _, impl := range impls {
			var v *float64
			for _, x := range results {
				if line(x) == key && x.Impl == impl && x.Status == ok {
					v = value(x)
				}
			}
			cells = append(cells, number(v, format))
		}
		row(w, cells...)
	}
}

func gflops(x *Result) *float64 { return x.UsefulGFLOPS }

// writeCosts writes what the steady state leaves out: first calls and memory.
func (r *Report) writeCosts(w io.Writer) {
	var results []*Result
	for _, mode := range []string{forward, training} {
		results = append(results, r.find(studyCases, 1, mode)...)
	}
	if len(results) == 0 {
		return
	}
	scaled := func(field func(*Result) *float64, by float64) func(*Result) *float64 {
		return func(x *Result) *float64 {
			v := field(x)
			if v == nil {
				return nil
			}
			s := *v / by
			return &s
		}
	}
	fmt.Fprint(w, "\n## First call, ms\n\nWith the weights loaded; what a library compiles or packs then is in it.\n\n")
	r.grid(w, results, scaled(func(x *Result) *float64 { return x.FirstCallUs }, 1e3), "%.1f")
	fmt.Fprint(w, "\n## Peak memory of the process, MB\n\n")
	r.grid(w, results, scaled(func(x *Result) *float64 { return x.PeakRSSBytes }, 1e6), "%.0f")
	fmt.Fprint(w, "\n## Bytes allocated a call\n\nOf Go's heap, and asked of the C library's allocator. "+
		"What a library takes from a pool of its own is not in it.\n\n")
	r.grid(w, results, func(x *Result) *float64 { return x.AllocatedBytesPerCall }, "%.0f")
	fmt.Fprint(w, "\n## Largest difference from the float64 reference\n\nBounds: "+boundText+".\n\n")
	r.grid(w, results, func(x *Result) *float64 { return x.MaxDifference }, "%.1e")
}

// writeReasons lists why figures are missing, each reason once a peer.
func (r *Report) writeReasons(w io.Writer) {
	where := map[string][]string{}
	var order []string
	for i := range r.Results {
		x := &r.Results[i]
		if x.Status == ok {
			continue
		}
		key := x.Impl + ": " + x.Status
		if where[key] == nil {
			order = append(order, key)
		}
		where[key] = append(where[key], fmt.Sprintf("%s %s %d", x.Case, x.Mode, x.Threads))
	}
	if len(order) == 0 {
		return
	}
	fmt.Fprint(w, "\n## Not measured\n\n")
	for _, key := range order {
		places := where[key]
		text := strings.Join(places[:min(3, len(places))], ", ")
		if len(places) > 3 {
			text += fmt.Sprintf(" and %d more", len(places)-3)
		}
		fmt.Fprintf(w, "- %s (%s)\n", key, text)
	}
}

func row(w io.Writer, cells ...string) {
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(c, "|", "\\|")
	}
	fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
}

func rule(w io.Writer, align ...string) {
	for _, a := range align {
		if a == "r" {
			fmt.Fprint(w, "|---:")
		} else {
			fmt.Fprint(w, "|:---")
		}
	}
	fmt.Fprintln(w, "|")
}

func number(v *float64, format string) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf(format, *v)
}
