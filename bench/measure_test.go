package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/packedlstm/packedlstm/kernels"
)

var smallShapes = []Shape{
	{Name: "row", Input: 3, Hidden: 5, Layers: 1, Lengths: []int{7}},
	{Name: "ragged", Input: 7, Hidden: 33, Layers: 2, Bidirectional: true, Lengths: []int{3, 0, 5, 1, 5}},
}

// smallCPU makes the buffers small, and so the tests short.
var smallCPU = kernels.Machine{L1D: 16 << 10, L2: 64 << 10, L3: 1 << 20}

// shorten makes calls of mode Product so many FLOP long until the test ends.
func shorten(t *testing.T, flop float64) {
	before := productCall
	productCall = flop
	t.Cleanup(func() { productCall = before })
}

func cores() []int {
	if runtime.GOMAXPROCS(0) < 2 {
		return []int{1}
	}
	return []int{1, 2}
}

// TestMeasure looks at a short run as a reader of its JSON does. No time is asserted.
func TestMeasure(t *testing.T) {
	shorten(t, 1e6)
	level, procs := kernels.Active(), runtime.GOMAXPROCS(0)
	steps, last := 0, 0
	r, err := Measure(context.Background(), Options{Shapes: smallShapes, Modes: Modes, Levels: kernels.Available(),
		Workers: cores(), Rounds: 2, Budget: time.Minute, cpu: &smallCPU, Sample: 100 * time.Microsecond,
		Progress: func(done, total int, next string) { steps, last = steps+1, total }})
	if err != nil {
		t.Fatal(err)
	}
	if kernels.Active() != level || runtime.GOMAXPROCS(0) != procs {
		t.Errorf("level %v, GOMAXPROCS %d: want them restored to %v, %d", kernels.Active(), runtime.GOMAXPROCS(0), level, procs)
	}
	cells := len(smallShapes) * len(Modes) * len(kernels.Available()) * len(cores())
	if steps != 3*cells || last != 3*cells {
		t.Errorf("progress: %d steps of %d, want %d", steps, last, 3*cells)
	}
	if len(r.Results) != cells || len(r.Roofs) != len(kernels.Available())*len(cores()) || r.Settings.Rounds != 2 {
		t.Fatalf("%d results, %d roofs, %d rounds", len(r.Results), len(r.Roofs), r.Settings.Rounds)
	}
	for _, x := range r.Results {
		checkResult(t, r, x)
	}
	for _, f := range r.Roofs {
		checkRoof(t, f, cells/len(r.Roofs))
	}
	checkJSON(t, r)
	checkTable(t, r)
}

func checkResult(t *testing.T, r *Report, x Result) {
	t.Helper()
	name := strings.Join([]string{x.Case, x.Level, string(x.Mode)}, " ")
	if len(x.Samples) != 2 || x.Tokens < 1 || !positive(x.NsPerToken) || !positive(x.GFLOPS) || !(x.FLOPPerByte > 0) {
		t.Errorf("%s: %+v", name, x)
		return
	}
	roof := r.Roof(x.Level, x.Workers)
	if positive(x.PercentPeak) != positive(roof.PeakGFLOPS) {
		t.Errorf("%s: percent of peak %v, peak %v", name, x.PercentPeak, roof.PeakGFLOPS)
	}
	if want := x.Case == "row" && x.Mode != Training && len(roof.Bandwidths) > 0; positive(x.PercentBandwidth) != want {
		t.Errorf("%s: percent of bandwidth %v, want one: %v", name, x.PercentBandwidth, want)
	}
	for i, s := range x.Samples {
		// The two figures of a sample belong together.
		if want := x.FLOP / float64(x.Tokens) / s.NsPerToken; s.Round != i || s.Calls < 1 || math.Abs(s.GFLOPS-want) > 1e-3*want {
			t.Errorf("%s: sample %d: %+v: want %g GFLOP/s", name, i, s, want)
		}
	}
}

func positive(v *float64) bool { return v != nil && *v > 0 && !math.IsInf(*v, 0) }

