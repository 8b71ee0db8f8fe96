package mask_test

import (
	"fmt"
	"math"

	"github.com/packedlstm/packedlstm/mask"
)

const eps = 0x1p-24 // half the distance of two float32 around 1

// twin is the cross-entropy of one row in float64, term by term.
type twin struct {
	loss     float64
	gradient []float64 // by the loss
	// Largest errors of the float32 exponentials' way:
	lossBound      float64
	gradientBounds []float64
}

// newTwin computes q, p, loss and gradient as their definitions have them. The bounds
// follow from an error of 1 ulp (2 eps) of each exponential and 1 eps of each shifted
// logit d = largest - x, so that e^-d has the relative error (2 + d)·eps, and the sum of
// them one of (2 + mean d)·eps, the mean with weights p, at most log C.
func newTwin(ce mask.CrossEntropy, logits []float32, target int) twin {
	classes := len(logits)
	largest := math.Inf(-1)
	for _, x := range logits {
		largest = math.Max(largest, float64(x))
	}
	var sum float64
	for _, x := range logits {
		sum += math.Exp(float64(x) - largest)
	}
	weighted := make([]float64, classes) // q·w
	var all float64
	for c := range weighted {
		q := ce.LabelSmoothing / float64(classes)
		if c == target {
			q += 1 - ce.LabelSmoothing
		}
		weighted[c] = q
		if ce.ClassWeights != nil {
			weighted[c] *= float64(ce.ClassWeights[c])
		}
		all += weighted[c]
	}
	logC := math.Log(float64(classes))
	row := twin{gradient: make([]float64, classes), gradientBounds: make([]float64, classes)}
	for c, x := range logits {
		d := largest - float64(x)
		p := math.Exp(-d) / sum
		if weighted[c] != 0 {
			row.loss += weighted[c] * (math.Log(sum) + d)
		}
		row.gradient[c] = p*all - weighted[c]
		row.gradientBounds[c] = weighted[c] * 3 * eps // two products and the difference
		if p > 0 {
			row.gradientBounds[c] += all * p * (8 + d + logC) * eps
		}
	}
	row.lossBound = all*(3+logC)*eps + math.Abs(row.loss)*float64(classes)*0x1p-51
	return row
}

// twinBatch reduces the twins of a batch of tokens sequence by sequence: the loss, its
// gradient [N, classes], and the bounds of both.
type twinBatch struct {
	tokens                   int
	loss, lossBound          float64
	losses, rowBounds        []float64 // [N] by row, rounded to float32 as PackedLosses does
	gradient, gradientBounds []float64
}

func newTwinBatch(ce mask.CrossEntropy, lengths []int, logits []float32, targets []int, classes int) twinBatch {
	ignore := mask.DefaultIgnoreIndex
	if ce.IgnoreIndex != nil {
		ignore = *ce.IgnoreIndex
	}
	weightOf := func(targets []int) (weight float64, tokens int) {
		for _, y := range targets {
			if y != ignore {
				tokens++
				if ce.ClassWeights == nil {
					weight++
				} else {
					weight += float64(ce.ClassWeights[y])
				}
			}
		}
		return weight, tokens
	}
	sequences := 0
	for start, b := 0, 0; b < len(lengths); b++ {
		if w, _ := weightOf(targets[start:][:lengths[b]]); w > 0 {
			sequences++
		}
		start += lengths[b]
	}
	batchWeight, tokens := weightOf(targets)
	result := twinBatch{tokens: tokens, losses: make([]float64, len(targets)), rowBounds: make([]float64, len(targets)),
		gradient: make([]float64, len(logits)), gradientBounds: make([]float64, len(logits))}
	start := 0
	for _, n := range lengths {
		weight, _ := weightOf(targets[start:][:n])
		scale := 1.0
		switch {
		case ce.Reduction == mask.Mean:
			scale = 1 / batchWeight
		case ce.Reduction == mask.SequenceMean:
			scale = 1 / weight / float64(sequences)
		}
		for row := start; row < start+n; row++ {
			if targets[row] == ignore {
				continue
			}
			one := newTwin(ce, logits[row*classes:][:classes], targets[row])
			result.losses[row], result.rowBounds[row] = one.loss, one.lossBound+eps*math.Abs(one.loss)
			result.loss += scale * one.loss
			result.lossBound += scale * one.lossBound
			for c := range classes {
				result.gradient[row*classes+c] = scale * one.gradient[c]
				result.gradientBounds[row*classes+c] = scale * one.gradientBounds[c]
			}
		}
		start += n
	}
	return result
}

// within reports the first element that is further from want than its bound and one
// subnormal float32. Equal infinities and NaN for NaN are within.
func within(got []float32, want, bounds []float64) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d elements: want %d", len(got), len(want))
	}
	for i, w := range want {
		if err := near(float64(got[i]), w, bounds[i]+0x1p-149); err != nil {
			return fmt.Errorf("element %d: %w", i, err)
		}
	}
	return nil
}

func near(got, want, bound float64) error {
	if got == want || math.IsNaN(got) && math.IsNaN(want) {
		return nil
	}
	if d := math.Abs(got - want); !(d <= bound) || math.IsInf(want, 0) {
		return fmt.Errorf("%v: want %v ± %.3g", got, want, bound)
	}
	return nil
}
