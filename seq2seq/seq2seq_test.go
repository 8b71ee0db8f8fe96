package seq2seq

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/internal/reference"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/nn"
)

var small = Config{SourceTokens: 7, TargetTokens: 6, Start: 0, End: 1, EmbeddingSize: 5, HiddenSize: 9, NumLayers: 2}

func newModel(t testing.TB, c Config) *Model {
	t.Helper()
	m, err := New(c, 1)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func newTrainer(t testing.TB, m *Model, workers int) *Trainer {
	t.Helper()
	trainer, err := NewTrainer(m, workers)
	if err != nil {
		t.Fatal(err)
	}
	return trainer
}

// randomBatch returns sources and targets of lengths 0 to 6.
func randomBatch(c Config, n int, seed uint64) (sources, targets [][]int) {
	rng := rand.New(rand.NewPCG(seed, 1))
	draw := func(tokens, first int) []int {
		s := make([]int, rng.IntN(7))
		for i := range s {
			s[i] = first + rng.IntN(tokens-first)
		}
		return s
	}
	for range n {
		sources, targets = append(sources, draw(c.SourceTokens, 0)), append(targets, draw(c.TargetTokens, 2))
	}
	return sources, targets
}

// naive is the whole model in float64, one sequence at a time, from the oracle's
// layers, with the same parameters.
type naive struct {
	c        Config
	weights  map[string][]float64
	enc, dec *reference.LSTM
	loss     float64
	tokens   int
}

func newNaive(m *Model) *naive {
	n := &naive{c: m.config, weights: map[string][]float64{}}
	enc, dec := m.config.encoder(), m.config.decoder()
	n.enc = &reference.LSTM{InputSize: enc.InputSize, HiddenSize: enc.HiddenSize, NumLayers: enc.NumLayers, Bidirectional: true, Bias: true,
		Weights: map[string][]float64{}}
	n.dec = &reference.LSTM{InputSize: dec.InputSize, HiddenSize: dec.HiddenSize, NumLayers: dec.NumLayers, Bias: true,
		Weights: map[string][]float64{}}
	for _, t := range m.Tensors() {
		n.weights[t.Name] = reference.Widen(t.Data)
	}
	for name, w := range n.weights {
		if len(name) > 8 && name[:8] == "encoder." {
			n.enc.Weights[name[8:]] = w
		}
		if len(name) > 8 && name[:8] == "decoder." {
			n.dec.Weights[name[8:]] = w
		}
	}
	return n
}

// total returns the mean cross-entropy over all tokens of the batch.
func (n *naive) total(sources, targets [][]int) float64 {
	n.loss, n.tokens = 0, 0
	for b := range sources {
		x := reference.Embedding(n.weights["source.weight"], sources[b], n.c.EmbeddingSize)
		encoded := n.enc.Forward([][]float64{x}, nil, nil, nil)
		inputs := append([]int{n.c.Start}, targets[b]...)
		outputs := append(slices.Clone(targets[b]), n.c.End)
		y := n.dec.Forward([][]float64{reference.Embedding(n.weights["target.weight"], inputs, n.c.EmbeddingSize)},
			// One sequence: [L·2, 1, H] read as [L, 1, 2H] is the bridge.
			encoded.HN, encoded.CN, nil).Y[0]
		logits := reference.Linear(y, n.weights["readout.weight"], n.weights["readout.bias"], len(inputs), 2*n.c.HiddenSize, n.c.TargetTokens)
		for _, l := range (reference.CrossEntropy{}).RowLosses(logits, outputs, n.c.TargetTokens) {
			n.loss += l
		}
		n.tokens += len(outputs)
	}
	return n.loss / float64(n.tokens)
}

// TestStepAgainstReference: loss and, by finite differences of the float64 model,
// gradients of parameters of every kind, at every level.
func TestStepAgainstReference(t *testing.T) {
	before := kernels.Active()
	defer kernels.SetActive(before)
	for _, level := range kernels.Available() {
		if err := kernels.SetActive(level); err != nil {
			t.Fatal(err)
		}
		m := newModel(t, small)
		sources, targets := randomBatch(small, 9, 2)
		trainer := newTrainer(t, m, 2)
		loss, tokens, err := trainer.Step(sources, targets, 0)
		if err != nil {
			t.Fatal(err)
		}
		oracle := newNaive(m)
		want := oracle.total(sources, targets)
		if tokens != oracle.tokens || math.Abs(loss-want) > 1e-6 {
			t.Errorf("%v: loss %v over %d tokens, want %v over %d", level, loss, tokens, want, oracle.tokens)
		}
		if again, _, err := trainer.Loss(sources, targets); err != nil || math.Abs(again-loss) > 1e-9 {
			t.Errorf("%v: Loss = %v, %v after Step = %v", level, again, err, loss)
		}
		rng := rand.New(rand.NewPCG(3, 3))
		for _, p := range trainer.Parameters() {
			w := oracle.weights[p.Name]
			for range 4 {
				i := rng.IntN(len(w))
				const h = 1e-5
				old := w[i]
				w[i] = old + h
				up := oracle.total(sources, targets)
				w[i] = old - h
				down := oracle.total(sources, targets)
				w[i] = old
				if g := (up - down) / (2 * h); math.Abs(float64(p.Grad[i])-g) > 1e-6 {
					t.Errorf("%v: gradient of %s[%d] = %v, want %v", level, p.Name, i, p.Grad[i], g)
				}
			}
		}
	}
}

// TestLearnsToReverse trains on a task that needs encoder, states and decoder: say
// the source backwards.
func TestLearnsToReverse(t *testing.T) {
	c := Config{SourceTokens: 4, TargetTokens: 6, Start: 0, End: 1, EmbeddingSize: 8, HiddenSize: 16, NumLayers: 1}
	m := newModel(t, c)
	trainer := newTrainer(t, m, 2)
	adam, err := nn.NewAdam(trainer.Parameters(), nn.DefaultAdam(), 1)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(4, 4))
	batch := func(n int) (sources, targets [][]int) {
		for range n {
			s := make([]int, 1+rng.IntN(4))
			reversed := make([]int, len(s))
			for i := range s {
				s[i] = rng.IntN(4)
				reversed[len(s)-1-i] = s[i] + 2
			}
			sources, targets = append(sources, s), append(targets, reversed)
		}
		return
	}
	for range 600 {
		sources, targets := batch(32)
		if _, _, err := trainer.Step(sources, targets, 0); err != nil {
			t.Fatal(err)
		}
		if err := adam.Step(0.01); err != nil {
			t.Fatal(err)
		}
	}
	prepared, err := m.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	sources, targets := batch(200)
	got, err := NewDecoding(prepared, 1).Greedy(sources, 10)
	if err != nil {
		t.Fatal(err)
	}
	wrong := 0
	for i := range got {
		if !slices.Equal(got[i], targets[i]) {
			wrong++
		}
	}
	if wrong > 10 {
		t.Errorf("%d of 200 wrong after training", wrong)
	}
}

