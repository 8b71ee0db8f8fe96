package reference

import "fmt"

// LSTM is torch.nn.LSTM: NumLayers layers, each one or two directions, the input
// of a layer being the output of the one below, the directions side by side.
type LSTM struct {
	InputSize, HiddenSize, NumLayers int
	Bidirectional, Bias              bool
	Weights                          map[string][]float64 // one slice for each of Parameters
}

// Parameter is the name and shape of one parameter.
type Parameter struct {
	Name  string
	Shape []int
}

// Parameters returns PyTorch's names and shapes, in the order of its state_dict.
// I is the width of the layer's input: InputSize, above the first layer D·H.
//
//	weight_ih_l{k}  [4·H, I]   blocks of H rows: gates i, f, g, o
//	weight_hh_l{k}  [4·H, H]
//	bias_ih_l{k}    [4·H]      if Bias
//	bias_hh_l{k}    [4·H]      if Bias
//
// and the same four with the suffix _reverse if Bidirectional.
func (l *LSTM) Parameters() []Parameter {
	var parameters []Parameter
	for layer := range l.NumLayers {
		for d := range l.directions() {
			suffix, width := suffix(layer, d), l.layerInputSize(layer)
			parameters = append(parameters,
				Parameter{"weight_ih" + suffix, []int{4 * l.HiddenSize, width}},
				Parameter{"weight_hh" + suffix, []int{4 * l.HiddenSize, l.HiddenSize}})
			if l.Bias {
				parameters = append(parameters,
					Parameter{"bias_ih" + suffix, []int{4 * l.HiddenSize}},
					Parameter{"bias_hh" + suffix, []int{4 * l.HiddenSize}})
			}
		}
	}
	return parameters
}

// Pass is one forward pass: its results, and what its Backward reads.
type Pass struct {
	Y      [][]float64 // one [lengths[b], D·H] for each sequence: the last layer's output
	HN, CN []float64   // [NumLayers·D, B, H]: each sequence's state after its own last step

	net     *LSTM
	dropout [][][]float64
	inputs  [][][]float64 // [layer][sequence]: the layer's input [length, I]
	steps   [][][][]step  // [layer][direction][sequence]
}

// Forward computes the layers over each sequence [length, InputSize] alone, from
// the states h0 and c0 [NumLayers·D, B, H]; nil counts as zero. A sequence of
// length 0 has an empty output and keeps its states. dropout, if not nil, gives
// the factors that the output of each layer but the last is multiplied by before
// the next layer reads it: dropout[layer][sequence] is [length, D·H]. (Dropout of
// probability p is a factor of 0 or 1/(1-p).)
func (l *LSTM) Forward(sequences [][]float64, h0, c0 []float64, dropout [][][]float64) *Pass {
	batch, directions, hidden := len(sequences), l.directions(), l.HiddenSize
	stateSize := l.NumLayers * directions * batch * hidden
	h0, c0 = orZero("h0", h0, stateSize), orZero("c0", c0, stateSize)
	p := &Pass{HN: make([]float64, stateSize), CN: make([]float64, stateSize), net: l, dropout: dropout}

	input := sequences
	for layer := range l.NumLayers {
		output := make([][]float64, batch)
		for b, x := range input {
			output[b] = make([]float64, l.length(x, layer)*directions*hidden)
		}
		steps := make([][][]step, directions)
		for d := range directions {
			steps[d] = make([][]step, batch)
			cell := l.cell(layer, d)
			for b, x := range input {
				at := l.stateIndex(layer, d, b, batch)
				h, c := h0[at:at+hidden], c0[at:at+hidden]
				steps[d][b] = cell.forward(x, h, c)
				for _, s := range steps[d][b] {
					copy(output[b][(s.t*directions+d)*hidden:], s.h)
					h, c = s.h, s.c
				}
				copy(p.HN[at:], h)
				copy(p.CN[at:], c)
			}
		}
		p.inputs, p.steps = append(p.inputs, input), append(p.steps, steps)
		if dropout != nil && layer < l.NumLayers-1 {
			output = multiply(output, dropout[layer])
		}
		input = output
	}
	p.Y = input
	return p
}

