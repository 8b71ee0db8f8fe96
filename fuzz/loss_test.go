package fuzz

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/packedlstm/packedlstm/mask"
	"github.com/packedlstm/packedlstm/packed"
)

// FuzzCrossEntropy: any logits bits, lengths, targets and options. The padded loss and
// gradient have the bits of the packed ones, whatever the padding holds, and both are
// the naive float64 twin's.
func FuzzCrossEntropy(f *testing.F) {
	f.Add(uint64(1), []byte{3, 0, 5, 1}, uint8(4), uint8(0), uint8(0), false)
	f.Add(uint64(2), []byte{1}, uint8(0), uint8(1), uint8(10), false)
	f.Add(uint64(3), []byte{0, 0}, uint8(40), uint8(2), uint8(0), true)
	f.Add(uint64(4), []byte{9, 9, 2, 0, 14}, uint8(40), uint8(6), uint8(100), true)
	f.Add(uint64(5), []byte{2, 7}, uint8(16), uint8(5), uint8(255), false)
	f.Add(uint64(6), []byte{}, uint8(16), uint8(9), uint8(50), true)
	f.Add(uint64(1), []byte("27"), uint8(26), uint8(5), uint8(255), true) // a sequence of weight 0 and infinite loss
	f.Fuzz(func(t *testing.T, seed uint64, sizes []byte, classes, options, smoothing uint8, wild bool) {
		random := rand.New(rand.NewPCG(seed, 0))
		b := newLossBatch(random, sizes, int(classes)+1, wild)
		ce := mask.CrossEntropy{Reduction: mask.Reduction(options % 3), LabelSmoothing: float64(smoothing) / 255}
		if options&4 != 0 {
			ce.ClassWeights = make([]float32, b.classes)
			for c := range ce.ClassWeights {
				ce.ClassWeights[c] = float32(random.IntN(4)) / 2
			}
		}
		if options&8 != 0 {
			ignore := random.IntN(b.classes)
			ce.IgnoreIndex = &ignore
			for i, y := range b.targets {
				if y < 0 {
					b.targets[i] = ignore
				}
			}
		}
		b.check(t, ce)
	})
}

// lossBatch is a batch sequence by sequence, and its packed layout.
type lossBatch struct {
	lengths []int
	layout  *packed.Layout
	classes int
	logits  []float32 // [N, classes]
	targets []int     // [N]
}

// newLossBatch draws a batch; wild logits are any finite float32, and -Inf.
func newLossBatch(random *rand.Rand, sizes []byte, classes int, wild bool) *lossBatch {
	b := &lossBatch{classes: classes}
	for _, n := range sizes[:min(len(sizes), 12)] {
		b.lengths = append(b.lengths, int(n%16))
		for range n % 16 {
			b.targets = append(b.targets, random.IntN(classes))
			if random.IntN(5) == 0 {
				b.targets[len(b.targets)-1] = mask.DefaultIgnoreIndex
			}
			for c := range classes {
				x := float32(random.NormFloat64() * 5)
				if wild {
					x = math.Float32frombits(random.Uint32())
				}
				if x != x || math.IsInf(float64(x), 0) {
					x = 0
				}
				if wild && c > 0 && random.IntN(8) == 0 {
					x = float32(math.Inf(-1))
				}
				b.logits = append(b.logits, x)
			}
		}
	}
	b.layout, _ = packed.NewLayout(b.lengths)
	return b
}

// packedRow returns the packed row of a token.
func (b *lossBatch) packedRow(sequence, t int) int {
	return b.layout.Offsets()[t] + b.layout.UnsortedIndices()[sequence]
}

// check runs the batch packed and padded.
func (b *lossBatch) check(t *testing.T, ce mask.CrossEntropy) {
	n := len(b.targets)
	logits, targets := make([]float32, len(b.logits)), make([]int, n)
	steps := b.layout.Steps() + 1
	paddedLogits, paddedTargets := make([]float32, len(b.lengths)*steps*b.classes), make([]int, len(b.lengths)*steps)
	for i := range paddedLogits {
		paddedLogits[i] = float32(math.NaN())
	}
	for i := range paddedTargets {
		paddedTargets[i] = math.MaxInt
	}
	token := 0
	for sequence, length := range b.lengths {
		for step := range length {
			x := b.logits[token*b.classes:][:b.classes]
			row, paddedRow := b.packedRow(sequence, step), sequence*steps+step
			copy(logits[row*b.classes:], x)
			copy(paddedLogits[paddedRow*b.classes:], x)
			targets[row], paddedTargets[paddedRow] = b.targets[token], b.targets[token]
			token++
		}
	}
	dlogits, paddedDlogits := make([]float32, len(logits)), make([]float32, len(paddedLogits))
	loss, tokens, err := ce.Packed(dlogits, b.layout, logits, targets, b.classes)
	if err != nil {
		t.Fatal(err)
	}
	paddedLoss, paddedTokens, err := ce.Padded(paddedDlogits, b.lengths, paddedLogits, paddedTargets, packed.BatchFirst, steps, b.classes)
	if err != nil || math.Float64bits(paddedLoss) != math.Float64bits(loss) || paddedTokens != tokens {
		t.Fatalf("padded %v over %d tokens, error %v: packed %v over %d", paddedLoss, paddedTokens, err, loss, tokens)
	}
	for sequence, length := range b.lengths {
		for i, v := range paddedDlogits[sequence*steps*b.classes:][:steps*b.classes] {
			want := float32(0)
			if step := i / b.classes; step < length {
				want = dlogits[b.packedRow(sequence, step)*b.classes+i%b.classes]
			}
			if math.Float32bits(v) != math.Float32bits(want) {
				t.Fatalf("padded gradient of sequence %d, element %d: %v, packed %v", sequence, i, v, want)
			}
		}
	}
	b.checkTwin(t, ce, loss, tokens, dlogits)
}

