package mask

import (
	"fmt"
	"unsafe"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/kernels"
)

// pass is one call: the arguments of the public methods.
type pass struct {
	rows      batchRows
	losses    []float32 // [rows]; nil: not wanted
	dlogits   []float32 // [rows, classes]; nil: not wanted
	logits    []float32 // [rows, classes]
	targets   []int     // [rows]
	upstream  []float32 // [rows]; nil: all 1
	classes   int
	perToken  bool    // no reduction
	ignored   int     // the ignore index
	weightSum float64 // Σ_c w[c]
}

// total is what the divisors of the reductions are made of.
type total struct {
	tokens int
	weight float64 // the sum of the targets' weights
}

// run checks everything, then visits the rows sequence by sequence.
func (ce *CrossEntropy) run(p *pass) (loss float64, tokens int, err error) {
	if err := ce.checkPass(p); err != nil {
		return 0, 0, err
	}
	batch, sequences, err := ce.count(p)
	if err != nil {
		return 0, 0, err
	}
	divisor := 1.0 // of the sum of the losses
	switch {
	case p.perToken:
	case ce.Reduction == Mean:
		divisor = batch.weight
	case ce.Reduction == SequenceMean:
		divisor = float64(sequences)
	}
	p.weightSum = ce.weightSum(p.classes)
	b := block{level: kernels.Active(), capacity: max(1, min(blockRows, blockElements/p.classes))}
	for sequence := range p.rows.lengths {
		share := ce.share(p, sequence)
		if divisor == 0 {
			share = 0
		}
		if err := ce.visit(p, &b, sequence, share, share/divisor); err != nil {
			return 0, 0, err
		}
	}
	if err := ce.flush(p, &b); err != nil {
		return 0, 0, err
	}
	if divisor == 0 {
		return 0, batch.tokens, nil
	}
	return b.loss / divisor, batch.tokens, nil
}

// share returns the factor of a sequence's losses in the sum; 0 takes them out.
func (ce *CrossEntropy) share(p *pass, sequence int) float64 {
	if p.perToken || ce.Reduction != SequenceMean {
		return 1
	}
	if t, _ := ce.countSequence(p, sequence); t.weight > 0 {
		return 1 / t.weight
	}
	return 0
}

// visit puts the rows of a sequence that count into the block, and clears the outputs
// of the others. Losses of share 0 are not computed: they may be infinite.
func (ce *CrossEntropy) visit(p *pass, b *block, sequence int, share, scale float64) error {
	length := p.rows.lengths[sequence]
	for t := range length {
		row := p.rows.at(sequence, t)
		if p.targets[row] == p.ignored || share == 0 {
			p.clear(row)
			continue
		}
		if err := ce.add(p, b, row, share, scale); err != nil {
			return err
		}
	}
	if p.rows.offsets == nil {
		for t := length; t < p.rows.steps; t++ {
			p.clear(p.rows.at(sequence, t))
		}
	}
	return nil
}

// clear sets the outputs of a row that does not count.
func (p *pass) clear(row int) {
	if p.losses != nil {
		p.losses[row] = 0
	}
	if p.dlogits != nil {
		clear(p.dlogits[row*p.classes:][:p.classes])
	}
}

// count returns the totals over all sequences and the number of those with a weight
// above 0, or an error for the first target that is no class.
func (ce *CrossEntropy) count(p *pass) (sum total, sequences int, err error) {
	for sequence := range p.rows.lengths {
		t, err := ce.countSequence(p, sequence)
		if err != nil {
			return total{}, 0, err
		}
		sum.tokens += t.tokens
		sum.weight += t.weight
		if t.weight > 0 {
			sequences++
		}
	}
	return sum, sequences, nil
}

func (ce *CrossEntropy) countSequence(p *pass, sequence int) (t total, err error) {
	for step := range p.rows.lengths[sequence] {
		row := p.rows.at(sequence, step)
		target := p.targets[row]
		if target == p.ignored {
			continue
		}
		if uint(target) >= uint(p.classes) {
			return total{}, targetError(row, sequence, step, target, p.classes, p.ignored)
		}
		t.tokens++
		if ce.ClassWeights != nil {
			t.weight += float64(ce.ClassWeights[target])
		}
	}
	if ce.ClassWeights == nil {
		t.weight = float64(t.tokens)
	}
	return t, nil
}

func targetError(row, sequence, step, target, classes, ignored int) error {
	return fmt.Errorf("mask: targets[%d] (sequence %d, step %d) = %d: want 0 to %d, or %d to ignore the row",
		row, sequence, step, target, classes-1, ignored)
}

// weightSum returns Σ_c w[c].
func (ce *CrossEntropy) weightSum(classes int) float64 {
	if ce.ClassWeights == nil {
		return float64(classes)
	}
	var sum float64
	for _, w := range ce.ClassWeights {
		sum += float64(w)
	}
	return sum
}

// checkPass checks the sizes of all slices, and that what is written lies apart
// from what is read.
func (ce *CrossEntropy) checkPass(p *pass) error {
	if err := ce.check(p.classes); err != nil {
		return err
	}
	p.ignored = ignoredTarget(ce.IgnoreIndex)
	if err := p.rows.checkSize("logits", len(p.logits), p.classes); err != nil {
		return err
	}
	if err := p.rows.checkSize("targets", len(p.targets), 1); err != nil {
		return err
	}
	if p.dlogits != nil {
		if err := p.rows.checkSize("dlogits", len(p.dlogits), p.classes); err != nil {
			return err
		}
	}
	if p.losses != nil {
		if err := p.rows.checkSize("losses", len(p.losses), 1); err != nil {
			return err
		}
	}
	if p.upstream != nil {
		if err := p.rows.checkSize("upstream", len(p.upstream), 1); err != nil {
			return err
		}
	}
	return ce.checkOverlap(p)
}

func (ce *CrossEntropy) checkOverlap(p *pass) error {
	same := unsafe.SliceData(p.dlogits) == unsafe.SliceData(p.logits)
	if !same && memory.Overlap(p.dlogits, p.logits) {
		return fmt.Errorf("mask: dlogits overlaps logits without being the same: want the same slice or separate ones")
	}
	for _, pair := range [...]struct {
		name, otherName string
		slice, other    []float32
	}{
		{"losses", "logits", p.losses, p.logits},
		{"losses", "dlogits", p.losses, p.dlogits},
		{"losses", "upstream", p.losses, p.upstream},
		{"upstream", "dlogits", p.upstream, p.dlogits},
		{"ClassWeights", "dlogits", ce.ClassWeights, p.dlogits},
		{"ClassWeights", "losses", ce.ClassWeights, p.losses},
	} {
		if memory.Overlap(pair.slice, pair.other) {
			return fmt.Errorf("mask: %s overlaps %s: want them apart", pair.name, pair.otherName)
		}
	}
	return nil
}
