package mask_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/mask"
	"github.com/packedlstm/packedlstm/packed"
)

func TestAccuracy(t *testing.T) {
	lengths := []int{2, 0, 3, 1, 1}
	logits := []float32{
		9, nan32, // sequence 0: NaN is the largest
		3, 3, // the first of two
		5, 4, // sequence 2
		nan32, 9, // here too
		float32(math.Inf(-1)), -1e30,
		1, 0, // sequence 3: ignored
		0, 1, // sequence 4: wrong
	}
	targets := []int{1, 0, -100, 0, 1, -100, 0}
	want := mask.Accuracy{Tokens: 5, CorrectTokens: 4, Sequences: 3, CorrectSequences: 2}
	for _, p := range placements(t, lengths) {
		got, err := p.accuracy(spread(p, logits, 2, nan32), spread(p, targets, 1, badTarget), 2, nil)
		if err != nil || got != want {
			t.Errorf("%s: %+v, error %v: want %+v", p.name, got, err, want)
		}
	}
	if want.Token() != 0.8 || want.Sequence() != 2./3 {
		t.Errorf("shares %v and %v: want 0.8 and 2/3", want.Token(), want.Sequence())
	}
	if a := (mask.Accuracy{}); a.Token() != 0 || a.Sequence() != 0 {
		t.Errorf("shares of nothing: %v and %v: want 0", a.Token(), a.Sequence())
	}
	sum := want.Add(mask.Accuracy{Tokens: 1, CorrectTokens: 2, Sequences: 3, CorrectSequences: 4})
	if sum != (mask.Accuracy{Tokens: 6, CorrectTokens: 6, Sequences: 6, CorrectSequences: 6}) {
		t.Errorf("Add: %+v", sum)
	}
}

func TestAccuracyErrors(t *testing.T) {
	l, err := packed.NewLayout([]int{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	logits, targets := make([]float32, 6), []int{0, 1, 1}
	for _, test := range []struct {
		want string
		run  func() (mask.Accuracy, error)
	}{
		{"l is nil", func() (mask.Accuracy, error) { return mask.AccuracyPacked(nil, logits, targets, 2, nil) }},
		{"classes = 0", func() (mask.Accuracy, error) { return mask.AccuracyPacked(l, logits, targets, 0, nil) }},
		{"logits has 6", func() (mask.Accuracy, error) { return mask.AccuracyPacked(l, logits, targets, 3, nil) }},
		{"targets has 2", func() (mask.Accuracy, error) { return mask.AccuracyPacked(l, logits, targets[1:], 2, nil) }},
		{"targets[2] (sequence 1, step 1) = 7", func() (mask.Accuracy, error) { return mask.AccuracyPacked(l, logits, []int{0, 0, 7}, 2, nil) }},
		{"lengths[0] = -1", func() (mask.Accuracy, error) {
			return mask.AccuracyPadded([]int{-1}, logits, targets, packed.BatchFirst, 3, 2, nil)
		}},
	} {
		if a, err := test.run(); err == nil || !strings.Contains(err.Error(), test.want) || a != (mask.Accuracy{}) {
			t.Errorf("%+v, error %v: want one with %q", a, err, test.want)
		}
	}
}

func TestFromLengths(t *testing.T) {
	for _, test := range []struct {
		lengths []int
		order   packed.Order
		steps   int
		want    string // 1 for true
	}{
		{nil, packed.BatchFirst, 0, ""},
		{nil, packed.TimeFirst, 4, ""},
		{[]int{0, 0}, packed.BatchFirst, 0, ""},
		{[]int{0, 0}, packed.BatchFirst, 1, "00"},
		{[]int{2, 0, 3}, packed.BatchFirst, 0, "110" + "000" + "111"},
		{[]int{2, 0, 3}, packed.TimeFirst, 0, "101" + "101" + "001"},
		{[]int{2, 0, 3}, packed.BatchFirst, 4, "1100" + "0000" + "1110"},
		{[]int{1, 2}, packed.TimeFirst, 3, "11" + "01" + "00"},
	} {
		for _, dst := range [][]bool{nil, slices.Repeat([]bool{true}, 20)} {
			got, err := mask.FromLengths(dst, test.lengths, test.order, test.steps)
			if err != nil {
				t.Fatal(err)
			}
			digits := ""
			for _, v := range got {
				digits += map[bool]string{true: "1", false: "0"}[v]
			}
			if digits != test.want {
				t.Errorf("%v, order %v, %d steps: %s: want %s", test.lengths, test.order, test.steps, digits, test.want)
			}
			if len(dst) > 0 && len(got) > 0 && &got[0] != &dst[0] {
				t.Errorf("%v: dst was not used", test.lengths)
			}
		}
	}
	for _, test := range []struct {
		lengths []int
		order   packed.Order
		steps   int
		want    string
	}{
		{[]int{1, -2}, packed.BatchFirst, 0, "lengths[1] = -2"},
		{[]int{1, 4}, packed.BatchFirst, 3, "lengths[1] = 4: want 0 to 3"},
		{[]int{1}, packed.BatchFirst, -1, "steps = -1"},
		{[]int{1}, 2, 1, "order = "},
		{[]int{1, math.MaxInt}, packed.BatchFirst, 0, "2 sequences of"},
	} {
		dst := []bool{true}
		got, err := mask.FromLengths(dst, test.lengths, test.order, test.steps)
		if err == nil || !strings.Contains(err.Error(), test.want) || !slices.Equal(got, []bool{true}) {
			t.Errorf("%v: %v, error %v: want one with %q", test.lengths, got, err, test.want)
		}
	}
}