// Gradients are the derivatives of a loss with respect to what Forward reads.
type Gradients struct {
	X       [][]float64          // one [lengths[b], InputSize] for each sequence
	H0, C0  []float64            // [NumLayers·D, B, H]
	Weights map[string][]float64 // one for each of Parameters
}

// Backward returns the gradients of a loss by back-propagation through time, from
// its derivatives with respect to the results of the pass: dy like Y, dhn and dcn
// like HN and CN; nil counts as zero. The pass stays as it was.
func (p *Pass) Backward(dy [][]float64, dhn, dcn []float64) *Gradients {
	l := p.net
	batch, directions, hidden := len(p.Y), l.directions(), l.HiddenSize
	stateSize := len(p.HN)
	dhn, dcn = orZero("dhn", dhn, stateSize), orZero("dcn", dcn, stateSize)
	g := &Gradients{H0: make([]float64, stateSize), C0: make([]float64, stateSize), Weights: map[string][]float64{}}

	doutput := make([][]float64, batch)
	for b, y := range p.Y {
		doutput[b] = make([]float64, len(y))
		if dy != nil {
			checkLength(fmt.Sprintf("dy[%d]", b), len(dy[b]), len(y))
			copy(doutput[b], dy[b])
		}
	}
	for layer := l.NumLayers - 1; layer >= 0; layer-- {
		if p.dropout != nil && layer < l.NumLayers-1 {
			doutput = multiply(doutput, p.dropout[layer])
		}
		dinput := make([][]float64, batch)
		for b, x := range p.inputs[layer] {
			dinput[b] = make([]float64, len(x))
		}
		for d := range directions {
			cell := l.cell(layer, d)
			dcell := newCellGradients(cell)
			for b := range batch {
				at := l.stateIndex(layer, d, b, batch)
				dh := everyDirection(doutput[b], d, directions, hidden)
				dx, dh0, dc0 := cell.backward(p.steps[layer][d][b], dh, dhn[at:at+hidden], dcn[at:at+hidden], dcell)
				add(dinput[b], dx)
				copy(g.H0[at:], dh0)
				copy(g.C0[at:], dc0)
			}
			dcell.store(g.Weights, suffix(layer, d), l.Bias)
		}
		doutput = dinput
	}
	g.X = doutput
	return g
}

func (l *LSTM) directions() int {
	if l.Bidirectional {
		return 2
	}
	return 1
}

func (l *LSTM) layerInputSize(layer int) int {
	if layer == 0 {
		return l.InputSize
	}
	return l.directions() * l.HiddenSize
}

// length returns the number of time steps of a layer's input.
func (l *LSTM) length(x []float64, layer int) int {
	width := l.layerInputSize(layer)
	checkLength("a sequence", len(x), len(x)/width*width)
	return len(x) / width
}

// stateIndex returns where the state of one sequence begins in [NumLayers·D, B, H].
func (l *LSTM) stateIndex(layer, direction, b, batch int) int {
	return ((layer*l.directions()+direction)*batch + b) * l.HiddenSize
}

func suffix(layer, direction int) string {
	return fmt.Sprintf("_l%d", layer) + []string{"", "_reverse"}[direction]
}

// orZero returns x, or n zeros if x is nil.
func orZero(name string, x []float64, n int) []float64 {
	if x == nil {
		return make([]float64, n)
	}
	checkLength(name, len(x), n)
	return x
}

// everyDirection returns the columns [length, hidden] that direction d owns of y
// [length, directions·hidden].
func everyDirection(y []float64, d, directions, hidden int) []float64 {
	var columns []float64
	for at := d * hidden; at < len(y); at += directions * hidden {
		columns = append(columns, y[at:at+hidden]...)
	}
	return columns
}

// multiply returns the elementwise products of two lists of sequences.
func multiply(x, factors [][]float64) [][]float64 {
	products := make([][]float64, len(x))
	for b := range x {
		checkLength(fmt.Sprintf("dropout of sequence %d", b), len(factors[b]), len(x[b]))
		products[b] = make([]float64, len(x[b]))
		for i := range x[b] {
			products[b][i] = x[b][i] * factors[b][i]
		}
	}
	return products
}

// add adds x to sum, element by element.
func add(sum, x []float64) {
	for i, v := range x {
		sum[i] += v
	}
}
