package mask

import (
	"fmt"
	"math"

	"github.com/packedlstm/packedlstm/packed"
)

// Reduction says what becomes of the losses of the valid tokens.
type Reduction uint8

const (
	// Mean is the sum of the losses divided by the number of valid tokens or, with
	// class weights, by the sum of their targets' weights. PyTorch's default.
	Mean Reduction = iota
	// Sum is the plain sum.
	Sum
	// SequenceMean is the mean, over the sequences that have a valid token (with class
	// weights: one of weight above 0), of each one's Mean: a short sequence counts as
	// much as a long one.
	SequenceMean
	// None keeps each token's loss: see PackedLosses and PaddedLosses.
	None
)

// String returns the name of the constant.
func (r Reduction) String() string {
	switch r {
	case Mean:
		return "Mean"
	case Sum:
		return "Sum"
	case SequenceMean:
		return "SequenceMean"
	case None:
		return "None"
	}
	return fmt.Sprintf("Reduction(%d)", uint8(r))
}

// DefaultIgnoreIndex is the target that takes its row out if IgnoreIndex is nil.
const DefaultIgnoreIndex = -100

// CrossEntropy is the softmax cross-entropy of torch.nn.functional.cross_entropy
// over the valid tokens of a batch. With ε = LabelSmoothing, w = ClassWeights and
// p = softmax(logits[n, :]), the loss of row n and its gradient are
//
//	loss[n]       = -Σ_c q[n, c] · w[c] · log p[n, c]
//	dlogits[n, c] = s[n] · (p[n, c] · Σ_k q[n, k]·w[k]  -  q[n, c]·w[c])
//	q[n, c]       = (1-ε)·[c == targets[n]] + ε/classes
//
// where s[n] is the derivative of the reduced loss by loss[n]. A token is valid if
// it lies within its sequence's length and its target is not the ignore index. The
// gradient of every other row is exactly 0, and its logits are never read.
//
// The logarithm is taken of the sum of exp(logits - their maximum): any finite logits
// are good. A logit of -Inf makes a class impossible: its gradient is exactly 0 unless
// it is the target or ε > 0; then the loss is +Inf. NaN or +Inf in a valid row makes the
// loss and that row's gradient NaN, as in PyTorch. Losses and sums are float64; the
// exponentials and the gradient are float32.
//
// Differences from PyTorch, which gives NaN in each case: a mean over no valid token, or over
// weights that add up to 0, is 0 and so is its gradient; a class of weight 0 costs nothing
// where it is impossible; an ignored row has the gradient 0 also where its logits are NaN.
//
// The zero value is the mean with PyTorch's defaults. A CrossEntropy is only read and
// keeps no scratch: any number of goroutines may use one at once.
type CrossEntropy struct {
	Reduction      Reduction
	IgnoreIndex    *int      // a target whose rows do not count, inside or outside the classes; nil: DefaultIgnoreIndex
	LabelSmoothing float64   // ε, 0 to 1
	ClassWeights   []float32 // w [classes], finite and >= 0; nil: all 1
}

// Packed returns the loss of packed rows, the number of valid tokens, and the gradient
// in dlogits.
//
//	dlogits [N, classes]   written; nil: the loss only. May be logits itself; no other overlap.
//	logits  [N, classes]   packed rows of l
//	targets [N]            packed as the rows are (packed.Pack takes them too)
//
// The error names the argument, or the row, sequence and step whose target is no class;
// nothing is written then.
func (ce CrossEntropy) Packed(dlogits []float32, l *packed.Layout, logits []float32, targets []int, classes int) (loss float64, tokens int, err error) {
	if err := ce.checkReduced("PackedLosses"); err != nil {
		return 0, 0, err
	}
	rows, err := packedRows(l)
	if err != nil {
		return 0, 0, err
	}
	return ce.run(&pass{rows: rows, dlogits: dlogits, logits: logits, targets: targets, classes: classes})
}

