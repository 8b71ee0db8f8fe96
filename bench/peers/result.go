package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/packedlstm/packedlstm/bench"
)

// Report is peers.json.
type Report struct {
	Date     string            `json:"date"` // of the start, RFC 3339
	Machine  Machine           `json:"machine"`
	Settings Settings          `json:"settings"`
	Formulas map[string]string `json:"formulas"`
	Versions map[string]string `json:"versions"` // of each peer that started
	// StartSeconds are what the starts, first calls and checks of each peer took together.
	StartSeconds map[string]float64 `json:"start_seconds"`
	Peaks        []Peak             `json:"peaks"`
	Floors       []Floor            `json:"floors"`
	// Shapes are by STUDY/CASE, families by peer.
	Shapes   map[string]bench.Shape `json:"shapes"`
	Families map[string]family      `json:"families"`
	Results  []Result               `json:"results"`
}

// newReport returns a report without results.
func newReport() *Report {
	return &Report{Formulas: formulas, Versions: map[string]string{}, StartSeconds: map[string]float64{},
		Shapes: map[string]bench.Shape{}, Families: map[string]family{}}
}

// ReadJSON returns a report that WriteJSON has written.
func ReadJSON(data []byte) (*Report, error) {
	r := newReport()
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	for i := range r.Results {
		x := &r.Results[i]
		c := cell{study: x.Study, shape: bench.Shape{Name: x.Case}}
		x.shape, x.family = r.Shapes[c.key()], r.Families[x.Impl]
	}
	return r, nil
}

// Machine is where the run took place.
type Machine = bench.Machine

// Settings are what was asked for and what became of it.
type Settings struct {
	BudgetSeconds float64 `json:"budget_seconds"`
	Seconds       float64 `json:"seconds"` // that the run took, building included
	BuildSeconds  float64 `json:"build_seconds"`
	Rounds        int     `json:"rounds"`
	Quick         bool    `json:"quick"`
	// Variables are those set that change what a peer does, NAME=VALUE.
	Variables []string `json:"variables"`
}

// Peak is the FMA peak of so many cores at once, beside the rounds.
type Peak struct {
	Level   string    `json:"level"`
	Threads int       `json:"threads"`
	GFLOPS  float64   `json:"gflops"` // the highest: a core is seldom alone on a shared machine
	Samples []float64 `json:"samples_gflops"`
}

// Result is one case on so many threads, in one mode, by one peer.
type Result struct {
	Study   string `json:"study"` // "cases", or the sweep that the case belongs to
	Case    string `json:"case"`
	Threads int    `json:"threads"`
	Mode    string `json:"mode"`
	Impl    string `json:"impl"`
	Status  string `json:"status"` // "ok", or why there are no figures

	MedianUs              *float64  `json:"median_us"` // of all calls
	SamplesUs             []float64 `json:"samples_us"`
	RoundMediansUs        []float64 `json:"round_medians_us"`
	UsefulGFLOPS          *float64  `json:"useful_gflops"`
	PercentOfPeak         *float64  `json:"percent_of_peak"`
	FirstCallUs           *float64  `json:"first_call_us"`
	PeakRSSBytes          *float64  `json:"peak_rss_bytes"`
	AllocatedBytesPerCall *float64  `json:"allocated_bytes_per_call"`
	MaxDifference         *float64  `json:"max_difference"`

	shape  bench.Shape
	family family
}

const ok = "ok"

var formulas = map[string]string{
	"useful_gflops": "2 FLOP a multiply-add of the matrix products over the real tokens, input projection included, gates not " +
		"counted; training counts 3 times the forward pass; by median_us",
	"percent_of_peak": "100 * useful_gflops / FMA peak of as many cores at once, the highest of the run",
	"median_us":       "median over samples_us: all timed calls of all rounds, in their order",
	"status":          "ok after these bounds held: " + boundText,
	"ratio":           "useful_gflops of this library at its best level / useful_gflops of the fastest other library with status ok",
	"allocated_bytes_per_call": "bytes of Go's heap, mean over the timed calls, and bytes asked of the C library's allocator in one " +
		"more call; what a library takes from a pool of its own or maps itself is not counted",
}

// finish fills in the figures that follow from all calls, round by round.
func (r *Result) finish(rounds [][]float64, flop float64) {
	var all []float64
	for _, us := range rounds {
		if len(us) == 0 {
			continue
		}
		all = append(all, us...)
		r.RoundMediansUs = append(r.RoundMediansUs, bench.Digits(bench.Median(us)))
	}
	for _, us := range all {
		r.SamplesUs = append(r.SamplesUs, bench.Digits(us))
	}
	if len(all) == 0 {
		return
	}
	m := bench.Median(all)
	r.MedianUs, r.UsefulGFLOPS = bench.Figure(m), bench.Figure(flop/m/1e3)
}

// flopOf returns the useful floating-point operations of one call.
func flopOf(s *bench.Shape, mode string) float64 {
	if mode == training {
		return 3 * s.FLOP()
	}
	return s.FLOP()
}

// WriteJSON writes the report as indented JSON.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// peak returns the FMA peak, 0 if there is none.
func (r *Report) peak(threads int) float64 {
	for _, p := range r.Peaks {
		if p.Threads == threads {
			return p.GFLOPS
		}
	}
	return 0
}

// find returns the results of a study, threads and mode (0, "": any).
func (r *Report) find(study string, threads int, mode string) (found []*Result) {
	for i := range r.Results {
		x := &r.Results[i]
		if x.Study == study && (threads == 0 || x.Threads == threads) && (mode == "" || x.Mode == mode) {
			found = append(found, x)
		}
	}
	return found
}

// ordered returns each value of a field once, in the order of the results.
func ordered(results []*Result, field func(*Result) string) (values []string) {
	for _, x := range results {
		if v := field(x); !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return values
}

func caseName(x *Result) string { return x.Case }
func implName(x *Result) string { return x.Impl }

// geometricMean returns 0 of no values.
func geometricMean(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sum := 0.0
	for _, v := range values {
		sum += math.Log(v)
	}
	return math.Exp(sum / float64(len(values)))
}
