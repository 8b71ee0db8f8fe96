package nn_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/nn"
	"github.com/packedlstm/packedlstm/param"
)

// network returns parameters of odd sizes, one of them without a gradient, and many
// enough for three workers.
func network() []param.Parameter {
	rng := rand.New(rand.NewPCG(3, 4))
	frozen := param.Parameter{Name: "frozen", Shape: []int{3}, Value: []float32{1, 2, 3}}
	params := []param.Parameter{frozen}
	for i, n := range []int{1, 257, 0, 9001, 5003} {
		params = append(params, param.Parameter{Name: fmt.Sprint("p", i), Shape: []int{n}, Value: draw(rng, n), Grad: make([]float32, n)})
	}
	return params
}

// train makes steps from..to, whose gradients depend on the step and the values.
func train(t *testing.T, o nn.Optimizer, params []param.Parameter, from, to int) {
	t.Helper()
	for step := from; step < to; step++ {
		rng := rand.New(rand.NewPCG(9, uint64(step)))
		for _, p := range params {
			for i := range p.Grad {
				p.Grad[i] = float32(rng.NormFloat64()) + p.Value[i]
			}
		}
		if err := o.Step(0.01); err != nil {
			t.Fatal(err)
		}
	}
}

func values(params []param.Parameter) (all []float32) {
	for _, p := range params {
		all = append(all, p.Value...)
	}
	return all
}

// A run that is saved, loaded into new memory and resumed is bit for bit the unbroken
// one, whatever the workers.
func TestResume(t *testing.T) {
	momentum := settings{Momentum: 0.9, Dampening: 0.5}
	for _, c := range []struct {
		name string
		s    settings
	}{{"adam", settings{}}, {"adamw", settings{}}, {"sgd", settings{}}, {"sgd", momentum}} {
		unbroken := network()
		train(t, newOptimizer(t, c.name, c.s, unbroken, 1), unbroken, 0, 10)
		if sameBits(values(unbroken), values(network())) {
			t.Fatalf("%s: nothing was trained", c.name)
		}
		for workers := 1; workers <= 3; workers++ {
			params := network()
			o := newOptimizer(t, c.name, c.s, params, workers)
			train(t, o, params, 0, 4)
			var file bytes.Buffer
			if err := param.Write(&file, o.State(), nil); err != nil {
				t.Fatal(err)
			}
			resumed := network()
			for i := range resumed {
				copy(resumed[i].Value, params[i].Value)
			}
			o = newOptimizer(t, c.name, c.s, resumed, workers)
			read, err := param.Read(&file)
			if err != nil {
				t.Fatal(err)
			}
			if err := read.Into("", o.State()); err != nil {
				t.Fatal(err)
			}
			train(t, o, resumed, 4, 10)
			if !sameBits(values(resumed), values(unbroken)) {
				t.Errorf("%s: a resumed run with %d workers differs", c.name, workers)
			}
			if !slices.Equal(resumed[0].Value, []float32{1, 2, 3}) {
				t.Errorf("%s: a parameter without gradient became %v", c.name, resumed[0].Value)
			}
		}
	}
}

// TestInfiniteValues: without decay an infinite value, such as a bias of -Inf that masks a
// class, stays as it is: 0·Inf would make it NaN.
func TestInfiniteValues(t *testing.T) {
	inf := float32(math.Inf(1))
	for name, newOptimizer := range map[string]func(params []param.Parameter) (nn.Optimizer, error){
		"Adam": func(p []param.Parameter) (nn.Optimizer, error) { return nn.NewAdam(p, nn.DefaultAdam(), 1) },
		"SGD":  func(p []param.Parameter) (nn.Optimizer, error) { return nn.NewSGD(p, nn.SGDConfig{}, 1) },
		"momentum": func(p []param.Parameter) (nn.Optimizer, error) {
			return nn.NewSGD(p, nn.SGDConfig{Momentum: 0.9}, 1)
		},
		"Nesterov": func(p []param.Parameter) (nn.Optimizer, error) {
			return nn.NewSGD(p, nn.SGDConfig{Momentum: 0.9, Nesterov: true}, 1)
		},
	} {
		p := param.Parameter{Name: "bias", Shape: []int{3}, Value: []float32{-inf, 1, inf}, Grad: []float32{0, 0.5, -2}}
		o, err := newOptimizer([]param.Parameter{p})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := o.Step(0.1); err != nil {
				t.Fatal(err)
			}
		}
		if p.Value[0] != -inf || p.Value[2] != inf || !(p.Value[1] < 1) {
			t.Errorf("%s: values %v: want -Inf, less than 1, +Inf", name, p.Value)
		}
	}
}

// The number of steps stays exact where one float32 would stand still.
func TestManySteps(t *testing.T) {
	params := []param.Parameter{{Name: "p", Shape: []int{1}, Value: []float32{0}, Grad: []float32{1}}}
	o := newOptimizer(t, "sgd", settings{}, params, 1)
	step := o.State()[0].Data
	copy(step, []float32{5, 1<<24 - 2})
	for _, want := range [][]float32{{5, 1<<24 - 1}, {6, 0}, {6, 1}} {
		if err := o.Step(0); err != nil || !slices.Equal(step, want) {
			t.Errorf("step = %v, %v, want %v", step, err, want)
		}
	}
	for _, bad := range [][]float32{{-1, 0}, {0, 0.5}, {0, 1 << 24}, {float32(math.NaN()), 0}} {
		copy(step, bad)
		if err := o.Step(1); err == nil || params[0].Value[0] != 0 {
			t.Errorf("step %v: %v, value %v", bad, err, params[0].Value)
		}
	}
}

func TestClipGradNormErrors(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		good, broken := []float32{300, 400}, []float32{1, float32(bad)}
		_, err := nn.ClipGradNorm([]param.Parameter{{Name: "good", Grad: good}, {Name: "broken", Grad: broken}}, 1)
		wantError(t, "gradient", err, "broken", "element 1")
		if good[0] != 300 || good[1] != 400 || broken[0] != 1 {
			t.Errorf("%v: the gradients became %v, %v", bad, good, broken)
		}
	}
	for _, bad := range []float64{math.NaN(), -1} {
		_, err := nn.ClipGradNorm(nil, bad)
		wantError(t, "maxNorm", err, "maxNorm")
	}
	large := []float32{3e38, 3e38} // whose squares no float32 holds
	if norm, err := nn.ClipGradNorm([]param.Parameter{{Name: "large", Grad: large}}, math.Inf(1)); err != nil || math.IsInf(norm, 0) || large[0] != 3e38 {
		t.Errorf("norm %v, %v, gradient %v", norm, err, large)
	}
}