func checkRoof(t *testing.T, f Roof, cells int) {
	t.Helper()
	if f.Level == kernels.Portable.String() {
		if f.PeakGFLOPS != nil || len(f.PeakSamples) > 0 || len(f.Bandwidths) > 0 {
			t.Errorf("the portable level has a roof: %+v", f)
		}
		return
	}
	if !positive(f.PeakGFLOPS) || len(f.PeakSamples) != 2*cells {
		t.Errorf("%s on %d: peak %v of %d samples, want %d", f.Level, f.Workers, f.PeakGFLOPS, len(f.PeakSamples), 2*cells)
	}
	for _, b := range f.Bandwidths {
		if !positive(b.GBPerSecond) || len(b.Samples) < 2 {
			t.Errorf("%s on %d: %s: %v of %d samples, want 2 or more", f.Level, f.Workers, b.Name, b.GBPerSecond, len(b.Samples))
		}
	}
}

// checkJSON looks for every field that readers of bench.json were promised.
func checkJSON(t *testing.T, r *Report) {
	t.Helper()
	var text bytes.Buffer
	if err := r.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	if err := json.Unmarshal(text.Bytes(), &file); err != nil {
		t.Fatal(err)
	}
	list := func(v any, name string) map[string]any { return v.(map[string]any)[name].([]any)[0].(map[string]any) }
	for _, c := range []struct {
		where string
		have  map[string]any
		want  []string
	}{
		{"report", file, []string{"date", "machine", "settings", "formulas", "roofs", "results"}},
		{"machine", file["machine"].(map[string]any), []string{"brand", "l1d_bytes", "l2_bytes", "l3_bytes", "cores",
			"gomaxprocs", "goos", "goarch", "go_version"}},
		{"roof", list(file, "roofs"), []string{"level", "workers", "peak_gflops", "peak_samples_gflops", "bandwidths"}},
		{"result", list(file, "results"), []string{"case", "level", "mode", "workers", "tokens", "flop", "weight_bytes",
			"ns_per_token", "gflops", "percent_peak", "percent_bandwidth", "samples"}},
		{"sample", list(list(file, "results"), "samples"), []string{"round", "calls", "seconds", "ns_per_token", "gflops",
			"peak_gflops", "percent_peak", "percent_bandwidth"}},
	} {
		for _, name := range c.want {
			if _, ok := c.have[name]; !ok {
				t.Errorf("%s has no %q", c.where, name)
			}
		}
	}
}

func checkTable(t *testing.T, r *Report) {
	t.Helper()
	var text bytes.Buffer
	if err := r.WriteTable(&text); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(text.String(), "\n")
	for _, x := range r.Results {
		found := slices.ContainsFunc(lines, func(line string) bool {
			f := strings.Fields(line)
			return len(f) == 8 && f[0] == x.Case && f[1] == string(x.Mode) && f[2] == x.Level
		})
		if !found {
			t.Errorf("no line of 8 columns for %s %s %s in\n%s", x.Case, x.Mode, x.Level, text.String())
		}
	}
}

func TestMeasureRefuses(t *testing.T) {
	shorten(t, 1e6)
	good := Options{Shapes: smallShapes, Modes: Modes, Levels: []kernels.Level{kernels.Portable}, Workers: []int{1},
		Rounds: 1, Budget: time.Minute, cpu: &smallCPU}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []struct {
		name   string
		ctx    context.Context
		change func(*Options)
		want   string
	}{
		{"no case", nil, func(o *Options) { o.Shapes = nil }, "0 cases"},
		{"no mode", nil, func(o *Options) { o.Modes = nil }, "0 modes"},
		{"bad mode", nil, func(o *Options) { o.Modes = []Mode{Forward, "sideways"} }, `Modes[1]: bench: mode "sideways"`},
		{"bad level", nil, func(o *Options) { o.Levels = []kernels.Level{99} }, "Levels[0] = Level(99)"},
		{"no worker", nil, func(o *Options) { o.Workers = []int{0} }, "Workers[0] = 0"},
		{"many workers", nil, func(o *Options) { o.Workers = []int{1, 9999} }, "Workers[1] = 9999"},
		{"no round", nil, func(o *Options) { o.Rounds = 0 }, "Rounds = 0"},
		{"no budget", nil, func(o *Options) { o.Budget = 0 }, "Budget = 0s"},
		{"small budget", nil, func(o *Options) { o.Budget = 1 }, "first calls of 8"},
		{"broken case", nil, func(o *Options) { o.Shapes = []Shape{{Name: "hollow", Lengths: []int{1}}} }, `"hollow"`},
		{"cancelled", cancelled, func(*Options) {}, "stopped"},
	} {
		o := good
		c.change(&o)
		ctx := c.ctx
		if ctx == nil {
			ctx = context.Background()
		}
		if _, err := Measure(ctx, o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v: want %q in it", c.name, err, c.want)
		} else if c.ctx != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v is not context.Canceled", c.name, err)
		}
	}
}

