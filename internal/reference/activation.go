package reference

import "math"

// Exp returns eˣ.
func Exp(x float64) float64 { return math.Exp(x) }

// Sigmoid returns 1/(1+e⁻ˣ). Both tails are accurate: for large negative x the
// quotient tends to eˣ, for large positive x to 1.
func Sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// Tanh returns the hyperbolic tangent of x.
func Tanh(x float64) float64 { return math.Tanh(x) }

// LogSoftmax returns, for each row of logits [N, classes],
//
//	logp[n, c] = logits[n, c] - log Σ_k exp(logits[n, k])
//
// with the row's maximum taken out of the sum, so that no finite logit overflows.
// A logit of -Inf gives -Inf; a row of nothing else, or with NaN or +Inf, gives NaN.
func LogSoftmax(logits []float64, classes int) []float64 {
	if classes <= 0 {
		panic("reference: LogSoftmax: want at least one class")
	}
	checkLength("logits", len(logits), len(logits)/classes*classes)
	logp := make([]float64, len(logits))
	for start := 0; start < len(logits); start += classes {
		row := logits[start : start+classes]
		largest := math.Inf(-1)
		for _, x := range row {
			largest = math.Max(largest, x)
		}
		var sum float64
		for _, x := range row {
			sum += math.Exp(x - largest)
		}
		for c, x := range row {
			logp[start+c] = x - largest - math.Log(sum)
		}
	}
	return logp
}

// Softmax returns, for each row of logits [N, classes],
//
//	p[n, c] = exp(logits[n, c]) / Σ_k exp(logits[n, k])
func Softmax(logits []float64, classes int) []float64 {
	p := LogSoftmax(logits, classes)
	for i, x := range p {
		p[i] = math.Exp(x)
	}
	return p
}
