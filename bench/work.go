package bench

import (
	"fmt"
	"slices"
	"strings"

	"github.com/packedlstm/packedlstm/kernels"
)

// Mode names what of a case is run; the package comment lists them.
type Mode string

const (
	Forward   Mode = "forward"
	Training  Mode = "training"
	Recurrent Mode = "recurrent"
	Product   Mode = "product"
)

// Modes are all modes, in the order of reports.
var Modes = []Mode{Forward, Training, Recurrent, Product}

// ParseMode returns the mode of a name; another is an error that lists them.
func ParseMode(name string) (Mode, error) {
	if m := Mode(strings.ToLower(name)); slices.Contains(Modes, m) {
		return m, nil
	}
	return "", fmt.Errorf("bench: mode %q: want one of %v", name, Modes)
}

// Work says what one call of a case in some mode does.
type Work struct {
	Tokens int     // packed rows; Product: rows of the left operand, every time
	FLOP   float64 // 2 a multiply-add of the matrix products

	// WeightBytes are the weights' bytes that a call must read when nothing stays in L1
	// from one step to the next: recurrent weights once a step, input weights once a pass,
	// training twice that. FLOP / WeightBytes is the abscissa of the roofline.
	WeightBytes float64

	// StepBytes are the bytes of the recurrent weights that all steps of a call read and
	// HeldBytes those of one layer and direction, which a cache holds; both 0 where the
	// percentage of the bandwidth makes no sense.
	StepBytes, HeldBytes float64
}

// Work returns the work of one call in the given mode. l2 is the size in bytes of the
// cache that Product's operands must fit.
func (s *Shape) Work(m Mode, l2 int) Work {
	var (
		tokens    = s.Tokens()
		recurrent = float64(panelBytes(s.Hidden, 4*paddedUnits(s.Hidden)))
		steps     = float64(s.Steps())
		w         = Work{Tokens: tokens}
	)
	switch m {
	case Forward, Training:
		w.FLOP = s.FLOP()
		input := s.Input
		for range s.Layers {
			w.WeightBytes += float64(s.Directions()) * (recurrent*steps + float64(panelBytes(input, 4*paddedUnits(s.Hidden))))
			w.StepBytes += float64(s.Directions()) * recurrent * steps
			input = s.Directions() * s.Hidden
		}
		w.HeldBytes = recurrent
		if m == Training {
			w.FLOP, w.WeightBytes = 3*w.FLOP, 2*w.WeightBytes
		}
	case Recurrent:
		w.FLOP = float64(tokens) * float64(8*s.Hidden*s.Hidden)
		w.WeightBytes = recurrent * steps
		w.StepBytes, w.HeldBytes = w.WeightBytes, recurrent
	case Product:
		rows, k, n := s.productSize(l2)
		times := productTimes(rows, k, n)
		w.Tokens = rows * times
		w.FLOP = productFLOP(rows, k, n) * float64(times)
		w.HeldBytes = float64(panelBytes(k, n))
		w.WeightBytes = w.HeldBytes * float64(times)
		w.StepBytes = w.WeightBytes
	}
	if s.Rows() > 1 || m == Training {
		w.StepBytes, w.HeldBytes = 0, 0
	}
	return w
}

// productSize returns the product [rows, k]·[k, n] of mode Product: the rows of the
// first step, k the hidden size, but 256 to 1024, n as many gate columns as let the
// right operand fill at most half of the cache, the other half left to A and C.
func (s *Shape) productSize(l2 int) (rows, k, n int) {
	rows = s.Rows()
	k = min(max(s.Hidden, 256), 1024)
	n = l2 / 2 / (4 * k) / gateColumns * gateColumns
	return rows, k, min(max(n, gateColumns), 4*k)
}

func productFLOP(rows, k, n int) float64 { return 2 * float64(rows) * float64(k) * float64(n) }

// productCall is what a call of mode Product repeats its product for: about a millisecond
// of a fast core, against which some ten microseconds to wake a second worker are little.
// A variable for tests at levels that are slow.
var productCall = 2e8 // FLOP

// productTimes returns how often a call repeats the product.
func productTimes(rows, k, n int) int { return max(1, int(productCall/productFLOP(rows, k, n))) }

// gateColumns is the width of the four gates of a block of units.
const gateColumns = 4 * kernels.GateBlock

// paddedUnits returns units rounded up to whole gate blocks.
func paddedUnits(units int) int {
	return (units + kernels.GateBlock - 1) / kernels.GateBlock * kernels.GateBlock
}

// panelBytes returns the size of the panels of a matrix [k, n].
func panelBytes(k, n int) int {
	return 4 * k * ((n + kernels.PanelWidth - 1) / kernels.PanelWidth * kernels.PanelWidth)
}

// NsPerToken returns the nanoseconds a token of calls calls that took the seconds.
func (w *Work) NsPerToken(calls int, seconds float64) float64 {
	return seconds * 1e9 / float64(calls) / float64(w.Tokens)
}

// GFLOPS returns the GFLOP/s of such calls.
func (w *Work) GFLOPS(calls int, seconds float64) float64 {
	return w.FLOP * float64(calls) / seconds / 1e9
}

// PercentPeak returns the share of a peak of so many GFLOP/s.
func (w *Work) PercentPeak(calls int, seconds, peak float64) float64 {
	return 100 * w.GFLOPS(calls, seconds) / peak
}

// PercentBandwidth returns the share of a bandwidth of so many GB/s; see the package
// comment for the formula and for when StepBytes is 0.
func (w *Work) PercentBandwidth(calls int, seconds, bandwidth float64) float64 {
	return 100 * w.StepBytes * float64(calls) / seconds / 1e9 / bandwidth
}
