package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"runtime"
	"strconv"
	"time"

	"github.com/packedlstm/packedlstm/kernels"
)

// Report is what a run measured. Figures are medians of the samples beside them; null
// stands where a figure makes no sense.
type Report struct {
	Date     string            `json:"date"` // of the start, RFC 3339
	Machine  Machine           `json:"machine"`
	Settings Settings          `json:"settings"`
	Formulas map[string]string `json:"formulas"`
	Roofs    []Roof            `json:"roofs"`
	Results  []Result          `json:"results"`
}

// Machine is where the run took place.
type Machine struct {
	Brand      string `json:"brand"`
	L1D        int    `json:"l1d_bytes"` // 0: the CPU does not say
	L2         int    `json:"l2_bytes"`
	L3         int    `json:"l3_bytes"`
	Cores      int    `json:"cores"` // logical, that the process may use
	GOMAXPROCS int    `json:"gomaxprocs"`
	GOOS       string `json:"goos"`
	GOARCH     string `json:"goarch"`
	GoVersion  string `json:"go_version"`
}

// Settings are what was asked for and what became of it.
type Settings struct {
	BudgetSeconds float64 `json:"budget_seconds"`
	Seconds       float64 `json:"seconds"` // that the run took
	Rounds        int     `json:"rounds"`  // that the budget allowed
	SampleSeconds float64 `json:"sample_seconds"`
}

// Roof is what the machine can do at one level on so many cores at once.
type Roof struct {
	Level       string          `json:"level"`
	Workers     int             `json:"workers"`
	PeakGFLOPS  *float64        `json:"peak_gflops"`
	PeakSamples []float64       `json:"peak_samples_gflops"` // one beside each sample of a result
	Bandwidths  []TierBandwidth `json:"bandwidths"`          // the nearest tier first
}

// TierBandwidth is the read bandwidth of a cache or the memory.
type TierBandwidth struct {
	Tier
	GBPerSecond *float64  `json:"gb_per_second"`
	Samples     []float64 `json:"samples_gb_per_second"` // one at least a round
}

// Result is one case in one mode at one level on so many workers. Its percentages are of
// what as many cores can do, busy or not: a layer with one row keeps one worker busy.
type Result struct {
	Case    string `json:"case"`
	Level   string `json:"level"`
	Mode    Mode   `json:"mode"`
	Workers int    `json:"workers"`

	Tokens      int     `json:"tokens"` // of one call
	FLOP        float64 `json:"flop"`
	WeightBytes float64 `json:"weight_bytes"`
	FLOPPerByte float64 `json:"flop_per_weight_byte"`

	NsPerToken       *float64 `json:"ns_per_token"`
	GFLOPS           *float64 `json:"gflops"`
	PercentPeak      *float64 `json:"percent_peak"`
	PercentBandwidth *float64 `json:"percent_bandwidth"`
	BandwidthOf      string   `json:"bandwidth_of,omitempty"` // the tier that holds the weights

	Samples []Sample `json:"samples"`
}

// Sample is the mean of some calls in one round.
type Sample struct {
	Round            int      `json:"round"`
	Calls            int      `json:"calls"`
	Seconds          float64  `json:"seconds"`
	NsPerToken       float64  `json:"ns_per_token"`
	GFLOPS           float64  `json:"gflops"`
	PeakGFLOPS       *float64 `json:"peak_gflops"`  // measured right before
	PercentPeak      *float64 `json:"percent_peak"` // of the median of the round's peaks
	PercentBandwidth *float64 `json:"percent_bandwidth"`
}

// formulas say in the report itself what its figures are.
var formulas = map[string]string{
	"gflops": "2 FLOP a multiply-add of the matrix products over the real tokens, gates not counted; " +
		"training counts 3 times the forward pass; recurrent: the h*W_hh products of one layer and direction",
	"percent_peak": "100 * gflops / peak_gflops, the median peak of the same round, level and workers",
	"percent_bandwidth": "100 * B * steps / seconds / bandwidth of the tier that holds B, median of the same round; B: bytes " +
		"of the recurrent weights that each step reads, 16*H*P a layer and direction, P = H rounded up to 16; the tier is " +
		"the smallest with room for one layer and direction; null where a step has more than one row, and for training",
	"flop_per_weight_byte": "flop / weight_bytes; recurrent weights once a step, input weights once a pass, training twice that",
}

// ThisMachine describes the machine that runs this.
func ThisMachine() Machine {
	m := kernels.CPU()
	return Machine{Brand: m.Brand, L1D: m.L1D, L2: m.L2, L3: m.L3, Cores: runtime.NumCPU(), GOMAXPROCS: runtime.GOMAXPROCS(0),
		GOOS: runtime.GOOS, GOARCH: runtime.GOARCH, GoVersion: runtime.Version()}
}

// Roof returns the roof of a level and number of workers, nil if there is none.
func (r *Report) Roof(level string, workers int) *Roof {
	for i := range r.Roofs {
		if r.Roofs[i].Level == level && r.Roofs[i].Workers == workers {
			return &r.Roofs[i]
		}
	}
	return nil
}

// WriteJSON writes the report as indented JSON.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("bench: report: %w", err)
	}
	return nil
}

// summarise fills in the medians.
func (r *Report) summarise() {
	for i := range r.Roofs {
		f := &r.Roofs[i]
		f.PeakGFLOPS = medianOrNil(f.PeakSamples)
		for j := range f.Bandwidths {
			f.Bandwidths[j].GBPerSecond = medianOrNil(f.Bandwidths[j].Samples)
		}
	}
	for i := range r.Results {
		s := &r.Results[i]
		s.NsPerToken = s.medianSample(func(x *Sample) *float64 { return &x.NsPerToken })
		s.GFLOPS = s.medianSample(func(x *Sample) *float64 { return &x.GFLOPS })
		s.PercentPeak = s.medianSample(func(x *Sample) *float64 { return x.PercentPeak })
		s.PercentBandwidth = s.medianSample(func(x *Sample) *float64 { return x.PercentBandwidth })
	}
}

func (r *Result) medianSample(value func(*Sample) *float64) *float64 {
	var values []float64
	for i := range r.Samples {
		if v := value(&r.Samples[i]); v != nil {
			values = append(values, *v)
		}
	}
	return medianOrNil(values)
}

func medianOrNil(values []float64) *float64 {
	if len(values) == 0 {
		return nil
	}
	return Figure(Median(values))
}

// Figure returns five digits of v, more than any clock is worth; nil of what is no number.
func Figure(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	v = Digits(v)
	return &v
}

// Digits returns five digits of v.
func Digits(v float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 5, 64), 64)
	if err != nil {
		return v
	}
	return short
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
