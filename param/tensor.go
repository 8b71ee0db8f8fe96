package param

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
