package kernels

import "fmt"

// RowProduct describes C = Alpha·A·B + Beta·C over B as it is, in row-major order:
//
//	c[r, j] = Alpha·Σ_k a[r, k]·b[k, j] + Beta·c[r, j]    k = 0, 1, ..., K-1
//
// It needs no panels, so it is for few rows, or for operands that stay in the caches.
// Each sum is one chain of fused multiply-adds in ascending k from 0, cut at every 4096
// k: the sums of those that follow are added to C. Beta·c is added by one more fused
// multiply-add. So the bits are the same at every level. Beta = 0 does not read C. C may stand
// between the columns of A or B, but must share no element with them, which is not looked for.
type RowProduct struct {
	C          []float32 // [Rows, Columns], rows CStride apart, or [Columns, Rows] if Transposed
	CStride    int
	Transposed bool // c[r, j] = C[j·CStride + r]; fast for 8 rows or more at AVX512, where Beta = 0 and K is 4096 at most

	// a[r, k] = A[r·AStride + k·AKStride].
	A                 []float32
	AStride, AKStride int

	B       []float32 // [K, Columns], rows BStride apart
	BStride int

	Rows, Columns, K int
	Alpha, Beta      float32
}

// rowsDepth is where sums over rows of B are cut: it bounds the time of one call.
const rowsDepth = 4096

// MultiplyRows computes the product that x describes. Nothing is allocated. Arguments that
// do not fit are an error and change nothing. K = 0 computes C = Beta·C.
func (l Level) MultiplyRows(x *RowProduct) error {
	const operation = "MultiplyRows"
	if err := l.check(); err != nil {
		return err
	}
	if x == nil {
		return errNil(operation, "x")
	}
	if err := checkResult(operation, x.C, x.Rows, x.Columns, x.CStride, x.Transposed); err != nil {
		return err
	}
	if err := checkRows(operation, "B", x.B, x.K, x.BStride, x.Columns); err != nil {
		return err
	}
	if uint(x.AStride) > maxDimension || uint(x.AKStride) > maxDimension {
		return fmt.Errorf("kernels: MultiplyRows: AStride = %d, AKStride = %d: want 0 to %d", x.AStride, x.AKStride, maxDimension)
	}
	if x.Rows == 0 || x.Columns == 0 {
		return nil
	}
	if x.K > 0 {
		if last := lastIndex(x.Rows, x.AStride, x.K, x.AKStride); last >= int64(len(x.A)) {
			return fmt.Errorf("kernels: MultiplyRows: A[%d] is needed for %d rows and K = %d: have %d elements",
				last, x.Rows, x.K, len(x.A))
		}
	}
	multiplyRows(l, x)
	return nil
}

// checkResult returns an error unless c holds a matrix [rows, columns] or, if transposed, its
// transpose.
func checkResult(operation string, c []float32, rows, columns, stride int, transposed bool) error {
	if transposed {
		rows, columns = columns, rows
	}
	return checkRows(operation, "C", c, rows, stride, columns)
}

// multiplyRowsPortable computes x element by element.
func multiplyRowsPortable(x *RowProduct) {
	alpha := factor(x.Alpha, x.K)
	for r := range x.Rows {
		for j := range x.Columns {
			at := r*x.CStride + j
			if x.Transposed {
				at = j*x.CStride + r
			}
			beta := x.Beta
			for k := 0; k < x.K || k == 0; k += rowsDepth {
				var sum float32
				for i := k; i < min(k+rowsDepth, x.K); i++ {
					sum = fma32(x.A[r*x.AStride+i*x.AKStride], x.B[i*x.BStride+j], sum)
				}
				x.C[at] = finish(alpha, sum, beta, x.C[at])
				beta = 1
			}
		}
	}
}

// factor returns alpha, or 0 where there is nothing to sum: NaN or an infinity would not make it 0.
func factor(alpha float32, k int) float32 {
	if k == 0 {
		return 0
	}
	return alpha
}

// finish returns alpha·sum + beta·c, which is not read if beta is 0.
func finish(alpha, sum, beta, c float32) float32 {
	if beta == 0 {
		return float32(alpha * sum)
	}
	return fma32(beta, c, float32(alpha*sum))
}

// DotProducts describes products of two matrices that are both contiguous along k:
//
//	c[i, j] = Alpha·Σ_k a[i, k]·b[j, k] + Beta·c[i, j]
//
// with c[i, j] = C[i·CStride + j], or C[j·CStride + i] if Transposed. It needs no panels.
// The order of a sum depends on the level, on K and on nothing else. Beta = 0 does not
// read C. C may stand between the columns of A or B, but must share no element with them, which is
// not looked for.
type DotProducts struct {
	C          []float32 // [Rows, Columns], or [Columns, Rows] if Transposed
	CStride    int
	Transposed bool

	A       []float32 // [Rows, K], rows AStride apart
	AStride int
	B       []float32 // [Columns, K], rows BStride apart
	BStride int

	Rows, Columns, K int
	Alpha, Beta      float32
}

// MultiplyDots computes the products that x describes, fastest where Rows is a multiple of
// 4 and B the larger matrix. Nothing is allocated. Arguments that do not fit are an error
// and change nothing. K = 0 computes C = Beta·C.
func (l Level) MultiplyDots(x *DotProducts) error {
	const operation = "MultiplyDots"
	if err := l.check(); err != nil {
		return err
	}
	if x == nil {
		return errNil(operation, "x")
	}
	if err := checkResult(operation, x.C, x.Rows, x.Columns, x.CStride, x.Transposed); err != nil {
		return err
	}
	if err := checkRows(operation, "A", x.A, x.Rows, x.AStride, x.K); err != nil {
		return err
	}
	if err := checkRows(operation, "B", x.B, x.Columns, x.BStride, x.K); err != nil {
		return err
	}
	if x.Rows > 0 && x.Columns > 0 {
		multiplyDots(l, x)
	}
	return nil
}

// multiplyDotsPortable computes x element by element, four sums each.
func multiplyDotsPortable(x *DotProducts) {
	alpha := factor(x.Alpha, x.K)
	for i := range x.Rows {
		a := x.A[min(i*x.AStride, len(x.A)):][:x.K]
		for j := range x.Columns {
			b := x.B[min(j*x.BStride, len(x.B)):][:x.K]
			at := i*x.CStride + j
			if x.Transposed {
				at = j*x.CStride + i
			}
			x.C[at] = finish(alpha, dot(a, b), x.Beta, x.C[at])
		}
	}
}

func dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	k := 0
	for ; k+4 <= len(a); k += 4 {
		s0 += a[k] * b[k]
		s1 += a[k+1] * b[k+1]
		s2 += a[k+2] * b[k+2]
		s3 += a[k+3] * b[k+3]
	}
	for ; k < len(a); k++ {
		s0 += a[k] * b[k]
	}
	return (s0 + s1) + (s2 + s3)
}
