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

// output takes y and the gradients of the four gates' recurrent weights, the results
// 0 to 4.
func (n *network) output() (y, dhh []float32, err error) {
	if y, err = tensors.CopyFlatData[float32](n.results[0]); err != nil {
		return nil, nil, err
	}
	if n.o.Training {
		for _, r := range n.results[1:5] {
			v, err := tensors.CopyFlatData[float32](r)
			if err != nil {
				return nil, nil, err
			}
			dhh = append(dhh, v...)
		}
	}
	return n.c.BatchMajor(y), dhh, nil
}
