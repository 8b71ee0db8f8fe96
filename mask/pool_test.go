package mask_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/mask"
	"github.com/packedlstm/packedlstm/packed"
)

func (p placement) pool(dst, x []float32, width int, kind string) ([]float32, error) {
	if p.layout != nil {
		f := map[string]func([]float32, *packed.Layout, []float32, int) ([]float32, error){
			"sum": mask.SumPacked, "mean": mask.MeanPacked, "max": mask.MaxPacked}[kind]
		return f(dst, p.layout, x, width)
	}
	f := map[string]func([]float32, []int, []float32, packed.Order, int, int) ([]float32, error){
		"sum": mask.SumPadded, "mean": mask.MeanPadded, "max": mask.MaxPadded}[kind]
	return f(dst, p.lengths, x, p.order, p.steps, width)
}

// naivePool reduces tokens sequence by sequence, column by column.
func naivePool(lengths []int, tokens []float32, width int, kind string) []float32 {
	var pooled []float32
	for _, n := range lengths {
		for j := range width {
			var column []float64
			for t := range n {
				column = append(column, float64(tokens[t*width+j]))
			}
			var v float64
			if kind == "max" {
				if n > 0 {
					v = slices.Max(column) // NaN if one is
				}
			} else {
				for _, c := range column {
					v += c
				}
				if kind == "mean" && n > 0 {
					v /= float64(n)
				}
			}
			pooled = append(pooled, float32(v))
		}
		tokens = tokens[n*width:]
	}
	return pooled
}

func TestPool(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 11))
	for _, lengths := range [][]int{nil, {0}, {0, 0}, {1}, {4, 0, 9, 1, 9}} {
		for _, width := range []int{0, 1, 3, 17, 63, 64, 65, 257} {
			tokens := normal(random, total(lengths)*width, 3)
			if len(tokens) > 100 {
				tokens[50] = nan32
				tokens[70] = float32(math.Inf(1))
				tokens[80] = float32(math.Inf(-1))
			}
			for _, kind := range []string{"sum", "mean", "max"} {
				want := naivePool(lengths, tokens, width, kind)
				for _, p := range placements(t, lengths) {
					x := spread(p, tokens, width, nan32)
					got, err := p.pool(filled(2), x, width, kind)
					if err != nil {
						t.Fatal(err)
					}
					if err := sameNumbers(got, want); err != nil {
						t.Errorf("%s of %v, width %d, %s: %v", kind, lengths, width, p.name, err)
					}
				}
			}
		}
	}
}

// sameNumbers is sameBits with any NaN equal to any other.
func sameNumbers(got, want []float32) error {
	got, want = slices.Clone(got), slices.Clone(want)
	for _, s := range [][]float32{got, want} {
		for i, v := range s {
			if v != v {
				s[i] = nan32
			}
		}
	}
	return sameBits(got, want)
}

func TestPoolErrors(t *testing.T) {
	l, err := packed.NewLayout([]int{2, 1})
	if err != nil {
		t.Fatal(err)
	}
	x := []float32{1, 2, 3, 4, 5, 6}
	for _, test := range []struct {
		name string
		run  func(dst []float32) ([]float32, error)
		want string
	}{
		{"nil layout", func(dst []float32) ([]float32, error) { return mask.SumPacked(dst, nil, x, 2) }, "l is nil"},
		{"size", func(dst []float32) ([]float32, error) { return mask.MaxPacked(dst, l, x, 3) }, "x has 6 elements: want 3 rows of 3"},
		{"width", func(dst []float32) ([]float32, error) { return mask.MeanPacked(dst, l, x, -1) }, "rows of -1"},
		{"overlap", func([]float32) ([]float32, error) { return mask.SumPacked(x[1:], l, x, 2) }, "overlaps"},
		{"length", func(dst []float32) ([]float32, error) {
			return mask.SumPadded(dst, []int{1, 4}, x, packed.BatchFirst, 3, 1)
		}, "lengths[1] = 4: want 0 to 3"},
		{"huge width", func(dst []float32) ([]float32, error) {
			return mask.SumPadded(dst, []int{0, 0}, nil, packed.BatchFirst, 0, math.MaxInt)
		}, "want at most"},
	} {
		dst := []float32{7, 8, 9, 10}
		_, err := test.run(dst)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v: want one with %q", test.name, err, test.want)
		}
		if !slices.Equal(dst, []float32{7, 8, 9, 10}) || !slices.Equal(x, []float32{1, 2, 3, 4, 5, 6}) {
			t.Errorf("%s: the data changed", test.name)
		}
	}
}
