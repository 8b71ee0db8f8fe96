package mask_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/mask"
	"github.com/packedlstm/packedlstm/packed"
)

var nan32 = float32(math.NaN())

// badTarget stands in the padding: no class, and not the ignore index.
const badTarget = math.MaxInt32

// placement is one way to store a batch. Tests hold batches sequence by sequence in
// the caller's order; at tells where a placement has the row of a token.
type placement struct {
	name    string
	lengths []int
	rows    int
	at      func(b, t int) int

	layout *packed.Layout // nil: padded
	order  packed.Order
	steps  int
}

// placements returns the packed one and both padded ones, two steps longer than needed.
func placements(t testing.TB, lengths []int) []placement {
	t.Helper()
	layout, err := packed.NewLayout(lengths)
	if err != nil {
		t.Fatal(err)
	}
	steps := 2
	for _, n := range lengths {
		steps = max(steps, n+2)
	}
	batch := len(lengths)
	return []placement{
		{name: "packed", lengths: lengths, rows: layout.Rows(), at: naivePacked(lengths), layout: layout},
		{name: "batch first", lengths: lengths, rows: batch * steps, order: packed.BatchFirst, steps: steps,
			at: func(b, t int) int { return b*steps + t }},
		{name: "time first", lengths: lengths, rows: batch * steps, order: packed.TimeFirst, steps: steps,
			at: func(b, t int) int { return t*batch + b }},
	}
}

// naivePacked numbers the packed rows by walking through them.
func naivePacked(lengths []int) func(b, t int) int {
	order := make([]int, len(lengths))
	for b := range order {
		order[b] = b
	}
	slices.SortStableFunc(order, func(a, b int) int { return lengths[b] - lengths[a] })
	rows := map[[2]int]int{}
	for t := 0; ; t++ {
		before := len(rows)
		for _, b := range order {
			if t < lengths[b] {
				rows[[2]int{b, t}] = len(rows)
			}
		}
		if len(rows) == before {
			return func(b, t int) int { return rows[[2]int{b, t}] }
		}
	}
}

// spread stores tokens [N, width] as the placement has them, padding in between.
func spread[E any](p placement, tokens []E, width int, padding E) []E {
	stored := make([]E, p.rows*width)
	for i := range stored {
		stored[i] = padding
	}
	for b, n := range p.lengths {
		for t := range n {
			copy(stored[p.at(b, t)*width:][:width], tokens[:width])
			tokens = tokens[width:]
		}
	}
	return stored
}

// gather is the inverse of spread; padding returns the elements in between.
func gather[E any](p placement, stored []E, width int) (tokens, padding []E) {
	valid := make([]bool, p.rows)
	for b, n := range p.lengths {
		for t := range n {
			row := p.at(b, t)
			valid[row] = true
			tokens = append(tokens, stored[row*width:][:width]...)
		}
	}
	for row, v := range valid {
		if !v {
			padding = append(padding, stored[row*width:][:width]...)
		}
	}
	return tokens, padding
}

func (p placement) crossEntropy(ce mask.CrossEntropy, dlogits, logits []float32, targets []int, classes int) (float64, int, error) {
	if p.layout != nil {
		return ce.Packed(dlogits, p.layout, logits, targets, classes)
	}
	return ce.Padded(dlogits, p.lengths, logits, targets, p.order, p.steps, classes)
}

func (p placement) losses(ce mask.CrossEntropy, losses, dlogits, logits []float32, targets []int, upstream []float32, classes int) (int, error) {
	if p.layout != nil {
		return ce.PackedLosses(losses, dlogits, p.layout, logits, targets, upstream, classes)
	}
	return ce.PaddedLosses(losses, dlogits, p.lengths, logits, targets, upstream, p.order, p.steps, classes)
}

func (p placement) accuracy(logits []float32, targets []int, classes int, ignore *int) (mask.Accuracy, error) {
	if p.layout != nil {
		return mask.AccuracyPacked(p.layout, logits, targets, classes, ignore)
	}
	return mask.AccuracyPadded(p.lengths, logits, targets, p.order, p.steps, classes, ignore)
}

// filled returns n NaNs: what an output holds before.
func filled(n int) []float32 {
	s := make([]float32, n)
	for i := range s {
		s[i] = nan32
	}
	return s
}

func normal(random *rand.Rand, n int, scale float64) []float32 {
	s := make([]float32, n)
	for i := range s {
		s[i] = float32(scale * random.NormFloat64())
	}
	return s
}

func total(lengths []int) int {
	n := 0
	for _, length := range lengths {
		n += length
	}
	return n
}

func allZero(s []float32) error {
	for i, v := range s {
		if v != 0 {
			return fmt.Errorf("element %d is %v: want 0", i, v)
		}
	}
	return nil
}

func sameBits(a, b []float32) error {
	if len(a) != len(b) {
		return fmt.Errorf("%d elements: want %d", len(a), len(b))
	}
	for i, v := range a {
		if math.Float32bits(v) != math.Float32bits(b[i]) {
			return fmt.Errorf("element %d is %v: want %v", i, v, b[i])
		}
	}
	return nil
}
