package nn_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/nn"
	"github.com/packedlstm/packedlstm/param"
)

// golden is testdata/golden.json, made by make_golden.py there.
type golden struct {
	Optimizers []struct {
		Name      string
		Settings  settings
		Start     []float32
		Gradients [][]float32
		Rates     []float64
		Values    [][]float64 // PyTorch's in float64, after each step
		Error     float64     // of PyTorch's float32 run
	}
	Clip []struct {
		MaxNorm            float64 `json:"max_norm"`
		Norm               float64
		Gradients, Clipped [][]float32
	}
	OneCycle []struct {
		Total    int
		Settings settings
		Rates    []float64
	} `json:"one_cycle"`
	Plateau []struct {
		Settings       settings
		Metrics, Rates []float64
	}
	Linear    struct{ Weight, Bias, X, DY, Y, DX, DWeight, DBias []float32 }
	Embedding struct {
		IDs                    []int
		Weight, DY, Y, DWeight []float32
	}
}

// settings are the keyword arguments of a PyTorch constructor that differ from its
// defaults.
type settings struct {
	Betas                  []float64
	Eps, Threshold, Factor *float64
	WeightDecay            *float64 `json:"weight_decay"`
	PercentStart           *float64 `json:"pct_start"`
	DivFactor              *float64 `json:"div_factor"`
	FinalDivFactor         *float64 `json:"final_div_factor"`
	MinLR                  float64  `json:"min_lr"`
	Momentum, Dampening    float64
	Nesterov               bool
	Patience               *int
	Cooldown               int
	Mode                   string
	ThresholdMode          string `json:"threshold_mode"`
}

func set[E any](to *E, from *E) {
	if from != nil {
		*to = *from
	}
}

