package nn

import (
	"errors"
	"fmt"
	"math"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/internal/workers"
	"github.com/packedlstm/packedlstm/param"
)

// Optimizer is what Adam, AdamW and SGD have in common.
type Optimizer interface {
	// Step updates every parameter that has a gradient, at learning rate lr. An lr
	// that is negative, NaN or infinite is an error and changes nothing.
	Step(lr float64) error
	// ZeroGrad sets every gradient to 0.
	ZeroGrad()
	// State returns the optimiser's memory by name, in a fixed order: save it, and
	// load it into the State of an optimiser of the same parameters and settings,
	// and that one goes on bit for bit as this one would. Data is the optimiser's
	// own memory.
	State() []param.Tensor
}

// chunk is the number of elements that a worker takes at a time at least.
const chunk = 4096

// optimizer holds the parameters that have a gradient, the state beside them and the
// workers. All elements stand in one row, parameter after parameter, of which every
// worker has a contiguous range.
type optimizer struct {
	params   []param.Parameter
	offsets  []int // [len(params)+1] first element of each parameter in the row
	moments  []moment
	progress []float32 // [2] the number of steps s as s/2²⁴, s%2²⁴: exact in float32

	group  workers.Group
	share  int
	update func(worker int)
	rule   rule
}

// moment is one array of state as long as all parameters.
type moment struct {
	name string
	data []float32
}

// rule updates elements [first, end) of a parameter, which stand from offset on in
// the row of all elements.
type rule interface {
	apply(p *param.Parameter, first, end, offset int)
}

// newOptimizer checks the parameters and allocates the moments.
func newOptimizer(params []param.Parameter, workerCount int, moments ...string) (*optimizer, error) {
	o := &optimizer{progress: make([]float32, 2), offsets: []int{0}}
	seen := map[string]bool{}
	total := 0
	for i, p := range params {
		if seen[p.Name] {
			return nil, fmt.Errorf("nn: params[%d]: the name %q appears twice", i, p.Name)
		}
		seen[p.Name] = true
		if p.Grad == nil {
			continue
		}
		if err := checkParameter(i, p); err != nil {
			return nil, err
		}
		o.params = append(o.params, p)
		total += len(p.Value)
		o.offsets = append(o.offsets, total)
	}
	for _, name := range moments {
		o.moments = append(o.moments, moment{name, memory.Floats(total)})
	}
	o.group.Resize(workerCount)
	o.share = min(o.group.Size(), total/chunk+1)
	o.update = o.run
	return o, nil
}

func checkParameter(i int, p param.Parameter) error {
	size := 1
	for _, n := range p.Shape {
		if n < 0 || n > 0 && size > len(p.Value)/n+1 {
			return fmt.Errorf("nn: params[%d] %q: %d values for shape %v", i, p.Name, len(p.Value), p.Shape)
		}
		size *= n
	}
	if size != len(p.Value) || len(p.Grad) != len(p.Value) {
		return fmt.Errorf("nn: params[%d] %q: %d values, %d gradients: want %d of each for shape %v",
			i, p.Name, len(p.Value), len(p.Grad), size, p.Shape)
	}
	return nil
}

func (o *optimizer) zeroGrad() {
	if o == nil {
		return
	}
	for _, p := range o.params {
		clear(p.Grad)
	}
}

// state returns the step and each parameter's moments.
func (o *optimizer) state() []param.Tensor {
	if o == nil {
		return nil
	}
	state := []param.Tensor{{Name: "step", Shape: []int{2}, Data: o.progress}}
	for i, p := range o.params {
		for _, m := range o.moments {
			state = append(state, param.Tensor{Name: p.Name + "." + m.name, Shape: p.Shape,
				Data: m.data[o.offsets[i]:o.offsets[i+1]:o.offsets[i+1]]})
		}
	}
	return state
}

const progressUnit = 1 << 24

// steps returns the number of steps done.
func (o *optimizer) steps() (float64, error) {
	high, low := float64(o.progress[0]), float64(o.progress[1])
	if high != math.Trunc(high) || low != math.Trunc(low) || !(high >= 0 && high < progressUnit && low >= 0 && low < progressUnit) {
		return 0, fmt.Errorf("nn: Step: the state's step is %v: want two whole numbers from 0 to 2^24-1", o.progress)
	}
	return high*progressUnit + low, nil
}

var errNotMade = errors.New("nn: Step: the optimiser was not made by its New function")

// begin returns the number of the step that begins, from 1.
func (o *optimizer) begin(lr float64) (step float64, err error) {
	if o == nil {
		return 0, errNotMade
	}
	if !(lr >= 0 && lr <= math.MaxFloat32) {
		return 0, fmt.Errorf("nn: Step: lr = %v: want a finite number >= 0", lr)
	}
	step, err = o.steps()
	return step + 1, err
}

// finish applies the rule to all elements and notes the step.
func (o *optimizer) finish(r rule, step float64) {
	o.rule = r
	o.group.Do(o.share, o.update)
	o.rule = nil
	o.progress[0] = float32(math.Floor(step / progressUnit))
	o.progress[1] = float32(math.Mod(step, progressUnit))
}

// run updates the worker's range of elements.
func (o *optimizer) run(worker int) {
	first, end := workers.Share(o.offsets[len(o.params)], 16, worker, o.share)
	for i := range o.params {
		offset := o.offsets[i]
		from, to := max(first, offset), min(end, o.offsets[i+1])
		if from < to {
			o.rule.apply(&o.params[i], from-offset, to-offset, offset)
		}
	}
}

// checkRate returns an error unless low <= value < limit.
func checkRate(operation, name string, value, limit float64) error {
	if !(value >= 0 && value < limit) {
		return fmt.Errorf("nn: %s: %s = %v: want 0 <= %s < %v", operation, name, value, name, limit)
	}
	return nil
}
