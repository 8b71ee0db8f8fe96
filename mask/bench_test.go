package mask_test

import (
	"math/rand/v2"
	"testing"

	"github.com/packedlstm/packedlstm/mask"
)

// One training batch of a pronunciation model: about 1,000 tokens, 41 classes.
func BenchmarkCrossEntropy(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	lengths := make([]int, 128)
	for i := range lengths {
		lengths[i] = 3 + random.IntN(11)
	}
	const classes = 41
	tokens, labels := newBatch(random, lengths, classes)
	for _, p := range placements(b, lengths) {
		logits, targets := spread(p, tokens, classes, nan32), spread(p, labels, 1, badTarget)
		dlogits := make([]float32, len(logits))
		b.Run(p.name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := p.crossEntropy(mask.CrossEntropy{}, dlogits, logits, targets, classes); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(len(labels))/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}
