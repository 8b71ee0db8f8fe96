package reference

// MatMul returns the product a·b [m, n] of a [m, k] and b [k, n].
func MatMul(a, b []float64, m, k, n int) []float64 {
	checkLength("a", len(a), m*k)
	checkLength("b", len(b), k*n)
	c := make([]float64, m*n)
	for i := range m {
		for p := range k { // along the rows of b, which lie together
			addScaled(c[i*n:(i+1)*n], b[p*n:(p+1)*n], a[i*k+p])
		}
	}
	return c
}

// addScaled adds factor·x to sum, element by element.
func addScaled(sum, x []float64, factor float64) {
	for i, v := range x {
		sum[i] += factor * v
	}
}

// MatMulTransposedA returns the product aᵀ·b [m, n] of a [k, m] and b [k, n].
func MatMulTransposedA(a, b []float64, m, k, n int) []float64 {
	checkLength("a", len(a), k*m)
	checkLength("b", len(b), k*n)
	c := make([]float64, m*n)
	for i := range m {
		for p := range k {
			addScaled(c[i*n:(i+1)*n], b[p*n:(p+1)*n], a[p*m+i])
		}
	}
	return c
}

// MatMulTransposedB returns the product a·bᵀ [m, n] of a [m, k] and b [n, k].
func MatMulTransposedB(a, b []float64, m, k, n int) []float64 {
	checkLength("a", len(a), m*k)
	checkLength("b", len(b), n*k)
	c := make([]float64, m*n)
	for i := range m {
		for j := range n {
			var sum float64
			for p := range k {
				sum += a[i*k+p] * b[j*k+p]
			}
			c[i*n+j] = sum
		}
	}
	return c
}

// Linear returns y = x·weightᵀ + bias [rows, outputs] of x [rows, inputs], weight
// [outputs, inputs] and bias [outputs]; a nil bias counts as zero. It is
// torch.nn.functional.linear.
func Linear(x, weight, bias []float64, rows, inputs, outputs int) []float64 {
	y := MatMulTransposedB(x, weight, rows, inputs, outputs)
	if bias == nil {
		return y
	}
	checkLength("bias", len(bias), outputs)
	for i := range y {
		y[i] += bias[i%outputs]
	}
	return y
}

// LinearBackward returns the gradients of Linear from the gradient dy [rows,
// outputs] of its result:
//
//	dx      = dy·weight     [rows, inputs]
//	dweight = dyᵀ·x         [outputs, inputs]
//	dbias   = column sums of dy [outputs]
func LinearBackward(x, weight, dy []float64, rows, inputs, outputs int) (dx, dweight, dbias []float64) {
	dx = MatMul(dy, weight, rows, outputs, inputs)
	dweight = MatMulTransposedA(dy, x, outputs, rows, inputs)
	dbias = make([]float64, outputs)
	for i, g := range dy {
		dbias[i%outputs] += g
	}
	return dx, dweight, dbias
}
