package lstm

import (
	"math"
	"testing"
)

// TestConfigMemory: a shape is refused for a weight that it has, not for one that it
// would have with another direction or layer; nothing is allocated.
func TestConfigMemory(t *testing.T) {
	if math.MaxInt == math.MaxInt32 {
		t.Skip("a slice has fewer elements here")
	}
	for _, c := range []struct {
		config Config
		fits   bool
	}{
		{Config{InputSize: 1, HiddenSize: 23170, NumLayers: 1}, true}, // 4·23170² < 2³¹
		{Config{InputSize: 1, HiddenSize: 23171, NumLayers: 1}, false},
		{Config{InputSize: 1, HiddenSize: 23170, NumLayers: 1, Bidirectional: true}, true},
		{Config{InputSize: 1, HiddenSize: 23170, NumLayers: 2, Bidirectional: true}, false},
		{Config{InputSize: 1, HiddenSize: 16383, NumLayers: 2, Bidirectional: true}, true},
		{Config{InputSize: 1 << 20, HiddenSize: 511, NumLayers: 1}, true},
		{Config{InputSize: 1 << 20, HiddenSize: 512, NumLayers: 1}, false},
		{Config{InputSize: 1, HiddenSize: 1, NumLayers: 1 << 20}, true},
		{Config{InputSize: 1, HiddenSize: 16383, NumLayers: 1 << 20}, false},
	} {
		if err := c.config.check(); (err == nil) != c.fits {
			t.Errorf("%+v: %v, want it to fit: %v", c.config, err, c.fits)
		}
	}
}
