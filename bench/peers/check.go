package main

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"

	"github.com/packedlstm/packedlstm/bench/peers/protocol"
	"github.com/packedlstm/packedlstm/internal/reference"
)

// What a peer's outputs may differ from the float64 reference by. y lies within ±1 and
// float32 leaves it some 1e-6 off; a library with rougher gates comes to some 1e-5. Wrong
// gates, a wrong state at a sequence's end or a product in bfloat16 are 1e-3 and more.
const (
	outputBound   = 5e-5 // of an element of y, absolute
	gradientBound = 1e-4 // of an element of dW_hh, by the largest element
)

const boundText = "each element of y within 5e-5 of the float64 reference, each element of the first layer's dW_hh " +
	"within 1e-4 of its largest; max_difference is that of y, and of dW_hh by its largest, whichever is larger"

// expected are the reference's results of a case.
type expected struct {
	y   []float64 // [B, T, D·H]
	dhh []float64 // [4H, H] of weight_hh_l0; nil: for mode forward only
}

// compute runs the reference, a part of the sequences on each core: they are independent,
// and the gradients of the weights are the sums of the parts'. It returns nil if ctx ends before.
func compute(ctx context.Context, c *protocol.Case, d *protocol.Data, training bool) *expected {
	net := referenceLayer(c, d)
	parts := min(runtime.GOMAXPROCS(0), len(c.Lengths))
	results := make([]*expected, parts)
	var done sync.WaitGroup
	for part := range parts {
		done.Go(func() {
			// Every parts-th sequence: the lengths descend, so that each gets about as much.
			e := newExpected(c, training)
			for b := part; b < len(c.Lengths) && ctx.Err() == nil; b += parts {
				e.add(net, c, d, b)
			}
			results[part] = e
		})
	}
	done.Wait()
	if ctx.Err() != nil {
		return nil
	}
	sum := results[0]
	for _, r := range results[1:] {
		for i, v := range r.y {
			sum.y[i] += v // 0 where the sequence is another part's
		}
		for i, v := range r.dhh {
			sum.dhh[i] += v
		}
	}
	return sum
}

func newExpected(c *protocol.Case, training bool) *expected {
	e := &expected{y: make([]float64, len(c.Lengths)*c.MaxLength*c.OutputSize())}
	if training {
		e.dhh = make([]float64, 4*c.Hidden*c.Hidden)
	}
	return e
}

// add adds the results of sequence b.
func (e *expected) add(net *reference.LSTM, c *protocol.Case, d *protocol.Data, b int) {
	width := c.OutputSize()
	pass := net.Forward([][]float64{reference.Widen(d.X[b*c.MaxLength*c.Input:][:c.Lengths[b]*c.Input])}, nil, nil, nil)
	copy(e.y[b*c.MaxLength*width:], pass.Y[0])
	if e.dhh == nil {
		return
	}
	dy := [][]float64{reference.Widen(d.DY[b*c.MaxLength*width:][:c.Lengths[b]*width])}
	for i, v := range pass.Backward(dy, nil, nil).Weights["weight_hh_l0"] {
		e.dhh[i] += v
	}
}

func referenceLayer(c *protocol.Case, d *protocol.Data) *reference.LSTM {
	net := &reference.LSTM{InputSize: c.Input, HiddenSize: c.Hidden, NumLayers: c.Layers, Bidirectional: c.Bidirectional,
		Bias: true, Weights: map[string][]float64{}}
	weights := d.Weights
	for _, p := range net.Parameters() {
		n := 1
		for _, size := range p.Shape {
			n *= size
		}
		net.Weights[p.Name], weights = reference.Widen(weights[:n]), weights[n:]
	}
	return net
}

// compare returns how far a peer's check file is from the reference; beyond the bounds
// that is an error, and so is a file of another size.
func (e *expected) compare(path string, training bool) (difference float64, err error) {
	n := len(e.y)
	if training {
		n += len(e.dhh)
	}
	got, err := protocol.ReadFloats(path, n)
	if err != nil {
		return 0, err
	}
	var problems []string
	difference, at := furthest(got[:len(e.y)], e.y, 1)
	if !(difference <= outputBound) {
		problems = append(problems, fmt.Sprintf("y[%d] = %g: want %g ± %g", at, got[at], e.y[at], outputBound))
	}
	if training {
		largest := 0.0
		for _, v := range e.dhh {
			largest = max(largest, math.Abs(v))
		}
		if largest == 0 {
			largest = 1 // sequences of one step: no gradient
		}
		gradient, at := furthest(got[len(e.y):], e.dhh, largest)
		if !(gradient <= gradientBound) {
			problems = append(problems, fmt.Sprintf("dW_hh[%d] = %g: want %g ± %.2g",
				at, got[len(e.y)+at], e.dhh[at], gradientBound*largest))
		}
		difference = max(difference, gradient)
	}
	if len(problems) > 0 {
		return difference, fmt.Errorf("wrong output: %s", strings.Join(problems, "; "))
	}
	return difference, nil
}

// furthest returns the largest |got - want| / scale and its index. NaN is infinitely far.
func furthest(got []float32, want []float64, scale float64) (difference float64, at int) {
	for i, w := range want {
		d := math.Abs(float64(got[i])-w) / scale
		if math.IsNaN(d) {
			d = math.Inf(1)
		}
		if d > difference {
			difference, at = d, i
		}
	}
	return difference, at
}
