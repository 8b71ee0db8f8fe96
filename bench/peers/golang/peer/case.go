package peer

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/packedlstm/packedlstm/bench/peers/floats"
)

// Case is the folder of a case, read: an LSTM with biases and a padded batch, the longest
// sequence first.
type Case struct {
	Input         int
	Hidden        int
	Layers        int
	Bidirectional bool
	Lengths       []int         // descending, none 0
	MaxLength     int           `json:"max_length"`
	Weights       [][]Direction `json:"-"` // by layer, the forward direction first
	X             []float32     `json:"-"` // [B, T, input], zeros in the padding
	DY            []float32     `json:"-"` // [B, T, D·H], zeros in the padding
}

// Direction holds the parameters of one direction of a layer, gates in the order i, f, g, o.
type Direction struct {
	IH, HH   []float32 // [4H, I], [4H, H]
	BIH, BHH []float32 // [4H]
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

// InputSize returns the width of an input row of a layer.
func (c *Case) InputSize(layer int) int {
	if layer == 0 {
		return c.Input
	}
	return c.OutputSize()
}

// LiveRows returns how many sequences have a step t.
func (c *Case) LiveRows(t int) int {
	n := len(c.Lengths)
	for n > 0 && c.Lengths[n-1] <= t {
		n--
	}
	return n
}

// Step returns the rows of step t of the first n sequences of a padded array
// [B, T, width]: [n, width].
func (c *Case) Step(padded []float32, t, n, width int) []float32 {
	rows := make([]float32, 0, n*width)
	for b := range n {
		rows = append(rows, padded[(b*c.MaxLength+t)*width:][:width]...)
	}
	return rows
}

// Bias returns the sum of the two biases, for a library that has one [4H].
func (d *Direction) Bias() []float32 {
	sum := make([]float32, len(d.BIH))
	for i := range sum {
		sum[i] = d.BIH[i] + d.BHH[i]
	}
	return sum
}

// NewGradient returns the gradients of a direction from those of a library that has one bias,
// which is the sum of the two: its gradient is that of both.
func NewGradient(ih, hh, bias []float32) Direction {
	return Direction{IH: ih, HH: hh, BIH: bias, BHH: bias}
}

// Gate returns gate 0 to 3 (i, f, g, o) of a parameter [4H, ...].
func Gate(v []float32, gate int) []float32 {
	n := len(v) / 4
	return v[gate*n:][:n]
}

// Reorder returns a parameter [4H, ...] with its gates in another order, each 0 to 3.
func Reorder(v []float32, order [4]int) []float32 {
	out := make([]float32, 0, len(v))
	for _, gate := range order {
		out = append(out, Gate(v, gate)...)
	}
	return out
}

// Transpose returns a matrix [rows, columns] as [columns, rows].
func Transpose(v []float32, rows, columns int) []float32 {
	out := make([]float32, len(v))
	for r := range rows {
		for c := range columns {
			out[c*rows+r] = v[r*columns+c]
		}
	}
	return out
}

// read reads the folder of a case.
func read(folder string) (*Case, error) {
	c := new(Case)
	head, err := os.ReadFile(filepath.Join(folder, "case.json"))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(head, c); err != nil {
		return nil, fmt.Errorf("case.json: %w", err)
	}
	rows := len(c.Lengths) * c.MaxLength
	if c.X, err = floats.Read(filepath.Join(folder, "x.f32"), rows*c.Input); err != nil {
		return nil, err
	}
	if c.DY, err = floats.Read(filepath.Join(folder, "dy.f32"), rows*c.OutputSize()); err != nil {
		return nil, err
	}
	total := 0
	for layer := range c.Layers {
		total += c.Directions() * 4 * c.Hidden * (c.InputSize(layer) + c.Hidden + 2)
	}
	weights, err := floats.Read(filepath.Join(folder, "weights.f32"), total)
	if err != nil {
		return nil, err
	}
	next := func(n int) (v []float32) {
		v, weights = weights[:n:n], weights[n:]
		return v
	}
	for layer := range c.Layers {
		var directions []Direction
		for range c.Directions() {
			directions = append(directions, Direction{IH: next(4 * c.Hidden * c.InputSize(layer)), HH: next(4 * c.Hidden * c.Hidden),
				BIH: next(4 * c.Hidden), BHH: next(4 * c.Hidden)})
		}
		c.Weights = append(c.Weights, directions)
	}
	return c, nil
}

// TimeMajor returns a padded array [B, T, width] as [T, B, width].
func (c *Case) TimeMajor(padded []float32) []float32 {
	return swap(padded, len(c.Lengths), c.MaxLength)
}

// BatchMajor returns a padded array [T, B, width] as [B, T, width].
func (c *Case) BatchMajor(padded []float32) []float32 {
	return swap(padded, c.MaxLength, len(c.Lengths))
}

// swap returns [m, n, width] as [n, m, width].
func swap(v []float32, m, n int) []float32 {
	out, width := make([]float32, len(v)), len(v)/(m*n)
	for i := range m {
		for j := range n {
			copy(out[(j*m+i)*width:][:width], v[(i*n+j)*width:])
		}
	}
	return out
}
