package seq2seq_test

import (
	"fmt"
	"log"

	"github.com/packedlstm/packedlstm/nn"
	"github.com/packedlstm/packedlstm/seq2seq"
)

// An encoder-decoder with its training loop, outputs of another length than the
// inputs: each token of the source is said twice.
func Example() {
	const start, end = 0, 1
	model, err := seq2seq.New(seq2seq.Config{
		SourceTokens: 3, TargetTokens: 5, Start: start, End: end,
		EmbeddingSize: 8, HiddenSize: 16, NumLayers: 1,
	}, 1)
	if err != nil {
		log.Fatal(err)
	}
	sources := [][]int{{0}, {1, 2}, {2, 0, 1}, {1}, {0, 2}}
	targets := make([][]int, len(sources))
	for i, source := range sources {
		for _, token := range source {
			targets[i] = append(targets[i], token+2, token+2)
		}
	}

	trainer, err := seq2seq.NewTrainer(model, 0)
	if err != nil {
		log.Fatal(err)
	}
	adam, err := nn.NewAdam(trainer.Parameters(), nn.DefaultAdam(), 1)
	if err != nil {
		log.Fatal(err)
	}
	first, last := 0.0, 0.0
	for epoch := range 150 {
		loss, _, err := trainer.Step(sources, targets, uint64(epoch)) // teacher forcing, packed both sides
		if err != nil {
			log.Fatal(err)
		}
		if _, err := nn.ClipGradNorm(trainer.Parameters(), 1); err != nil {
			log.Fatal(err)
		}
		if err := adam.Step(0.01); err != nil {
			log.Fatal(err)
		}
		if epoch == 0 {
			first = loss
		}
		last = loss
	}
	fmt.Println("the loss fell below a tenth:", last < first/10)

	prepared, err := model.Prepare()
	if err != nil {
		log.Fatal(err)
	}
	decoded, err := seq2seq.NewDecoding(prepared, 1).Greedy(sources, 10)
	if err != nil {
		log.Fatal(err)
	}
	for i := range sources {
		fmt.Println(sources[i], "->", decoded[i])
	}
	// Output:
	// the loss fell below a tenth: true
	// [0] -> [2 2]
	// [1 2] -> [3 3 4 4]
	// [2 0 1] -> [4 4 2 2 3 3]
	// [1] -> [3 3]
	// [0 2] -> [2 2 4 4]
}
