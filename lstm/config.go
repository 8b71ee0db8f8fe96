package lstm

import (
	"fmt"
	"math"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/internal/recurrent"
)

// maxSize bounds every size of a Config: beyond it a weight matrix would not be
// addressable.
const maxSize = 1 << 20

// Config is the shape of an LSTM, as of torch.nn.LSTM. With D = 2 if Bidirectional,
// else 1:
type Config struct {
	InputSize     int     // I, features of an input row, 1 or more
	HiddenSize    int     // H, units of each direction, 1 or more
	NumLayers     int     // L, 1 or more
	Bidirectional bool    // a second LSTM reads each sequence backwards, inside its own length
	Bias          bool    // two biases, b_ih and b_hh
	Dropout       float64 // probability of zeroing an output between layers, in training; 0 to 1
}

func (c Config) check() error {
	for _, f := range []struct {
		name  string
		value int
	}{{"InputSize", c.InputSize}, {"HiddenSize", c.HiddenSize}, {"NumLayers", c.NumLayers}} {
		if f.value < 1 || f.value > maxSize {
			return fmt.Errorf("lstm: Config.%s = %d: want 1 to %d", f.name, f.value, maxSize)
		}
	}
	if !(c.Dropout >= 0 && c.Dropout <= 1) {
		return fmt.Errorf("lstm: Config.Dropout = %v: want 0 to 1", c.Dropout)
	}
	return c.checkMemory()
}

// maxParameters bounds what New allocates, a terabyte or what a slice can have, so that
// a hostile shape is an error: make would panic.
const maxParameters = min(1<<38, math.MaxInt/4)

// checkMemory returns an error if a weight, or all parameters together, would be too large.
func (c Config) checkMemory() error {
	input, hidden, layers, directions := int64(c.InputSize), int64(c.HiddenSize), int64(c.NumLayers), int64(c.Directions())
	columns := max(input, hidden)
	if layers > 1 {
		columns = max(columns, directions*hidden)
	}
	if 4*hidden*columns > math.MaxInt32 {
		return fmt.Errorf("lstm: Config.HiddenSize = %d with InputSize = %d: a weight of %d elements: want at most %d",
			c.HiddenSize, c.InputSize, 4*hidden*columns, math.MaxInt32)
	}
	// The largest matrix bounds each of a layer's two, the biases are less than one more.
	if layers > maxParameters/(directions*3*4*hidden*columns) {
		return fmt.Errorf("lstm: Config.NumLayers = %d with HiddenSize = %d, InputSize = %d: more than %d parameters",
			c.NumLayers, c.HiddenSize, c.InputSize, int64(maxParameters))
	}
	return nil
}

// maxFloats bounds every buffer of a pass.
const maxFloats = memory.MaxBytes / 4

// checkPass returns an error if a pass over rows and sequences would need a larger buffer.
func (c Config) checkPass(rows, batch int) error {
	gateWidth := gates * (c.HiddenSize + 32) // at most, padded to whole blocks and one more
	for _, buffer := range [...]struct {
		name         string
		count, width int
	}{
		{"rows", rows, max(c.InputSize, c.OutputSize(), gateWidth)},
		{"sequences", batch, max(c.StateSize(1), gateWidth)},
	} {
		if buffer.count > maxFloats/buffer.width {
			return fmt.Errorf("lstm: l has %d %s: want at most %d for %+v", buffer.count, buffer.name, maxFloats/buffer.width, c)
		}
	}
	return nil
}

// Directions returns D.
func (c Config) Directions() int {
	if c.Bidirectional {
		return 2
	}
	return 1
}

// OutputSize returns D·H, the width of an output row.
func (c Config) OutputSize() int { return c.Directions() * c.HiddenSize }

// StateSize returns the length of a state [L·D, batch, H].
func (c Config) StateSize(batch int) int {
	return c.NumLayers * c.Directions() * batch * c.HiddenSize
}

func (c Config) recurrent() recurrent.Config {
	return recurrent.Config{
		InputSize: c.InputSize, HiddenSize: c.HiddenSize, NumLayers: c.NumLayers,
		Bidirectional: c.Bidirectional, Bias: c.Bias, Dropout: c.Dropout,
	}
}
