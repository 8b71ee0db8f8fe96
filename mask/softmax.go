package mask

import (
	"math"

	"github.com/packedlstm/packedlstm/kernels"
)

// A block gathers valid rows, wherever they lie, until one Exp over all of them is
// worth its call; 8 KB of exponentials stay in the L1 cache until they are used.
const (
	blockElements = 2048
	blockRows     = 64
)

// block holds the rows between shift and exponential. It lives on the stack of run.
type block struct {
	level    kernels.Level
	loss     float64 // the sum so far of share · row loss
	capacity int     // rows that fit
	count    int     // rows that are there
	rows     [blockRows]blockRow
	exps     [blockElements]float32 // rows one behind the other: logits - maximum, then its exponential
}

type blockRow struct {
	row, target int
	linear      float64 // Σ_c q[c]·w[c]·(logits[c] - maximum)
	share       float64 // of the row's loss in the sum
	scale       float64 // of the row's gradient
}

// add takes in a valid row. Its logits are not read again afterwards.
func (ce *CrossEntropy) add(p *pass, b *block, row int, share, scale float64) error {
	if b.count == b.capacity {
		if err := ce.flush(p, b); err != nil {
			return err
		}
	}
	if p.upstream != nil && p.dlogits != nil {
		scale *= float64(p.upstream[row])
	}
	x := p.logits[row*p.classes:][:p.classes]
	largest := maximum(x)
	r := blockRow{row: row, target: p.targets[row], share: share, scale: scale}
	r.linear = ce.linear(x, r.target, largest)
	if p.classes > blockElements {
		return ce.addWide(p, b, r, x, largest)
	}
	shift(b.exps[b.count*p.classes:][:p.classes], x, largest)
	b.rows[b.count] = r
	b.count++
	return nil
}

// flush finishes the rows of the block and empties it.
func (ce *CrossEntropy) flush(p *pass, b *block) error {
	exps := b.exps[:b.count*p.classes]
	if err := b.level.Exp(exps, exps); err != nil {
		return err
	}
	for i, r := range b.rows[:b.count] {
		e := exps[i*p.classes:][:p.classes]
		ce.finish(p, b, r, e, sum(e))
	}
	b.count = 0
	return nil
}

// addWide computes a row that does not fit into the block, piece by piece. The
// exponentials go to the row's gradient, if that is wanted, else they are dropped.
func (ce *CrossEntropy) addWide(p *pass, b *block, r blockRow, x []float32, largest float32) error {
	var exps []float32
	if p.dlogits != nil {
		exps = p.dlogits[r.row*p.classes:][:p.classes]
	}
	var s float64
	for first := 0; first < p.classes; first += blockElements {
		n := min(blockElements, p.classes-first)
		e := b.exps[:n]
		if exps != nil {
			e = exps[first:][:n]
		}
		shift(e, x[first:][:n], largest)
		if err := b.level.Exp(e, e); err != nil {
			return err
		}
		s += sum(e)
	}
	ce.finish(p, b, r, exps, s)
	return nil
}

// finish adds the loss of a row with the exponentials e, their sum s, and writes its
// gradient:
//
//	loss = W·log s - linear        W = Σ_c q[c]·w[c]
func (ce *CrossEntropy) finish(p *pass, b *block, r blockRow, e []float32, s float64) {
	targetFactor, otherFactor := ce.factors(p.classes)
	hit := targetFactor * ce.weight(r.target)
	all := hit + float64(otherFactor*p.weightSum)
	loss := float64(all*math.Log(s)) - r.linear
	b.loss += float64(loss * r.share)
	if p.losses != nil {
		p.losses[r.row] = float32(loss)
	}
	if p.dlogits == nil {
		return
	}
	atTarget := hit + float64(otherFactor*ce.weight(r.target))
	derivative := r.scale * (float64(all*(float64(e[r.target])/s)) - atTarget)
	dx := p.dlogits[r.row*p.classes:][:p.classes]
	factor := float32(r.scale * all / s)
	smoothing := r.scale * otherFactor // float64: over tiny weights the scale is beyond float32
	switch {
	case otherFactor == 0:
		for c, v := range e {
			dx[c] = v * factor
		}
	case ce.ClassWeights == nil:
		everywhere := float32(smoothing)
		for c, v := range e {
			dx[c] = float32(v*factor) - everywhere
		}
	default:
		for c, v := range e {
			dx[c] = float32(v*factor) - float32(smoothing*float64(ce.ClassWeights[c]))
		}
	}
	dx[r.target] = float32(derivative)
}

// factors returns 1-ε, which only the target gets, and ε/classes, which every class
// gets: q[c] = targetFactor·[c is the target] + otherFactor.
func (ce *CrossEntropy) factors(classes int) (targetFactor, otherFactor float64) {
	return 1 - ce.LabelSmoothing, ce.LabelSmoothing / float64(classes)
}

// linear returns Σ_c q[c]·w[c]·(x[c] - largest) in float64. A factor of 0 leaves
// its class out, so that an impossible one (-Inf) costs nothing.
func (ce *CrossEntropy) linear(x []float32, target int, largest float32) float64 {
	targetFactor, otherFactor := ce.factors(len(x))
	var atTarget, everywhere float64
	if q := targetFactor * ce.weight(target); q > 0 {
		atTarget = q * (float64(x[target]) - float64(largest))
	}
	if otherFactor > 0 {
		for c, v := range x {
			if w := ce.weight(c); w > 0 {
				everywhere += float64(w * (float64(v) - float64(largest)))
			}
		}
	}
	return atTarget + float64(otherFactor*everywhere)
}

// maximum returns the largest element, NaN if one is: in four chains, and without
// branches, which random logits would mispredict.
func maximum(x []float32) float32 {
	m0, m1, m2, m3 := x[0], x[0], x[0], x[0]
	for ; len(x) >= 4; x = x[4:] {
		m0 = max(m0, x[0])
		m1 = max(m1, x[1])
		m2 = max(m2, x[2])
		m3 = max(m3, x[3])
	}
	for _, v := range x {
		m0 = max(m0, v)
	}
	return max(m0, m1, m2, m3)
}

// shift computes dst[i] = x[i] - largest; dst may be x.
func shift(dst, x []float32, largest float32) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = v - largest
	}
}

// sum adds up in float64, in four chains since one would wait for itself.
func sum(x []float32) float64 {
	var s0, s1, s2, s3 float64
	for ; len(x) >= 4; x = x[4:] {
		s0 += float64(x[0])
		s1 += float64(x[1])
		s2 += float64(x[2])
		s3 += float64(x[3])
	}
	for _, v := range x {
		s0 += float64(v)
	}
	return (s0 + s1) + (s2 + s3)
}
