package kernels

// multiplyPortable computes x panel by panel, two rows by four columns at a time:
// eight sums in registers.
func multiplyPortable(p *Panels, x *Product, columns int) {
	for j := 0; j < columns; j += PanelWidth {
		panel := p.panel(x.First + j/PanelWidth)
		width := min(PanelWidth, columns-j)
		for r := 0; r < x.Rows; r += 2 {
			for lane := 0; lane < width; lane += 4 {
				productTilePortable(x, panel[min(lane, len(panel)):], r, min(2, x.Rows-r), j+lane, min(4, width-lane), p.k)
			}
		}
	}
}

// productTilePortable computes rows x lanes elements of c from row r and column
// j on. Missing rows and lanes of the tile are computed from what is there and
// not stored.
func productTilePortable(x *Product, b []float32, r, rows, j, lanes, k int) {
	var sum [2][4]float32
	if x.Init != nil {
		for i := range rows {
			copy(sum[i][:lanes], x.Init[(r+i)*x.InitStride+j:])
		}
	}
	s00, s01, s02, s03 := sum[0][0], sum[0][1], sum[0][2], sum[0][3]
	s10, s11, s12, s13 := sum[1][0], sum[1][1], sum[1][2], sum[1][3]
	a0, a1 := r*x.AStride, (r+rows-1)*x.AStride
	for ; k > 0; k-- {
		x0, x1 := x.A[a0], x.A[a1]
		b0, b1, b2, b3 := b[0], b[1], b[2], b[3]
		s00 += float32(x0 * b0)
		s01 += float32(x0 * b1)
		s02 += float32(x0 * b2)
		s03 += float32(x0 * b3)
		s10 += float32(x1 * b0)
		s11 += float32(x1 * b1)
		s12 += float32(x1 * b2)
		s13 += float32(x1 * b3)
		a0 += x.AKStride
		a1 += x.AKStride
		if k > 1 {
			b = b[PanelWidth:]
		}
	}
	sum[0] = [4]float32{s00, s01, s02, s03}
	sum[1] = [4]float32{s10, s11, s12, s13}
	for i := range rows {
		copy(x.C[(r+i)*x.CStride+j:][:lanes], sum[i][:])
	}
}
