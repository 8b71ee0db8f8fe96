package protocol

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/packedlstm/packedlstm/bench"
	"github.com/packedlstm/packedlstm/bench/peers/floats"
)

// Case is case.json: an LSTM with biases and a batch, the longest sequence first.
type Case struct {
	Name          string `json:"name"`
	Input         int    `json:"input"`
	Hidden        int    `json:"hidden"`
	Layers        int    `json:"layers"`
	Bidirectional bool   `json:"bidirectional"`
	Lengths       []int  `json:"lengths"` // descending, none 0
	Tokens        int    `json:"tokens"`
	MaxLength     int    `json:"max_length"`
}

// NewCase returns the case of a shape: its lengths sorted, those of 0 left out, which
// some libraries refuse.
func NewCase(s bench.Shape) Case {
	c := Case{Name: s.Name, Input: s.Input, Hidden: s.Hidden, Layers: s.Layers, Bidirectional: s.Bidirectional,
		Tokens: s.Tokens(), MaxLength: s.Steps()}
	for _, n := range s.Lengths {
		if n > 0 {
			c.Lengths = append(c.Lengths, n)
		}
	}
	slices.Sort(c.Lengths)
	slices.Reverse(c.Lengths)
	return c
}

// Directions returns 2 for a bidirectional layer, else 1.
func (c *Case) Directions() int {
	if c.Bidirectional {
		return 2
	}
	return 1
}

// OutputSize returns the width of an output row.
func (c *Case) OutputSize() int { return c.Directions() * c.Hidden }

// WeightSizes returns the number of elements of each parameter, in the order of weights.f32.
func (c *Case) WeightSizes() (sizes []int) {
	input := c.Input
	for range c.Layers {
		for range c.Directions() {
			sizes = append(sizes, 4*c.Hidden*input, 4*c.Hidden*c.Hidden, 4*c.Hidden, 4*c.Hidden)
		}
		input = c.OutputSize()
	}
	return sizes
}

// Data are the arrays of a case.
type Data struct {
	Weights []float32 // one parameter after the other, in the order of lstm.LSTM.Parameters
	X       []float32 // [B, T, input], zeros in the padding
	DY      []float32 // [B, T, D·hidden], zeros in the padding
}

// NewData draws the weights from U(-1/√hidden, 1/√hidden), as torch.nn.LSTM does, x and
// dy from U(-1, 1), the same for every run.
func (c *Case) NewData() Data {
	rng := rand.New(rand.NewPCG(7, 1))
	total := 0
	for _, n := range c.WeightSizes() {
		total += n
	}
	d := Data{Weights: make([]float32, total)}
	bound := float32(1 / math.Sqrt(float64(c.Hidden)))
	for i := range d.Weights {
		d.Weights[i] = bound * (2*rng.Float32() - 1)
	}
	d.X, d.DY = c.padded(rng, c.Input), c.padded(rng, c.OutputSize())
	return d
}

func (c *Case) padded(rng *rand.Rand, width int) []float32 {
	v := make([]float32, len(c.Lengths)*c.MaxLength*width)
	for b, n := range c.Lengths {
		row := v[b*c.MaxLength*width:][:n*width]
		for i := range row {
			row[i] = 2*rng.Float32() - 1
		}
	}
	return v
}

// files are the arrays by name.
func (d *Data) files() map[string]*[]float32 {
	return map[string]*[]float32{"weights.f32": &d.Weights, "x.f32": &d.X, "dy.f32": &d.DY}
}

// Write makes the folder of a case.
func Write(folder string, c *Case, d *Data) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	head, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("protocol: case %q: %w", c.Name, err)
	}
	if err := os.WriteFile(filepath.Join(folder, "case.json"), head, 0o666); err != nil {
		return err
	}
	for name, v := range d.files() {
		if err := floats.Write(filepath.Join(folder, name), *v); err != nil {
			return err
		}
	}
	return nil
}

// Read reads the folder of a case. A file of another size than the case needs is an error.
func Read(folder string) (*Case, *Data, error) {
	c, d := new(Case), new(Data)
	head, err := os.ReadFile(filepath.Join(folder, "case.json"))
	if err != nil {
		return nil, nil, err
	}
	if err := json.Unmarshal(head, c); err != nil {
		return nil, nil, fmt.Errorf("protocol: %s: %w", filepath.Join(folder, "case.json"), err)
	}
	weights := 0
	for _, n := range c.WeightSizes() {
		weights += n
	}
	rows := len(c.Lengths) * c.MaxLength
	want := map[string]int{"weights.f32": weights, "x.f32": rows * c.Input, "dy.f32": rows * c.OutputSize()}
	for name, v := range d.files() {
		if *v, err = floats.Read(filepath.Join(folder, name), want[name]); err != nil {
			return nil, nil, err
		}
	}
	return c, d, nil
}
