package recurrent

import "github.com/packedlstm/packedlstm/kernels"

// blockUnits is the number of hidden units of a gate block.
const blockUnits = kernels.GateBlock

// Cell is a kind of recurrent unit with a cell state: how many gate columns a unit
// has, and the kernels that turn pre-activations into states and back.
type Cell interface {
	// Gates returns the gate columns of a unit, which is also the number of blocks of
	// HiddenSize rows in the weights.
	Gates() int
	// Forward computes one step of some blocks of 16 units.
	Forward(l kernels.Level, b *kernels.LSTMForward) error
	// Backward computes its gradient.
	Backward(l kernels.Level, b *kernels.LSTMBackward) error
}

// Config is the shape of a stack of recurrent layers.
type Config struct {
	InputSize, HiddenSize, NumLayers int
	Bidirectional, Bias              bool
	Dropout                          float64 // between layers, in training
}

// Directions returns 2 for a bidirectional stack, else 1.
func (c *Config) Directions() int {
	if c.Bidirectional {
		return 2
	}
	return 1
}

// LayerInput returns the width of the rows that the layer reads.
func (c *Config) LayerInput(layer int) int {
	if layer == 0 {
		return c.InputSize
	}
	return c.OutputSize()
}

// OutputSize returns the width of the rows that a layer writes, D·H.
func (c *Config) OutputSize() int { return c.Directions() * c.HiddenSize }

// padded returns H rounded up to whole blocks, and blocks how many they are.
func (c *Config) padded() int { return c.blocks() * blockUnits }
func (c *Config) blocks() int { return (c.HiddenSize + blockUnits - 1) / blockUnits }

// gateStride is the distance between rows of gates: one cache line more than they
// need, so that rows whose width is a power of two do not share the sets of a cache.
func gateStride(c *Config, cell Cell) int { return cell.Gates()*c.padded() + blockUnits }

// units returns how many units of a block exist.
func (c *Config) units(block int) int {
	return min(blockUnits, c.HiddenSize-block*blockUnits)
}

// Weights are the parameters of one layer and direction, or their gradients, in
// PyTorch's layout, with G gates:
type Weights struct {
	IH     []float32 // [G·H, input]
	HH     []float32 // [G·H, H]
	BiasIH []float32 // [G·H]; nil without biases
	BiasHH []float32 // [G·H]; nil without biases
}
