package mask_test

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/packedlstm/packedlstm/mask"
	"github.com/packedlstm/packedlstm/packed"
)

func TestFiftyThousandClasses(t *testing.T) {
	const classes = 50000
	random := rand.New(rand.NewPCG(8, 8))
	lengths := []int{2, 1}
	tokens, labels := newBatch(random, lengths, classes)
	tokens[labels[0]] = float32(math.Inf(-1)) // loss +Inf in sequence 0 only
	ce := mask.CrossEntropy{Reduction: mask.None}
	twin := newTwinBatch(ce, lengths, tokens, labels, classes)
	for _, p := range placements(t, lengths) {
		losses, dlogits := make([]float32, p.rows), filled(p.rows*classes)
		if _, err := p.losses(ce, losses, dlogits, spread(p, tokens, classes, nan32), spread(p, labels, 1, badTarget), nil, classes); err != nil {
			t.Fatal(err)
		}
		got, _ := gather(p, losses, 1)
		if err := within(got, twin.losses, twin.rowBounds); err != nil {
			t.Errorf("%s: losses: %v", p.name, err)
		}
		if !math.IsInf(float64(got[0]), 1) {
			t.Errorf("%s: impossible target: loss %v: want +Inf", p.name, got[0])
		}
		gradient, _ := gather(p, dlogits, classes)
		if err := within(gradient, twin.gradient, twin.gradientBounds); err != nil {
			t.Errorf("%s: gradient: %v", p.name, err)
		}
	}
}

func TestNoValidToken(t *testing.T) {
	for _, lengths := range [][]int{nil, {0, 0}, {2, 1}} {
		for _, weights := range [][]float32{nil, {0, 1}} {
			for _, reduction := range []mask.Reduction{mask.Mean, mask.Sum, mask.SequenceMean} {
				for _, p := range placements(t, lengths) {
					ce := mask.CrossEntropy{Reduction: reduction, ClassWeights: weights, LabelSmoothing: 0.5}
					dlogits := filled(p.rows * 2)
					targets := make([]int, p.rows)
					for i := range targets {
						targets[i] = mask.DefaultIgnoreIndex
					}
					loss, tokens, err := p.crossEntropy(ce, dlogits, filled(p.rows*2), targets, 2)
					if loss != 0 || tokens != 0 || err != nil || allZero(dlogits) != nil {
						t.Errorf("%v, %s: %v over %d tokens, error %v, gradient %v: want 0", lengths, p.name, loss, tokens, err, dlogits)
					}
				}
			}
		}
	}
	// Only tokens of weight 0: a mean over nothing as well.
	l, _ := packed.NewLayout([]int{2})
	ce := mask.CrossEntropy{ClassWeights: []float32{0, 1}}
	dlogits := filled(4)
	loss, tokens, err := ce.Packed(dlogits, l, []float32{1, 2, 3, 4}, []int{0, 0}, 2)
	if loss != 0 || tokens != 2 || err != nil || allZero(dlogits) != nil {
		t.Errorf("weight 0: %v over %d tokens, error %v, gradient %v: want 0 over 2", loss, tokens, err, dlogits)
	}
}

// A sequence whose targets have no weight is out of SequenceMean, however large its
// smoothed losses are.
func TestSequenceOfNoWeight(t *testing.T) {
	inf := float32(math.Inf(-1))
	for _, p := range placements(t, []int{1, 1}) {
		logits, targets := spread(p, []float32{1, inf, nan32, 3, 3, 3}, 3, nan32), spread(p, []int{0, 1}, 1, badTarget)
		ce := mask.CrossEntropy{Reduction: mask.SequenceMean, LabelSmoothing: 0.3, ClassWeights: []float32{0, 2, 2}}
		dlogits := filled(len(logits))
		loss, tokens, err := p.crossEntropy(ce, dlogits, logits, targets, 3)
		// q·w = 0, 1.6, 0.2: a sum of 1.8, of which the weight 2 of the target is divided out.
		if want := 0.9 * math.Log(3); err != nil || tokens != 2 || !(math.Abs(loss-want) <= 1e-15) {
			t.Errorf("%s: loss %v over %d tokens, error %v: want %v over 2", p.name, loss, tokens, err, want)
		}
		gradient, _ := gather(p, dlogits, 3)
		if err := allZero(gradient[:3]); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
	}
}

