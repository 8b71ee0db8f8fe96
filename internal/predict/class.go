// Package predict says which class a row of logits stands for.
package predict

// Class returns the index of the first NaN, else of the first largest element, as
// torch.argmax does; 0 of no element.
func Class(logits []float32) int {
	best := 0
	for i, v := range logits {
		if v != v {
			return i
		}
		if v > logits[best] {
			best = i
		}
	}
	return best
}
