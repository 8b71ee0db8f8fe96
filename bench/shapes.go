// Package bench times the layers over the named cases of shapes.json:
//
//	go test -bench . ./bench
//
// For each case and level it reports ns per token, useful GFLOP/s (2 FLOP a
// multiply-add over the real tokens, input projection included; training counts 3
// times the forward pass) and the share of this core's FMA peak, which is measured
// anew beside every case.
package bench

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed shapes.json
var shapesJSON []byte

// Shape is one case: a layer and the lengths of a batch.
type Shape struct {
	Name          string `json:"name"`
	Why           string `json:"why"`
	Input         int    `json:"input"`
	Hidden        int    `json:"hidden"`
	Layers        int    `json:"layers"`
	Bidirectional bool   `json:"bidirectional"`
	Lengths       []int  `json:"lengths"`
}

// Shapes returns the cases of shapes.json. A case without a name, with a size below
// 1, a negative length or no token is an error that names it.
func Shapes() ([]Shape, error) {
	var file struct {
		Cases []Shape `json:"cases"`
	}
	if err := json.Unmarshal(shapesJSON, &file); err != nil {
		return nil, fmt.Errorf("bench: shapes.json: %w", err)
	}
	for i, s := range file.Cases {
		if s.Name == "" || s.Input < 1 || s.Hidden < 1 || s.Layers < 1 || s.Tokens() < 1 {
			return nil, fmt.Errorf("bench: shapes.json: case %d %q: want a name, sizes of 1 or more and at least one token", i, s.Name)
		}
		for j, n := range s.Lengths {
			if n < 0 {
				return nil, fmt.Errorf("bench: shapes.json: case %q: lengths[%d] = %d: want >= 0", s.Name, j, n)
			}
		}
	}
	return file.Cases, nil
}

// Tokens returns the sum of the lengths.
func (s *Shape) Tokens() int {
	n := 0
	for _, length := range s.Lengths {
		n += length
	}
	return n
}

// FLOP returns the useful floating-point operations of one forward pass.
func (s *Shape) FLOP() float64 {
	directions := 1
	if s.Bidirectional {
		directions = 2
	}
	perToken, input := 0, s.Input
	for range s.Layers {
		perToken += directions * 8 * s.Hidden * (input + s.Hidden)
		input = directions * s.Hidden
	}
	return float64(perToken) * float64(s.Tokens())
}
