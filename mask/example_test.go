package mask_test

import (
	"fmt"
	"log"

	"github.com/packedlstm/packedlstm/mask"
	"github.com/packedlstm/packedlstm/packed"
)

// Targets are packed as the rows are; then there is nothing to mask.
func ExampleCrossEntropy_Packed() {
	layout, err := packed.NewLayout([]int{1, 3})
	if err != nil {
		log.Fatal(err)
	}
	// Packed rows: step 0 of sequences 1 and 0, then steps 1 and 2 of sequence 1.
	logits := []float32{
		2, 0, 0,
		0, 2, 0,
		0, 0, 2,
		1, 1, 1,
	}
	targets := []int{0, 1, 2, 0}
	dlogits := make([]float32, len(logits))
	loss, tokens, err := mask.CrossEntropy{}.Packed(dlogits, layout, logits, targets, 3)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("loss %.4f over %d tokens\n", loss, tokens)
	fmt.Printf("gradient of the last row %.4f\n", dlogits[9:])
	// Output:
	// loss 0.4543 over 4 tokens
	// gradient of the last row [-0.1667 0.0833 0.0833]
}

// What stands in the padding is never read.
func ExampleCrossEntropy_Padded() {
	lengths := []int{1, 2}
	logits := []float32{ // [2, 2, 2]
		3, 0 /**/, nan32, nan32,
		0, 0 /**/, 0, 3,
	}
	targets := []int{0, 99, 1, 1}
	dlogits := make([]float32, len(logits))
	ce := mask.CrossEntropy{Reduction: mask.Sum}
	loss, tokens, err := ce.Padded(dlogits, lengths, logits, targets, packed.BatchFirst, 2, 2)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("loss %.4f over %d tokens\n", loss, tokens)
	fmt.Printf("%.3f\n", dlogits)
	// Output:
	// loss 0.7903 over 3 tokens
	// [-0.047 0.047 0.000 0.000 0.500 -0.500 0.047 -0.047]
}

// The loss of each token, and a gradient weighted token by token.
func ExampleCrossEntropy_PackedLosses() {
	layout, err := packed.NewLayout([]int{2})
	if err != nil {
		log.Fatal(err)
	}
	logits := []float32{0, 0, 2, 0}
	losses, dlogits := make([]float32, 2), make([]float32, 4)
	ce := mask.CrossEntropy{Reduction: mask.None}
	upstream := []float32{2, -1} // the caller's loss is 2·losses[0] - losses[1]
	if _, err := ce.PackedLosses(losses, dlogits, layout, logits, []int{1, 0}, upstream, 2); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f %.1f\n", losses, dlogits)
	// Output: [0.6931 0.1269] [1.0 -1.0 0.1 -0.1]
}

func ExampleFromLengths() {
	valid, err := mask.FromLengths(nil, []int{2, 0, 3}, packed.BatchFirst, 0)
	if err != nil {
		log.Fatal(err)
	}
	for b := range 3 {
		fmt.Println(valid[b*3:][:3])
	}
	// Output:
	// [true true false]
	// [false false false]
	// [true true true]
}

func ExampleAccuracyPadded() {
	logits := []float32{ // [2, 2, 2]
		3, 0 /**/, 0, 1,
		2, 1 /**/, nan32, nan32,
	}
	a, err := mask.AccuracyPadded([]int{2, 1}, logits, []int{0, 0, 0, 99}, packed.BatchFirst, 2, 2, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("tokens %.3f, sequences %.3f\n", a.Token(), a.Sequence())
	// Output: tokens 0.667, sequences 0.500
}

func ExampleMeanPacked() {
	layout, err := packed.NewLayout([]int{1, 0, 3})
	if err != nil {
		log.Fatal(err)
	}
	// Sequence 2 has the rows 0, 2 and 3, sequence 0 has row 1.
	x := []float32{
		1, 10,
		5, 50,
		2, 20,
		6, 60,
	}
	means, err := mask.MeanPacked(nil, layout, x, 2)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(means)
	// Output: [5 50 0 0 3 30]
}