// TestRecurrentIsTheLayer compares what mode Recurrent computes with the layer whose
// part it times: on rows of zeros their bits are equal.
func TestRecurrentIsTheLayer(t *testing.T) {
	for _, l := range kernels.Available() {
		for _, hidden := range []int{1, 17, 33, 257} {
			s := Shape{Name: "s", Input: 3, Hidden: hidden, Layers: 1, Lengths: []int{5, 0, 9, 9, 1, 2, 17}}
			f, err := NewFixture(s, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			clear(f.x)
			for _, workers := range []int{1, 3, 8} {
				ws := NewWorkspaces(workers)
				call, err := f.Run(Recurrent, l, ws)
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					if err := call(); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := f.Run(Forward, l, ws); err != nil {
					t.Fatal(err)
				}
				want, err := f.prepared[l].Forward(ws.lstm, f.layout, f.x, nil)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(ws.recurrent.y, want.Y) {
					t.Errorf("%v, %d units, %d workers: y differs from the layer's", l, hidden, workers)
				}
			}
		}
	}
}

// TestRunsAllocateNothing: a call that allocates would time the collector.
func TestRunsAllocateNothing(t *testing.T) {
	shorten(t, 1e6)
	f, err := NewFixture(smallShapes[1], 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	ws := NewWorkspaces(2)
	for _, m := range Modes {
		call, err := f.Run(m, kernels.Active(), ws)
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(10, func() {
			if err := call(); err != nil {
				t.Fatal(err)
			}
		}); n > 0 {
			t.Errorf("%s: %v allocations a call", m, n)
		}
	}
	if _, err := f.Run("sideways", kernels.Active(), ws); err == nil {
		t.Error("no error from an unknown mode")
	}
}

// TestProduct compares mode Product with plain sums, split among any number of workers.
func TestProduct(t *testing.T) {
	shorten(t, 1e6)
	f, err := NewFixture(Shape{Name: "s", Input: 1, Hidden: 257, Layers: 1, Lengths: []int{1, 1, 0, 1, 1, 1}}, 64<<10)
	if err != nil {
		t.Fatal(err)
	}
	rows, k, n := f.productSize(f.l2)
	b := random(k*n, 3)
	for _, workers := range []int{1, 2, 3, 7} {
		ws := NewWorkspaces(workers)
		call, err := f.Run(Product, kernels.Active(), ws)
		if err == nil {
			err = call()
		}
		if err != nil {
			t.Fatal(err)
		}
		var c []float32 // [n, rows], from the columns of all workers
		for _, p := range ws.product.parts {
			for j := range p.product.CStride {
				for r := range rows {
					c = append(c, p.c[r*p.product.CStride+j])
				}
			}
		}
		if len(c) != n*rows {
			t.Fatalf("%d workers: %d elements, want %d", workers, len(c), n*rows)
		}
		for r := range rows {
			for j := range n {
				want, bound := 0.0, 0.0
				for i := range k {
					term := float64(ws.product.a[r*(k+kernels.PanelWidth)+i]) * float64(b[i*n+j])
					want, bound = want+term, bound+math.Abs(term)
				}
				if got := float64(c[j*rows+r]); math.Abs(got-want) > bound*float64(k)*0x1p-24 {
					t.Fatalf("%d workers: c[%d, %d] = %v, want %v", workers, r, j, got, want)
				}
			}
		}
	}
}
