// Command gomlx is GoMLX on its pure Go backend (simplego) as a peer of bench/peers.
//
// GoMLX has an LSTM layer (pkg/ml/layers/lstm), but at v0.26.0 its Ragged mode fails to
// build for any hidden size other than 1 (Where refuses a condition [B, 1]), and its
// gradient needs Pad, which simplego has not. So the layer is composed of GoMLX's
// operations here, with nothing in it whose gradient needs Pad:
//
//   - Rows are padded. The forward direction needs no mask, since nothing real follows the
//     padding; the reverse direction multiplies its state by the step's mask [B, 1].
//   - Each gate has its own products. In training x is a parameter a step; forward only,
//     the input projection is one product over all steps, sliced afterwards.
//
// Its best known setting on simplego: the graph compiled once; goroutines without limit
// (parallelism=-1), which GOMAXPROCS keeps to the threads that are asked for: a limit of 1 is
// slower and one of 2 blocks for ever; results given back to the backend's pools before the
// next call. The faster backend is XLA, which needs a PJRT plugin that GoMLX downloads as a
// binary from its releases and PyPI has not; it is not used here.
package main

import (
	"slices"

	"github.com/gomlx/gomlx/backends"
	_ "github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/packedlstm/packedlstm/bench/peers/golang/peer"
)

func main() { peer.Main("gomlx", build) }

// network is a case in GoMLX's terms: the arguments of a graph and its last results.
type network struct {
	c       *peer.Case
	o       peer.Options
	exec    *graph.Exec
	args    []any
	results []*tensors.Tensor
}

func build(c *peer.Case, o peer.Options) (*peer.Model, error) {
	backend, err := backends.NewWithConfig("go:parallelism=-1")
	if err != nil {
		return nil, err
	}
	n := &network{c: c, o: o}
	n.addArguments()
	for _, a := range n.args {
		if err := a.(*tensors.Tensor).MaterializeOnDevice(backend, false, 0); err != nil {
			return nil, err
		}
	}
	n.exec, err = graph.NewExec(backend, n.build)
	return &peer.Model{Version: peer.ModuleVersion("github.com/gomlx/gomlx") + " simplego", Call: n.call, Output: n.output}, err
}

func (n *network) call() (err error) {
	for _, r := range n.results {
		if err := r.FinalizeAll(); err != nil {
			return err
		}
	}
	n.results, err = n.exec.Exec(n.args...)
	return err
}

// output takes the results as build returns them.
func (n *network) output() (y []float32, g *peer.Gradients, err error) {
	var results [][]float32
	for _, r := range n.results {
		v, err := tensors.CopyFlatData[float32](r)
		if err != nil {
			return nil, nil, err
		}
		results = append(results, v)
	}
	y = n.c.BatchMajor(results[0])
	if n.o.Training {
		g = n.gradients(results[1:])
	}
	return y, g, nil
}

// gradients takes those of a direction by gate, hh, ih, bias, and behind those of all
// directions that of x [B, I] by step.
func (n *network) gradients(results [][]float32) *peer.Gradients {
	take := func(count int) (v []float32) {
		v, results = slices.Concat(results[:count]...), results[count:]
		return v
	}
	g := &peer.Gradients{}
	for range n.c.Layers {
		var directions []peer.Direction
		for range n.c.Directions() {
			hh, ih, bias := take(4), take(4), take(4)
			directions = append(directions, peer.NewGradient(ih, hh, bias))
		}
		g.Weights = append(g.Weights, directions)
	}
	g.X = n.c.BatchMajor(take(n.c.MaxLength))
	return g
}
