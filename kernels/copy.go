package kernels

import "github.com/packedlstm/packedlstm/internal/memory"

// runsCopy describes a copy of runs of PanelWidth elements:
//
//	dst[r·dstRow + q·dstRun + j] = src[r·srcRow + q·srcRun + j]    r < rows, q < runs, j < PanelWidth
type runsCopy struct {
	dst, src       []float32
	dstRow, srcRow int
	dstRun, srcRun int
	rows, runs     int
}

// copyRunsByCalls copies a bounded number of elements a call.
func copyRunsByCalls(l Level, c *runsCopy) {
	rows, runs := max(callElements/(c.runs*PanelWidth), 1), min(callElements/PanelWidth, c.runs)
	part := *c
	for r := 0; r < c.rows; r += rows {
		for q := 0; q < c.runs; q += runs {
			part.dst, part.src = c.dst[r*c.dstRow+q*c.dstRun:], c.src[r*c.srcRow+q*c.srcRun:]
			part.rows, part.runs = min(rows, c.rows-r), min(runs, c.runs-q)
			copyRuns(l, &part)
		}
	}
}

func copyRunsPortable(c *runsCopy) {
	for r := range c.rows {
		for q := range c.runs {
			*(*[PanelWidth]float32)(c.dst[r*c.dstRow+q*c.dstRun:]) = [PanelWidth]float32(c.src[r*c.srcRow+q*c.srcRun:])
		}
	}
}

// GatherBlocks copies blocks of PanelWidth columns that lie apart to rows of their own:
//
//	dst[r, b·PanelWidth + j] = src[r·srcStride + b·blockStride + j]    r < rows, b < blocks, j < PanelWidth
//
// dst [rows, blocks·PanelWidth] has rows dstStride apart. One gate of rows whose gates are
// interleaved, for instance. dst must not overlap src. Arguments that do not fit are an
// error and change nothing.
func (l Level) GatherBlocks(dst []float32, dstStride int, src []float32, srcStride, blockStride, rows, blocks int) error {
	const operation = "GatherBlocks"
	if err := l.check(); err != nil {
		return err
	}
	if uint(blocks) > maxDimension/PanelWidth {
		return errRange(operation, "blocks", blocks, maxDimension/PanelWidth)
	}
	if err := checkRows(operation, "dst", dst, rows, dstStride, blocks*PanelWidth); err != nil || rows == 0 || blocks == 0 {
		return err
	}
	if uint(blockStride) > maxDimension/PanelWidth || int64(blocks-1)*int64(blockStride)+PanelWidth > maxDimension {
		return errRange(operation, "blockStride", blockStride, (maxDimension-PanelWidth)/max(blocks-1, PanelWidth))
	}
	if err := checkRows(operation, "src", src, rows, srcStride, (blocks-1)*blockStride+PanelWidth); err != nil {
		return err
	}
	if memory.Overlap(dst[:(rows-1)*dstStride+blocks*PanelWidth], src[:(rows-1)*srcStride+(blocks-1)*blockStride+PanelWidth]) {
		return errOverlap(operation, "dst", "src")
	}
	copyRunsByCalls(l, &runsCopy{
		dst: dst, src: src, dstRow: dstStride, srcRow: srcStride, dstRun: PanelWidth, srcRun: blockStride, rows: rows, runs: blocks,
	})
	return nil
}
