package kernels_test

import (
	"fmt"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// TestAddScaledLevels: every level gives the portable bits for every length, apart
// and in place, and writes nothing else.
func TestAddScaledLevels(t *testing.T) {
	const seed = 11
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		rng := newRand(seed)
		for n := range 67 {
			scale := float32(rng.NormFloat64())
			x, before := uniform(rng, n, 1), uniform(rng, n, 1)
			want := append([]float32(nil), before...)
			for i, v := range x {
				want[i] += float32(scale * v)
			}
			name := fmt.Sprintf("AddScaled of %d", n)
			got, intact := guarded(t, name, n)
			copy(got, before)
			if err := l.AddScaled(got, x, scale); err != nil {
				t.Fatal(err)
			}
			sameBits(t, name, got, want)
			for i, v := range before {
				want[i] = v + float32(scale*v)
			}
			copy(got, before)
			if err := l.AddScaled(got, got, scale); err != nil {
				t.Fatal(err)
			}
			sameBits(t, name+" in place", got, want)
			intact()
		}
	})
}

// TestColumnSumsLevels: the rows are added in ascending order, at every level.
func TestColumnSumsLevels(t *testing.T) {
	const seed = 12
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		rng := newRand(seed)
		for _, rows := range []int{0, 1, 2, 3, 5, 7, 17, 31, 33, 100, 257} {
			for _, columns := range []int{0, 16, 32, 48, 64, 80, 208} {
				stride := columns + rows%3*8 + rows%2
				x := uniform(rng, rows*stride, 1)
				got, intact := guarded(t, "ColumnSums", columns)
				copy(got, uniform(rng, columns, 1))
				want := append([]float32(nil), got...)
				for r := range rows {
					for j := range want {
						want[j] += x[r*stride+j]
					}
				}
				if err := l.ColumnSums(got, x, rows, stride); err != nil {
					t.Fatal(err)
				}
				sameBits(t, fmt.Sprintf("ColumnSums of %d rows of %d, %d apart", rows, columns, stride), got, want)
				intact()
			}
		}
	})
}
