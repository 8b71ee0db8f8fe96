package mask_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/internal/reference"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/mask"
	"github.com/packedlstm/packedlstm/packed"
)

// newBatch returns logits and targets of random tokens, every seventh ignored.
func newBatch(random *rand.Rand, lengths []int, classes int) (logits []float32, targets []int) {
	n := total(lengths)
	logits, targets = normal(random, n*classes, 4), make([]int, n)
	for i := range targets {
		targets[i] = random.IntN(classes)
		if i%7 == 5 {
			targets[i] = mask.DefaultIgnoreIndex
		}
	}
	return logits, targets
}

func newWeights(random *rand.Rand, classes int) []float32 {
	weights := make([]float32, classes)
	for c := range weights {
		weights[c] = 0.25 + 2*random.Float32()
	}
	return weights
}

// options returns every reduced combination.
func options(random *rand.Rand, classes int) []mask.CrossEntropy {
	var all []mask.CrossEntropy
	weights := newWeights(random, classes)
	for _, r := range []mask.Reduction{mask.Mean, mask.Sum, mask.SequenceMean} {
		all = append(all, mask.CrossEntropy{Reduction: r},
			mask.CrossEntropy{Reduction: r, LabelSmoothing: 0.1},
			mask.CrossEntropy{Reduction: r, ClassWeights: weights},
			mask.CrossEntropy{Reduction: r, ClassWeights: weights, LabelSmoothing: 0.3})
	}
	return all
}

// Every level against the twin; all placements have the same bits. The class counts lie
// around the limits of a block: one row a block, several, pieces of a row.
func TestCrossEntropyAgainstTwin(t *testing.T) {
	defer kernels.SetActive(kernels.Active())
	lengths := []int{3, 0, 17, 1, 5, 17, 0, 9}
	for _, classes := range []int{1, 2, 3, 5, 17, 31, 33, 41, 100, 257, 1025, 2048, 2049, 5000} {
		random := rand.New(rand.NewPCG(7, uint64(classes)))
		lengths := lengths
		if classes > 1000 {
			lengths = []int{2, 0, 3}
		}
		tokens, labels := newBatch(random, lengths, classes)
		for _, ce := range options(random, classes) {
			twin := newTwinBatch(ce, lengths, tokens, labels, classes)
			var firstLoss float64
			var first []float32
			for _, level := range kernels.Available() {
				if err := kernels.SetActive(level); err != nil {
					t.Fatal(err)
				}
				for _, p := range placements(t, lengths) {
					name := fmt.Sprintf("%d classes, %v, smoothing %v, %d weights, %v, %s",
						classes, ce.Reduction, ce.LabelSmoothing, len(ce.ClassWeights), level, p.name)
					logits, targets := spread(p, tokens, classes, nan32), spread(p, labels, 1, badTarget)
					dlogits := filled(len(logits))
					loss, n, err := p.crossEntropy(ce, dlogits, logits, targets, classes)
					if err != nil || n != twin.tokens {
						t.Fatalf("%s: %d tokens, error %v: want %d", name, n, err, twin.tokens)
					}
					if err := near(loss, twin.loss, twin.lossBound); err != nil {
						t.Errorf("%s: loss %v", name, err)
					}
					gradient, padding := gather(p, dlogits, classes)
					if err := within(gradient, twin.gradient, twin.gradientBounds); err != nil {
						t.Errorf("%s: gradient: %v", name, err)
					}
					if err := allZero(padding); err != nil {
						t.Errorf("%s: padding: %v", name, err)
					}
					if first == nil {
						firstLoss, first = loss, gradient
					}
					if loss != firstLoss {
						t.Errorf("%s: loss %x: want %x as elsewhere", name, loss, firstLoss)
					}
					if err := sameBits(gradient, first); err != nil {
						t.Errorf("%s: gradient as elsewhere: %v", name, err)
					}
					if only, _, err := p.crossEntropy(ce, nil, logits, targets, classes); err != nil || only != loss {
						t.Errorf("%s: loss alone %x, error %v: want %x", name, only, err, loss)
					}
					if again, _, err := p.crossEntropy(ce, logits, logits, targets, classes); err != nil || again != loss {
						t.Errorf("%s: in place %x, error %v: want %x", name, again, err, loss)
					}
					if err := sameBits(logits, dlogits); err != nil {
						t.Errorf("%s: gradient in place: %v", name, err)
					}
				}
			}
		}
	}
}

// The twin itself against the project's oracle, which was compared with PyTorch.
func TestTwinAgainstReference(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	lengths := []int{4, 1, 6}
	const classes = 7
	logits, targets := newBatch(random, lengths, classes)
	for _, ce := range options(random, classes)[:8] { // Mean and Sum
		oracle := reference.CrossEntropy{LabelSmoothing: ce.LabelSmoothing, Mean: ce.Reduction == mask.Mean}
		for _, w := range ce.ClassWeights {
			oracle.Weights = append(oracle.Weights, float64(w))
		}
		loss, gradient := oracle.Loss(reference.Widen(logits), targets, classes)
		twin := newTwinBatch(ce, lengths, logits, targets, classes)
		if !(math.Abs(twin.loss-loss) <= 1e-14*loss) {
			t.Errorf("%+v: loss %v: want %v", ce, twin.loss, loss)
		}
		for i, want := range gradient {
			if !(math.Abs(twin.gradient[i]-want) <= 1e-14) {
				t.Errorf("%+v: gradient[%d] = %v: want %v", ce, i, twin.gradient[i], want)
			}
		}
	}
}

