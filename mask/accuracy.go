package mask

import (
	"fmt"

	"github.com/packedlstm/packedlstm/internal/predict"
	"github.com/packedlstm/packedlstm/packed"
)

// Accuracy counts right predictions. A prediction is the class with the largest logit,
// the first of several; NaN counts as the largest, as in torch.argmax. Tokens are the
// valid ones: within their sequence's length, their target not the ignore index. A
// sequence is correct if all its tokens are; one without a valid token (length 0,
// everything ignored) is neither right nor wrong and not counted.
type Accuracy struct {
	Tokens, CorrectTokens       int
	Sequences, CorrectSequences int
}

// Token returns the share of correct tokens, 0 to 1; 0 if there is none.
func (a Accuracy) Token() float64 { return share(a.CorrectTokens, a.Tokens) }

// Sequence returns the share of correct sequences, 0 to 1; 0 if there is none.
func (a Accuracy) Sequence() float64 { return share(a.CorrectSequences, a.Sequences) }

// Add returns the counts of a and other together, as over several batches.
func (a Accuracy) Add(other Accuracy) Accuracy {
	return Accuracy{
		Tokens: a.Tokens + other.Tokens, CorrectTokens: a.CorrectTokens + other.CorrectTokens,
		Sequences: a.Sequences + other.Sequences, CorrectSequences: a.CorrectSequences + other.CorrectSequences,
	}
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// AccuracyPacked counts over packed rows: logits [N, classes], targets [N]. ignoreIndex
// nil stands for DefaultIgnoreIndex. A valid target that is no class is an error.
func AccuracyPacked(l *packed.Layout, logits []float32, targets []int, classes int, ignoreIndex *int) (Accuracy, error) {
	rows, err := packedRows(l)
	if err != nil {
		return Accuracy{}, err
	}
	return accuracy(rows, logits, targets, classes, ignoreIndex)
}

// AccuracyPadded counts over padded tensors: logits [B, steps, classes] and targets [B,
// steps] for packed.BatchFirst, [steps, B, ...] for packed.TimeFirst. Their padding is
// never read.
func AccuracyPadded(lengths []int, logits []float32, targets []int, order packed.Order, steps, classes int, ignoreIndex *int) (Accuracy, error) {
	rows, err := paddedRows(lengths, order, steps)
	if err != nil {
		return Accuracy{}, err
	}
	return accuracy(rows, logits, targets, classes, ignoreIndex)
}

func accuracy(rows batchRows, logits []float32, targets []int, classes int, ignoreIndex *int) (Accuracy, error) {
	if classes < 1 {
		return Accuracy{}, fmt.Errorf("mask: classes = %d: want >= 1", classes)
	}
	if err := rows.checkSize("logits", len(logits), classes); err != nil {
		return Accuracy{}, err
	}
	if err := rows.checkSize("targets", len(targets), 1); err != nil {
		return Accuracy{}, err
	}
	ignored := ignoredTarget(ignoreIndex)
	var a Accuracy
	for sequence, length := range rows.lengths {
		tokens, correct := 0, 0
		for t := range length {
			row := rows.at(sequence, t)
			target := targets[row]
			if target == ignored {
				continue
			}
			if uint(target) >= uint(classes) {
				return Accuracy{}, targetError(row, sequence, t, target, classes, ignored)
			}
			tokens++
			if predict.Class(logits[row*classes:][:classes]) == target {
				correct++
			}
		}
		a.Tokens += tokens
		a.CorrectTokens += correct
		if tokens > 0 {
			a.Sequences++
			if correct == tokens {
				a.CorrectSequences++
			}
		}
	}
	return a, nil
}
