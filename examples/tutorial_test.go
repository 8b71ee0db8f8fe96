package examples

import (
	"fmt"
	"log"
	"strings"

	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/mask"
	"github.com/packedlstm/packedlstm/nn"
	"github.com/packedlstm/packedlstm/packed"
)

// A many-to-many LSTM, one label for each time step: pack (which sorts), LSTM,
// linear readout, cross-entropy over the real tokens, one gradient step; and the way
// back to a padded tensor in the caller's order. The README shows this code.
func Example_manyToMany() {
	const inputSize, hiddenSize, classes = 4, 8, 3
	lengths := []int{2, 5, 0, 3}             // the caller's order, zero allowed
	padded := make([]float32, 4*5*inputSize) // [batch, time, inputSize]; padding is never read
	paddedLabels := make([]int, 4*5)         // [batch, time]
	for i := range padded {
		padded[i] = float32(i%7) - 3
	}
	for i := range paddedLabels {
		paddedLabels[i] = i % classes
	}

	// Sort and pack: rows [N, inputSize], N = 2 + 5 + 0 + 3.
	layout, err := packed.NewLayout(lengths)
	check(err)
	x, err := packed.Pack(nil, layout, padded, packed.BatchFirst, inputSize)
	check(err)
	labels, err := packed.Pack(nil, layout, paddedLabels, packed.BatchFirst, 1)
	check(err)

	// The network and its parameters, under PyTorch's names.
	net, err := lstm.New(lstm.Config{InputSize: inputSize, HiddenSize: hiddenSize, NumLayers: 1, Bidirectional: true, Bias: true}, 1)
	check(err)
	readout, err := nn.NewLinear(2*hiddenSize, classes, true, 2)
	check(err)
	grads := net.NewGradients()
	parameters, err := net.Trainable("lstm.", grads)
	check(err)
	sgd, err := nn.NewSGD(append(parameters, readout.Parameters("readout.")...), nn.SGDConfig{}, 1)
	check(err)

	ws, readoutWS := lstm.NewWorkspace(0), nn.NewLinearWorkspace(0)
	loss := func() (value float64, dlogits, y []float32) {
		out, err := net.ForwardTraining(ws, layout, x, nil, 0)
		check(err)
		logits, err := readout.Forward(readoutWS, nil, out.Y, layout.Rows())
		check(err)
		dlogits = make([]float32, len(logits))
		value, _, err = mask.CrossEntropy{}.Packed(dlogits, layout, logits, labels, classes)
		check(err)
		return value, dlogits, out.Y
	}

	// Forward, backward, one step.
	before, dlogits, y := loss()
	sgd.ZeroGrad()
	dy, err := readout.Backward(readoutWS, nil, y, dlogits, layout.Rows())
	check(err)
	_, err = net.Backward(ws, lstm.Upstream{Y: dy}, grads)
	check(err)
	check(sgd.Step(0.5))
	after, _, y := loss()
	fmt.Println("the loss fell:", after < before)

	// Unpack and un-sort: [batch, time, 2*hiddenSize], zeros in the padding.
	unpacked, err := packed.Unpack(nil, layout, y, packed.BatchFirst, 2*hiddenSize, 0, 0)
	check(err)
	var filled strings.Builder
	for b := range 4 {
		for t := range 5 {
			if unpacked[(b*5+t)*2*hiddenSize] != 0 {
				filled.WriteString("x")
			} else {
				filled.WriteString("-")
			}
		}
		filled.WriteString(" ")
	}
	fmt.Println(filled.String())
	// Output:
	// the loss fell: true
	// xx--- xxxxx ----- xxx--
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
