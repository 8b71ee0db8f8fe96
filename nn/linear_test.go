package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/internal/reference"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/nn"
)

func draw(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(2*rng.Float64() - 1)
	}
	return x
}

func absolute(x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = math.Abs(v)
	}
	return y
}

// bounded fails unless got is within n·2^-23·size of want, size the same sums of
// absolute values.
func bounded(t *testing.T, what string, got []float32, want, size []float64, n int) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	for i, v := range want {
		if bound := float64(n) * 0x1p-23 * size[i]; !(math.Abs(float64(got[i])-v) <= bound) {
			t.Fatalf("%s[%d] = %v, want %v ± %v", what, i, got[i], v, bound)
		}
	}
}

// sameBits reports whether a and b have the same bits; with an engine, whether they are within
// 2^-16 of the largest element.
func sameBits(a, b []float32) bool {
	if kernels.ActiveEngine() != "panels" {
		var bound float64
		for _, v := range b {
			bound = max(bound, 0x1p-16*math.Abs(float64(v)))
		}
		return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Abs(float64(x)-float64(y)) <= bound })
	}
	return levels.Equal(a, b)
}

// Against the reference, at every level; the same bits for 1, 2 and 3 workers; with
// gradients that add up.
func TestLinear(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		for _, c := range []struct{ rows, in, out int }{
			{0, 3, 5}, {1, 1, 1}, {3, 7, 5}, {5, 17, 31}, {31, 33, 3}, {100, 31, 17}, {257, 100, 33}, {300, 33, 100}, {64, 64, 64},
		} {
			for _, bias := range []bool{true, false} {
				t.Run(fmt.Sprint(c, bias), func(t *testing.T) { testLinear(t, c.rows, c.in, c.out, bias) })
			}
		}
	})
}

func testLinear(t *testing.T, rows, in, out int, bias bool) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, dy, earlier := draw(rng, rows*in), draw(rng, rows*out), draw(rng, out*in+out)
	var first [4][]float32
	for workers := 1; workers <= 3; workers++ {
		l, err := nn.NewLinear(in, out, bias, 5)
		if err != nil {
			t.Fatal(err)
		}
		copy(l.DWeight, earlier)
		copy(l.DBias, earlier[out*in:])
		ws := nn.NewLinearWorkspace(workers)
		y, err := l.Forward(ws, nil, x, rows)
		if err != nil {
			t.Fatal(err)
		}
		dx, err := l.Backward(ws, nil, x, dy, rows)
		if err != nil {
			t.Fatal(err)
		}
		results := [4][]float32{y, dx, l.DWeight, l.DBias}
		if workers == 1 {
			first = results
			compareLinear(t, l, x, dy, earlier, results, rows)
		}
		for i, r := range results {
			if !sameBits(r, first[i]) {
				t.Errorf("result %d: other bits with %d workers", i, workers)
			}
		}
	}
}

func compareLinear(t *testing.T, l *nn.Linear, x, dy, earlier []float32, results [4][]float32, rows int) {
	t.Helper()
	in, out := l.InFeatures, l.OutFeatures
	wide := reference.Widen
	want := reference.Linear(wide(x), wide(l.Weight), wide(l.Bias), rows, in, out)
	var biasSize []float64
	if l.Bias != nil {
		biasSize = absolute(wide(l.Bias))
	}
	size := reference.Linear(absolute(wide(x)), absolute(wide(l.Weight)), biasSize, rows, in, out)
	bounded(t, "y", results[0], want, size, in+1)

	dx, dw, db := reference.LinearBackward(wide(x), wide(l.Weight), wide(dy), rows, in, out)
	sizeX, sizeW, sizeB := reference.LinearBackward(absolute(wide(x)), absolute(wide(l.Weight)), absolute(wide(dy)), rows, in, out)
	for i, v := range earlier[:out*in] {
		dw[i] += float64(v)
		sizeW[i] += math.Abs(float64(v))
	}
	bounded(t, "dx", results[1], dx, sizeX, out)
	bounded(t, "DWeight", results[2], dw, sizeW, rows+1)
	if l.Bias != nil {
		for i, v := range earlier[out*in:] {
			db[i] += float64(v)
			sizeB[i] += math.Abs(float64(v))
		}
		bounded(t, "DBias", results[3], db, sizeB, 2) // summed in float64
	}
}

// What the caller writes to the weights, the next call uses.
func TestLinearIsNeverStale(t *testing.T) {
	l, err := nn.NewLinear(1, 1, true, 1)
	if err != nil {
		t.Fatal(err)
	}
	ws, x := &nn.LinearWorkspace{}, []float32{2}
	var y []float32
	for _, w := range []float32{3, -5} {
		l.Weight[0], l.Bias[0] = w, 1
		if y, err = l.Forward(ws, y, x, 1); err != nil || y[0] != 2*w+1 {
			t.Errorf("weight %v: y = %v, %v", w, y, err)
		}
	}
}

func TestAllocations(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		for workers := 1; workers <= 3; workers++ {
			l, err := nn.NewLinear(33, 65, true, 1)
			if err != nil {
				t.Fatal(err)
			}
			e, err := nn.NewEmbedding(7, 33, -1, 1)
			if err != nil {
				t.Fatal(err)
			}
			adam, err := nn.NewAdam(append(l.Parameters("l."), e.Parameters("e.")...), nn.DefaultAdamW(), workers)
			if err != nil {
				t.Fatal(err)
			}
			ws, ids := nn.NewLinearWorkspace(workers), make([]int, 200)
			var x, y, dx []float32
			step := func() {
				x, err = e.Forward(x, ids)
				if err == nil {
					x, err = nn.Dropout{P: 0.5, Seed: 1}.Forward(x, x, 0)
				}
				if err == nil {
					y, err = l.Forward(ws, y, x, len(ids))
				}
				if err == nil {
					dx, err = l.Backward(ws, dx, x, y, len(ids))
				}
				if err == nil {
					err = e.Backward(ids, dx)
				}
				if err == nil {
					err = adam.Step(1e-3)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if n := testing.AllocsPerRun(20, step); n != 0 {
				t.Errorf("%d workers: %v allocations a training step, want none", workers, n)
			}
		}
	})
}

// PyTorch's initialisation: within the bound, of its variance, from the seed alone.
func TestInitialisation(t *testing.T) {
	l, _ := nn.NewLinear(100, 257, true, 7)
	again, _ := nn.NewLinear(100, 257, true, 7)
	other, _ := nn.NewLinear(100, 257, true, 8)
	if !sameBits(l.Weight, again.Weight) || sameBits(l.Weight, other.Weight) {
		t.Error("the seed does not decide the weights")
	}
	variance := func(x []float32) (v float64) {
		for _, w := range x {
			v += float64(w) * float64(w) / float64(len(x))
		}
		return v
	}
	// Five standard errors of the mean square: 0.0056 of it for n = 25700 uniform draws.
	if v := variance(l.Weight) * 300; math.Abs(v-1) > 0.028 || slices.Max(l.Weight) > 0.1 || slices.Min(l.Weight) < -0.1 {
		t.Errorf("variance %v times 1/(3·in), range %v to %v", v, slices.Min(l.Weight), slices.Max(l.Weight))
	}
	e, _ := nn.NewEmbedding(257, 100, -1, 7)
	if v := variance(e.Weight); math.Abs(v-1) > 0.045 { // √(2/25700) = 0.0088 each
		t.Errorf("the embedding's variance is %v", v)
	}
}
