package lstm

import (
	"errors"
	"fmt"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/packed"
)

// check returns an error unless n is as New made it.
func (n *LSTM) check() error {
	if n == nil || n.weights == nil {
		return errors.New("lstm: the LSTM is nil or empty: want New's result")
	}
	return nil
}

// checkForward returns the initial state, or an error if an argument does not fit.
func checkForward(c Config, ws *Workspace, l *packed.Layout, x []float32, initial *State) (State, error) {
	if ws == nil || ws.recurrent == nil {
		return State{}, fmt.Errorf("lstm: ws is nil: want NewWorkspace's result")
	}
	if l == nil {
		return State{}, fmt.Errorf("lstm: l is nil: want a layout")
	}
	if err := c.checkPass(l.Rows(), l.Batch()); err != nil {
		return State{}, err
	}
	if want := l.Rows() * c.InputSize; len(x) != want {
		return State{}, fmt.Errorf("lstm: x has %d elements: want %d rows of InputSize %d, %d", len(x), l.Rows(), c.InputSize, want)
	}
	if err := ws.checkInput(x); err != nil {
		return State{}, err
	}
	if initial == nil {
		return State{}, nil
	}
	y, hn, cn := own{"Y", ws.out.Y, false}, own{"HN", ws.out.HN, true}, own{"CN", ws.out.CN, true}
	if err := checkState(c, "initial.H", initial.H, l.Batch(), "this pass", y, hn, cn); err != nil {
		return State{}, err
	}
	return *initial, checkState(c, "initial.C", initial.C, l.Batch(), "this pass", y, hn, cn)
}

// own is memory that a workspace returned, which a pass is about to overwrite.
type own struct {
	name   string
	memory []float32
	states bool // whose parts, from the first on, are read before they are overwritten
}

// checkApart returns an error if s is in memory that the writer overwrites before all of s
// is read.
func checkApart(name string, s []float32, writer string, owned ...own) error {
	for _, o := range owned {
		switch {
		case !memory.Overlap(s, o.memory):
		case !o.states:
			return fmt.Errorf("lstm: %s is in the %s that ws returned, which %s overwrites: want a copy or another ws", name, o.name, writer)
		case &s[0] != &o.memory[0]:
			return fmt.Errorf("lstm: %s is a later part of the %s that ws returned, which %s overwrites: want its beginning or a copy", name, o.name, writer)
		}
	}
	return nil
}

// checkInput returns an error if x is in what ws returned.
func (ws *Workspace) checkInput(x []float32) error {
	out, back := &ws.out, &ws.back
	if err := checkApart("x", x, "this pass", own{"Y", out.Y, false}, own{"HN", out.HN, false}, own{"CN", out.CN, false}); err != nil {
		return err
	}
	return checkApart("x", x, "Backward",
		own{"X gradient", back.X, false}, own{"H0 gradient", back.H0, false}, own{"C0 gradient", back.C0, false})
}

// checkState returns an error unless s is nil or [L·D, batch, H], and not where the writer
// overwrites it before it is read.
func checkState(c Config, name string, s []float32, batch int, writer string, owned ...own) error {
	if want := c.StateSize(batch); s != nil && len(s) != want {
		return fmt.Errorf("lstm: %s has %d elements: want [%d, %d, %d], %d", name, len(s),
			c.NumLayers*c.Directions(), batch, c.HiddenSize, want)
	}
	return checkApart(name, s, writer, owned...)
}

func (n *LSTM) checkBackward(ws *Workspace, dy Upstream, grads *Gradients) error {
	if err := n.check(); err != nil {
		return err
	}
	if ws == nil || ws.recurrent == nil {
		return fmt.Errorf("lstm: ws is nil: want the workspace of ForwardTraining")
	}
	if err := n.checkGradients(grads); err != nil {
		return err
	}
	rows, batch, err := ws.recurrent.Trained(n.config.recurrent())
	if err != nil {
		return fmt.Errorf("lstm: Backward: %w", err)
	}
	if err := ws.trained.check(n); err != nil {
		return err
	}
	if want := rows * n.config.OutputSize(); dy.Y != nil && len(dy.Y) != want {
		return fmt.Errorf("lstm: dy.Y has %d elements: want %d rows of %d, %d", len(dy.Y), rows, n.config.OutputSize(), want)
	}
	back := &ws.back
	if err := checkApart("dy.Y", dy.Y, "Backward", own{"H0 gradient", back.H0, false}, own{"C0 gradient", back.C0, false}); err != nil {
		return err
	}
	dx, dh0, dc0 := own{"X gradient", back.X, false}, own{"H0 gradient", back.H0, true}, own{"C0 gradient", back.C0, true}
	if err := checkState(n.config, "dy.HN", dy.HN, batch, "Backward", dx, dh0, dc0); err != nil {
		return err
	}
	return checkState(n.config, "dy.CN", dy.CN, batch, "Backward", dx, dh0, dc0)
}

// note remembers the LSTM and the layout of a ForwardTraining.
func (t *trained) note(n *LSTM, l *packed.Layout) {
	t.weights, t.layout = &n.weights[0], l
	t.lengths, t.sorted = append(t.lengths[:0], l.Lengths()...), append(t.sorted[:0], l.SortedIndices()...)
}

// check returns an error if n is not the LSTM noted, or the layout not what it was; its
// number of sequences is.
func (t *trained) check(n *LSTM) error {
	if t.weights != &n.weights[0] {
		return errors.New("lstm: Backward: ws holds the ForwardTraining of another LSTM of this shape")
	}
	for b, was := range t.lengths {
		if now := t.layout.Lengths()[b]; now != was {
			return fmt.Errorf("lstm: Backward: the layout has changed since ForwardTraining: lengths[%d] = %d, was %d", b, now, was)
		}
	}
	for k, was := range t.sorted {
		if now := t.layout.SortedIndices()[k]; now != was {
			return fmt.Errorf("lstm: Backward: the layout has changed since ForwardTraining: sortedIndices[%d] = %d, was %d", k, now, was)
		}
	}
	return nil
}

// checkGradients returns an error unless grads are of n's shape.
func (n *LSTM) checkGradients(grads *Gradients) error {
	if grads == nil {
		return fmt.Errorf("lstm: grads is nil: want NewGradients's result")
	}
	if grads.config != n.config {
		return fmt.Errorf("lstm: grads are of %+v: want %+v", grads.config, n.config)
	}
	return nil
}
