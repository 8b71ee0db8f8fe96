package levels

import (
	"fmt"
	"math"
	"slices"

	"github.com/packedlstm/packedlstm/kernels"
)

// engineBound: the results of an engine are no bits for ever; they are within this share
// of the largest element of the same result.
const engineBound = 0x1p-16

// Engine reports whether other products than the package's own are in use.
func Engine() bool {
	return kernels.ActiveEngine() != "panels" || kernels.ActiveStepEngine() != "panels"
}

// Equal reports whether a and b have the same bits: -0 is not 0.
func Equal(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

// Same returns an error with the first element whose bits differ; with an engine, the first
// that is off by more than engineBound of want's largest.
func Same(got, want []float32) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d elements, want %d", len(got), len(want))
	}
	bound := -1.0 // that no difference is within: -0 is not 0
	if Engine() {
		bound = 0
		for _, v := range want {
			bound = max(bound, engineBound*math.Abs(float64(v)))
		}
	}
	for i := range got {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) && !(math.Abs(float64(got[i])-float64(want[i])) <= bound) {
			return fmt.Errorf("element %d is %v, want %v bit for bit", i, got[i], want[i])
		}
	}
	return nil
}
