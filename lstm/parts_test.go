package lstm_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/lstm"
)

// TestPartsAndWhole: W_ih packed in parts, as for few rows, and as a whole give the same bits,
// also in a workspace that holds panels of other weights, of as many padded units. 850
// rows of 320 gates are more than one chunk on every machine.
func TestPartsAndWhole(t *testing.T) {
	levels.ForEach(t, func(t *testing.T) {
		for _, bidirectional := range []bool{false, true} {
			ws := lstm.NewWorkspace(1)
			many := make([]int, 170)
			for i := range many {
				many[i] = 5
			}
			for i, hidden := range []int{72, 67, 67, 80, 67} {
				lengths := many
				if i%2 == 1 {
					lengths = []int{5}
				}
				net := newLSTM(t, lstm.Config{InputSize: 35, HiddenSize: hidden, NumLayers: 1, Bidirectional: bidirectional, Bias: true})
				if hidden == 72 { // what is left of them in padding would make NaN of its zero gradients
					for _, p := range net.Parameters() {
						for j := range p.Data {
							p.Data[j] = float32(math.Inf(1))
						}
					}
				}
				l, rng := newLayout(t, lengths), newRand(3)
				x := uniform(rng, l.Rows()*35, 1)
				dy := lstm.Upstream{Y: uniform(rng, l.Rows()*net.Config().OutputSize(), 1)}
				got := trainingResults(t, net, ws, l, x, nil, dy)
				want := trainingResults(t, net, lstm.NewWorkspace(1), l, x, nil, dy)
				sameResults(t, fmt.Sprintf("hidden %d, %d sequences, bidirectional %v", hidden, len(lengths), bidirectional), got, want)
			}
			c := lstm.Config{InputSize: 35, HiddenSize: 67, NumLayers: 1, Bidirectional: bidirectional, Bias: true}
			testAloneAndInBatch(t, c, many, 1)
		}
	})
}
