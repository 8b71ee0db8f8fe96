package nn

import (
	"fmt"
	"math"

	"github.com/packedlstm/packedlstm/param"
)

// SGDConfig holds SGD's settings; the zero value is torch.optim.SGD's default: plain
// gradient descent. (Its default learning rate is 1e-3.)
type SGDConfig struct {
	Momentum    float64
	Dampening   float64 // of what a gradient adds to the momentum
	WeightDecay float64
	Nesterov    bool // needs Momentum > 0 and Dampening 0
}

// SGD is torch.optim.SGD. With μ = Momentum, τ = Dampening, λ = WeightDecay, a step
// of a value p with gradient g is
//
//	g = g + λ·p
//	b = g in the first step, then μ·b + (1-τ)·g        if μ > 0
//	g = g + μ·b  (Nesterov),  or  g = b                if μ > 0
//	p = p - lr·g
//
// State holds "<name>.momentum_buffer" (b) if μ > 0. Use one from one goroutine at a
// time.
type SGD struct {
	*optimizer
	config SGDConfig
	rule   sgdRule
}

// NewSGD returns an optimiser of the parameters that have a gradient, as [NewAdam].
func NewSGD(params []param.Parameter, config SGDConfig, workerCount int) (*SGD, error) {
	for _, c := range []struct {
		name  string
		value float64
	}{{"Momentum", config.Momentum}, {"WeightDecay", config.WeightDecay}} {
		if err := checkRate("NewSGD", c.name, c.value, math.Inf(1)); err != nil {
			return nil, err
		}
	}
	if math.IsNaN(config.Dampening) || math.IsInf(config.Dampening, 0) {
		return nil, fmt.Errorf("nn: NewSGD: Dampening = %v: want a finite number", config.Dampening)
	}
	if config.Nesterov && (config.Momentum == 0 || config.Dampening != 0) {
		return nil, fmt.Errorf("nn: NewSGD: Nesterov with Momentum = %v, Dampening = %v: want > 0 and 0",
			config.Momentum, config.Dampening)
	}
	var moments []string
	if config.Momentum > 0 {
		moments = append(moments, "momentum_buffer")
	}
	o, err := newOptimizer(params, workerCount, moments...)
	if err != nil {
		return nil, err
	}
	return &SGD{optimizer: o, config: config}, nil
}

// Step makes one step at learning rate lr; errors as for [Adam.Step]. Nothing is
// allocated.
func (s *SGD) Step(lr float64) error {
	if s == nil {
		return errNotMade
	}
	step, err := s.begin(lr)
	if err != nil {
		return err
	}
	c := s.config
	s.rule = sgdRule{
		momentum: float32(c.Momentum), share: float32(1 - c.Dampening),
		decay: float32(c.WeightDecay), lr: float32(lr), nesterov: c.Nesterov,
	}
	if step == 1 {
		s.rule.share = 1 // of a buffer of zeros: b = g
	}
	if c.Momentum > 0 {
		s.rule.buffer = s.moments[0].data
	}
	s.finish(&s.rule, step)
	return nil
}

// ZeroGrad sets every gradient to 0.
func (s *SGD) ZeroGrad() {
	if s != nil {
		s.zeroGrad()
	}
}

// State returns "step" [2] and, with momentum, the buffer of each parameter that has
// a gradient under its name, such as "weight.momentum_buffer", in its shape.
func (s *SGD) State() []param.Tensor {
	if s == nil {
		return nil
	}
	return s.state()
}

// sgdRule holds the factors of one step.
type sgdRule struct {
	buffer                     []float32 // nil: no momentum
	momentum, share, decay, lr float32
	nesterov                   bool
}

func (r *sgdRule) apply(p *param.Parameter, first, end, offset int) {
	value := p.Value[first:end]
	grad := p.Grad[first:end][:len(value)]
	if r.buffer == nil {
		for i, g := range grad {
			if r.decay != 0 {
				g += float32(r.decay * value[i])
			}
			value[i] -= float32(r.lr * g)
		}
		return
	}
	buffer := r.buffer[offset+first : offset+end][:len(value)]
	for i, g := range grad {
		if r.decay != 0 {
			g += float32(r.decay * value[i])
		}
		b := float32(buffer[i]*r.momentum) + float32(r.share*g)
		buffer[i] = b
		if r.nesterov {
			b = g + float32(r.momentum*b)
		}
		value[i] -= float32(r.lr * b)
	}
}
