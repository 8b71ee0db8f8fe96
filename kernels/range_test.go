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
		"A":     {p.Multiply(&kernels.Product{C: c, CStride: 16, A: nine, AStride: 1 << 30, AKStride: 1, Rows: 3, Count: 1}), "A[2147483650]"},
		"C":     {p.Multiply(&kernels.Product{C: c, CStride: 1 << 30, A: nine, AStride: 3, AKStride: 1, Rows: 3, Count: 1}), "need 2147483664"},
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
