package param

import (
	"fmt"
	"math"
)

// Tensor is one named float32 array in row-major order.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}

// Parameter is a tensor that is trained: its value and the gradient of the loss
// with respect to it, both in row-major order. A nil Grad stands for no gradient.
type Parameter struct {
	Name        string
	Shape       []int
	Value, Grad []float32
}

// elements returns the product of a shape's dimensions, 1 for none. A negative
// dimension, or a product beyond what an int holds, is an error.
func elements(shape []int) (int, error) {
	product, empty := 1, false
	for i, n := range shape {
		switch {
		case n < 0:
			return 0, fmt.Errorf("shape %v: dimension %d is %d: want >= 0", shape, i, n)
		case n == 0:
			empty = true
		case product > math.MaxInt/n:
			return 0, fmt.Errorf("shape %v: more elements than an int can count", shape)
		default:
			product *= n
		}
	}
	if empty {
		return 0, nil
	}
	return product, nil
}

// check returns an error unless Data has the elements of Shape.
func (t *Tensor) check() error {
	n, err := elements(t.Shape)
	if err != nil {
		return fmt.Errorf("param: tensor %q: %w", t.Name, err)
	}
	if len(t.Data) != n {
		return fmt.Errorf("param: tensor %q: %d elements: want %d for shape %v", t.Name, len(t.Data), n, t.Shape)
	}
	return nil
}

// notFinite returns the error for element i of a tensor, which is NaN or infinite.
func notFinite(name string, i int, value float32) error {
	return fmt.Errorf("param: tensor %q: element %d is %v: want a finite number", name, i, value)
}

func isFinite(x float32) bool { return x-x == 0 }
