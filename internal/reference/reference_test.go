package reference_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/internal/reference"
)

// normal returns n standard normal numbers.
func normal(random *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = random.NormFloat64()
	}
	return x
}

func dot(a, b []float64) float64 {
	var sum float64
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// near fails unless every element of got is within tolerance·(1+|want|) of want.
func near(t *testing.T, name string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements: want %d", name, len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tolerance*(1+math.Abs(want[i]))) && got[i] != want[i] {
			t.Fatalf("%s[%d] = %v: want %v", name, i, got[i], want[i])
		}
	}
}

func same(t *testing.T, name string, got, want []float64) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("%s = %v: want %v", name, got, want)
	}
}

func TestMatMul(t *testing.T) {
	a := []float64{1, 2, 3, 4, 5, 6}       // [2, 3]
	aT := []float64{1, 4, 2, 5, 3, 6}      // [3, 2]
	b := []float64{1, 0, 2, -1, 3, 1}      // [3, 2]
	bT := []float64{1, 2, 3, 0, -1, 1}     // [2, 3]
	product := []float64{14, 1, 32, 1}     // [2, 2]
	biased := []float64{14.5, 3, 32.5, 3}  // + {0.5, 2}
	outer := []float64{2, 3, 4, 6, -2, -3} // [3, 1]·[1, 2]

	same(t, "a·b", reference.MatMul(a, b, 2, 3, 2), product)
	same(t, "aᵀ·b", reference.MatMulTransposedA(aT, b, 2, 3, 2), product)
	same(t, "a·bᵀ", reference.MatMulTransposedB(a, bT, 2, 3, 2), product)
	same(t, "outer product", reference.MatMul([]float64{1, 2, -1}, []float64{2, 3}, 3, 1, 2), outer)
	same(t, "no rows", reference.MatMul(nil, b, 0, 3, 2), nil)
	same(t, "empty sum", reference.MatMul(nil, nil, 2, 0, 2), make([]float64, 4))
	same(t, "Linear", reference.Linear(a, bT, []float64{0.5, 2}, 2, 3, 2), biased)
	same(t, "Linear without bias", reference.Linear(a, bT, nil, 2, 3, 2), product)
}

func TestLinearBackward(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, size := range [][3]int{{1, 1, 1}, {3, 5, 7}, {17, 3, 1}, {0, 3, 2}} {
		rows, inputs, outputs := size[0], size[1], size[2]
		x, weight, bias := normal(random, rows*inputs), normal(random, outputs*inputs), normal(random, outputs)
		dy := normal(random, rows*outputs)
		loss := func() float64 { return dot(dy, reference.Linear(x, weight, bias, rows, inputs, outputs)) }
		dx, dweight, dbias := reference.LinearBackward(x, weight, dy, rows, inputs, outputs)
		near(t, "dx", dx, reference.NumericalGradient(loss, x), 1e-10)
		near(t, "dweight", dweight, reference.NumericalGradient(loss, weight), 1e-10)
		near(t, "dbias", dbias, reference.NumericalGradient(loss, bias), 1e-10)
	}
}

func TestActivations(t *testing.T) {
	tests := []struct{ x, sigmoid float64 }{
		{0, 0.5}, {1, 0.7310585786300049}, {-1, 0.2689414213699951}, {-100, 3.720075976020836e-44},
		{40, 1}, {1e300, 1}, {-1e300, 0}, {math.Inf(1), 1}, {math.Inf(-1), 0},
	}
	for _, test := range tests {
		if got := reference.Sigmoid(test.x); math.Abs(got-test.sigmoid) > 4e-16*test.sigmoid {
			t.Errorf("Sigmoid(%v) = %v: want %v", test.x, got, test.sigmoid)
		}
	}
	if got := reference.Sigmoid(math.NaN()); !math.IsNaN(got) {
		t.Errorf("Sigmoid(NaN) = %v: want NaN", got)
	}
	near(t, "Exp", []float64{reference.Exp(1)}, []float64{math.E}, 1e-15)
	near(t, "Tanh", []float64{reference.Tanh(1)}, []float64{0.7615941559557649}, 1e-15)
}

func TestLogSoftmax(t *testing.T) {
	inf := math.Inf(1)
	tests := []struct {
		name         string
		logits, want []float64
	}{
		{"one class", []float64{-7}, []float64{0}},
		{"equal", []float64{3, 3, 3, 3}, []float64{-math.Log(4), -math.Log(4), -math.Log(4), -math.Log(4)}},
		{"huge", []float64{1e30, 0, -1e30, 1e30}, []float64{-math.Ln2, -1e30, -2e30, -math.Ln2}}, // PyTorch 2.15
		{"impossible class", []float64{0, -inf, 0}, []float64{-math.Ln2, -inf, -math.Ln2}},
		{"no row", nil, nil},
	}
	for _, test := range tests {
		classes := max(1, len(test.logits))
		near(t, test.name, reference.LogSoftmax(test.logits, classes), test.want, 1e-15)
		probabilities := reference.Softmax(test.logits, classes)
		var sum float64
		for i, p := range probabilities {
			near(t, test.name, []float64{p}, []float64{math.Exp(test.want[i])}, 1e-15)
			sum += p
		}
		if len(probabilities) > 0 && math.Abs(sum-1) > 1e-15 {
			t.Errorf("%s: probabilities sum to %v", test.name, sum)
		}
	}
	rows := reference.LogSoftmax([]float64{0, 1, 5, 5}, 2)
	near(t, "second row", rows[2:], []float64{-math.Ln2, -math.Ln2}, 1e-15)
}

