package kernels_test

import (
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// TestLongSlices: slices beyond what one call of assembly takes give the portable bits,
// those at the seams among them.
func TestLongSlices(t *testing.T) {
	const seed, n, rows, stride = 13, 2<<15 + 33, 2<<10 + 7, 19
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		rng := newRand(seed)
		x, y := uniform(rng, n, 5), uniform(rng, n, 1)
		for _, f := range activations {
			got, want := make([]float32, n), make([]float32, n)
			if err := f.run(l, got, x); err != nil {
				t.Fatal(err)
			}
			if err := f.run(kernels.Portable, want, x); err != nil {
				t.Fatal(err)
			}
			sameBits(t, f.name, got, want)
		}
		got, want := append([]float32(nil), y...), append([]float32(nil), y...)
		if err := l.AddScaled(got, x, 0.3); err != nil {
			t.Fatal(err)
		}
		if err := kernels.Portable.AddScaled(want, x, 0.3); err != nil {
			t.Fatal(err)
		}
		sameBits(t, "AddScaled", got, want)
		sums := make([]float32, kernels.PanelWidth)
		if err := l.ColumnSums(sums, x, rows, stride); err != nil {
			t.Fatal(err)
		}
		chain := make([]float32, kernels.PanelWidth)
		for r := range rows {
			for j := range chain {
				chain[j] += x[r*stride+j]
			}
		}
		sameBits(t, "ColumnSums", sums, chain)
	})
}

// TestRunFMAsCountsAll: rounds beyond one call of assembly count too.
func TestRunFMAsCountsAll(t *testing.T) {
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		one, err := kernels.RunFMAs(l, 1)
		if l == kernels.Portable {
			if err == nil {
				t.Error("portable: no error")
			}
			return
		}
		for _, n := range []int{-1, 0, 1<<14 - 1, 1 << 14, 3<<14 + 5} {
			if got, err := kernels.RunFMAs(l, n); err != nil || got != one*max(n, 0) {
				t.Errorf("RunFMAs(%d) = %d, %v: want %d", n, got, err, one*max(n, 0))
			}
		}
	})
}
