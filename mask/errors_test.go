package mask_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/mask"
	"github.com/packedlstm/packedlstm/packed"
)

// call is one full set of good arguments, which a test spoils in one place.
type call struct {
	ce                                mask.CrossEntropy
	layout                            *packed.Layout
	lengths                           []int
	losses, dlogits, logits, upstream []float32
	targets                           []int
	order                             packed.Order
	steps, classes                    int
}

func newCall(t testing.TB, padded bool) *call {
	layout, err := packed.NewLayout([]int{1, 3})
	if err != nil {
		t.Fatal(err)
	}
	rows := 4
	if padded {
		rows = 6
	}
	memory := filled(rows * 8)
	c := &call{layout: layout, lengths: []int{1, 3}, steps: 3, classes: 3, targets: make([]int, rows),
		losses: memory[:rows], upstream: memory[rows : 2*rows], dlogits: memory[2*rows : 5*rows], logits: memory[5*rows:]}
	for i := range c.logits {
		c.logits[i] = float32(i)
	}
	return c
}

// Every mistake is an error that names it, of every method it concerns, and nothing
// is written.
func TestCrossEntropyErrors(t *testing.T) {
	const both, onlyPacked, onlyPadded = 0, 1, 2
	for _, test := range []struct {
		name  string
		where int
		spoil func(c *call)
		want  string
	}{
		{"nil layout", onlyPacked, func(c *call) { c.layout = nil }, "l is nil"},
		{"zero layout", onlyPacked, func(c *call) { c.layout = new(packed.Layout) }, "logits has 12 elements: want 0 rows of 3"},
		{"layout of another batch", onlyPacked, func(c *call) { c.layout, _ = packed.NewLayout([]int{9}) }, "logits has 12 elements: want 9 rows of 3"},
		{"negative length", onlyPadded, func(c *call) { c.lengths[1] = -1 }, "lengths[1] = -1: want 0 to 3"},
		{"length beyond the axis", onlyPadded, func(c *call) { c.lengths[0] = 4 }, "lengths[0] = 4: want 0 to 3"},
		{"negative steps", onlyPadded, func(c *call) { c.steps = -3 }, "steps = -3"},
		{"huge steps", onlyPadded, func(c *call) { c.steps = math.MaxInt }, "2 sequences of"},
		{"order", onlyPadded, func(c *call) { c.order = 7 }, "order = "},
		{"no class", both, func(c *call) { c.classes = 0 }, "classes = 0: want >= 1"},
		{"negative classes", both, func(c *call) { c.classes = -3 }, "classes = -3"},
		{"huge classes", both, func(c *call) { c.classes = math.MaxInt }, "logits has"},
		{"short logits", both, func(c *call) { c.logits = c.logits[1:] }, "logits has"},
		{"no logits", both, func(c *call) { c.logits = nil }, "logits has 0 elements"},
		{"short targets", both, func(c *call) { c.targets = c.targets[1:] }, "targets has"},
		{"short dlogits", both, func(c *call) { c.dlogits = c.dlogits[:3] }, "dlogits has 3 elements"},
		{"empty dlogits", both, func(c *call) { c.dlogits = c.dlogits[:0] }, "dlogits has 0 elements"},
		{"overlap", both, func(c *call) { copy(c.dlogits[1:], c.logits); c.logits = c.dlogits[1 : len(c.dlogits)+1] }, "dlogits overlaps logits"},
		{"smoothing", both, func(c *call) { c.ce.LabelSmoothing = 1.5 }, "LabelSmoothing = 1.5: want 0 to 1"},
		{"negative smoothing", both, func(c *call) { c.ce.LabelSmoothing = -0.1 }, "LabelSmoothing = -0.1"},
		{"NaN smoothing", both, func(c *call) { c.ce.LabelSmoothing = math.NaN() }, "LabelSmoothing = NaN"},
		{"weights", both, func(c *call) { c.ce.ClassWeights = []float32{1, 1} }, "2 ClassWeights: want 3"},
		{"negative weight", both, func(c *call) { c.ce.ClassWeights = []float32{1, -1, 1} }, "ClassWeights[1] = -1"},
		{"NaN weight", both, func(c *call) { c.ce.ClassWeights = []float32{1, 1, nan32} }, "ClassWeights[2] = NaN"},
		{"weights in dlogits", both, func(c *call) { clear(c.dlogits); c.ce.ClassWeights = c.dlogits[:3] }, "ClassWeights overlaps dlogits:"},
		{"target", onlyPacked, func(c *call) { c.targets[2] = 3 }, "targets[2] (sequence 1, step 1) = 3: want 0 to 2, or -100"},
		{"negative target", onlyPacked, func(c *call) { c.targets[1] = -1 }, "targets[1] (sequence 0, step 0) = -1: want 0 to 2, or -100"},
		{"last target", onlyPadded, func(c *call) { c.targets[5] = badTarget }, "targets[5] (sequence 1, step 2) = 2147483647: want 0 to 2"},
		{"target by steps", onlyPadded, func(c *call) { c.order, c.targets[5] = packed.TimeFirst, -100-1 }, "targets[5] (sequence 1, step 2) = -101"},
		{"old ignore index", both, func(c *call) { ignore := 0; c.ce.IgnoreIndex = &ignore; c.targets[0] = -100 }, "targets[0]"},
		{"reduction", both, func(c *call) { c.ce.Reduction = 9 }, "Reduction = Reduction(9)"},
	} {
		for _, padded := range []bool{false, true} {
			if padded && test.where == onlyPacked || !padded && test.where == onlyPadded {
				continue
			}
			for _, perToken := range []bool{false, true} {
				c := newCall(t, padded)
				test.spoil(c)
				before := [][]float32{slices.Clone(c.losses), slices.Clone(c.dlogits), slices.Clone(c.logits)}
				err := c.run(padded, perToken)
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("%s, padded %v, per token %v: error %v: want one with %q", test.name, padded, perToken, err, test.want)
				}
				for i, after := range [][]float32{c.losses, c.dlogits, c.logits} {
					if err := sameBits(after, before[i]); err != nil {
						t.Errorf("%s, padded %v, per token %v: data changed: %v", test.name, padded, perToken, err)
					}
				}
			}
		}
	}
}

