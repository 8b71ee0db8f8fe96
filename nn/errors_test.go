package nn_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/nn"
	"github.com/packedlstm/packedlstm/param"
)

// wantError fails unless err mentions every one of the parts.
func wantError(t *testing.T, what string, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", what)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%s: error %q does not say %q", what, err, part)
		}
	}
}

func TestLinearErrors(t *testing.T) {
	for _, c := range [][2]int{{0, 3}, {3, -1}, {math.MaxInt / 3, math.MaxInt / 3}, {math.MinInt, 2}, {math.MaxInt, 2}} {
		_, err := nn.NewLinear(c[0], c[1], true, 1)
		wantError(t, "NewLinear", err, "inFeatures", "outFeatures")
	}
	ws := nn.NewLinearWorkspace(2)
	f := func(n int) []float32 { return make([]float32, n) }
	memory := f(100)
	for what, c := range map[string]struct {
		change  func(l *nn.Linear)
		ws      *nn.LinearWorkspace
		x, dst  []float32
		rows    int
		message string
	}{
		"short x":       {x: f(5), rows: 2, ws: ws, message: "x has 5 elements: want 2 rows of 3"},
		"long x":        {x: f(7), rows: 2, ws: ws, message: "x has 7"},
		"negative rows": {x: nil, rows: -1, ws: ws, message: "-1 rows"},
		"overflow":      {x: f(2), rows: math.MaxInt, ws: ws, message: "rows of 3"},
		"no workspace":  {x: f(6), rows: 2, message: "ws is nil"},
		"overlap":       {x: memory[:6], dst: memory[5:], rows: 2, ws: ws, message: "dst overlaps x"},
		"short weight":  {change: func(l *nn.Linear) { l.Weight = l.Weight[1:] }, x: f(6), rows: 2, ws: ws, message: "Weight has 5"},
		"empty bias":    {change: func(l *nn.Linear) { l.Bias = f(0) }, x: f(6), rows: 2, ws: ws, message: "Bias has 0"},
		"zero width":    {change: func(l *nn.Linear) { l.InFeatures = 0 }, x: f(6), rows: 2, ws: ws, message: "InFeatures = 0"},
	} {
		l, err := nn.NewLinear(3, 2, true, 1)
		if err != nil {
			t.Fatal(err)
		}
		if c.change != nil {
			c.change(l)
		}
		_, err = l.Forward(c.ws, c.dst, c.x, c.rows)
		wantError(t, what, err, c.message)
		_, err = l.Backward(c.ws, c.dst, c.x, f(4), c.rows)
		wantError(t, what+", backward", err, c.message)
		if l.DWeight[0] != 0 {
			t.Errorf("%s: a gradient was written", what)
		}
	}
	l, _ := nn.NewLinear(3, 2, true, 1)
	_, err := l.Backward(ws, nil, f(6), f(3), 2)
	wantError(t, "dy", err, "dy has 3")
	l.DBias = nil
	_, err = l.Backward(ws, nil, f(6), f(4), 2)
	wantError(t, "no DBias", err, "DBias")
	var none *nn.Linear
	_, err = none.Forward(ws, nil, nil, 0)
	wantError(t, "nil layer", err, "Linear.Forward: the layer is nil")
}

