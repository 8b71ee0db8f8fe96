package lstm_test

import (
	"bytes"
	"fmt"
	"log"

	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/packed"
)

// Three sequences of different lengths, one of them empty, through a bidirectional
// LSTM: outputs as packed rows, states in the caller's order.
func Example() {
	net, err := lstm.New(lstm.Config{InputSize: 2, HiddenSize: 3, NumLayers: 1, Bidirectional: true, Bias: true}, 1)
	if err != nil {
		log.Fatal(err)
	}
	layout, err := packed.NewLayout([]int{2, 0, 3})
	if err != nil {
		log.Fatal(err)
	}
	x := make([]float32, layout.Rows()*2) // packed rows [5, 2]
	ws := lstm.NewWorkspace(0)
	out, err := net.Forward(ws, layout, x, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("batch sizes:", layout.BatchSizes())
	fmt.Println("Y:", layout.Rows(), "rows of", len(out.Y)/layout.Rows())
	fmt.Println("HN:", len(out.HN), "= 1 layer x 2 directions x 3 sequences x 3 units")
	// Output:
	// batch sizes: [2 2 1]
	// Y: 5 rows of 6
	// HN: 18 = 1 layer x 2 directions x 3 sequences x 3 units
}

// The gradients of a loss whose derivative with respect to each output is 1.
func ExampleLSTM_Backward() {
	net, err := lstm.New(lstm.Config{InputSize: 1, HiddenSize: 2, NumLayers: 1}, 1)
	if err != nil {
		log.Fatal(err)
	}
	layout, err := packed.NewLayout([]int{1, 2})
	if err != nil {
		log.Fatal(err)
	}
	ws, grads := lstm.NewWorkspace(1), net.NewGradients()
	out, err := net.ForwardTraining(ws, layout, []float32{0.5, -1, 2}, nil, 0)
	if err != nil {
		log.Fatal(err)
	}
	dy := make([]float32, len(out.Y))
	for i := range dy {
		dy[i] = 1
	}
	back, err := net.Backward(ws, lstm.Upstream{Y: dy}, grads)
	if err != nil {
		log.Fatal(err)
	}
	for _, g := range grads.Tensors() {
		fmt.Println(g.Name, g.Shape)
	}
	fmt.Println("gradient of x:", len(back.X), "rows of 1")
	// Output:
	// weight_ih_l0 [8 1]
	// weight_hh_l0 [8 2]
	// gradient of x: 3 rows of 1
}

// One prepared network serves many goroutines, each with a workspace of its own.
func ExampleLSTM_Prepare() {
	net, err := lstm.New(lstm.Config{InputSize: 2, HiddenSize: 3, NumLayers: 1, Bias: true}, 1)
	if err != nil {
		log.Fatal(err)
	}
	prepared, err := net.Prepare()
	if err != nil {
		log.Fatal(err)
	}
	results := make(chan float32)
	for range 2 {
		go func() {
			layout, _ := packed.NewLayout([]int{1})
			out, err := prepared.Forward(lstm.NewWorkspace(1), layout, []float32{1, 2}, nil)
			if err != nil {
				log.Fatal(err)
			}
			results <- out.Y[0]
		}()
	}
	fmt.Println(<-results == <-results)
	// Output: true
}

// Parameters go from one LSTM to another, or to PyTorch, by a safetensors file.
func ExampleLSTM_Save() {
	c := lstm.Config{InputSize: 2, HiddenSize: 3, NumLayers: 1, Bias: true}
	net, err := lstm.New(c, 1)
	if err != nil {
		log.Fatal(err)
	}
	var file bytes.Buffer
	if err := net.Save(&file, "encoder."); err != nil {
		log.Fatal(err)
	}
	other, err := lstm.New(c, 2)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(other.Load(&file, "encoder."))
	fmt.Println(other.Parameters()[0].Data[0] == net.Parameters()[0].Data[0])
	// Output:
	// <nil>
	// true
}
