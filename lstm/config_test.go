package lstm

import (
	"math"
	"strings"
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

// TestPassMemory: no product of a size and a shape overflows, nor is more asked of make
// than it can give; nothing is allocated.
func TestPassMemory(t *testing.T) {
	wide := Config{InputSize: 3, HiddenSize: 4000, NumLayers: 1, Bidirectional: true}
	deep := Config{InputSize: 1, HiddenSize: 1, NumLayers: 1 << 20}
	most := maxFloats / (4 * 4032)
	for _, c := range []struct {
		config      Config
		rows, batch int
		want        string
	}{
		{wide, 0, 0, ""},
		{wide, most, 7, ""},
		{wide, most + 1, 7, "rows: want at most"},
		{wide, math.MaxInt32, 7, "l has 2147483647 rows"},
		{wide, 7, most, ""},
		{wide, 7, most + 1, "sequences: want at most"},
		{deep, 9, maxFloats >> 20, ""},
		{deep, 9, maxFloats>>20 + 1, "sequences: want at most"},
		{deep, 9, math.MaxInt, "sequences"},
		{Config{InputSize: 1 << 20, HiddenSize: 1, NumLayers: 1}, maxFloats>>20 + 1, 1, "rows: want at most"},
	} {
		err := c.config.checkPass(c.rows, c.batch)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d rows, %d sequences of %+v: %v, want %q", c.rows, c.batch, c.config, err, c.want)
		}
	}
}
