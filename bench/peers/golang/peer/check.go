package peer

import (
	"fmt"

	"github.com/packedlstm/packedlstm/bench/peers/floats"
)

// Gradients are all that a call of training computes.
type Gradients struct {
	X       []float32     // [B, T, input], whatever it has in the padding
	Weights [][]Direction // as Case.Weights
}

// parameters are those of weights.f32, in its order.
func (d *Direction) parameters() [4][]float32 {
	return [4][]float32{d.IH, d.HH, d.BIH, d.BHH}
}

// check makes a call and writes what it came to.
func (s *server) check(path string) error {
	if err := s.model.Call(); err != nil {
		return err
	}
	y, g, err := s.model.Output()
	if err != nil {
		return err
	}
	out := [][]float32{y}
	if err := s.c.clearPadding("y", y, s.c.OutputSize()); err != nil {
		return err
	}
	if s.training {
		if err := s.c.clearPadding("dx", g.X, s.c.Input); err != nil {
			return err
		}
		gradients, err := s.c.inOrder(g.Weights)
		if err != nil {
			return err
		}
		out = append(append(out, g.X), gradients...)
	}
	return floats.Write(path, out...)
}

// clearPadding zeroes the padding of an array [B, T, width].
func (c *Case) clearPadding(name string, v []float32, width int) error {
	if want := len(c.Lengths) * c.MaxLength * width; len(v) != want {
		return fmt.Errorf("%s: have %d elements: want %d", name, len(v), want)
	}
	for b, n := range c.Lengths {
		clear(v[(b*c.MaxLength+n)*width : (b+1)*c.MaxLength*width])
	}
	return nil
}

// inOrder returns the gradients of the weights, which are as large as those, in their order.
func (c *Case) inOrder(gradients [][]Direction) (all [][]float32, err error) {
	for layer, directions := range c.Weights {
		for k := range directions {
			have := gradients[layer][k].parameters()
			for i, w := range directions[k].parameters() {
				if len(have[i]) != len(w) {
					return nil, fmt.Errorf("gradient of parameter %d, layer %d, direction %d: have %d elements: want %d",
						i, layer, k, len(have[i]), len(w))
				}
				all = append(all, have[i])
			}
		}
	}
	return all, nil
}
