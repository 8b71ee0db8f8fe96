package mask_test

import (
	_ "embed"
	"encoding/json"
	"math"
	"strconv"
	"testing"

	"github.com/packedlstm/packedlstm/mask"
)

//go:embed testdata/cross_entropy.json
var goldenFile []byte

// number is a float64 that may be the string "inf", "-inf" or "nan".
type number float64

func (n *number) UnmarshalJSON(text []byte) error {
	if s, err := strconv.Unquote(string(text)); err == nil {
		text = []byte(s)
	}
	v, err := strconv.ParseFloat(string(text), 64)
	*n = number(v)
	return err
}

// goldenCase is described in testdata/make_golden.py.
type goldenCase struct {
	Name         string
	Lengths      []int
	Classes      int
	Targets      []int
	Logits       []number
	Reduction    string
	Weights      []float32
	Smoothing    float64
	IgnoreIndex  int `json:"ignore_index"`
	Loss         number
	Gradient     []number
	Losses       []number
	Upstream     []number
	GradientNone []number `json:"gradient_none"`
	Correct      []bool
}

func loadGolden(t testing.TB) []goldenCase {
	t.Helper()
	var file struct{ Cases []goldenCase }
	if err := json.Unmarshal(goldenFile, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 20 {
		t.Fatalf("%d golden cases: want at least 20", len(file.Cases))
	}
	return file.Cases
}

func (c *goldenCase) crossEntropy() mask.CrossEntropy {
	ce := mask.CrossEntropy{LabelSmoothing: c.Smoothing, ClassWeights: c.Weights}
	ce.Reduction = map[string]mask.Reduction{"mean": mask.Mean, "sum": mask.Sum, "sequence_mean": mask.SequenceMean}[c.Reduction]
	if c.IgnoreIndex != mask.DefaultIgnoreIndex {
		ce.IgnoreIndex = &c.IgnoreIndex
	}
	return ce
}

func float32s(s []number) []float32 {
	r := make([]float32, len(s))
	for i, v := range s {
		r[i] = float32(v)
	}
	return r
}

// truth returns PyTorch's values, 0 for the ignored rows: a NaN in such a row's logits
// comes through in PyTorch's gradient.
func (c *goldenCase) truth(s []number, width int) []float64 {
	r := make([]float64, len(s))
	for i, v := range s {
		if c.Targets[i/width] != c.IgnoreIndex {
			r[i] = float64(v)
		}
	}
	return r
}

func TestGoldenReduced(t *testing.T) {
	for _, c := range loadGolden(t) {
		ce := c.crossEntropy()
		twin := newTwinBatch(ce, c.Lengths, float32s(c.Logits), c.Targets, c.Classes)
		for _, p := range placements(t, c.Lengths) {
			logits := spread(p, float32s(c.Logits), c.Classes, nan32)
			targets := spread(p, c.Targets, 1, badTarget)
			dlogits := filled(len(logits))
			loss, tokens, err := p.crossEntropy(ce, dlogits, logits, targets, c.Classes)
			if err != nil {
				t.Fatalf("%s, %s: %v", c.Name, p.name, err)
			}
			if err := near(loss, float64(c.Loss), twin.lossBound); err != nil {
				t.Errorf("%s, %s: loss %v", c.Name, p.name, err)
			}
			if tokens != twin.tokens {
				t.Errorf("%s, %s: %d tokens: want %d", c.Name, p.name, tokens, twin.tokens)
			}
			gradient, padding := gather(p, dlogits, c.Classes)
			if err := within(gradient, c.truth(c.Gradient, c.Classes), twin.gradientBounds); err != nil {
				t.Errorf("%s, %s: gradient: %v", c.Name, p.name, err)
			}
			if err := allZero(padding); err != nil {
				t.Errorf("%s, %s: gradient of the padding: %v", c.Name, p.name, err)
			}
		}
	}
}

func TestGoldenLosses(t *testing.T) {
	for _, c := range loadGolden(t) {
		ce := c.crossEntropy()
		ce.Reduction = mask.None
		twin := newTwinBatch(ce, c.Lengths, float32s(c.Logits), c.Targets, c.Classes)
		for i := range twin.gradientBounds {
			twin.gradientBounds[i] *= math.Abs(float64(c.Upstream[i/c.Classes]))
		}
		for _, p := range placements(t, c.Lengths) {
			logits := spread(p, float32s(c.Logits), c.Classes, nan32)
			targets := spread(p, c.Targets, 1, badTarget)
			upstream := spread(p, float32s(c.Upstream), 1, nan32)
			losses, dlogits := filled(p.rows), filled(len(logits))
			tokens, err := p.losses(ce, losses, dlogits, logits, targets, upstream, c.Classes)
			if err != nil || tokens != twin.tokens {
				t.Fatalf("%s, %s: %d tokens, error %v: want %d", c.Name, p.name, tokens, err, twin.tokens)
			}
			rows, padding := gather(p, losses, 1)
			if err := within(rows, c.truth(c.Losses, 1), twin.rowBounds); err != nil {
				t.Errorf("%s, %s: losses: %v", c.Name, p.name, err)
			}
			if err := allZero(padding); err != nil {
				t.Errorf("%s, %s: losses of the padding: %v", c.Name, p.name, err)
			}
			gradient, padding := gather(p, dlogits, c.Classes)
			if err := within(gradient, c.truth(c.GradientNone, c.Classes), twin.gradientBounds); err != nil {
				t.Errorf("%s, %s: gradient: %v", c.Name, p.name, err)
			}
			if err := allZero(padding); err != nil {
				t.Errorf("%s, %s: gradient of the padding: %v", c.Name, p.name, err)
			}
		}
	}
}

func TestGoldenAccuracy(t *testing.T) {
	for _, c := range loadGolden(t) {
		var want mask.Accuracy
		row := 0
		for _, n := range c.Lengths {
			valid, right := 0, 0
			for range n {
				if c.Targets[row] != c.IgnoreIndex {
					valid++
					if c.Correct[row] {
						right++
					}
				}
				row++
			}
			want.Tokens += valid
			want.CorrectTokens += right
			if valid > 0 {
				want.Sequences++
			}
			if valid > 0 && valid == right {
				want.CorrectSequences++
			}
		}
		for _, p := range placements(t, c.Lengths) {
			logits := spread(p, float32s(c.Logits), c.Classes, nan32)
			got, err := p.accuracy(logits, spread(p, c.Targets, 1, badTarget), c.Classes, &c.IgnoreIndex)
			if err != nil || got != want {
				t.Errorf("%s, %s: %+v, error %v: want %+v", c.Name, p.name, got, err, want)
			}
		}
	}
}
