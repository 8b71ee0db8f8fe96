package kernels_test

import (
	"fmt"
	"log"

	"github.com/packedlstm/packedlstm/kernels"
)

// A weight matrix W [2, 3] is packed once and multiplied by two rows:
// y = b + x·Wᵀ.
func ExamplePanels_Multiply() {
	w := []float32{
		1, 0, 2,
		0, 1, 3,
	}
	var panels kernels.Panels
	if err := panels.PackTransposed(kernels.Active(), w, 2, 3, 3); err != nil {
		log.Fatal(err)
	}
	y := make([]float32, 4)
	err := panels.Multiply(&kernels.Product{
		C: y, CStride: 2,
		Init: []float32{10, 20}, // one row for all: InitStride 0
		A:    []float32{1, 1, 1, 2, 0, -1}, AStride: 3, AKStride: 1,
		Rows: 2, Count: 1,
	})
	fmt.Println(y, err)
	// Output: [13 24 10 17] <nil>
}

func ExampleLevel_Sigmoid() {
	x := []float32{-1000, 0, 1000}
	err := kernels.Active().Sigmoid(x, x)
	fmt.Println(x, err)
	// Output: [0 0.5 1] <nil>
}
