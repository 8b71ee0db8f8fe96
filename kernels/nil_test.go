package kernels_test

import (
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// TestNil: a nil matrix reads as empty; what cannot be done with nil is an error.
func TestNil(t *testing.T) {
	var p *kernels.Panels
	var w *kernels.WeightGradient
	if p.K() != 0 || p.N() != 0 || p.Bytes() != 0 || p.Level() != kernels.Portable {
		t.Errorf("nil panels are %d x %d, %d bytes, %v: want them empty", p.K(), p.N(), p.Bytes(), p.Level())
	}
	if err := p.Multiply(&kernels.Product{Rows: 3}); err != nil {
		t.Errorf("no panels of nil: %v", err)
	}
	one := make([]float32, 1)
	_, panel := p.Panel(0)
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"Panel":          {panel, "have 0 panels"},
		"Reset":          {p.Reset(kernels.Portable, 1, 1), "p is nil"},
		"Set":            {p.Set(0, 0, 1, 1, one, 1, 1), "p is nil"},
		"Pack":           {p.Pack(kernels.Portable, one, 1, 1, 1), "p is nil"},
		"PackTransposed": {p.PackTransposed(kernels.Portable, one, 1, 1, 1), "p is nil"},
		"a panel of nil": {p.Multiply(&kernels.Product{Count: 1}), "Count = 1: have 0 panels"},
		"Multiply(nil)":  {(&kernels.Panels{}).Multiply(nil), "x is nil"},
		"Finish":         {(*kernels.SideProduct)(nil).Finish(), "s is nil"},
		"Add":            {w.Add(kernels.Portable, one, 1, one, 1, 1, []float32{2}, 1, 1, 1, 0, 1), "w is nil"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: %v: want an error with %q", name, c.err, c.want)
		}
	}
}
