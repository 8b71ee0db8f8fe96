package predict

import (
	"math"
	"testing"
)

func TestClass(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []struct {
		logits []float32
		want   int
	}{
		{nil, 0}, {[]float32{1}, 0}, {[]float32{1, 3, 2}, 1}, {[]float32{2, 3, 3}, 1}, {[]float32{-inf, -inf}, 0}, {[]float32{-1, inf, nan}, 2},
		{[]float32{nan, -inf, -5}, 0}, {[]float32{nan, inf}, 0}, {[]float32{3, nan, 4}, 1}, {[]float32{nan, nan, nan}, 0}, {[]float32{1, nan, nan}, 1},
	} {
		if got := Class(c.logits); got != c.want {
			t.Errorf("Class(%v) = %d, want %d", c.logits, got, c.want)
		}
	}
}