// An impossible class of weight 0 costs nothing, smoothed or as the target.
func TestImpossibleClassOfNoWeight(t *testing.T) {
	l, _ := packed.NewLayout([]int{2})
	inf := float32(math.Inf(-1))
	ce := mask.CrossEntropy{Reduction: mask.Sum, LabelSmoothing: 0.3, ClassWeights: []float32{1, 0, 1}}
	dlogits := filled(6)
	loss, _, err := ce.Packed(dlogits, l, []float32{2, inf, 2, 2, inf, 2}, []int{0, 1}, 3)
	// Row 0: q·w = 0.8, 0, 0.1. Row 1: 0.1, 0, 0.1. Each possible class has log p = -ln 2.
	if want := 1.1 * math.Ln2; err != nil || !(math.Abs(loss-want) <= 1e-15) {
		t.Errorf("loss %v, error %v: want %v", loss, err, want)
	}
	if dlogits[1] != 0 || dlogits[4] != 0 {
		t.Errorf("gradient of the impossible class: %v, %v: want 0", dlogits[1], dlogits[4])
	}
}

func TestNoAllocation(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 9))
	lengths := []int{9, 0, 31, 4}
	for _, classes := range []int{41, 3000} {
		tokens, labels := newBatch(random, lengths, classes)
		for _, p := range placements(t, lengths) {
			logits, targets := spread(p, tokens, classes, 0), spread(p, labels, 1, 0)
			dlogits, losses := make([]float32, len(logits)), make([]float32, p.rows)
			ce := mask.CrossEntropy{Reduction: mask.SequenceMean, LabelSmoothing: 0.1, ClassWeights: newWeights(random, classes)}
			none := mask.CrossEntropy{Reduction: mask.None}
			pooled, valid := make([]float32, len(lengths)*classes), make([]bool, 0, p.rows)
			allocs := testing.AllocsPerRun(3, func() {
				if _, _, err := p.crossEntropy(ce, dlogits, logits, targets, classes); err != nil {
					t.Fatal(err)
				}
				if _, err := p.losses(none, losses, dlogits, logits, targets, nil, classes); err != nil {
					t.Fatal(err)
				}
				if _, err := p.accuracy(logits, targets, classes, nil); err != nil {
					t.Fatal(err)
				}
				var err error
				if pooled, err = p.pool(pooled, logits, classes, "mean"); err != nil {
					t.Fatal(err)
				}
				if p.layout == nil {
					if valid, err = mask.FromLengths(valid, lengths, p.order, p.steps); err != nil {
						t.Fatal(err)
					}
				}
			})
			if allocs != 0 {
				t.Errorf("%d classes, %s: %v allocations a call: want 0", classes, p.name, allocs)
			}
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	random := rand.New(rand.NewPCG(10, 10))
	lengths := []int{7, 2, 5}
	const classes = 41
	tokens, labels := newBatch(random, lengths, classes)
	p := placements(t, lengths)[0]
	logits, targets := spread(p, tokens, classes, 0), spread(p, labels, 1, 0)
	ce := mask.CrossEntropy{LabelSmoothing: 0.1}
	want := make([]float32, len(logits))
	if _, _, err := ce.Packed(want, p.layout, logits, targets, classes); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 20 {
				got := make([]float32, len(logits))
				if _, _, err := ce.Packed(got, p.layout, logits, targets, classes); err != nil || sameBits(got, want) != nil {
					t.Errorf("another gradient beside other goroutines (error %v)", err)
				}
			}
		})
	}
	group.Wait()
}

// The mean does not depend on the weights' common scale, down to weights whose
// reciprocal is beyond float32.
func TestMeanOverTinyClassWeights(t *testing.T) {
	l, err := packed.NewLayout([]int{2})
	if err != nil {
		t.Fatal(err)
	}
	logits, targets := []float32{1, 2, 3, 3, 1, 2}, []int{0, 1}
	want, got := filled(6), filled(6)
	wantLoss, _, err := mask.CrossEntropy{LabelSmoothing: 0.5}.Packed(want, l, logits, targets, 3)
	if err != nil {
		t.Fatal(err)
	}
	w := float32(0x1p-140)
	loss, _, err := mask.CrossEntropy{LabelSmoothing: 0.5, ClassWeights: []float32{w, w, w}}.Packed(got, l, logits, targets, 3)
	if err != nil {
		t.Fatal(err)
	}
	if loss != wantLoss {
		t.Errorf("loss %v: want %v", loss, wantLoss)
	}
	if err := sameBits(got, want); err != nil { // a power of two changes no rounding
		t.Errorf("gradient: %v", err)
	}
}