// TestGreedyStandsAlone: a source is decoded alike alone and in a batch, whatever
// the workers.
func TestGreedyStandsAlone(t *testing.T) {
	m := newModel(t, small)
	prepared, err := m.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	sources, _ := randomBatch(small, 20, 5)
	together, err := NewDecoding(prepared, 3).Greedy(sources, 8)
	if err != nil {
		t.Fatal(err)
	}
	alone := NewDecoding(prepared, 1)
	for i, s := range sources {
		one, err := alone.Greedy([][]int{s}, 8)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(one[0], together[i]) {
			t.Errorf("source %d: %v alone, %v in the batch", i, one[0], together[i])
		}
	}
	if empty, err := alone.Greedy(nil, 8); err != nil || len(empty) != 0 {
		t.Errorf("no sources: %v, %v", empty, err)
	}
}

// TestKeepSelects: rows may be dropped, reordered and repeated.
func TestKeepSelects(t *testing.T) {
	m := newModel(t, small)
	prepared, err := m.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	sources := [][]int{{1, 2}, {3}, {4, 5, 6}}
	d := NewDecoding(prepared, 1)
	logitsOf := func(rows []int) [][]float32 {
		if _, err := d.Encode(sources); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Step([]int{0, 0, 0}); err != nil {
			t.Fatal(err)
		}
		if rows != nil {
			if err := d.Keep(rows); err != nil {
				t.Fatal(err)
			}
		}
		tokens := make([]int, d.Live())
		for i := range tokens {
			tokens[i] = 3
		}
		logits, err := d.Step(tokens)
		if err != nil {
			t.Fatal(err)
		}
		var rowsOf [][]float32
		for i := range tokens {
			rowsOf = append(rowsOf, slices.Clone(logits[i*small.TargetTokens:(i+1)*small.TargetTokens]))
		}
		return rowsOf
	}
	all := logitsOf(nil)
	for _, rows := range [][]int{{0, 2}, {2, 0}, {1, 1, 0, 1}, {}} {
		got := logitsOf(rows)
		for i, r := range rows {
			if err := levels.Same(got[i], all[r]); err != nil {
				t.Errorf("Keep(%v): row %d, row %d before: %v", rows, i, r, err)
			}
		}
	}
	if err := d.Keep([]int{5}); err == nil {
		t.Error("Keep of a row that is not there: no error")
	}
}