// checkTwin compares with the definition in float64, token by token.
func (b *lossBatch) checkTwin(t *testing.T, ce mask.CrossEntropy, loss float64, tokens int, dlogits []float32) {
	const eps = 0x1p-24
	scales, count := b.scales(ce)
	if tokens != count {
		t.Fatalf("%d tokens: want %d", tokens, count)
	}
	var want, bound float64
	token := 0
	for sequence, length := range b.lengths {
		for step := range length {
			one := b.twin(ce, token)
			scale := scales[token]
			row := b.packedRow(sequence, step)
			for c := range b.classes {
				g, limit := 0.0, 0.0
				if scale > 0 {
					g = scale * (one.p[c]*one.all - one.qw[c])
					// e^-d is off by (2 + d)·eps, d·e^-d <= 1; sums and products by a few eps more.
					limit = scale*(one.all*(one.p[c]*(8+math.Log(float64(b.classes)))+1/math.E)+3*one.qw[c])*eps + 0x1p-149
				}
				if got := float64(dlogits[row*b.classes+c]); !(math.Abs(got-g) <= limit) {
					t.Fatalf("gradient of token %d, class %d: %v: want %v ± %v", token, c, got, g, limit)
				}
			}
			if scale > 0 {
				want += scale * one.loss
				bound += scale * (one.all*(3+math.Log(float64(b.classes)))*eps + one.loss*float64(b.classes+len(b.targets))*0x1p-51)
			}
			token++
		}
	}
	if loss != want && (math.IsInf(want, 0) || !(math.Abs(loss-want) <= bound)) {
		t.Fatalf("loss %v: want %v ± %v", loss, want, bound)
	}
}

// scales returns each token's factor in the reduced loss, 0 where it does not count,
// and the number of valid tokens.
func (b *lossBatch) scales(ce mask.CrossEntropy) (scales []float64, tokens int) {
	ignore := mask.DefaultIgnoreIndex
	if ce.IgnoreIndex != nil {
		ignore = *ce.IgnoreIndex
	}
	scales = make([]float64, len(b.targets))
	var all, sequences float64
	token := 0
	for _, length := range b.lengths {
		var own float64
		first := token
		for ; token < first+length; token++ {
			if y := b.targets[token]; y != ignore {
				tokens++
				scales[token] = 1
				own += weightOf(ce, y)
			}
		}
		all += own
		if own > 0 {
			sequences++
		}
		for i := first; ce.Reduction == mask.SequenceMean && i < token; i++ {
			if own == 0 {
				scales[i] = 0
			} else {
				scales[i] /= own
			}
		}
	}
	for i := range scales {
		switch {
		case ce.Reduction == mask.Mean && all > 0:
			scales[i] /= all
		case ce.Reduction == mask.Mean:
			scales[i] = 0
		case ce.Reduction == mask.SequenceMean && sequences > 0:
			scales[i] /= sequences
		}
	}
	return scales, tokens
}

func weightOf(ce mask.CrossEntropy, c int) float64 {
	if ce.ClassWeights == nil {
		return 1
	}
	return float64(ce.ClassWeights[c])
}

// lossTwin is one token: softmax p, q·w and its sum, and the loss.
type lossTwin struct {
	p, qw     []float64
	all, loss float64
}

func (b *lossBatch) twin(ce mask.CrossEntropy, token int) lossTwin {
	one := lossTwin{p: make([]float64, b.classes), qw: make([]float64, b.classes)}
	x := b.logits[token*b.classes:][:b.classes]
	largest, sum := math.Inf(-1), 0.0
	for _, v := range x {
		largest = max(largest, float64(v))
	}
	for c, v := range x {
		one.p[c] = math.Exp(float64(v) - largest)
		sum += one.p[c]
	}
	for c, v := range x {
		one.p[c] /= sum
		q := ce.LabelSmoothing / float64(b.classes)
		if c == b.targets[token] {
			q += 1 - ce.LabelSmoothing
		}
		one.qw[c] = q * weightOf(ce, c)
		one.all += one.qw[c]
		if one.qw[c] > 0 {
			one.loss += one.qw[c] * (math.Log(sum) + largest - float64(v))
		}
	}
	return one
}