func loadGolden(t *testing.T) golden {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// newOptimizer returns the named optimiser with PyTorch's settings.
func newOptimizer(t *testing.T, name string, s settings, params []param.Parameter, workers int) nn.Optimizer {
	t.Helper()
	var o nn.Optimizer
	var err error
	if name == "sgd" {
		c := nn.SGDConfig{Momentum: s.Momentum, Dampening: s.Dampening, Nesterov: s.Nesterov}
		set(&c.WeightDecay, s.WeightDecay)
		o, err = nn.NewSGD(params, c, workers)
	} else {
		c := nn.DefaultAdam()
		if name == "adamw" {
			c = nn.DefaultAdamW()
		}
		set(&c.WeightDecay, s.WeightDecay)
		set(&c.Epsilon, s.Eps)
		if s.Betas != nil {
			c.Beta1, c.Beta2 = s.Betas[0], s.Betas[1]
		}
		o, err = nn.NewAdam(params, c, workers)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// Every value after every step lies within twice PyTorch's own float32 error, and one
// unit in the last place of 8, of PyTorch's float64 run.
func TestOptimizersGolden(t *testing.T) {
	for i, c := range loadGolden(t).Optimizers {
		value, grad := slices.Clone(c.Start), make([]float32, len(c.Start))
		o := newOptimizer(t, c.Name, c.Settings, []param.Parameter{{Name: "p", Shape: []int{7}, Value: value, Grad: grad}}, 1)
		for step, rate := range c.Rates {
			copy(grad, c.Gradients[step])
			if err := o.Step(rate); err != nil {
				t.Fatal(err)
			}
			for j, want := range c.Values[step] {
				if d := math.Abs(float64(value[j]) - want); !(d <= 2*c.Error+0x1p-20) {
					t.Fatalf("%d %s: step %d: [%d] = %v, want %v ± %v", i, c.Name, step, j, value[j], want, 2*c.Error+0x1p-20)
				}
			}
		}
		o.ZeroGrad()
		if !slices.Equal(grad, make([]float32, 7)) {
			t.Errorf("%s: gradients %v after ZeroGrad", c.Name, grad)
		}
	}
}

func TestClipGradNormGolden(t *testing.T) {
	for i, c := range loadGolden(t).Clip {
		params := []param.Parameter{{Name: "a", Grad: c.Gradients[0]}, {Name: "none"}, {Name: "b", Grad: c.Gradients[1]}}
		norm, err := nn.ClipGradNorm(params, c.MaxNorm)
		if err != nil || !(math.Abs(norm-c.Norm) <= 11*0x1p-24*c.Norm) {
			t.Errorf("%d: norm %v, %v, want %v", i, norm, err, c.Norm)
		}
		for j, got := range [][]float32{c.Gradients[0], c.Gradients[1]} {
			for k, want := range c.Clipped[j] {
				if d := math.Abs(float64(got[k] - want)); !(d <= 0x1p-21*math.Abs(float64(want))) {
					t.Errorf("%d: gradient %d[%d] = %v, want %v", i, j, k, got[k], want)
				}
			}
		}
	}
}

// within fails unless the values agree to 1e-14 of the largest wanted one.
func within(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-14) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestSchedulesGolden(t *testing.T) {
	g := loadGolden(t)
	for _, c := range g.OneCycle {
		s := nn.NewOneCycle(0.3, c.Total)
		set(&s.PercentStart, c.Settings.PercentStart)
		set(&s.DivFactor, c.Settings.DivFactor)
		set(&s.FinalDivFactor, c.Settings.FinalDivFactor)
		for step, want := range c.Rates {
			within(t, "one cycle", s.LR(step), want)
		}
		within(t, "one cycle, beyond", s.LR(c.Total+5), c.Rates[c.Total-1])
		within(t, "one cycle, before", s.LR(-1), c.Rates[0])
	}
	for _, c := range g.Plateau {
		s := nn.NewReduceOnPlateau(1)
		set(&s.Factor, c.Settings.Factor)
		set(&s.Patience, c.Settings.Patience)
		set(&s.Threshold, c.Settings.Threshold)
		set(&s.Epsilon, c.Settings.Eps)
		s.Cooldown, s.MinLR = c.Settings.Cooldown, c.Settings.MinLR
		s.Maximize, s.Absolute = c.Settings.Mode == "max", c.Settings.ThresholdMode == "abs"
		for i, metric := range c.Metrics {
			saved, err := json.Marshal(s) // every epoch in a new run
			if err != nil {
				t.Fatal(err)
			}
			s = &nn.ReduceOnPlateau{}
			if err := json.Unmarshal(saved, s); err != nil {
				t.Fatal(err)
			}
			rate, err := s.Step(metric)
			if err != nil {
				t.Fatal(err)
			}
			within(t, "plateau", rate, c.Rates[i])
			within(t, "plateau", s.LR(i), c.Rates[i])
		}
		before := *s
		if _, err := s.Step(math.NaN()); err == nil || *s != before {
			t.Errorf("NaN metric: %v, %v", err, *s)
		}
	}
}

func TestLinearAndEmbeddingGolden(t *testing.T) {
	g := loadGolden(t)
	near := func(what string, got, want []float32) {
		t.Helper()
		if len(got) != len(want) {
			t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
		}
		for i, v := range want {
			if d := math.Abs(float64(got[i] - v)); !(d <= 1e-6) { // sums of up to 7 products of about 1
				t.Errorf("%s[%d] = %v, want %v", what, i, got[i], v)
			}
		}
	}
	l, err := nn.NewLinear(5, 3, true, 1)
	if err != nil {
		t.Fatal(err)
	}
	copy(l.Weight, g.Linear.Weight)
	copy(l.Bias, g.Linear.Bias)
	ws := nn.NewLinearWorkspace(1)
	y, err := l.Forward(ws, nil, g.Linear.X, 7)
	if err != nil {
		t.Fatal(err)
	}
	dx, err := l.Backward(ws, nil, g.Linear.X, g.Linear.DY, 7)
	if err != nil {
		t.Fatal(err)
	}
	near("y", y, g.Linear.Y)
	near("dx", dx, g.Linear.DX)
	near("DWeight", l.DWeight, g.Linear.DWeight)
	near("DBias", l.DBias, g.Linear.DBias)

	e, err := nn.NewEmbedding(5, 3, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(e.Weight[3:6], make([]float32, 3)) {
		t.Errorf("the padding row starts as %v, want zeros", e.Weight[3:6])
	}
	copy(e.Weight, g.Embedding.Weight)
	if y, err = e.Forward(nil, g.Embedding.IDs); err != nil {
		t.Fatal(err)
	}
	if err := e.Backward(g.Embedding.IDs, g.Embedding.DY); err != nil {
		t.Fatal(err)
	}
	near("embedding", y, g.Embedding.Y)
	near("its gradient", e.DWeight, g.Embedding.DWeight)
}
