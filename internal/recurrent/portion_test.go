package recurrent

import (
	"fmt"
	"testing"

	"github.com/packedlstm/packedlstm/packed"
)

// TestPortions: whatever the split, the workers' portions have each weight once, for packing in either
// order and for the gradients; and where the passes own units, those of the same units.
func TestPortions(t *testing.T) {
	const gates = 4
	for _, lengths := range [][]int{{50}, {50, 49, 3}, {9, 9, 9, 9, 9, 9, 9}} {
		l, err := packed.NewLayout(lengths)
		if err != nil {
			t.Fatal(err)
		}
		for _, hidden := range []int{7, 33, 100, 257} {
			for _, input := range []int{1, 31, 300} {
				for _, bidirectional := range []bool{false, true} {
					for workers := 1; workers <= 7; workers++ {
						c := Config{InputSize: input, HiddenSize: hidden, NumLayers: 1, Bidirectional: bidirectional}
						w := NewWorkspace(workers)
						w.group.Resize(workers)
						w.prepared.config = c
						w.split(l, &c, gates)
						name := fmt.Sprintf("lengths %v, H = %d, I = %d, both directions %v, %d workers", lengths, hidden, input, bidirectional, workers)
						for _, fault := range portionFaults(w, &c, gates) {
							t.Errorf("%s: %s", name, fault)
						}
					}
				}
			}
		}
	}
}

// portionFaults says what the portions have not once.
func portionFaults(w *Workspace, c *Config, gates int) (faults []string) {
	blocks := c.blocks()
	runs, rows := newCounts(c.Directions(), blocks*gates, 1), newCounts(c.Directions(), gates, blocks)
	ih, hh := newCounts(c.Directions(), blocks*gates, c.InputSize), newCounts(c.Directions(), blocks*gates, c.HiddenSize)
	for worker := range w.group.Size() {
		p := w.portion(worker)
		for d := range c.Directions() {
			if !p.has(d) {
				continue
			}
			first, end := p.runs(blocks, gates)
			runs.add(d, first, end, 0, 1)
			for gate := range gates {
				block, last := p.gateBlocks(gate, blocks, gates)
				rows.add(d, gate, gate+1, block, last)
			}
			if s := w.shares[worker%len(w.shares)].slice; p.sliced() && (first != s.first*gates || end != s.end*gates) {
				faults = append(faults, fmt.Sprintf("worker %d packs runs [%d, %d): its passes have blocks [%d, %d)", worker, first, end, s.first, s.end))
			}
			if p.sliced() {
				first, end = 0, blocks*gates
			}
			column, last := p.columns(c.InputSize, blocks)
			ih.add(d, first, end, column, last)
			column, last = p.columns(c.HiddenSize, blocks)
			hh.add(d, first, end, column, last)
		}
	}
	for name, counts := range map[string]*counts{"run": runs, "block of a gate": rows, "W_ih's run and column": ih, "W_hh's run and column": hh} {
		if fault := counts.fault(); fault != "" {
			faults = append(faults, name+" "+fault)
		}
	}
	return faults
}

// counts says how often each of rows x columns of a direction came.
type counts struct {
	rows, columns int
	of            []int
}

func newCounts(directions, rows, columns int) *counts {
	return &counts{rows: rows, columns: columns, of: make([]int, directions*rows*columns)}
}

func (c *counts) add(direction, row, lastRow, column, lastColumn int) {
	for r := row; r < lastRow; r++ {
		for k := column; k < lastColumn; k++ {
			c.of[(direction*c.rows+r)*c.columns+k]++
		}
	}
}

// fault names the first that did not come once.
func (c *counts) fault() string {
	for i, n := range c.of {
		if n != 1 {
			return fmt.Sprintf("[%d, %d] of direction %d: %d times, want once", i/c.columns%c.rows, i%c.columns, i/(c.rows*c.columns), n)
		}
	}
	return ""
}
