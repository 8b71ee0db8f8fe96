package kernels

// Exp computes dst[i] = e^x[i], at most 1 ulp from the correctly rounded value;
// NaN in, NaN out. dst and x have the same length; dst may be x, any other
// overlap is an error. The bits are the same at every level.
func (l Level) Exp(dst, x []float32) error { return l.elementwise("Exp", expOf, dst, x) }

// Sigmoid computes dst[i] = 1/(1 + e^-x[i]), at most 2 ulp from the correctly
// rounded value, down to subnormal results; otherwise as Exp.
func (l Level) Sigmoid(dst, x []float32) error { return l.elementwise("Sigmoid", sigmoidOf, dst, x) }

// Tanh computes dst[i] = tanh x[i], at most 2 ulp from the correctly rounded
// value, near zero too; otherwise as Exp.
func (l Level) Tanh(dst, x []float32) error { return l.elementwise("Tanh", tanhOf, dst, x) }

// function names an elementwise function, so that dispatch needs no function
// values (through which the slices would escape to the heap).
type function uint8

const (
	expOf function = iota
	sigmoidOf
	tanhOf
)

func (l Level) elementwise(operation string, f function, dst, x []float32) error {
	if err := l.check(); err != nil {
		return err
	}
	if err := checkLengths(operation, dst, x); err != nil {
		return err
	}
	for len(x) > 0 {
		n := min(callElements, len(x))
		activate(l, f, dst[:n], x[:n])
		dst, x = dst[n:], x[n:]
	}
	return nil
}

func activatePortable(f function, dst, x []float32) {
	switch f {
	case expOf:
		for i, v := range x {
			dst[i] = exp32(v)
		}
	case sigmoidOf:
		for i, v := range x {
			dst[i] = sigmoid32(v)
		}
	case tanhOf:
		for i, v := range x {
			dst[i] = tanh32(v)
		}
	}
}
