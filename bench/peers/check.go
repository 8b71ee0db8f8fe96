package main

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"

	"github.com/packedlstm/packedlstm/bench/peers/floats"
	"github.com/packedlstm/packedlstm/bench/peers/protocol"
	"github.com/packedlstm/packedlstm/internal/reference"
)

// What a peer's outputs may differ from the float64 reference by. y lies within ±1 and
// float32 leaves it some 1e-6 off; a library with rougher gates comes to some 1e-5. Wrong
// gates, a wrong state at a sequence's end or a product in bfloat16 are 1e-3 and more. A
// gradient that is left out, or out of place, is off by about its largest element.
const (
	outputBound   = 5e-5 // of an element of y, absolute
	gradientBound = 1e-4 // of an element of a gradient, by the largest element of its tensor
)

const boundText = "each element of y within 5e-5 of the float64 reference, in training each element of dx and of every " +
	"parameter's gradient within 1e-4 of its tensor's largest; max_difference is the largest of y and, by that, of the gradients"

// expected are the reference's results of a case.
type expected struct {
	y, dx     []float64   // [B, T, D·H], [B, T, input], zeros in the padding
	gradients []parameter // in the order of weights.f32; nil, as dx: for mode forward only
}

// parameter is the gradient of one, under its name.
type parameter struct {
	name string
	grad []float64
}

// compute runs the reference, a part of the sequences on each core: they are independent,
// and the gradients of the weights are the sums of the parts'. It returns nil if ctx ends before.
func compute(ctx context.Context, c *protocol.Case, d *protocol.Data, training bool) *expected {
	net, e := referenceLayer(c, d), newExpected(c, training)
	parts := make([]map[string][]float64, min(runtime.GOMAXPROCS(0), len(c.Lengths)))
	var done sync.WaitGroup
	for part := range parts {
		done.Go(func() {
			// Every so many sequences: the lengths descend, so that each gets about as much.
			for b := part; b < len(c.Lengths) && ctx.Err() == nil; b += len(parts) {
				parts[part] = sum(parts[part], e.sequence(net, c, d, b))
			}
		})
	}
	done.Wait()
	if ctx.Err() != nil {
		return nil
	}
	if training {
		var all map[string][]float64
		for _, p := range parts {
			all = sum(all, p)
		}
		for _, p := range net.Parameters() {
			e.gradients = append(e.gradients, parameter{p.Name, all[p.Name]})
		}
	}
	return e
}

func newExpected(c *protocol.Case, training bool) *expected {
	rows := len(c.Lengths) * c.MaxLength
	e := &expected{y: make([]float64, rows*c.OutputSize())}
	if training {
		e.dx = make([]float64, rows*c.Input)
	}
	return e
}

// sequence puts y and dx of sequence b into their places and returns its gradients of the
// weights, in mode training.
func (e *expected) sequence(net *reference.LSTM, c *protocol.Case, d *protocol.Data, b int) map[string][]float64 {
	first, steps, width := b*c.MaxLength, c.Lengths[b], c.OutputSize()
	pass := net.Forward([][]float64{reference.Widen(d.X[first*c.Input:][:steps*c.Input])}, nil, nil, nil)
	copy(e.y[first*width:], pass.Y[0])
	if e.dx == nil {
		return nil
	}
	g := pass.Backward([][]float64{reference.Widen(d.DY[first*width:][:steps*width])}, nil, nil)
	copy(e.dx[first*c.Input:], g.X[0])
	return g.Weights
}

// sum adds gradients to those of to, if there are any, in place.
func sum(to, gradients map[string][]float64) map[string][]float64 {
	if to == nil {
		return gradients
	}
	for name, g := range gradients {
		into := to[name]
		for i, v := range g {
			into[i] += v
		}
	}
	return to
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
	tensors, n := e.tensors(training), 0
	for _, t := range tensors {
		n += len(t.want)
	}
	got, err := floats.Read(path, n)
	if err != nil {
		return 0, err
	}
	var problems []string
	for _, t := range tensors {
		d, at := furthest(got, t.want, t.scale)
		if !(d <= t.bound) {
			problems = append(problems, fmt.Sprintf("%s[%d] = %g: want %.8g ± %.2g", t.name, at, got[at], t.want[at], t.bound*t.scale))
		}
		difference, got = max(difference, d), got[len(t.want):]
	}
	if len(problems) > 0 {
		return difference, fmt.Errorf("wrong output: %s", strings.Join(problems, "; "))
	}
	return difference, nil
}

// tensor is a part of a check file: what it should be, and how far an element may be from
// that, in units of scale.
type tensor struct {
	name         string
	want         []float64
	bound, scale float64
}

// tensors are the parts of a check file in their order.
func (e *expected) tensors(training bool) []tensor {
	all := []tensor{{"y", e.y, outputBound, 1}}
	if !training {
		return all
	}
	all = append(all, tensor{"dx", e.dx, gradientBound, largest(e.dx)})
	for _, p := range e.gradients {
		all = append(all, tensor{p.name + ".grad", p.grad, gradientBound, largest(p.grad)})
	}
	return all
}

// largest returns the largest magnitude, 1 if all are 0: sequences of one step leave
// weight_hh no gradient.
func largest(v []float64) float64 {
	m := 0.0
	for _, x := range v {
		m = max(m, math.Abs(x))
	}
	if m == 0 {
		return 1
	}
	return m
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
