package nn_test

import (
	"math"
	"testing"

	"github.com/packedlstm/packedlstm/nn"
)

func TestDropout(t *testing.T) {
	const n, p = 10007, 0.25
	ones := make([]float32, n)
	for i := range ones {
		ones[i] = 1
	}
	d := nn.Dropout{P: p, Seed: 3}
	y, err := d.Forward(nil, ones, 100)
	if err != nil {
		t.Fatal(err)
	}
	dropped := 0.0
	for i, v := range y {
		switch v {
		case 0:
			dropped++
		case float32(1 / (1 - p)):
		default:
			t.Fatalf("y[%d] = %v, want 0 or 1/(1-p)", i, v)
		}
	}
	if deviation := math.Sqrt(n * p * (1 - p)); math.Abs(dropped-n*p) > 5*deviation {
		t.Errorf("%v of %d dropped, want %v ± %v", dropped, n, n*p, 5*deviation)
	}
	// The backward pass, in two calls, has the mask of the one forward call.
	first, err := d.Backward(nil, ones[:333], 100)
	if err != nil {
		t.Fatal(err)
	}
	second, err := d.Backward(nil, ones[333:], 433)
	if err != nil {
		t.Fatal(err)
	}
	if !sameBits(append(first, second...), y) {
		t.Error("the backward mask is another")
	}
	if other, _ := (nn.Dropout{P: p, Seed: 4}).Forward(nil, ones, 100); sameBits(other, y) {
		t.Error("another seed has the same mask")
	}
}
