package reference

// CrossEntropy is torch.nn.functional.cross_entropy over rows of logits [N,
// classes] and one target class a row. With ε = LabelSmoothing and w = Weights,
// the loss of row n is
//
//	loss[n] = -Σ_c q[n, c] · w[c] · logp[n, c]
//	q[n, c] = (1-ε)·[c == targets[n]] + ε/classes
//
// A row with a negative target is ignored: loss and gradient 0.
type CrossEntropy struct {
	Weights        []float64 // [classes]; nil: all 1
	LabelSmoothing float64   // ε, 0 to 1
	Mean           bool      // divide by the sum of w[targets[n]] over the rows not ignored; else the plain sum
}

// RowLosses returns the loss of each row [N]: PyTorch's reduction="none".
func (ce CrossEntropy) RowLosses(logits []float64, targets []int, classes int) []float64 {
	checkLength("logits", len(logits), len(targets)*classes)
	logp := LogSoftmax(logits, classes)
	losses := make([]float64, len(targets))
	for n, target := range targets {
		for c := range classes {
			// An impossible class (logp = -Inf) that is no target costs nothing.
			if q := ce.targetWeight(target, c, classes); q != 0 {
				losses[n] -= q * logp[n*classes+c]
			}
		}
	}
	return losses
}

// Loss returns the sum or mean of RowLosses and its gradient [N, classes]
//
//	dlogits[n, c] = (p[n, c] · Σ_k q[n, k]·w[k] - q[n, c]·w[c]) / divisor
//
// where p is the softmax. A mean over no row is NaN, as in PyTorch.
func (ce CrossEntropy) Loss(logits []float64, targets []int, classes int) (loss float64, dlogits []float64) {
	divisor := 1.0
	if ce.Mean {
		divisor = 0
		for _, target := range targets {
			if target >= 0 {
				divisor += ce.classWeight(target)
			}
		}
	}
	for _, rowLoss := range ce.RowLosses(logits, targets, classes) {
		loss += rowLoss
	}
	loss /= divisor

	p := Softmax(logits, classes)
	dlogits = make([]float64, len(logits))
	for n, target := range targets {
		if target < 0 {
			continue
		}
		var total float64
		for c := range classes {
			total += ce.targetWeight(target, c, classes)
		}
		for c := range classes {
			dlogits[n*classes+c] = (p[n*classes+c]*total - ce.targetWeight(target, c, classes)) / divisor
		}
	}
	return loss, dlogits
}

// targetWeight returns q[n, c]·w[c] of a row with the given target.
func (ce CrossEntropy) targetWeight(target, c, classes int) float64 {
	if target < 0 {
		return 0
	}
	q := ce.LabelSmoothing / float64(classes)
	if c == target {
		q += 1 - ce.LabelSmoothing
	}
	return q * ce.classWeight(c)
}

func (ce CrossEntropy) classWeight(c int) float64 {
	if ce.Weights == nil {
		return 1
	}
	return ce.Weights[c]
}
