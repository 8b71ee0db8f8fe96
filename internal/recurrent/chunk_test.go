package recurrent

import (
	"slices"
	"testing"

	"github.com/packedlstm/packedlstm/packed"
)

// fourGates is a cell of which only the number of gates is asked for.
type fourGates struct{ Cell }

func (fourGates) Gates() int { return 4 }

// TestChunkFloats: a part of L2, but where weights fill a large one.
func TestChunkFloats(t *testing.T) {
	const kb, mb = 1 << 10, 1 << 20
	for _, c := range []struct{ l2, weights, want int }{
		{0, 1, 256 * kb}, {0, 64 * mb, 256 * kb}, {512 * kb, 64 * mb, 256 * kb}, {1 * mb, 512 * kb, 384 * kb}, {1 * mb, 64 * mb, 384 * kb},
		{2 * mb, 0, 512 * kb}, {2 * mb, 2*mb - 4, 512 * kb}, {2 * mb, 2 * mb, 1536 * kb}, {2 * mb, 64 * mb, 1536 * kb},
		{16 * mb, 8 * mb, 512 * kb}, {16 * mb, 64 * mb, 1536 * kb},
	} {
		if got := 4 * chunkFloats(c.l2, c.weights/4); got != c.want {
			t.Errorf("L2 of %d KB, weights of %d bytes: %d bytes, want %d", c.l2/kb, c.weights, got, c.want)
		}
	}
}

// TestChunk: the chunks of a pass are all its steps in order, each of as many rows as the limit
// holds, or of one step; the last has up to half a limit more, and never less than half a limit
// where another chunk is before it.
func TestChunk(t *testing.T) {
	repeated := func(n, length int) []int { return slices.Repeat([]int{length}, n) }
	for _, test := range []struct {
		name          string
		lengths       []int
		input, hidden int
		reverse       bool
	}{
		{"one row, rest of less than half", []int{100}, 256, 256, false},
		{"one row, rest of more than half", []int{1000}, 512, 512, false},
		{"few units", repeated(100, 257), 17, 31, false},
		{"a step above the limit", repeated(300, 7), 257, 257, false},
		{"ragged", []int{1, 3, 5, 7, 17, 31, 33, 100, 257}, 257, 257, false},
		{"ragged, reverse", []int{1, 3, 5, 7, 17, 31, 33, 100, 257}, 257, 257, true},
		{"weights far", repeated(33, 31), 1024, 1024, false},
	} {
		l, err := packed.NewLayout(test.lengths)
		if err != nil {
			t.Fatal(err)
		}
		c := Config{InputSize: test.input, HiddenSize: test.hidden, NumLayers: 1}
		p := pass{config: &c, cell: fourGates{}, layout: l, rows: rowRange{0, l.Batch()}, slice: slice{end: c.blocks()},
			input: test.input, panels: &forwardPanels{}, reverse: test.reverse}
		limit, steps := p.chunkLimit(), p.rows.steps(l)
		total := 0
		for s := 0; s < steps; {
			end, rows := p.chunk(s, steps)
			want := 0
			for i := s; i < end; i++ {
				want += l.BatchSizes()[p.time(i, steps)]
			}
			switch {
			case end <= s || end > steps || rows != want:
				t.Fatalf("%s: steps [%d, %d) of %d have %d rows: want %d", test.name, s, end, steps, rows, want)
			case rows > limit+limit/2 && end > s+1, rows > limit && end > s+1 && end < steps:
				t.Errorf("%s: steps [%d, %d) of %d have %d rows: want at most %d", test.name, s, end, steps, rows, limit)
			case end == steps && s > 0 && 2*rows <= limit:
				t.Errorf("%s: steps [%d, %d) of %d have %d rows: want more than half of %d", test.name, s, end, steps, rows, limit)
			case end < steps && rows+l.BatchSizes()[p.time(end, steps)] <= limit:
				t.Errorf("%s: steps [%d, %d) of %d have %d rows: want as many as %d holds", test.name, s, end, steps, rows, limit)
			}
			total += rows
			s = end
		}
		if total != l.Rows() {
			t.Errorf("%s: %d rows in all: want %d", test.name, total, l.Rows())
		}
		// Parts of W_ih are packed once: all rows are one chunk.
		p.panels.ih.source = &Weights{}
		if end, rows := p.chunk(0, steps); end != steps || rows != l.Rows() {
			t.Errorf("%s, parts: the first chunk ends with step %d and has %d rows: want %d and %d",
				test.name, end, rows, steps, l.Rows())
		}
	}
}
