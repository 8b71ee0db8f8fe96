// Command spago is nlpodyssey/spago's LSTM (nn/recurrent/lstm) as a peer of bench/peers.
//
// The layer takes one vector a step, so sequences run one by one and no padding is
// computed. Its best known setting: as many sequences at a time as threads are asked for,
// each in a goroutine, as spago's examples train. Operators run synchronously then
// (ag.SetForceSyncExecution): a goroutine for every product gains nothing where all
// threads have a sequence. Forward only, the parameters require no gradients.
package main

import (
	"flag"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/nlpodyssey/spago/ag"
	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"
	"github.com/nlpodyssey/spago/nn/birnn"
	"github.com/nlpodyssey/spago/nn/recurrent/lstm"
	"github.com/packedlstm/packedlstm/bench/peers/golang/peer"
)

var async = flag.Bool("async", false, "each product in a goroutine of its own, spago's default")

func main() { peer.Main("spago", build) }

// network is a case in spago's terms.
type network struct {
	c        *peer.Case
	o        peer.Options
	layers   []nn.StandardModel
	parts    [][]*lstm.Model // the directions of each layer
	x        [][]mat.Tensor
	dy       [][]mat.Tensor
	y        [][]mat.Tensor // of the last call
	problems []error        // by sequence
}

func build(c *peer.Case, o peer.Options) (*peer.Model, error) {
	ag.SetForceSyncExecution(!*async)
	n := &network{c: c, o: o, y: make([][]mat.Tensor, len(c.Lengths)), problems: make([]error, len(c.Lengths))}
	for layer, directions := range c.Weights {
		var parts []*lstm.Model
		for k := range directions {
			parts = append(parts, newLSTM(c.InputSize(layer), c.Hidden, &directions[k], o.Training))
		}
		n.parts = append(n.parts, parts)
		if c.Bidirectional {
			n.layers = append(n.layers, birnn.New(parts[0], parts[1], birnn.Concat))
		} else {
			n.layers = append(n.layers, parts[0])
		}
	}
	for b, length := range c.Lengths {
		n.x = append(n.x, vectors(c.X[b*c.MaxLength*c.Input:], length, c.Input, o.Training))
		n.dy = append(n.dy, vectors(c.DY[b*c.MaxLength*c.OutputSize():], length, c.OutputSize(), false))
	}
	return &peer.Model{Version: peer.ModuleVersion("github.com/nlpodyssey/spago"), Call: n.call, Output: n.output}, nil
}

func newLSTM(input, hidden int, d *peer.Direction, training bool) *lstm.Model {
	m, bias := lstm.New[float32](input, hidden), d.Bias()
	for gate, p := range parameters(m) {
		for i, v := range [3][]float32{d.IH, d.HH, bias} {
			p[i].ReplaceValue(mat.NewDense[float32](mat.WithShape(p[i].Shape()...),
				mat.WithBacking(peer.Gate(v, gate)), mat.WithGrad(training)))
		}
	}
	return m
}

// parameters returns W_ih, W_hh and the bias of the gates i, f, g, o.
func parameters(m *lstm.Model) [4][3]*nn.Param {
	return [4][3]*nn.Param{{m.WIn, m.WInRec, m.BIn}, {m.WFor, m.WForRec, m.BFor},
		{m.WCand, m.WCandRec, m.BCand}, {m.WOut, m.WOutRec, m.BOut}}
}

// vectors returns the first n rows as column vectors.
func vectors(rows []float32, n, width int, grad bool) (all []mat.Tensor) {
	for t := range n {
		all = append(all, mat.NewDense[float32](mat.WithBacking(rows[t*width:][:width]), mat.WithGrad(grad)))
	}
	return all
}

// call runs the sequences, the longest first, each by the next goroutine that is free.
func (n *network) call() error {
	if n.o.Training {
		n.zeroGradients()
	}
	var next atomic.Int64
	var done sync.WaitGroup
	for range min(n.o.Threads, len(n.x)) {
		done.Go(func() {
			for b := int(next.Add(1)) - 1; b < len(n.x); b = int(next.Add(1)) - 1 {
				n.problems[b] = n.sequence(b)
			}
		})
	}
	done.Wait()
	for b, err := range n.problems {
		if err != nil {
			return fmt.Errorf("sequence %d: %w", b, err)
		}
	}
	return nil
}

func (n *network) sequence(b int) error {
	y := n.x[b]
	for _, layer := range n.layers {
		y = layer.Forward(y...)
	}
	for _, row := range y {
		row.Value() // an asynchronous operator is waited for
	}
	n.y[b] = y
	if !n.o.Training {
		return nil
	}
	for t, row := range y {
		row.AccGrad(n.dy[b][t])
	}
	return ag.Backward(y...)
}

func (n *network) zeroGradients() {
	for _, layer := range n.layers {
		nn.ZeroGrad(layer)
	}
	for _, sequence := range n.x {
		for _, row := range sequence {
			row.ZeroGrad()
		}
	}
}

func (n *network) output() (y []float32, g *peer.Gradients, err error) {
	y = n.padded(n.y, n.c.OutputSize(), func(row mat.Tensor) []float32 {
		return mat.Data[float32](row.Value().(mat.Matrix))
	})
	if !n.o.Training {
		return y, nil, nil
	}
	g = &peer.Gradients{X: n.padded(n.x, n.c.Input, gradient)}
	for _, parts := range n.parts {
		var directions []peer.Direction
		for _, m := range parts {
			var all [3][]float32
			for _, p := range parameters(m) {
				for i := range all {
					all[i] = append(all[i], gradient(p[i])...)
				}
			}
			directions = append(directions, peer.NewGradient(all[0], all[1], all[2]))
		}
		g.Weights = append(g.Weights, directions)
	}
	return y, g, nil
}

// padded returns a vector of each row as [B, T, width].
func (n *network) padded(sequences [][]mat.Tensor, width int, vector func(mat.Tensor) []float32) []float32 {
	v := make([]float32, len(sequences)*n.c.MaxLength*width)
	for b, sequence := range sequences {
		for t, row := range sequence {
			copy(v[(b*n.c.MaxLength+t)*width:][:width], vector(row))
		}
	}
	return v
}

// gradient returns that of a tensor; sequences of one step leave the recurrent weights none.
func gradient(x mat.Tensor) []float32 {
	if g, ok := x.Grad().(mat.Matrix); ok && x.HasGrad() {
		return mat.Data[float32](g)
	}
	return make([]float32, x.Size())
}
