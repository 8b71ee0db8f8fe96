package reference_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/packedlstm/packedlstm/internal/reference"
)

// Values of torch.nn.functional.cross_entropy, PyTorch 2.15 in float64: the loss and
// the last row of its gradient.
func TestCrossEntropyAgreesWithPyTorch(t *testing.T) {
	logits := []float64{0.5, -1.25, 2, 3, 0.25, -0.75, 1, 1, -2.5, -4, 0.5, 1.5}
	targets := []int{2, 0, -100, 1}
	weights := []float64{0.5, 2, 1.25}
	tests := []struct {
		name     string
		loss     reference.CrossEntropy
		want     float64
		gradient []float64
	}{
		{"mean", reference.CrossEntropy{Mean: true},
			0.5442327839868849, []float64{0.0009929232466762083, -0.2439532310659407, 0.2429603078192645}},
		{"sum", reference.CrossEntropy{},
			1.6326983519606546, []float64{0.002978769740028625, -0.7318596931978221, 0.7288809234577935}},
		{"smoothing", reference.CrossEntropy{Mean: true, LabelSmoothing: 0.1},
			0.7081216728757738, []float64{-0.010118187864434903, -0.2217310088437185, 0.23184919670815343}},
		{"weights", reference.CrossEntropy{Mean: true, Weights: weights},
			0.7907154712642966, []float64{0.0015886771946819333, -0.3903251697055051, 0.3887364925108232}},
		{"weights and smoothing", reference.CrossEntropy{Mean: true, Weights: weights, LabelSmoothing: 0.2},
			1.0691967115865921, []float64{-0.007419362483808101, -0.3299396708664812, 0.3373590333502893}},
		{"weights and smoothing, sum", reference.CrossEntropy{Weights: weights, LabelSmoothing: 0.2},
			4.0094876684497205, []float64{-0.027822609314280378, -1.2372737657493043, 1.2650963750635849}},
	}
	for _, test := range tests {
		loss, gradient := test.loss.Loss(logits, targets, 3)
		near(t, test.name, []float64{loss}, []float64{test.want}, 1e-15)
		near(t, test.name, gradient[9:], test.gradient, 1e-15)
		same(t, test.name+": ignored row", gradient[6:9], make([]float64, 3))
		if rows := test.loss.RowLosses(logits, targets, 3); rows[2] != 0 {
			t.Errorf("%s: the ignored row's loss is %v", test.name, rows[2])
		}
	}
}

func TestCrossEntropyGradient(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	targets := []int{4, -1, 0, 6, 6}
	logits := normal(random, len(targets)*7)
	weights := []float64{1, 0.5, 2, 0, 3, 1, 0.25}
	for _, ce := range []reference.CrossEntropy{
		{}, {Mean: true}, {LabelSmoothing: 0.3}, {Mean: true, Weights: weights}, {Mean: true, Weights: weights, LabelSmoothing: 1},
	} {
		loss := func() float64 { l, _ := ce.Loss(logits, targets, 7); return l }
		_, gradient := ce.Loss(logits, targets, 7)
		near(t, "gradient", gradient, reference.NumericalGradient(loss, logits), 1e-10)
	}
}

func TestCrossEntropyEdges(t *testing.T) {
	loss, gradient := reference.CrossEntropy{}.Loss([]float64{1e30, 0, math.Inf(-1)}, []int{0}, 3)
	if loss != 0 {
		t.Errorf("loss = %v: want 0", loss)
	}
	same(t, "gradient", gradient, make([]float64, 3))
	nan := math.NaN()
	loss, gradient = reference.CrossEntropy{LabelSmoothing: 0.1}.Loss([]float64{nan, nan, 1, 1}, []int{-1, 0}, 2)
	near(t, "loss beside an ignored row of NaN", []float64{loss}, []float64{math.Ln2}, 1e-15)
	same(t, "gradient of an ignored row of NaN", gradient[:2], make([]float64, 2))
	if loss, _ := (reference.CrossEntropy{Mean: true}).Loss([]float64{1, 2}, []int{-1}, 2); !math.IsNaN(loss) {
		t.Errorf("the mean over no row is %v: want NaN", loss)
	}
}
