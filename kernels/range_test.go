package kernels_test

import (
	"math"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// TestRangesBeyondInt: counts and strides whose products do not fit an int of 32 bits
// are errors that name what is needed and what is there. Where an int has 64 bits the
// same arguments are merely too large.
func TestRangesBeyondInt(t *testing.T) {
	var p kernels.Panels
	if err := p.Reset(kernels.Portable, 3, 16); err != nil {
		t.Fatal(err)
	}
	nine, c := make([]float32, 9), make([]float32, 48)
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"A": {p.Multiply(&kernels.Product{C: c, CStride: 16,
			A: nine, AStride: 1 << 30, AKStride: 1, Rows: 3, Count: 1}), "A[2147483650]"},
		"C": {p.Multiply(&kernels.Product{C: c, CStride: 1 << 30,
			A: nine, AStride: 3, AKStride: 1, Rows: 3, Count: 1}), "need 2147483664"},
		"Set":   {p.Set(0, 0, 3, 16, nine, 1<<30, 1), "src[2147483663]"},
		"Pack":  {p.Pack(kernels.Portable, nine, 5, 3, 1<<30), "need 4294967299"},
		"Reset": {p.Reset(kernels.Portable, math.MaxInt32, math.MaxInt32), "2147483647 x 2147483647"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: %v: want an error with %q", name, c.err, c.want)
		}
	}
	if p.K() != 3 || p.N() != 16 {
		t.Errorf("the panels became %d x %d, want 3 x 16 as before", p.K(), p.N())
	}
}

// TestWeightGradientErrors: each names what does not fit, and dw stays as it was.
func TestWeightGradientErrors(t *testing.T) {
	const rows, n, m = 3, 2, 5
	forEachLevel(t, func(t *testing.T, l kernels.Level) {
		var w kernels.WeightGradient
		dw, dy, x := make([]float32, n*m), []float32{1, 1, 1, 1, 1, 1}, uniform(newRand(14), rows*m, 1)
		for _, c := range []struct {
			n, rows, first, count int
			want                  string
		}{
			{n: -1, rows: rows, count: n, want: "dw: -1 rows"},
			{n: n, rows: -1, count: n, want: "dy: -1 rows"},
			{n: n, rows: rows + 1, count: n, want: "dy: 4 rows"},
			{n: n, rows: rows, first: -1, count: n, want: "first = -1, count = 2: want a range within 2"},
			{n: n, rows: rows, first: 1, count: n, want: "first = 1, count = 2"},
			{n: n, rows: rows, first: math.MaxInt, count: math.MaxInt, want: "first = "},
		} {
			err := w.Add(l, dw, m, dy, n, c.n, x, m, m, c.rows, c.first, c.count)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%+v: %v", c, err)
			}
		}
		sameBits(t, "dw after errors", dw, make([]float32, n*m))
		if err := w.Add(l, dw, m, dy, n, n, x, m, m, rows, 0, n); err != nil || dw[0] == 0 {
			t.Errorf("arguments that fit: %v, dw[0] = %v", err, dw[0])
		}
	})
}
