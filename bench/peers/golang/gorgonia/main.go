// Command gorgonia is an LSTM of gorgonia's operations as a peer of bench/peers.
//
// gorgonia has no recurrent layer; this one is built as its charRNN example builds it, a
// weight and a bias a gate, unrolled over the steps, but over rows of the batch instead of
// one vector. A step has its live rows only, no padding: between steps of another number
// of rows the state is gathered (ByIndices), or appended to for the reverse direction
// (Concat). A step of one row computes with vectors, since gorgonia takes [1, H] for one.
//
// Its best known setting: the graph compiled once and run by a tape machine, which is the
// faster one (the LISP machine of the example builds everything anew); float32; gonum's
// BLAS, the default without cgo.
package main

import (
	"github.com/packedlstm/packedlstm/bench/peers/golang/peer"
	G "gorgonia.org/gorgonia"
)

func main() { peer.Main("gorgonia", build) }

// network is a case in gorgonia's terms.
type network struct {
	c       *peer.Case
	o       peer.Options
	g       *G.ExprGraph
	machine G.VM
	layers  [][]direction
	x, dy   G.Nodes // of each step: [n, width], [width] for one row
	y       []G.Value
	dx      G.Nodes // of each step, as x
}

// direction holds the parameters of one direction of a layer by gate, i, f, g, o.
type direction struct {
	ih, hh, bias    [4]*G.Node // [I, H], [H, H], [H]
	dih, dhh, dbias G.Nodes    // their gradients, in training
}

func build(c *peer.Case, o peer.Options) (*peer.Model, error) {
	n := &network{c: c, o: o, g: G.NewGraph(), y: make([]G.Value, c.MaxLength)}
	n.addInputs()
	y := n.x
	for _, directions := range n.layers {
		y = n.layer(directions, y)
	}
	for t := range y {
		G.Read(y[t], &n.y[t])
	}
	if o.Training {
		if err := n.differentiate(y); err != nil {
			return nil, err
		}
	}
	n.machine = G.NewTapeMachine(n.g)
	return &peer.Model{Version: peer.ModuleVersion("gorgonia.org/gorgonia"), Call: n.call, Output: n.output}, nil
}

// differentiate adds the gradients of all parameters and of x.
func (n *network) differentiate(y G.Nodes) error {
	var wrt G.Nodes
	for _, directions := range n.layers {
		for _, d := range directions {
			wrt = append(append(append(wrt, d.hh[:]...), d.ih[:]...), d.bias[:]...)
		}
	}
	gradients, err := G.Backpropagate(y, n.dy, append(wrt, n.x...))
	if err != nil {
		return err
	}
	for _, directions := range n.layers {
		for k := range directions {
			d := &directions[k]
			d.dhh, d.dih, d.dbias, gradients = gradients[:4], gradients[4:8], gradients[8:12], gradients[12:]
		}
	}
	n.dx = gradients
	return nil
}

func (n *network) call() error {
	n.machine.Reset()
	return n.machine.RunAll()
}

func (n *network) output() (y []float32, g *peer.Gradients, err error) {
	y = n.padded(n.y, n.c.OutputSize())
	if !n.o.Training {
		return y, nil, nil
	}
	dx := make([]G.Value, len(n.dx))
	for t, node := range n.dx {
		dx[t] = node.Value()
	}
	g = &peer.Gradients{X: n.padded(dx, n.c.Input)}
	for layer := range n.layers {
		var directions []peer.Direction
		for _, d := range n.layers[layer] {
			input, hidden := n.c.InputSize(layer), n.c.Hidden
			directions = append(directions, peer.NewGradient(joined(d.dih, input, hidden), joined(d.dhh, hidden, hidden),
				joined(d.dbias, 1, hidden)))
		}
		g.Weights = append(g.Weights, directions)
	}
	return y, g, nil
}

// padded returns the rows of each step as [B, T, width].
func (n *network) padded(steps []G.Value, width int) []float32 {
	v := make([]float32, len(n.c.Lengths)*n.c.MaxLength*width)
	for t, step := range steps {
		rows := step.Data().([]float32)
		for b := range n.c.LiveRows(t) {
			copy(v[(b*n.c.MaxLength+t)*width:][:width], rows[b*width:])
		}
	}
	return v
}

// joined returns the values [rows, columns] of four gates as one [4·columns, rows]. The
// machine leaves a node its value until the next call; a Read would copy it in each.
func joined(gates G.Nodes, rows, columns int) (v []float32) {
	for _, node := range gates {
		v = append(v, peer.Transpose(node.Value().Data().([]float32), rows, columns)...)
	}
	return v
}