// SequenceMean has no counterpart in the oracle: central differences of the oracle's
// row losses, reduced by hand.
func TestSequenceMeanGradient(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	lengths := []int{2, 5, 0, 3}
	const classes = 5
	logits, targets := newBatch(random, lengths, classes)
	oracle := reference.CrossEntropy{LabelSmoothing: 0.2}
	wide := reference.Widen(logits)
	want := reference.NumericalGradient(func() float64 {
		losses := oracle.RowLosses(wide, targets, classes)
		var sum float64
		row := 0
		for _, n := range lengths {
			var own, tokens float64
			for range n {
				own += losses[row]
				if targets[row] >= 0 {
					tokens++
				}
				row++
			}
			if tokens > 0 {
				sum += own / tokens
			}
		}
		return sum / 3
	}, wide)
	ce := mask.CrossEntropy{Reduction: mask.SequenceMean, LabelSmoothing: 0.2}
	bounds := newTwinBatch(ce, lengths, logits, targets, classes).gradientBounds
	for i := range bounds {
		bounds[i] += 1e-10 // of the differences
	}
	for _, p := range placements(t, lengths) {
		dlogits := filled(p.rows * classes)
		_, _, err := p.crossEntropy(ce, dlogits, spread(p, logits, classes, 0), spread(p, targets, 1, 0), classes)
		if err != nil {
			t.Fatal(err)
		}
		gradient, _ := gather(p, dlogits, classes)
		if err := within(gradient, want, bounds); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
	}
}

func TestPackedLosses(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	lengths := []int{5, 3, 0, 8}
	const classes = 41
	tokens, labels := newBatch(random, lengths, classes)
	up := normal(random, total(lengths), 1)
	up[3] = 0
	ce := mask.CrossEntropy{Reduction: mask.None, LabelSmoothing: 0.1, ClassWeights: newWeights(random, classes)}
	twin := newTwinBatch(ce, lengths, tokens, labels, classes)
	for _, p := range placements(t, lengths) {
		logits, targets := spread(p, tokens, classes, nan32), spread(p, labels, 1, badTarget)
		for _, upstream := range [][]float32{nil, spread(p, up, 1, nan32)} {
			losses, dlogits := filled(p.rows), filled(len(logits))
			if _, err := p.losses(ce, losses, dlogits, logits, targets, upstream, classes); err != nil {
				t.Fatal(err)
			}
			rows, padding := gather(p, losses, 1)
			if err := within(rows, twin.losses, twin.rowBounds); err != nil {
				t.Errorf("%s: losses: %v", p.name, err)
			}
			if err := allZero(padding); err != nil {
				t.Errorf("%s: losses: padding: %v", p.name, err)
			}
			want, bounds := slices.Clone(twin.gradient), slices.Clone(twin.gradientBounds)
			if upstream != nil {
				for i := range want {
					want[i] *= float64(up[i/classes])
					bounds[i] *= math.Abs(float64(up[i/classes]))
				}
			}
			gradient, padding := gather(p, dlogits, classes)
			if err := within(gradient, want, bounds); err != nil {
				t.Errorf("%s: gradient: %v", p.name, err)
			}
			if err := allZero(padding); err != nil {
				t.Errorf("%s: gradient: padding: %v", p.name, err)
			}
			// Each output alone, and both with the gradient in place.
			alone := filled(p.rows)
			if _, err := p.losses(ce, alone, nil, logits, targets, upstream, classes); err != nil || sameBits(alone, losses) != nil {
				t.Errorf("%s: losses alone differ (error %v)", p.name, err)
			}
			if _, err := p.losses(ce, nil, logits, logits, targets, upstream, classes); err != nil || sameBits(logits, dlogits) != nil {
				t.Errorf("%s: gradient in place differs (error %v)", p.name, err)
			}
			logits = spread(p, tokens, classes, nan32)
		}
	}
}

// A token counts in SequenceMean and Mean by what its definition says.
func TestReductionsByHand(t *testing.T) {
	ln2 := math.Ln2 // of two equal logits
	l, err := packed.NewLayout([]int{1, 3})
	if err != nil {
		t.Fatal(err)
	}
	// Packed: (1,0) (0,0) (1,1) (1,2). Sequence 0 has the loss 0, sequence 1 ln 2 each.
	logits := []float32{5, 5, 200, 0, -1, -1, 0, 0}
	targets := []int{0, 0, 1, 1}
	for _, test := range []struct {
		reduction mask.Reduction
		want      float64
		scale     float32 // of row (1, t)
	}{{mask.Mean, 3 * ln2 / 4, 1. / 4}, {mask.Sum, 3 * ln2, 1}, {mask.SequenceMean, ln2 / 2, 1. / 6}} {
		dlogits := make([]float32, 8)
		loss, tokens, err := mask.CrossEntropy{Reduction: test.reduction}.Packed(dlogits, l, logits, targets, 2)
		if err != nil || tokens != 4 || !(math.Abs(loss-test.want) <= 1e-15) {
			t.Errorf("%v: %v over %d tokens, error %v: want %v over 4", test.reduction, loss, tokens, err, test.want)
		}
		if d := dlogits[1] - test.scale/2; !(d <= 0x1p-25 && d >= -0x1p-25) {
			t.Errorf("%v: gradient %v: want %v", test.reduction, dlogits[1], test.scale/2)
		}
	}
}
