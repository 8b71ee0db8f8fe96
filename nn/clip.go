package nn

import (
	"fmt"
	"math"

	"github.com/packedlstm/packedlstm/param"
)

// ClipGradNorm scales all gradients by one factor so that their norm, taken over all
// of them together, is at most maxNorm, and returns the norm that they had:
//
//	norm = √Σ g²          summed in float64, in the order of params
//	g    = g·min(1, maxNorm/(norm + 1e-6))
//
// (torch.nn.utils.clip_grad_norm_ with error_if_nonfinite). A gradient that is nil
// counts as none; maxNorm +Inf only measures. A norm that is NaN or infinite is an
// error that names the first parameter to blame, a maxNorm that is negative or NaN
// is one too; the gradients stay as they are.
func ClipGradNorm(params []param.Parameter, maxNorm float64) (norm float64, err error) {
	if !(maxNorm >= 0) {
		return 0, fmt.Errorf("nn: ClipGradNorm: maxNorm = %v: want >= 0", maxNorm)
	}
	var sum float64
	for _, p := range params {
		for i, g := range p.Grad {
			if g-g != 0 {
				return math.NaN(), fmt.Errorf("nn: ClipGradNorm: gradient of %q: element %d is %v: want a finite number", p.Name, i, g)
			}
			sum += float64(float64(g) * float64(g))
		}
	}
	norm = math.Sqrt(sum)
	factor := maxNorm / (norm + 1e-6)
	if factor >= 1 {
		return norm, nil
	}
	for _, p := range params {
		for i := range p.Grad {
			p.Grad[i] *= float32(factor)
		}
	}
	return norm, nil
}
