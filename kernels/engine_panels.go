package kernels

// With an engine, Panels holds B in row-major order instead, rows denseStride apart:
// what a BLAS takes.

// SetEngine makes e compute p's products, nil the level's tiles. If that is a change, p
// is empty afterwards.
func (p *Panels) SetEngine(e Engine) {
	if p != nil && p.engine != e {
		p.engine, p.k, p.n, p.data = e, 0, 0, p.data[:0]
	}
}

// Engine returns what computes p's products, nil for the level's tiles.
func (p *Panels) Engine() Engine { return p.orEmpty().engine }

func (p *Panels) denseStride() int { return panelCount(p.n) * PanelWidth }

// transposedRows of a transposed block share the cache lines that they are written to.
const transposedRows = PanelWidth

// setDense is Set for an engine.
func (p *Panels) setDense(k0, n0, rows, columns int, src []float32, kStride, columnStride int) {
	stride := p.denseStride()
	if columnStride == 1 {
		for k := range rows {
			copy(p.data[(k0+k)*stride+n0:][:columns], src[k*kStride:])
		}
		return
	}
	for first := 0; first < rows; first += transposedRows {
		end := min(first+transposedRows, rows)
		for j := range columns {
			column, at := src[j*columnStride:], (k0+first)*stride+n0+j
			for k := first; k < end; k++ {
				p.data[at] = column[k*kStride]
				at += stride
			}
		}
	}
}

// multiplyDense is Multiply for an engine: init into c, then c += a·b. What auto chose it for
// is left to the level's kernels over rows of b where the rows are few.
func (p *Panels) multiplyDense(x *Product, columns int) {
	for r := range x.Rows {
		c := x.C[r*x.CStride:][:columns]
		switch {
		case x.Init == nil && !x.Add:
			clear(c)
		case x.Init == nil:
		case x.Add:
			addScaledPortable(c, x.Init[r*x.InitStride:][:columns], 1)
		case &c[0] != &x.Init[r*x.InitStride]:
			copy(c, x.Init[r*x.InitStride:])
		}
	}
	if p.k == 0 {
		return
	}
	b, stride := p.data[x.First*PanelWidth:], p.denseStride()
	switch {
	case !takesRows(p.engine, p.level, x.Rows) && (p.level == AVX512 || p.level == AVX2 && columns >= PanelWidth):
		multiplyRows(p.level, &RowProduct{
			C: x.C, CStride: x.CStride, A: x.A, AStride: x.AStride, AKStride: x.AKStride, B: b, BStride: stride,
			Rows: x.Rows, Columns: columns, K: p.k, Alpha: 1, Beta: 1,
		})
	case x.AKStride == 1 && (x.AStride >= p.k || x.Rows == 1):
		p.engine.Gemm(false, x.Rows, columns, p.k, x.A, max(x.AStride, p.k), b, stride, x.C, x.CStride)
	case x.AStride == 1 && (x.AKStride >= x.Rows || p.k == 1):
		p.engine.Gemm(true, x.Rows, columns, p.k, x.A, max(x.AKStride, x.Rows), b, stride, x.C, x.CStride)
	default: // no matrix of a BLAS: neither rows nor columns of a are contiguous, or they overlap
		for r := range x.Rows {
			for k := range p.k {
				addScaledPortable(x.C[r*x.CStride:][:columns], b[k*stride:][:columns], x.A[r*x.AStride+k*x.AKStride])
			}
		}
	}
}
