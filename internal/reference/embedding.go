package reference

// Embedding returns the rows weight[ids[n]] [N, width] of the table weight
// [entries, width], entries = len(weight)/width. It is torch.nn.functional.embedding.
func Embedding(weight []float64, ids []int, width int) []float64 {
	y := make([]float64, 0, len(ids)*width)
	for _, id := range ids {
		y = append(y, weight[id*width:(id+1)*width]...)
	}
	return y
}

// EmbeddingBackward returns the gradient of the table [entries, width] from the
// gradient dy [N, width] of the rows: row id is the sum of every dy[n] with
// ids[n] == id.
func EmbeddingBackward(dy []float64, ids []int, entries, width int) []float64 {
	checkLength("dy", len(dy), len(ids)*width)
	dweight := make([]float64, entries*width)
	for n, id := range ids {
		for j := range width {
			dweight[id*width+j] += dy[n*width+j]
		}
	}
	return dweight
}
