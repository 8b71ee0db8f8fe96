package main

import (
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/packedlstm/packedlstm/bench/peers/golang/peer"
)

// addArguments makes the tensors in the order in which build takes them.
func (n *network) addArguments() {
	batch := len(n.c.Lengths)
	add := func(v []float32, dims ...int) { n.args = append(n.args, tensors.FromFlatDataAndDimensions(v, dims...)) }
	for _, directions := range n.c.Weights {
		for _, d := range directions {
			for _, v := range [][]float32{d.HH, d.IH, d.Bias()} {
				for gate := range 4 {
					add(peer.Gate(v, gate), n.c.Hidden, len(v)/4/n.c.Hidden)
				}
			}
		}
	}
	for t := range n.c.MaxLength {
		mask := make([]float32, batch)
		for b := range n.c.LiveRows(t) {
			mask[b] = 1
		}
		add(mask, batch, 1)
	}
	if !n.o.Training {
		add(n.c.TimeMajor(n.c.X), n.c.MaxLength*batch, n.c.Input)
		return
	}
	for t := range n.c.MaxLength {
		add(n.c.Step(n.c.X, t, batch, n.c.Input), batch, n.c.Input)
	}
	for t := range n.c.MaxLength {
		add(n.c.Step(n.c.DY, t, batch, n.c.OutputSize()), batch, n.c.OutputSize())
	}
}

// gates are the nodes of the four gates i, f, g, o.
type gates [4]*graph.Node

// direction holds the parameters of one direction of a layer.
type direction struct {
	hh, ih, bias gates // [H, H], [H, I], [H, 1]
}

// build returns y [T, B, D·H], and in training the gradients of all parameters, in the order
// in which it takes them, and of x.
func (n *network) build(in []*graph.Node) []*graph.Node {
	take := func(count int) (taken []*graph.Node) {
		taken, in = in[:count], in[count:]
		return taken
	}
	var layers [][]direction
	parameters := slices.Clone(in[:12*n.c.Layers*n.c.Directions()])
	for range n.c.Layers {
		var directions []direction
		for range n.c.Directions() {
			directions = append(directions, direction{gates(take(4)), gates(take(4)), gates(take(4))})
		}
		layers = append(layers, directions)
	}
	masks := take(n.c.MaxLength)
	if !n.o.Training {
		all := in[0]
		for _, directions := range layers {
			all = graph.Concatenate(n.layer(directions, nil, all, masks), 0)
		}
		return []*graph.Node{graph.Reshape(all, n.c.MaxLength, len(n.c.Lengths), n.c.OutputSize())}
	}
	x, dy := take(n.c.MaxLength), take(n.c.MaxLength)
	y := x
	for _, directions := range layers {
		y = n.layer(directions, y, nil, masks)
	}
	loss := graph.ReduceAllSum(graph.Mul(y[0], dy[0]))
	for t := 1; t < n.c.MaxLength; t++ {
		loss = graph.Add(loss, graph.ReduceAllSum(graph.Mul(y[t], dy[t])))
	}
	return append([]*graph.Node{graph.Stack(y, 0)}, graph.Gradient(loss, append(parameters, x...)...)...)
}

// layer returns the output rows [B, D·H] of each step. Its input is a node a step [B, I],
// or one of all steps [T·B, I].
func (n *network) layer(directions []direction, steps []*graph.Node, all *graph.Node, masks []*graph.Node) []*graph.Node {
	var y []*graph.Node
	for i, d := range directions {
		h := n.direction(&d, i == 1, n.project(&d, steps, all), masks)
		if i == 0 {
			y = h
			continue
		}
		for t := range y {
			y[t] = graph.Concatenate([]*graph.Node{y[t], h[t]}, 1)
		}
	}
	return y
}

// project returns x·W_ihᵀ + b of each step, [B, H] a gate.
func (n *network) project(d *direction, steps []*graph.Node, all *graph.Node) []gates {
	projected := make([]gates, n.c.MaxLength)
	for gate := range 4 {
		bias := graph.Reshape(d.bias[gate], 1, n.c.Hidden)
		var rows *graph.Node
		if steps == nil {
			rows = graph.Add(product(all, d.ih[gate]), bias)
		}
		for t := range projected {
			if steps != nil {
				projected[t][gate] = graph.Add(product(steps[t], d.ih[gate]), bias)
			} else {
				batch := len(n.c.Lengths)
				projected[t][gate] = graph.Slice(rows, graph.AxisRange(t*batch, (t+1)*batch))
			}
		}
	}
	return projected
}

// direction returns h [B, H] of each step.
func (n *network) direction(d *direction, reverse bool, projected []gates, masks []*graph.Node) []*graph.Node {
	h := make([]*graph.Node, n.c.MaxLength)
	state := graph.Zeros(projected[0][0].Graph(), shapes.Make(dtypes.Float32, len(n.c.Lengths), n.c.Hidden))
	hidden, cell := state, state
	for step := range h {
		t := step
		if reverse {
			t = len(h) - 1 - step
		}
		var sum gates
		for gate := range sum {
			sum[gate] = graph.Add(projected[t][gate], product(hidden, d.hh[gate]))
		}
		cell = graph.Add(graph.Mul(graph.Sigmoid(sum[1]), cell), graph.Mul(graph.Sigmoid(sum[0]), graph.Tanh(sum[2])))
		if reverse { // the state of a sequence is 0 until its end
			cell = graph.Mul(cell, masks[t])
		}
		hidden = graph.Mul(graph.Sigmoid(sum[3]), graph.Tanh(cell))
		h[t] = hidden
	}
	return h
}

// product returns a·Wᵀ of a [B, K] and W [N, K].
func product(a, w *graph.Node) *graph.Node {
	return graph.DotGeneral(a, []int{1}, nil, w, []int{1}, nil)
}
