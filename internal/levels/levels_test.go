package levels_test

import (
	"math"
	"testing"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/kernels"
)

func TestForEach(t *testing.T) {
	before := kernels.Active()
	var ran []kernels.Level
	levels.ForEach(t, func(t *testing.T) { ran = append(ran, kernels.Active()) })
	if len(ran) != len(kernels.Available()) || kernels.Active() != before {
		t.Errorf("ran at %v, then %v is active: want %v, then %v", ran, kernels.Active(), kernels.Available(), before)
	}
}

func TestSame(t *testing.T) {
	if levels.Engine() {
		t.Skip("an engine has a bound instead")
	}
	nan, minusZero := float32(math.NaN()), float32(math.Copysign(0, -1))
	for _, c := range []struct {
		a, b []float32
		same bool
	}{
		{nil, nil, true}, {[]float32{1, nan}, []float32{1, nan}, true}, {[]float32{1}, []float32{1, 2}, false},
		{[]float32{0}, []float32{0}, true}, {[]float32{0}, []float32{minusZero}, false},
		{[]float32{3, 1}, []float32{3, math.Nextafter32(1, 2)}, false}, {[]float32{nan}, []float32{1}, false},
	} {
		if err := levels.Same(c.a, c.b); (err == nil) != c.same || levels.Equal(c.a, c.b) != c.same {
			t.Errorf("%v and %v: %v, equal %v: want same %v", c.a, c.b, err, levels.Equal(c.a, c.b), c.same)
		}
	}
}
