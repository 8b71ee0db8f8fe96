package reference

import "fmt"

// cell is one direction of one layer. With σ the sigmoid and ⊙ the elementwise
// product, one time step is (torch.nn.LSTM; Hochreiter and Schmidhuber 1997 with
// the forget gate of Gers et al. 2000):
//
//	i = σ(W_ii x + b_ii + W_hi h + b_hi)
//	f = σ(W_if x + b_if + W_hf h + b_hf)
//	g = tanh(W_ig x + b_ig + W_hg h + b_hg)
//	o = σ(W_io x + b_io + W_ho h + b_ho)
//	c' = f ⊙ c + i ⊙ g
//	h' = o ⊙ tanh(c')
type cell struct {
	inputSize, hiddenSize int
	reverse               bool
	weightIH, weightHH    []float64 // [4·H, I], [4·H, H]
	biasIH, biasHH        []float64 // [4·H]; nil: zero
}

// cell returns the given direction of a layer, its weights checked.
func (l *LSTM) cell(layer, direction int) *cell {
	c := &cell{inputSize: l.layerInputSize(layer), hiddenSize: l.HiddenSize, reverse: direction == 1}
	weight := func(name string, width int) []float64 {
		name += suffix(layer, direction)
		w, ok := l.Weights[name]
		if !ok {
			panic(fmt.Sprintf("reference: Weights has no %q", name))
		}
		checkLength(name, len(w), 4*l.HiddenSize*width)
		return w
	}
	c.weightIH, c.weightHH = weight("weight_ih", c.inputSize), weight("weight_hh", c.hiddenSize)
	if l.Bias {
		c.biasIH, c.biasHH = weight("bias_ih", 1), weight("bias_hh", 1)
	}
	return c
}

// step is what one time step computed.
type step struct {
	t            int       // its place in the sequence
	x            []float64 // [I] the input
	hPrev, cPrev []float64 // [H] the state before
	i, f, g, o   []float64 // [H] the gates
	tanhC        []float64 // [H] tanh(c)
	h, c         []float64 // [H] the state after
}

// forward returns the steps over one sequence x [length, I] in the order of their
// computation: the reverse direction begins at the sequence's last time step.
func (c *cell) forward(x, h0, c0 []float64) []step {
	length := len(x) / c.inputSize
	hidden := c.hiddenSize
	steps := make([]step, length)
	hPrev, cPrev := h0, c0
	for n := range steps {
		t := n
		if c.reverse {
			t = length - 1 - n
		}
		s := step{t: t, x: x[t*c.inputSize : (t+1)*c.inputSize], hPrev: hPrev, cPrev: cPrev}
		a := Linear(s.x, c.weightIH, c.biasIH, 1, c.inputSize, 4*hidden)
		add(a, Linear(hPrev, c.weightHH, c.biasHH, 1, hidden, 4*hidden))
		for u := range hidden {
			i, f, g, o := Sigmoid(a[u]), Sigmoid(a[hidden+u]), Tanh(a[2*hidden+u]), Sigmoid(a[3*hidden+u])
			cNext := f*cPrev[u] + i*g
			s.i, s.f, s.g, s.o = append(s.i, i), append(s.f, f), append(s.g, g), append(s.o, o)
			s.c = append(s.c, cNext)
			s.tanhC = append(s.tanhC, Tanh(cNext))
			s.h = append(s.h, o*Tanh(cNext))
		}
		steps[n] = s
		hPrev, cPrev = s.h, s.c
	}
	return steps
}

// backward goes through the steps of one sequence from the last computed to the
// first. dy [length, H] is the loss's derivative by each output h, dhn and dcn [H]
// by the last state. It returns the derivatives by x and by the initial state and
// adds those by the parameters to sum. At each step, with dh and dc the derivatives
// by its h and c, through the output and through the steps that follow:
//
//	dc += dh ⊙ o ⊙ (1 - tanh²(c))
//	da_i = dc ⊙ g     ⊙ i ⊙ (1 - i)
//	da_f = dc ⊙ cPrev ⊙ f ⊙ (1 - f)
//	da_g = dc ⊙ i     ⊙ (1 - g²)
//	da_o = dh ⊙ tanh(c) ⊙ o ⊙ (1 - o)
//	dx = W_ihᵀ da,  dhPrev = W_hhᵀ da,  dcPrev = dc ⊙ f
//	dW_ih += da xᵀ, dW_hh += da hPrevᵀ, db_ih += da, db_hh += da
func (c *cell) backward(steps []step, dy, dhn, dcn []float64, sum *cellGradients) (dx, dh0, dc0 []float64) {
	hidden := c.hiddenSize
	dx = make([]float64, len(steps)*c.inputSize)
	dhNext, dcNext := dhn, dcn
	for n := len(steps) - 1; n >= 0; n-- {
		s := &steps[n]
		da := make([]float64, 4*hidden)
		dcPrev := make([]float64, hidden)
		for u := range hidden {
			i, f, g, o, tanhC := s.i[u], s.f[u], s.g[u], s.o[u], s.tanhC[u]
			dh := dy[s.t*hidden+u] + dhNext[u]
			dc := dcNext[u] + dh*o*(1-tanhC*tanhC)
			da[u] = dc * g * i * (1 - i)
			da[hidden+u] = dc * s.cPrev[u] * f * (1 - f)
			da[2*hidden+u] = dc * i * (1 - g*g)
			da[3*hidden+u] = dh * tanhC * o * (1 - o)
			dcPrev[u] = dc * f
		}
		copy(dx[s.t*c.inputSize:], MatMul(da, c.weightIH, 1, 4*hidden, c.inputSize))
		for row, g := range da {
			addScaled(sum.weightIH[row*c.inputSize:], s.x, g)
			addScaled(sum.weightHH[row*hidden:], s.hPrev, g)
		}
		add(sum.bias, da)
		dhNext, dcNext = MatMul(da, c.weightHH, 1, 4*hidden, hidden), dcPrev
	}
	return dx, dhNext, dcNext
}

// cellGradients are the derivatives by a cell's parameters. The two biases enter
// as a sum, so that they have the same one.
type cellGradients struct{ weightIH, weightHH, bias []float64 }

func newCellGradients(c *cell) *cellGradients {
	return &cellGradients{
		weightIH: make([]float64, len(c.weightIH)),
		weightHH: make([]float64, len(c.weightHH)),
		bias:     make([]float64, 4*c.hiddenSize),
	}
}

// store puts the gradients into the map under the parameters' names.
func (g *cellGradients) store(gradients map[string][]float64, suffix string, bias bool) {
	gradients["weight_ih"+suffix] = g.weightIH
	gradients["weight_hh"+suffix] = g.weightHH
	if bias {
		gradients["bias_ih"+suffix] = g.bias
		gradients["bias_hh"+suffix] = append([]float64(nil), g.bias...)
	}
}
