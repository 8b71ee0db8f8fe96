package lstm

import (
	"fmt"
	"math"

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
	// The largest matrix is [4H, max(I, 2H)].
	if 4*c.HiddenSize*max(c.InputSize, 2*c.HiddenSize) > math.MaxInt32 {
		return fmt.Errorf("lstm: Config.HiddenSize = %d with InputSize = %d: a weight of more than %d elements",
			c.HiddenSize, c.InputSize, math.MaxInt32)
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
