package nn_test

import (
	"fmt"

	"github.com/packedlstm/packedlstm/nn"
)

// A line through points, y = 2x - 1, found by gradient descent.
func Example() {
	layer, err := nn.NewLinear(1, 1, true, 42)
	if err != nil {
		fmt.Println(err)
		return
	}
	params := layer.Parameters("line.")
	adam, err := nn.NewAdam(params, nn.DefaultAdam(), 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	const steps = 500
	schedule := nn.NewOneCycle(0.1, steps)
	ws := nn.NewLinearWorkspace(0)
	x, want := []float32{-2, -1, 0, 1, 2}, []float32{-5, -3, -1, 1, 3}
	var y, dx []float32
	for step := range steps {
		adam.ZeroGrad()
		if y, err = layer.Forward(ws, y, x, len(x)); err != nil {
			fmt.Println(err)
			return
		}
		dy := make([]float32, len(y)) // of the mean squared error
		for i := range y {
			dy[i] = 2 * (y[i] - want[i]) / float32(len(y))
		}
		if dx, err = layer.Backward(ws, dx, x, dy, len(x)); err != nil {
			fmt.Println(err)
			return
		}
		if _, err := nn.ClipGradNorm(params, 1); err != nil {
			fmt.Println(err)
			return
		}
		if err := adam.Step(schedule.LR(step)); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Printf("%s %.2f, %s %.2f\n", params[0].Name, layer.Weight[0], params[1].Name, layer.Bias[0])
	// Output:
	// line.weight 2.00, line.bias -1.00
}