func TestEmbeddingErrors(t *testing.T) {
	_, err := nn.NewEmbedding(5, 3, 5, 1)
	wantError(t, "padding", err, "paddingIndex = 5")
	e, err := nn.NewEmbedding(5, 3, -1, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []int{5, -1, math.MinInt, math.MaxInt} {
		dst := []float32{1, 1, 1, 1, 1, 1}
		_, err := e.Forward(dst, []int{0, id})
		wantError(t, "id", err, "ids[1]", "0 to 4")
		wantError(t, "id", e.Backward([]int{0, id}, dst), "ids[1]", "0 to 4")
		if dst[0] != 1 || slices.Max(e.DWeight) != 0 {
			t.Error("written in spite of the error")
		}
	}
	wantError(t, "dy", e.Backward([]int{0, 1}, make([]float32, 5)), "dy has 5")
	_, err = e.Forward(e.Weight, []int{0})
	wantError(t, "overlap", err, "overlaps")
	_, err = nn.Dropout{P: 1.5}.Forward(nil, make([]float32, 2), 0)
	wantError(t, "dropout", err, "nn: Dropout: P = 1.5: want 0 to 1")
}

// TestHugeResults: what make would refuse, or a machine hardly has, is an error.
func TestHugeResults(t *testing.T) {
	const size = 1 << 20
	wide := make([]float32, size)
	l := &nn.Linear{InFeatures: 1, OutFeatures: size, Weight: wide}
	_, err := l.Forward(nn.NewLinearWorkspace(1), nil, wide, size)
	wantError(t, "Linear", err, "1048576 rows of OutFeatures = 1048576")
	e := &nn.Embedding{NumEmbeddings: 1, EmbeddingDim: size, PaddingIndex: -1, Weight: wide}
	_, err = e.Forward(nil, make([]int, size))
	wantError(t, "Embedding", err, "1048576 ids of EmbeddingDim = 1048576")
}

func TestOptimizerErrors(t *testing.T) {
	p := param.Parameter{Name: "p", Shape: []int{2}, Value: make([]float32, 2), Grad: make([]float32, 2)}
	short, shape := p, p
	short.Grad = short.Grad[:1]
	shape.Shape = []int{math.MaxInt, math.MaxInt}
	for what, params := range map[string][]param.Parameter{"twice": {p, p}, "1 gradients": {short}, "values for shape": {shape}} {
		_, err := nn.NewAdam(params, nn.DefaultAdam(), 1)
		wantError(t, what, err, what, "params[")
	}
	for _, c := range []nn.AdamConfig{{Beta1: 1}, {Beta2: -0.1}, {Epsilon: math.NaN()}, {WeightDecay: math.Inf(1)}} {
		_, err := nn.NewAdam(nil, c, 1)
		wantError(t, "Adam", err, "want 0 <=")
	}
	for _, c := range []nn.SGDConfig{{Momentum: -1}, {Nesterov: true}, {Nesterov: true, Momentum: 1, Dampening: 1}, {Dampening: math.NaN()}} {
		_, err := nn.NewSGD(nil, c, 1)
		wantError(t, "SGD", err, "nn: NewSGD")
	}
	adam, err := nn.NewAdam([]param.Parameter{p}, nn.DefaultAdam(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, lr := range []float64{-1, math.NaN(), math.Inf(1)} {
		wantError(t, "lr", adam.Step(lr), "lr =")
	}
	empty := &nn.SGD{}
	empty.ZeroGrad()
	wantError(t, "zero value", empty.Step(1), "New")
	if len(empty.State()) != 0 {
		t.Error("the zero value has a state")
	}
	if adam.State()[0].Data[1] != 0 {
		t.Error("a refused step was counted")
	}
}

func TestSimpleSchedules(t *testing.T) {
	c := nn.CosineWithWarmup{MaxLR: 1, MinLR: 0.5, WarmupSteps: 4, TotalSteps: 12}
	for step, want := range map[int]float64{-1: 0, 0: 0, 1: 0.25, 4: 1, 8: 0.75, 6: 0.75 + math.Sqrt2/8, 12: 0.5, 99: 0.5} {
		within(t, "cosine", c.LR(step), want)
	}
	within(t, "cosine of no steps", nn.CosineWithWarmup{MaxLR: 1, MinLR: 0.5}.LR(0), 0.5)
	within(t, "constant", nn.Constant(0.25).LR(7), 0.25)
	for total := range 3 {
		if lr := nn.NewOneCycle(1, total).LR(0); math.IsNaN(lr) || math.IsInf(lr, 0) {
			t.Errorf("one cycle of %d steps starts at %v", total, lr)
		}
	}
}

// What a New function that failed left behind is an error to use, not a crash.
func TestNilReceivers(t *testing.T) {
	var adam *nn.Adam
	var sgd *nn.SGD
	for _, o := range []nn.Optimizer{adam, sgd} {
		wantError(t, "Step", o.Step(1), "New")
		o.ZeroGrad()
		if len(o.State()) != 0 {
			t.Error("a nil optimiser has a state")
		}
	}
	var e *nn.Embedding
	if len(e.Tensors()) != 0 || len(e.Parameters("")) != 0 {
		t.Error("a nil embedding has parameters")
	}
	_, err := e.Forward(nil, nil)
	wantError(t, "Forward", err, "nil")
	wantError(t, "Backward", e.Backward(nil, nil), "nil")
	var l *nn.Linear
	if len(l.Tensors()) != 0 || len(l.Parameters("")) != 0 {
		t.Error("a nil linear layer has parameters")
	}
	var plateau *nn.ReduceOnPlateau
	_, err = plateau.Step(1)
	wantError(t, "plateau", err, "nil")
	if plateau.LR(0) != 0 {
		t.Error("a nil schedule has a rate")
	}
}