func TestEmbedding(t *testing.T) {
	table := []float64{1, 2, 3, 4, 5, 6} // [3, 2]
	ids := []int{2, 0, 2}
	same(t, "rows", reference.Embedding(table, ids, 2), []float64{5, 6, 1, 2, 5, 6})
	same(t, "gradient", reference.EmbeddingBackward([]float64{1, 2, 4, 8, 16, 32}, ids, 3, 2), []float64{4, 8, 0, 0, 17, 34})
}

func TestRows(t *testing.T) {
	lengths := []int{2, 0, 3, 2}
	sequences := [][]float64{{1, 2, 3, 4}, {}, {5, 6, 7, 8, 9, 10}, {11, 12, 13, 14}}
	rows := []float64{5, 6, 1, 2, 11, 12, 7, 8, 3, 4, 13, 14, 9, 10}
	same(t, "rows", reference.PackRows(sequences, 2), rows)
	for b, s := range reference.SplitRows(rows, lengths, 2) {
		same(t, "sequence of rows", s, sequences[b])
	}
	nan := math.NaN()
	padded := []float64{1, 2, 3, 4, nan, nan, nan, nan, nan, nan, nan, nan, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, nan, nan}
	for b, s := range reference.SplitPadded(padded, lengths, 2) {
		same(t, "sequence of padded", s, sequences[b])
	}
	same(t, "widened", reference.Widen([]float32{0.5, -3}), []float64{0.5, -3})
	if reference.Widen(nil) != nil || len(reference.PackRows(nil, 3)) != 0 || len(reference.SplitRows([]float32{}, nil, 3)) != 0 {
		t.Error("nil is not empty")
	}
}

func TestPackedOrderIsStable(t *testing.T) {
	lengths := make([]int, 40)
	for b := range lengths {
		lengths[b] = 1 + b%3
	}
	sequence, time := reference.PackedOrder(lengths)
	if len(sequence) != 79 || len(time) != 79 {
		t.Fatalf("%d and %d rows: want 79", len(sequence), len(time))
	}
	for row := 1; row < len(sequence); row++ {
		a, b := sequence[row-1], sequence[row]
		if time[row] == time[row-1] && (lengths[a] < lengths[b] || lengths[a] == lengths[b] && a > b) {
			t.Errorf("row %d: sequence %d of length %d follows %d of length %d", row, b, lengths[b], a, lengths[a])
		}
	}
}

func TestNumericalGradient(t *testing.T) {
	x := []float64{0.5, -2, 300}
	f := func() float64 { return math.Sin(x[0])*x[1] + x[2]*x[2]/1000 }
	near(t, "gradient", reference.NumericalGradient(f, x), []float64{-2 * math.Cos(0.5), math.Sin(0.5), 0.6}, 1e-11)
	same(t, "x", x, []float64{0.5, -2, 300})
}

func TestWrongLengthsPanic(t *testing.T) {
	x := make([]float64, 5)
	net := newLSTM(rand.New(rand.NewPCG(2, 2)), shape{inputSize: 2, hiddenSize: 3, layers: 2})
	short := newLSTM(rand.New(rand.NewPCG(2, 2)), shape{inputSize: 2, hiddenSize: 3, layers: 1})
	short.Weights["weight_hh_l0"] = x
	sequences := [][]float64{{1, 2}}
	tests := []struct {
		name, message string
		call          func()
	}{
		{"MatMul", "a has 5 elements: want 6", func() { reference.MatMul(x, x, 2, 3, 1) }},
		{"Linear", "bias has 5 elements: want 1", func() { reference.Linear(x, x, x, 1, 5, 1) }},
		{"LogSoftmax", "logits has 5 elements: want 4", func() { reference.LogSoftmax(x, 2) }},
		{"CrossEntropy", "logits has 5 elements: want 6", func() { reference.CrossEntropy{}.Loss(x, []int{0, 1}, 3) }},
		{"SplitRows", "rows has 5 elements: want 6", func() { reference.SplitRows(x, []int{1, 2}, 2) }},
		{"EmbeddingBackward", "dy has 5 elements: want 4", func() { reference.EmbeddingBackward(x, []int{0, 1}, 3, 2) }},
		{"sequence", "sequence has 5 elements: want 4", func() { net.Forward([][]float64{x}, nil, nil, nil) }},
		{"h0", "h0 has 5 elements: want 6", func() { net.Forward(sequences, x, nil, nil) }},
		{"dy", "dy[0] has 5 elements: want 3", func() { net.Forward(sequences, nil, nil, nil).Backward([][]float64{x}, nil, nil) }},
		{"dcn", "dcn has 5 elements: want 6", func() { net.Forward(sequences, nil, nil, nil).Backward(nil, nil, x) }},
		{"dropout", "dropout of sequence 0 has 5 elements: want 3", func() { net.Forward(sequences, nil, nil, [][][]float64{{x}}) }},
		{"weight", "weight_hh_l0 has 5 elements: want 36", func() { short.Forward(sequences, nil, nil, nil) }},
	}
	for _, test := range tests {
		func() {
			defer func() {
				if message, _ := recover().(string); !strings.Contains(message, test.message) {
					t.Errorf("%s: panic %q: want %q", test.name, message, test.message)
				}
			}()
			test.call()
		}()
	}
}
