package kernels

import "fmt"

// AddScaled computes dst[i] += scale·x[i], product and sum rounded apart. dst and
// x have the same length; dst may be x, any other overlap is an error. The bits
// are the same at every level.
func (l Level) AddScaled(dst, x []float32, scale float32) error {
	if err := l.check(); err != nil {
		return err
	}
	if err := checkLengths("AddScaled", dst, x); err != nil {
		return err
	}
	if len(x) > 0 {
		addScaled(l, dst, x, scale)
	}
	return nil
}

func addScaledPortable(dst, x []float32, scale float32) {
	for i, v := range x {
		dst[i] += float32(scale * v)
	}
}

// ColumnSums computes dst[j] += x[0, j] + x[1, j] + ... in ascending order of the
// rows, for x [rows, PanelWidth], rows stride apart. dst has PanelWidth elements
// and must not overlap x. The bits are the same at every level.
func (l Level) ColumnSums(dst, x []float32, rows, stride int) error {
	if err := l.check(); err != nil {
		return err
	}
	if len(dst) != PanelWidth {
		return fmt.Errorf("kernels: ColumnSums: dst has %d elements: want %d", len(dst), PanelWidth)
	}
	if err := checkRows("ColumnSums", "x", x, rows, stride, PanelWidth); err != nil {
		return err
	}
	if overlap(dst, x) {
		return fmt.Errorf("kernels: ColumnSums: dst overlaps x: want them apart")
	}
	if rows > 0 {
		columnSums(l, dst, x, rows, stride)
	}
	return nil
}

func columnSumsPortable(dst, x []float32, rows, stride int) {
	for r := range rows {
		for j, v := range x[r*stride : r*stride+PanelWidth] {
			dst[j] += v
		}
	}
}
