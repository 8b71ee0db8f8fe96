package levels_test

import (
	"math"
	"testing"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/kernels"
)

// TestForEach: the level that a subtest is named by is active in it, up to the best one. (-skip may
// leave some out.)
func TestForEach(t *testing.T) {
	before, available := kernels.Active(), kernels.Available()
	var last kernels.Level
	levels.ForEach(t, func(t *testing.T) {
		if last = kernels.Active(); t.Name() != "TestForEach/"+last.String() {
			t.Errorf("%v is active", last)
		}
	})
	if best := available[len(available)-1]; last != best || kernels.Active() != before {
		t.Errorf("%v ran last, then %v is active: want %v, then %v", last, kernels.Active(), best, before)
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