func TestErrors(t *testing.T) {
	for name, spoil := range map[string]func(c *Config){
		"SourceTokens": func(c *Config) { c.SourceTokens = 0 },
		"TargetTokens": func(c *Config) { c.TargetTokens = -1 },
		"Start":        func(c *Config) { c.Start = 6 },
		"End":          func(c *Config) { c.End = -1 },
		"Start = End":  func(c *Config) { c.End = c.Start },
		"Embedding":    func(c *Config) { c.EmbeddingSize = 0 },
		"HiddenSize":   func(c *Config) { c.HiddenSize = 0 },
		"Dropout":      func(c *Config) { c.Dropout = 2 },
	} {
		c := small
		spoil(&c)
		if _, err := New(c, 1); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	trainer := newTrainer(t, newModel(t, small), 1)
	for name, batch := range map[string][2][][]int{
		"sources[1][2]": {{{0}, {1, 2, 7}}, {{2}, {2}}},
		"targets[0][0]": {{{0}}, {{-1}}},
		"2 sources":     {{{0}, {1}}, {{2}}},
	} {
		_, _, err := trainer.Step(batch[0], batch[1], 0)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v: want an error that names it", name, err)
		}
	}
	if _, tokens, err := trainer.Step(nil, nil, 0); err != nil || tokens != 0 {
		t.Errorf("an empty batch: %d tokens, %v", tokens, err)
	}
}

// TestNoAllocations: after the first batch of a size, a step allocates nothing.
func TestNoAllocations(t *testing.T) {
	trainer := newTrainer(t, newModel(t, small), 2)
	sources, targets := randomBatch(small, 9, 6)
	if n := testing.AllocsPerRun(10, func() {
		if _, _, err := trainer.Step(sources, targets, 1); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a step, want none", n)
	}
}

// TestTrainersStandAlone: trainers of one model at the same time have the losses and
// gradients that each has alone.
func TestTrainersStandAlone(t *testing.T) {
	m := newModel(t, small)
	type result struct {
		loss  float64
		grads [][]float32
	}
	step := func(trainer *Trainer, seed uint64) (r result) {
		sources, targets := randomBatch(small, 9, seed)
		loss, _, err := trainer.Step(sources, targets, seed)
		if err != nil {
			t.Error(err)
		}
		r.loss = loss
		for _, p := range trainer.Parameters() {
			r.grads = append(r.grads, p.Grad)
		}
		return r
	}
	const count = 3
	var trainers [count]*Trainer
	var together [count]result
	for i := range trainers {
		trainers[i] = newTrainer(t, m, 1)
	}
	var group sync.WaitGroup
	for i, trainer := range trainers {
		group.Go(func() { together[i] = step(trainer, uint64(i)) })
	}
	group.Wait()
	for i := range trainers {
		alone := step(newTrainer(t, m, 1), uint64(i))
		if alone.loss != together[i].loss {
			t.Errorf("trainer %d: loss %v beside others, %v alone", i, together[i].loss, alone.loss)
		}
		for j, p := range trainers[i].Parameters() {
			if !levels.Equal(alone.grads[j], together[i].grads[j]) {
				t.Errorf("trainer %d: the gradient of %s differs beside others", i, p.Name)
			}
		}
	}
}

// TestDropoutSeeds: no step's decoder takes the seed of an encoder, whose masks would be
// the same, where the steps are numbered.
func TestDropoutSeeds(t *testing.T) {
	encoders := map[uint64]bool{}
	for seed := range uint64(10_000) {
		encoders[seed] = true
	}
	for seed := range uint64(10_000) {
		if encoders[decoderSeed(seed)] {
			t.Fatalf("the decoder's seed of step %d is the encoder's of step %d", seed, decoderSeed(seed))
		}
	}
}

// TestGreedyNaN: the first NaN is the largest logit, as in torch.argmax.
func TestGreedyNaN(t *testing.T) {
	m := newModel(t, small)
	m.readout.Bias[2], m.readout.Bias[3] = float32(math.Inf(1)), float32(math.NaN())
	m.readout.Bias[5] = m.readout.Bias[3]
	p, err := m.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	targets, err := NewDecoding(p, 1).Greedy([][]int{{4, 2}, {}}, 3)
	if err != nil {
		t.Fatal(err)
	}
	for b, got := range targets {
		if !slices.Equal(got, []int{3, 3, 3}) {
			t.Errorf("target %d is %v, want 3 three times", b, got)
		}
	}
}
