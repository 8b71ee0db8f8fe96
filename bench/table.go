package bench

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteTable writes the report for readers: the machine, its roofs, and a line for each
// result with its case, mode, level, workers, ns/token, GFLOP/s, percent of peak and
// percent of bandwidth with the tier that it is of; - stands where there is no figure.
func (r *Report) WriteTable(w io.Writer) error {
	b := bufio.NewWriter(w)
	m := r.Machine
	fmt.Fprintf(b, "%s, %d cores, %s/%s, %s, %s\n", strings.TrimSpace(m.Brand), m.Cores, m.GOOS, m.GOARCH, m.GoVersion, r.Date)
	fmt.Fprintf(b, "L1D %s, L2 %s, L3 %s; %d rounds, %.0f s; medians\n\n",
		size(m.L1D), size(m.L2), size(m.L3), r.Settings.Rounds, r.Settings.Seconds)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	r.writeRoofs(t)
	fmt.Fprintln(t)
	fmt.Fprintln(t, "case\tmode\tlevel\tworkers\tns/token\tGFLOP/s\t% peak\t% bandwidth\t")
	for i := range r.Results {
		x := &r.Results[i]
		bandwidth := text(x.PercentBandwidth, 0)
		if x.PercentBandwidth != nil {
			bandwidth += "(" + x.BandwidthOf + ")"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t\n", x.Case, x.Mode, x.Level, x.Workers,
			text(x.NsPerToken, 0), text(x.GFLOPS, 1), text(x.PercentPeak, 0), bandwidth)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("bench: table: %w", err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("bench: table: %w", err)
	}
	return nil
}

// writeRoofs writes a line for each level and number of cores. The tiers are the same
// in all of them that have any.
func (r *Report) writeRoofs(w io.Writer) {
	var tiers []TierBandwidth
	for _, f := range r.Roofs {
		if len(f.Bandwidths) > 0 {
			tiers = f.Bandwidths
		}
	}
	fmt.Fprint(w, "level\tcores\tpeak GFLOP/s\t")
	for _, t := range tiers {
		fmt.Fprintf(w, "%s GB/s\t", t.Name)
	}
	fmt.Fprintln(w)
	for _, f := range r.Roofs {
		fmt.Fprintf(w, "%s\t%d\t%s\t", f.Level, f.Workers, text(f.PeakGFLOPS, 1))
		for i := range tiers {
			if i < len(f.Bandwidths) {
				fmt.Fprintf(w, "%s\t", text(f.Bandwidths[i].GBPerSecond, 1))
			} else {
				fmt.Fprint(w, "-\t")
			}
		}
		fmt.Fprintln(w)
	}
}

// text returns a figure with so many decimals, or -.
func text(v *float64, decimals int) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.*f", decimals, *v)
}

func size(bytes int) string {
	switch {
	case bytes <= 0:
		return "unknown"
	case bytes >= 10<<20:
		return fmt.Sprintf("%d MB", bytes>>20)
	}
	return fmt.Sprintf("%d KB", bytes>>10)
}
