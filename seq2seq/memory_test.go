package seq2seq

import (
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/internal/levels"
	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/packed"
)

// TestMemory: a Decoding gives the encoder's rows over the packed sources, empty ones among them,
// and Step leaves them as they are.
func TestMemory(t *testing.T) {
	m := newModel(t, small)
	prepared, err := m.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	for workers, sources := range [][][]int{{}, {{}}, {{2, 6}, {}, {5, 5, 0, 3, 1}, {4}}, {{1}, {}, {3, 2, 6}, {}}} {
		layout, want := encoded(t, m, sources)
		d := NewDecoding(prepared, workers)
		memory, err := d.Encode(sources)
		if err != nil {
			t.Fatal(err)
		}
		check := func(when string) {
			t.Helper()
			if !slices.Equal(memory.Layout.Lengths(), layout.Lengths()) || !slices.Equal(memory.Layout.SortedIndices(), layout.SortedIndices()) {
				t.Errorf("%v, %s: the layout has lengths %v in the order %v, want %v, %v", sources, when,
					memory.Layout.Lengths(), memory.Layout.SortedIndices(), layout.Lengths(), layout.SortedIndices())
			}
			if err := levels.Same(memory.Y, want); err != nil {
				t.Errorf("%v, %s: Y: %v", sources, when, err)
			}
		}
		check("after Encode")
		if _, err := d.Step(make([]int, len(sources))); err != nil {
			t.Fatal(err)
		}
		check("after a Step")
	}
}

// encoded returns the layout of the sources, and what the encoder makes of their packed rows.
func encoded(t *testing.T, m *Model, sources [][]int) (*packed.Layout, []float32) {
	t.Helper()
	lengths := make([]int, len(sources))
	for i, s := range sources {
		lengths[i] = len(s)
	}
	layout, err := packed.NewLayout(lengths)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := packed.PackSequences(nil, layout, sources, 1)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := m.source.Forward(nil, ids)
	if err != nil {
		t.Fatal(err)
	}
	out, err := m.encoder.Forward(lstm.NewWorkspace(1), layout, rows, nil)
	if err != nil {
		t.Fatal(err)
	}
	return layout, out.Y
}

// TestMemoryOfForms: gradients are a trainer's alone, and a prepared model keeps nothing of
// the model's own memory.
func TestMemoryOfForms(t *testing.T) {
	m := newModel(t, small)
	p, err := m.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	for name, gradient := range map[string][]float32{
		"source": m.source.DWeight, "target": m.target.DWeight, "readout": m.readout.DWeight, "bias": m.readout.DBias,
		"prepared source": p.source.DWeight, "prepared target": p.target.DWeight,
		"prepared readout": p.readout.DWeight, "prepared bias": p.readout.DBias,
	} {
		if gradient != nil {
			t.Errorf("%s: a gradient of %d elements that nothing uses", name, len(gradient))
		}
	}
	for _, p := range newTrainer(t, m, 1).Parameters() {
		if len(p.Grad) != len(p.Value) || len(p.Grad) == 0 {
			t.Errorf("%s: %d gradients of %d values", p.Name, len(p.Grad), len(p.Value))
		}
	}
	logits := func() []float32 {
		d := NewDecoding(p, 1)
		if _, err := d.Encode([][]int{{3, 1, 6}, {}, {2}}); err != nil {
			t.Fatal(err)
		}
		logits, err := d.Step([]int{0, 4, 5})
		if err != nil {
			t.Fatal(err)
		}
		return logits
	}
	before := logits()
	for _, tensor := range m.Tensors() {
		clear(tensor.Data)
	}
	if after := logits(); !levels.Equal(after, before) {
		t.Errorf("the logits are %v after the model has changed, %v before", after, before)
	}
}
