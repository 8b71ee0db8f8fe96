package seq2seq

import (
	"strings"
	"testing"
)

// TestNilAndZero: what New, NewTrainer, Prepare and NewDecoding did not make is an error
// that says so, not a panic.
func TestNilAndZero(t *testing.T) {
	expect := func(name, want string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v: want an error with %q", name, err, want)
		}
	}
	for name, m := range map[string]*Model{"nil": nil, "zero": {}} {
		_, trainer := NewTrainer(m, 1)
		expect(name+" Model, NewTrainer", "the model is nil or empty", trainer)
		_, prepare := m.Prepare()
		expect(name+" Model, Prepare", "the model is nil or empty", prepare)
		if m.Tensors() != nil || m.Config() != (Config{}) {
			t.Errorf("%s Model has parameters or a shape", name)
		}
	}
	for name, trainer := range map[string]*Trainer{"nil": nil, "zero": {}} {
		_, _, step := trainer.Step([][]int{{1}}, [][]int{{1}}, 0)
		expect(name+" Trainer, Step", "the trainer is nil or empty", step)
		_, _, loss := trainer.Loss(nil, nil)
		expect(name+" Trainer, Loss", "the trainer is nil or empty", loss)
		if trainer.Parameters() != nil {
			t.Errorf("%s Trainer has parameters", name)
		}
	}
	for name, d := range map[string]*Decoding{"nil": nil, "zero": {},
		"of nil": NewDecoding(nil, 1), "of zero": NewDecoding(&Prepared{}, 1)} {
		const want = "the Decoding or its Prepared is nil or empty"
		_, encode := d.Encode([][]int{{1}})
		expect(name+" Decoding, Encode", want, encode)
		_, step := d.Step(nil)
		expect(name+" Decoding, Step", want, step)
		expect(name+" Decoding, Keep", want, d.Keep(nil))
		_, greedy := d.Greedy([][]int{{1}}, 3)
		expect(name+" Decoding, Greedy", want, greedy)
		if d.Live() != 0 {
			t.Errorf("%s Decoding has live rows", name)
		}
	}
	if (*Prepared)(nil).Config() != (Config{}) {
		t.Error("nil Prepared has a shape")
	}
}

// TestKeepOfNothing: before Encode there is no row to keep.
func TestKeepOfNothing(t *testing.T) {
	prepared, err := newModel(t, small).Prepare()
	if err != nil {
		t.Fatal(err)
	}
	d := NewDecoding(prepared, 1)
	if err := d.Keep([]int{0}); err == nil || !strings.Contains(err.Error(), "rows[0] = 0: want one of 0 live rows") {
		t.Errorf("Keep before Encode: %v", err)
	}
	if logits, err := d.Step(nil); err != nil || len(logits) != 0 {
		t.Errorf("Step of no row: %v, %v", logits, err)
	}
}
