package lstm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/internal/recurrent"
	"github.com/packedlstm/packedlstm/param"
)

// gates is the number of gates: i, f, g, o.
const gates = 4

// parameters are the tensors of all layers and directions in the order of PyTorch's
// state_dict, and the same memory by layer·D + direction.
type parameters struct {
	tensors []param.Tensor
	weights []recurrent.Weights
}

// newParameters allocates zeros for every parameter of c, in one piece.
func newParameters(c Config) parameters {
	var p parameters
	rc := c.recurrent()
	total := 0
	add := func(name string, shape ...int) {
		size := 1
		for _, n := range shape {
			size *= n
		}
		total += size
		p.tensors = append(p.tensors, param.Tensor{Name: name, Shape: shape})
	}
	for layer := range c.NumLayers {
		for direction := range c.Directions() {
			suffix := fmt.Sprintf("l%d", layer)
			if direction == 1 {
				suffix += "_reverse"
			}
			rows := gates * c.HiddenSize
			add("weight_ih_"+suffix, rows, rc.LayerInput(layer))
			add("weight_hh_"+suffix, rows, c.HiddenSize)
			if c.Bias {
				add("bias_ih_"+suffix, rows)
				add("bias_hh_"+suffix, rows)
			}
		}
	}
	data := memory.Floats(total)
	for i := range p.tensors {
		t := &p.tensors[i]
		size := t.Shape[0]
		if len(t.Shape) == 2 {
			size *= t.Shape[1]
		}
		t.Data, data = data[:size:size], data[size:]
	}
	each := 2
	if c.Bias {
		each = 4
	}
	for i := 0; i < len(p.tensors); i += each {
		w := recurrent.Weights{IH: p.tensors[i].Data, HH: p.tensors[i+1].Data}
		if c.Bias {
			w.BiasIH, w.BiasHH = p.tensors[i+2].Data, p.tensors[i+3].Data
		}
		p.weights = append(p.weights, w)
	}
	return p
}

// initialise draws every parameter from U(-1/√H, 1/√H), as torch.nn.LSTM does.
func (p *parameters) initialise(hiddenSize int, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 0x6c73746d)) // "lstm"
	bound := 1 / math.Sqrt(float64(hiddenSize))
	for _, t := range p.tensors {
		for i := range t.Data {
			t.Data[i] = float32((2*rng.Float64() - 1) * bound)
		}
	}
}

// Parameters returns every parameter under PyTorch's name, in the order of its
// state_dict, with k the layer and I the width of the rows that it reads:
//
//	weight_ih_l{k}  [4H, I]   gates i, f, g, o, H rows each
//	weight_hh_l{k}  [4H, H]
//	bias_ih_l{k}    [4H]      with Bias
//	bias_hh_l{k}    [4H]      with Bias
//
// and the same with the suffix _reverse for the second direction. Data is the
// LSTM's own memory: what is written to it, the next call uses.
func (n *LSTM) Parameters() []param.Tensor {
	if n == nil {
		return nil
	}
	return cloneTensors(n.tensors)
}

// cloneTensors copies the list and its shapes, not the data.
func cloneTensors(tensors []param.Tensor) []param.Tensor {
	cloned := slices.Clone(tensors)
	for i := range cloned {
		cloned[i].Shape = slices.Clone(cloned[i].Shape)
	}
	return cloned
}

// Trainable returns every parameter beside its gradient in g, its name behind prefix:
// what an optimiser takes. The slices are n's and g's own memory. Backward overwrites
// them unless g.Accumulate is set, whereas nn.Linear and nn.Embedding always add to theirs:
// with several in one optimiser, call ZeroGrad before each pass. Gradients of another shape
// are an error.
func (n *LSTM) Trainable(prefix string, g *Gradients) ([]param.Parameter, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	if err := n.checkGradients(g); err != nil {
		return nil, err
	}
	parameters := make([]param.Parameter, len(n.tensors))
	for i, t := range n.tensors {
		parameters[i] = param.Parameter{Name: prefix + t.Name, Shape: slices.Clone(t.Shape), Value: t.Data, Grad: g.tensors[i].Data}
	}
	return parameters, nil
}

// Tensors returns the gradients under their parameters' names, in the order of
// LSTM.Parameters. Data is the Gradients' own memory.
func (g *Gradients) Tensors() []param.Tensor {
	if g == nil {
		return nil
	}
	return cloneTensors(g.tensors)
}

// Gradients holds the gradients of every parameter of an LSTM.
type Gradients struct {
	// Accumulate makes Backward add to what is there, as PyTorch does; otherwise
	// Backward overwrites it.
	Accumulate bool

	config Config
	parameters
}

// Zero sets every gradient to 0.
func (g *Gradients) Zero() {
	if g == nil {
		return
	}
	for _, t := range g.tensors {
		clear(t.Data)
	}
}