// run makes the call; per token with the reduction None, unless the test set another.
func (c *call) run(padded, perToken bool) (err error) {
	ce := c.ce
	if perToken && ce.Reduction == mask.Mean {
		ce.Reduction = mask.None
	}
	switch {
	case padded && perToken:
		_, err = ce.PaddedLosses(c.losses, c.dlogits, c.lengths, c.logits, c.targets, c.upstream, c.order, c.steps, c.classes)
	case padded:
		_, _, err = ce.Padded(c.dlogits, c.lengths, c.logits, c.targets, c.order, c.steps, c.classes)
	case perToken:
		_, err = ce.PackedLosses(c.losses, c.dlogits, c.layout, c.logits, c.targets, c.upstream, c.classes)
	default:
		_, _, err = ce.Packed(c.dlogits, c.layout, c.logits, c.targets, c.classes)
	}
	return err
}

func TestLossesErrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(c *call)
		want  string
	}{
		{"short losses", func(c *call) { c.losses = c.losses[1:] }, "losses has"},
		{"short upstream", func(c *call) { c.upstream = c.upstream[1:] }, "upstream has"},
		{"losses in logits", func(c *call) { c.losses = c.logits[:len(c.losses)] }, "losses overlaps logits:"},
		{"losses in dlogits", func(c *call) { c.losses = c.dlogits[:len(c.losses)] }, "losses overlaps dlogits:"},
		{"losses in upstream", func(c *call) { c.losses = c.upstream }, "losses overlaps upstream:"},
		{"upstream in dlogits", func(c *call) { c.upstream = c.dlogits[:len(c.upstream)] }, "upstream overlaps dlogits:"},
		{"reduction", func(c *call) { c.ce.Reduction = mask.SequenceMean }, "Reduction = SequenceMean: want None"},
	} {
		for _, padded := range []bool{false, true} {
			c := newCall(t, padded)
			test.spoil(c)
			before := [][]float32{slices.Clone(c.losses), slices.Clone(c.dlogits), slices.Clone(c.logits)}
			if err := c.run(padded, true); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s, padded %v: error %v: want one with %q", test.name, padded, err, test.want)
			}
			for i, after := range [][]float32{c.losses, c.dlogits, c.logits} {
				if err := sameBits(after, before[i]); err != nil {
					t.Errorf("%s, padded %v: data changed: %v", test.name, padded, err)
				}
			}
		}
	}
	c := newCall(t, false)
	c.ce.Reduction = mask.None
	if err := c.run(false, false); err == nil || !strings.Contains(err.Error(), "PackedLosses") {
		t.Errorf("Packed with None: error %v: want one that names PackedLosses", err)
	}
}