// Padded is Packed over padded tensors: [B, steps] rows for packed.BatchFirst, [steps, B]
// for packed.TimeFirst, with B = len(lengths) and every length at most steps. The padding
// of logits and targets is never read; that of dlogits becomes 0. Loss and gradient have
// the bits of Packed.
func (ce CrossEntropy) Padded(dlogits []float32, lengths []int, logits []float32, targets []int, order packed.Order, steps, classes int) (loss float64, tokens int, err error) {
	if err := ce.checkReduced("PaddedLosses"); err != nil {
		return 0, 0, err
	}
	rows, err := paddedRows(lengths, order, steps)
	if err != nil {
		return 0, 0, err
	}
	return ce.run(&pass{rows: rows, dlogits: dlogits, logits: logits, targets: targets, classes: classes})
}

// PackedLosses is Packed for the reduction None: it writes the loss of every row, 0 for
// an ignored one, and returns the number of valid tokens.
//
//	losses   [N]   written; nil: the gradient only
//	upstream [N]   the derivative of the caller's loss by each of losses, s above; nil: all 1
//
// Both must be apart from each other and from logits and dlogits. Upstream is not read
// where a row is ignored, nor without dlogits.
func (ce CrossEntropy) PackedLosses(losses, dlogits []float32, l *packed.Layout, logits []float32, targets []int, upstream []float32, classes int) (tokens int, err error) {
	if err := ce.checkNone("Packed"); err != nil {
		return 0, err
	}
	rows, err := packedRows(l)
	if err != nil {
		return 0, err
	}
	_, tokens, err = ce.run(&pass{rows: rows, losses: losses, dlogits: dlogits, logits: logits, targets: targets,
		upstream: upstream, classes: classes, perToken: true})
	return tokens, err
}

// PaddedLosses is PackedLosses over padded tensors, shaped as for Padded; losses and
// upstream are shaped like targets. The padding of losses becomes 0, that of upstream
// is never read.
func (ce CrossEntropy) PaddedLosses(losses, dlogits []float32, lengths []int, logits []float32, targets []int, upstream []float32, order packed.Order, steps, classes int) (tokens int, err error) {
	if err := ce.checkNone("Padded"); err != nil {
		return 0, err
	}
	rows, err := paddedRows(lengths, order, steps)
	if err != nil {
		return 0, err
	}
	_, tokens, err = ce.run(&pass{rows: rows, losses: losses, dlogits: dlogits, logits: logits, targets: targets,
		upstream: upstream, classes: classes, perToken: true})
	return tokens, err
}

func (ce *CrossEntropy) checkReduced(other string) error {
	if ce.Reduction >= None {
		return fmt.Errorf("mask: Reduction = %v: want Mean, Sum or SequenceMean, or %s", ce.Reduction, other)
	}
	return nil
}

func (ce *CrossEntropy) checkNone(other string) error {
	if ce.Reduction != None {
		return fmt.Errorf("mask: Reduction = %v: want None, or %s", ce.Reduction, other)
	}
	return nil
}

func (ce *CrossEntropy) check(classes int) error {
	if classes < 1 {
		return fmt.Errorf("mask: classes = %d: want >= 1", classes)
	}
	if e := ce.LabelSmoothing; !(e >= 0 && e <= 1) {
		return fmt.Errorf("mask: LabelSmoothing = %v: want 0 to 1", e)
	}
	if ce.ClassWeights == nil {
		return nil
	}
	if len(ce.ClassWeights) != classes {
		return fmt.Errorf("mask: %d ClassWeights: want %d, one a class, or nil", len(ce.ClassWeights), classes)
	}
	for c, w := range ce.ClassWeights {
		if !(w >= 0 && w <= math.MaxFloat32) {
			return fmt.Errorf("mask: ClassWeights[%d] = %v: want a finite number >= 0", c, w)
		}
	}
	return nil
}

// weight returns w[c].
func (ce *CrossEntropy) weight(c int) float64 {
	if ce.ClassWeights == nil {
		return 1
	}
	return float64(ce.ClassWeights[c])
}

func ignoredTarget(ignoreIndex *int) int {
	if ignoreIndex == nil {
		return DefaultIgnoreIndex
	}
	return *ignoreIndex
}
