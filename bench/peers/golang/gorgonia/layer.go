package main

import (
	"fmt"
	"strconv"

	"github.com/packedlstm/packedlstm/bench/peers/golang/peer"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// addInputs makes the nodes of the parameters and of the rows of each step.
func (n *network) addInputs() {
	for layer := range n.c.Layers {
		var directions []direction
		for k := range n.c.Weights[layer] {
			w, input, hidden := &n.c.Weights[layer][k], n.c.InputSize(layer), n.c.Hidden
			var d direction
			for gate := range 4 {
				name := fmt.Sprintf("%d_%d_%d", layer, k, gate)
				d.ih[gate] = n.named("ih"+name, peer.Transpose(peer.Gate(w.IH, gate), hidden, input), input, hidden)
				d.hh[gate] = n.named("hh"+name, peer.Transpose(peer.Gate(w.HH, gate), hidden, hidden), hidden, hidden)
				d.bias[gate] = n.named("bias"+name, peer.Gate(w.Bias(), gate), hidden)
			}
			directions = append(directions, d)
		}
		n.layers = append(n.layers, directions)
	}
	for t := range n.c.MaxLength {
		live := n.c.LiveRows(t)
		n.x = append(n.x, n.named("x"+strconv.Itoa(t), n.c.Step(n.c.X, t, live, n.c.Input), rows(live, n.c.Input)...))
		if n.o.Training {
			dy := n.c.Step(n.c.DY, t, live, n.c.OutputSize())
			n.dy = append(n.dy, n.named("dy"+strconv.Itoa(t), dy, rows(live, n.c.OutputSize())...))
		}
	}
}

// named returns an input node. Nodes of one shape and name would be the same one.
func (n *network) named(name string, v []float32, dims ...int) *G.Node {
	return G.NodeFromAny(n.g, tensor.New(tensor.WithShape(dims...), tensor.WithBacking(v)), G.WithName(name))
}

// rows returns the shape of n rows: one row is a vector.
func rows(n, width int) []int {
	if n == 1 {
		return []int{width}
	}
	return []int{n, width}
}

// layer returns the output rows of each step.
func (n *network) layer(directions []direction, x G.Nodes) G.Nodes {
	y := n.direction(&directions[0], x, false, "f")
	if len(directions) == 1 {
		return y
	}
	reverse := n.direction(&directions[1], x, true, "r")
	for t := range y {
		y[t] = G.Must(G.Concat(y[t].Dims()-1, y[t], reverse[t]))
	}
	return y
}

// direction returns h of each step.
func (n *network) direction(d *direction, x G.Nodes, reverse bool, name string) G.Nodes {
	h := make(G.Nodes, len(x))
	var hidden, cell *G.Node // nil: no rows yet
	have := 0
	if len(x) == 1 { // gorgonia differentiates by nothing that it does not use
		have = n.c.LiveRows(0)
		hidden = n.named("start", make([]float32, have*n.c.Hidden), rows(have, n.c.Hidden)...)
		cell = hidden
	}
	for step := range x {
		t := step
		if reverse {
			t = len(x) - 1 - step
		}
		live := n.c.LiveRows(t)
		hidden, cell = n.resize(hidden, have, live), n.resize(cell, have, live)
		have = live
		hidden, cell = d.cell(x[t], hidden, cell, live)
		h[t] = hidden
	}
	return h
}

// cell returns the next state. No state is one of zeros.
func (d *direction) cell(x, hidden, cell *G.Node, live int) (*G.Node, *G.Node) {
	var sum [4]*G.Node
	for gate := range sum {
		s := G.Must(G.Mul(x, d.ih[gate]))
		if hidden != nil {
			s = G.Must(G.Add(s, G.Must(G.Mul(hidden, d.hh[gate]))))
		}
		if live == 1 {
			sum[gate] = G.Must(G.Add(s, d.bias[gate]))
		} else {
			sum[gate] = G.Must(G.BroadcastAdd(s, d.bias[gate], nil, []byte{0}))
		}
	}
	next := G.Must(G.HadamardProd(G.Must(G.Sigmoid(sum[0])), G.Must(G.Tanh(sum[2]))))
	if cell != nil {
		next = G.Must(G.Add(G.Must(G.HadamardProd(G.Must(G.Sigmoid(sum[1])), cell)), next))
	}
	return G.Must(G.HadamardProd(G.Must(G.Sigmoid(sum[3])), G.Must(G.Tanh(next)))), next
}

// resize returns a state of have rows with its first rows only, or with rows of zeros
// behind them.
func (n *network) resize(state *G.Node, have, live int) *G.Node {
	if state == nil || have == live {
		return state
	}
	if have == 1 {
		state = G.Must(G.Reshape(state, tensor.Shape{1, n.c.Hidden}))
	}
	if have < live {
		missing := live - have
		zeros := n.named(fmt.Sprintf("zeros%d", missing), make([]float32, missing*n.c.Hidden), missing, n.c.Hidden)
		return G.Must(G.Concat(0, state, zeros))
	}
	indices := make([]int, live)
	for i := range indices {
		indices[i] = i
	}
	rows := tensor.New(tensor.WithShape(live), tensor.WithBacking(indices))
	first := G.NodeFromAny(n.g, rows, G.WithName(fmt.Sprintf("first%d", live)))
	state = G.Must(G.ByIndices(state, first, 0))
	if live == 1 {
		state = G.Must(G.Reshape(state, tensor.Shape{n.c.Hidden}))
	}
	return state
}
