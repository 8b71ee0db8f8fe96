package nn

import (
	"errors"
	"math"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/param"
)

// Linear is torch.nn.Linear: y = x·Wᵀ + b over rows. What is written to Weight and
// Bias, the next call uses.
type Linear struct {
	InFeatures, OutFeatures int
	Weight, DWeight         []float32 // [OutFeatures, InFeatures] and its gradient
	Bias, DBias             []float32 // [OutFeatures] and its gradient; nil: no bias
}

// NewLinear returns a layer with weights and bias from U(-1/√in, 1/√in), PyTorch's
// initialisation, drawn from the seed, and zero gradients. Dimensions below 1, or a
// weight of more than 2³¹-1 elements, are an error.
func NewLinear(inFeatures, outFeatures int, bias bool, seed uint64) (*Linear, error) {
	if err := checkDimensions("NewLinear", "outFeatures", outFeatures, "inFeatures", inFeatures); err != nil {
		return nil, err
	}
	size := outFeatures * inFeatures
	parameters := size
	if bias {
		parameters += outFeatures
	}
	value, gradient := memory.Floats(parameters), memory.Floats(parameters)
	bound := 1 / math.Sqrt(float64(inFeatures))
	Uniform(value, -bound, bound, seed)
	l := &Linear{
		InFeatures: inFeatures, OutFeatures: outFeatures,
		Weight: value[:size:size], DWeight: gradient[:size:size],
	}
	if bias {
		l.Bias, l.DBias = value[size:], gradient[size:]
	}
	return l, nil
}

// Tensors returns weight and bias under PyTorch's names, to save and load. Data is
// the layer's own memory.
func (l *Linear) Tensors() []param.Tensor {
	if l == nil {
		return nil
	}
	tensors := []param.Tensor{{Name: "weight", Shape: []int{l.OutFeatures, l.InFeatures}, Data: l.Weight}}
	if l.Bias != nil {
		tensors = append(tensors, param.Tensor{Name: "bias", Shape: []int{l.OutFeatures}, Data: l.Bias})
	}
	return tensors
}

// Parameters returns weight and bias with their gradients, their names behind
// prefix, for an optimiser. The slices are the layer's own memory.
func (l *Linear) Parameters(prefix string) []param.Parameter {
	if l == nil {
		return nil
	}
	gradients := [][]float32{l.DWeight, l.DBias}
	var parameters []param.Parameter
	for i, t := range l.Tensors() {
		parameters = append(parameters, param.Parameter{Name: prefix + t.Name, Shape: t.Shape, Value: t.Data, Grad: gradients[i]})
	}
	return parameters
}

// Forward computes y = x·Wᵀ + b [rows, OutFeatures] of x [rows, InFeatures] into dst
// and returns it. Every element is one chain of multiply-adds that starts from b, in
// ascending order of the features, whatever the other rows. dst must not overlap x
// or the parameters. Wrong sizes are an error and nothing is written.
func (l *Linear) Forward(ws *LinearWorkspace, dst, x []float32, rows int) ([]float32, error) {
	const operation = "Linear.Forward"
	if err := l.check(operation, ws); err != nil {
		return nil, err
	}
	if err := checkSize(operation, "x", x, rows, l.InFeatures); err != nil {
		return nil, err
	}
	if err := checkResult(operation, "rows", rows, "OutFeatures", l.OutFeatures); err != nil {
		return nil, err
	}
	y := memory.Resize(dst, rows*l.OutFeatures)
	if err := l.checkDst(operation, y, "x", x); err != nil {
		return nil, err
	}
	if err := ws.forward(l, y, x, rows); err != nil {
		return nil, err
	}
	return y, nil
}

// Backward computes, from the gradient dy [rows, OutFeatures] of the result of
// Forward on x [rows, InFeatures],
//
//	dx       = dy·W             [rows, InFeatures], into dst, returned
//	DWeight += dyᵀ·x
//	DBias   += column sums of dy
//
// Sums over rows have a fixed order. dst must not overlap x, dy, the parameters or
// the gradients. Wrong sizes are an error and nothing is written.
func (l *Linear) Backward(ws *LinearWorkspace, dst, x, dy []float32, rows int) ([]float32, error) {
	const operation = "Linear.Backward"
	if err := l.check(operation, ws); err != nil {
		return nil, err
	}
	if err := checkSize(operation, "x", x, rows, l.InFeatures); err != nil {
		return nil, err
	}
	if err := checkSize(operation, "dy", dy, rows, l.OutFeatures); err != nil {
		return nil, err
	}
	if err := l.checkGradients(operation, x, dy); err != nil {
		return nil, err
	}
	dx := memory.Resize(dst, rows*l.InFeatures)
	if err := checkApart(operation, "dst", dx, "dy", dy); err != nil {
		return nil, err
	}
	if err := checkApart(operation, "dst", dx, "DWeight", l.DWeight); err != nil {
		return nil, err
	}
	if err := checkApart(operation, "dst", dx, "DBias", l.DBias); err != nil {
		return nil, err
	}
	if err := l.checkDst(operation, dx, "x", x); err != nil {
		return nil, err
	}
	if err := ws.backward(l, dx, x, dy, rows); err != nil {
		return nil, err
	}
	return dx, nil
}

// check returns an error unless the layer is as NewLinear made it.
func (l *Linear) check(operation string, ws *LinearWorkspace) error {
	if l == nil {
		return errors.New("nn: " + operation + ": the layer is nil: want NewLinear's result")
	}
	if ws == nil {
		return errors.New("nn: " + operation + ": ws is nil: want NewLinearWorkspace's result")
	}
	if err := checkDimensions(operation, "OutFeatures", l.OutFeatures, "InFeatures", l.InFeatures); err != nil {
		return err
	}
	if err := checkSize(operation, "Weight", l.Weight, l.OutFeatures, l.InFeatures); err != nil {
		return err
	}
	if l.Bias != nil {
		return checkSize(operation, "Bias", l.Bias, l.OutFeatures, 1)
	}
	return nil
}

func (l *Linear) checkGradients(operation string, x, dy []float32) error {
	if err := checkSize(operation, "DWeight", l.DWeight, l.OutFeatures, l.InFeatures); err != nil {
		return err
	}
	if l.Bias != nil {
		if err := checkSize(operation, "DBias", l.DBias, l.OutFeatures, 1); err != nil {
			return err
		}
	}
	if err := checkApart(operation, "DWeight", l.DWeight, "x", x); err != nil {
		return err
	}
	return checkApart(operation, "DWeight", l.DWeight, "dy", dy)
}

func (l *Linear) checkDst(operation string, dst []float32, name string, other []float32) error {
	if err := checkApart(operation, "dst", dst, name, other); err != nil {
		return err
	}
	if err := checkApart(operation, "dst", dst, "Weight", l.Weight); err != nil {
		return err
	}
	return checkApart(operation, "dst", dst, "Bias", l.Bias)
}
