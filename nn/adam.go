package nn

import (
	"math"

	"github.com/packedlstm/packedlstm/param"
)

// AdamConfig holds Adam's settings; start from [DefaultAdam] or [DefaultAdamW].
type AdamConfig struct {
	Beta1, Beta2   float64 // decay of the running means of g and g²
	Epsilon        float64 // added to the denominator
	WeightDecay    float64
	DecoupledDecay bool // decay the value itself (AdamW), not by way of the gradient
}

// DefaultAdam returns torch.optim.Adam's defaults: 0.9, 0.999, 1e-8, no decay. (Its
// default learning rate is 1e-3.)
func DefaultAdam() AdamConfig { return AdamConfig{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8} }

// DefaultAdamW returns torch.optim.AdamW's defaults: as Adam, with a decoupled decay
// of 0.01.
func DefaultAdamW() AdamConfig {
	return AdamConfig{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, WeightDecay: 0.01, DecoupledDecay: true}
}

// Adam is torch.optim.Adam, or with DecoupledDecay torch.optim.AdamW (Kingma and Ba,
// Adam, 2015; Loshchilov and Hutter, Decoupled weight decay regularization, 2019).
// With λ = WeightDecay, step t = 1, 2, ... of a value p with gradient g is
//
//	g = g + λ·p                       Adam
//	p = p·(1 - lr·λ)                  AdamW
//	m = m + (1-β₁)·(g - m)
//	v = β₂·v + (1-β₂)·g²
//	p = p - lr/(1-β₁ᵗ) · m / (√v/√(1-β₂ᵗ) + ε)
//
// State holds "<name>.exp_avg" (m) and "<name>.exp_avg_sq" (v). Use one from one
// goroutine at a time.
type Adam struct {
	*optimizer
	config AdamConfig
	rule   adamRule
}

// NewAdam returns an optimiser of the parameters that have a gradient; it keeps
// their slices. workerCount 0 stands for GOMAXPROCS. Settings out of range, a name
// that appears twice and slices that do not fit their shape are errors.
func NewAdam(params []param.Parameter, config AdamConfig, workerCount int) (*Adam, error) {
	for _, c := range []struct {
		name         string
		value, limit float64
	}{
		{"Beta1", config.Beta1, 1}, {"Beta2", config.Beta2, 1},
		{"Epsilon", config.Epsilon, math.Inf(1)}, {"WeightDecay", config.WeightDecay, math.Inf(1)},
	} {
		if err := checkRate("NewAdam", c.name, c.value, c.limit); err != nil {
			return nil, err
		}
	}
	o, err := newOptimizer(params, workerCount, "exp_avg", "exp_avg_sq")
	if err != nil {
		return nil, err
	}
	return &Adam{optimizer: o, config: config}, nil
}

// Step makes one step at learning rate lr. An lr that is negative, NaN or infinite,
// or a loaded state whose step is no whole number, is an error and changes nothing.
// Nothing is allocated.
func (a *Adam) Step(lr float64) error {
	if a == nil {
		return errNotMade
	}
	step, err := a.begin(lr)
	if err != nil {
		return err
	}
	c := a.config
	a.rule = adamRule{
		mean: a.moments[0].data, square: a.moments[1].data,
		oneMinusBeta1: float32(1 - c.Beta1), beta2: float32(c.Beta2), oneMinusBeta2: float32(1 - c.Beta2),
		stepSize: float32(lr / (1 - math.Pow(c.Beta1, step))),
		root:     float32(math.Sqrt(1 - math.Pow(c.Beta2, step))),
		epsilon:  float32(c.Epsilon), keep: 1,
		lerpFromEnd: 1-c.Beta1 >= 0.5, beta1: float32(1 - float32(1-c.Beta1)),
	}
	if c.DecoupledDecay {
		a.rule.keep = float32(1 - float64(lr*c.WeightDecay))
	} else {
		a.rule.decay = float32(c.WeightDecay)
	}
	a.finish(&a.rule, step)
	return nil
}

// ZeroGrad sets every gradient to 0.
func (a *Adam) ZeroGrad() {
	if a != nil {
		a.zeroGrad()
	}
}

// State returns "step" [2] and, for each parameter with a gradient, its moments
// under its name, such as "weight.exp_avg", in its shape.
func (a *Adam) State() []param.Tensor {
	if a == nil {
		return nil
	}
	return a.state()
}

// adamRule holds the factors of one step.
type adamRule struct {
	mean, square                         []float32
	oneMinusBeta1, beta2, oneMinusBeta2  float32
	stepSize, root, epsilon, decay, keep float32

	lerpFromEnd bool // torch.lerp computes from the nearer end
	beta1       float32
}

func (r *adamRule) apply(p *param.Parameter, first, end, offset int) {
	value := p.Value[first:end]
	grad := p.Grad[first:end][:len(value)]
	mean := r.mean[offset+first : offset+end][:len(value)]
	square := r.square[offset+first : offset+end][:len(value)]
	for i, g := range grad {
		x := float32(value[i] * r.keep) // rounded here: fused with the last line it would differ
		if r.decay != 0 {
			g += float32(r.decay * x)
		}
		m := mean[i]
		if r.lerpFromEnd {
			m = g - float32((g-m)*r.beta1)
		} else {
			m += float32(r.oneMinusBeta1 * (g - m))
		}
		v := float32(square[i]*r.beta2) + float32(float32(r.oneMinusBeta2*g)*g)
		mean[i], square[i] = m, v
		denominator := float32(math.Sqrt(float64(v)))/r.root + r.epsilon
		value[i] = x - float32(r.stepSize*m)/denominator
	}
}
