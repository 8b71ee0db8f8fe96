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

// TestAddOuterLevels: every level gives the bits of AddScaled row by row, and writes nothing between the rows.
func TestAddOuterLevels(t *testing.T) {
	const seed = 13
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		rng := newRand(seed)
		for _, rows := range []int{0, 1, 2, 3, 7, 33, 1100} {
			for _, columns := range []int{0, 1, 3, 4, 7, 8, 9, 15, 16, 31, 32, 33, 47, 64, 100, 257} {
				stride, xStride, scale := columns+rng.IntN(3), rng.IntN(3), float32(rng.NormFloat64())
				testAddOuter(t, l, rows, columns, stride, xStride, scale)
			}
		}
		testAddOuter(t, l, 3, 1<<15+5, 1<<15+7, 1, 0.3)
	})
}

func testAddOuter(t *testing.T, l kernels.Level, rows, columns, stride, xStride int, scale float32) {
	t.Helper()
	name := fmt.Sprintf("AddOuter of %d x %d, rows %d apart, x %d, scale %v", rows, columns, stride, xStride, scale)
	rng := newRand(uint64(rows*columns + stride))
	x, y := uniform(rng, max(0, rows-1)*xStride+1, 1), uniform(rng, columns, 1)
	c, intact := guarded(t, name, max(0, (rows-1)*stride+columns))
	copy(c, uniform(rng, len(c), 1))
	want := append([]float32(nil), c...)
	for r := range rows {
		for j, v := range y {
			want[r*stride+j] += float32(float32(scale*x[r*xStride]) * v)
		}
	}
	if err := l.AddOuter(c, stride, x, xStride, rows, y, scale); err != nil {
		t.Fatal(err)
	}
	sameBits(t, name, c, want)
	intact()
}

// TestAddOuterErrors: arguments that do not fit change nothing.
func TestAddOuterErrors(t *testing.T) {
	l := kernels.Active()
	for name, call := range map[string]func(c, x, y []float32) error{
		"short c":         func(c, x, y []float32) error { return l.AddOuter(c[:len(c)-1], 5, x, 1, 3, y, 1) },
		"short x":         func(c, x, y []float32) error { return l.AddOuter(c, 5, x[:2], 1, 3, y, 1) },
		"cStride":         func(c, x, y []float32) error { return l.AddOuter(c, 4, x, 1, 3, y, 1) },
		"xStride":         func(c, x, y []float32) error { return l.AddOuter(c, 5, x, -1, 3, y, 1) },
		"rows":            func(c, x, y []float32) error { return l.AddOuter(c, 5, x, 1, -1, y, 1) },
		"c overlaps x":    func(c, x, y []float32) error { return l.AddOuter(c, 5, c, 1, 3, y, 1) },
		"c overlaps y":    func(c, x, y []float32) error { return l.AddOuter(c, 5, x, 1, 3, c[:5], 1) },
		"level":           func(c, x, y []float32) error { return kernels.Level(99).AddOuter(c, 5, x, 1, 3, y, 1) },
		"no row, no x, c": func(c, x, y []float32) error { return l.AddOuter(nil, 5, nil, 1, 0, y, 1) },
	} {
		c, x, y := make([]float32, 15), []float32{1, 2, 3}, []float32{1, 2, 3, 4, 5}
		err := call(c, x, y)
		if wrong := name != "no row, no x, c"; (err != nil) != wrong {
			t.Errorf("%s: error %v", name, err)
		}
		sameBits(t, name, c, make([]float32, 15))
	}
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
