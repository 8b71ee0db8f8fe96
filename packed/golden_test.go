package packed_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"testing"

	"github.com/packedlstm/packedlstm/packed"
)

// goldenFile is testdata/golden.json; make_golden.py beside it tells what each key is.
type goldenFile struct {
	Torch  string
	Cases  []goldenCase
	Errors []struct {
		Name        string
		Lengths     []int
		TotalLength int `json:"total_length"`
		Message     string
	}
	Permutations []struct{ Permutation, Inverse []int }
}

type goldenCase struct {
	Name            string
	Lengths         []int
	Width           int
	EnforceSorted   bool    `json:"enforce_sorted"`
	BatchFirst      bool    `json:"batch_first"`
	TotalLength     int     `json:"total_length"`
	PaddingValue    float32 `json:"padding_value"`
	PaddedSteps     int     `json:"padded_steps"`
	BatchSizes      []int   `json:"batch_sizes"`
	SortedIndices   []int   `json:"sorted_indices"`
	UnsortedIndices []int   `json:"unsorted_indices"`

	Data, DPadded, Unpacked, DRows []float32
	PackSequence                   []float32   `json:"pack_sequence"`
	UnpackSequence                 [][]float32 `json:"unpack_sequence"`
	PadRight                       []float32   `json:"pad_right"`
	PadLeft                        []float32   `json:"pad_left"`
	UnpadSequence                  [][]float32 `json:"unpad_sequence"`
	DSequencesRight                [][]float32 `json:"dsequences_right"`
	DSequencesLeft                 [][]float32 `json:"dsequences_left"`
}

func loadGolden(t *testing.T) goldenFile {
	t.Helper()
	text, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g goldenFile
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	if g.Torch != "2.15.0" || len(g.Cases) < 20 {
		t.Fatalf("golden.json: torch %s, %d cases", g.Torch, len(g.Cases))
	}
	return g
}

func (c *goldenCase) order() packed.Order {
	if c.BatchFirst {
		return packed.BatchFirst
	}
	return packed.TimeFirst
}

func (c *goldenCase) layout(t *testing.T) *packed.Layout {
	t.Helper()
	newLayout := packed.NewLayout
	if c.EnforceSorted {
		newLayout = packed.NewSortedLayout
	}
	l, err := newLayout(c.Lengths)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// sequences are the script's: step t of sequence b is 1000*(b+1) + 10*t + 0, 1, 2, ...
func (c *goldenCase) sequences() [][]float32 {
	list := make([][]float32, len(c.Lengths))
	for b, n := range c.Lengths {
		for t := range n {
			for x := range c.Width {
				list[b] = append(list[b], float32(1000*(b+1)+10*t+x))
			}
		}
	}
	return list
}

// padded is the script's input, with NaN in the padding.
func (c *goldenCase) padded() []float32 {
	g := make([]float32, len(c.Lengths)*c.PaddedSteps*c.Width)
	for i := range g {
		g[i] = float32(math.NaN())
	}
	for b, s := range c.sequences() {
		for t := range c.Lengths[b] {
			copy(g[paddedRow(c.order(), len(c.Lengths), c.PaddedSteps, b, t)*c.Width:], s[t*c.Width:(t+1)*c.Width])
		}
	}
	return g
}

// upstream is 1, 2, 3, ...
func upstream(n int) []float32 {
	g := make([]float32, n)
	for i := range g {
		g[i] = float32(i + 1)
	}
	return g
}

func TestGolden(t *testing.T) {
	for _, c := range loadGolden(t).Cases {
		t.Run(c.Name, func(t *testing.T) {
			l, order, w, v := c.layout(t), c.order(), c.Width, c.PaddingValue
			equal(t, "BatchSizes", l.BatchSizes(), c.BatchSizes)
			equal(t, "SortedIndices", l.SortedIndices(), c.SortedIndices)
			equal(t, "UnsortedIndices", l.UnsortedIndices(), c.UnsortedIndices)

			data := must(packed.Pack(nil, l, c.padded(), order, w))(t)
			equal(t, "Pack", data, c.Data)
			equal(t, "PackBackward", must(packed.PackBackward(nil, l, upstream(len(data)), order, w, c.PaddedSteps))(t), c.DPadded)
			unpacked := must(packed.Unpack(nil, l, data, order, w, v, c.TotalLength))(t)
			equal(t, "Unpack", unpacked, c.Unpacked)
			equal(t, "UnpackBackward", must(packed.UnpackBackward(nil, l, upstream(len(unpacked)), order, w))(t), c.DRows)

			list := c.sequences()
			data = must(packed.PackSequences(nil, l, list, w))(t)
			equal(t, "PackSequences", data, c.PackSequence)
			equalLists(t, "UnpackSequences", must(packed.UnpackSequences(nil, l, data, w))(t), c.UnpackSequence)

			right := must(packed.PadSequences(nil, list, order, w, v, packed.Right, 0))(t)
			equal(t, "PadSequences right", right, c.PadRight)
			equal(t, "PadSequences left", must(packed.PadSequences(nil, list, order, w, v, packed.Left, 0))(t), c.PadLeft)
			equalLists(t, "UnpadSequences", must(packed.UnpadSequences(nil, right, c.Lengths, order, w, packed.Right))(t), c.UnpadSequence)
			dright := must(packed.PadSequencesBackward(nil, upstream(len(right)), c.Lengths, order, w, packed.Right))(t)
			equalLists(t, "PadSequencesBackward right", dright, c.DSequencesRight)
			dleft := must(packed.PadSequencesBackward(nil, upstream(len(right)), c.Lengths, order, w, packed.Left))(t)
			equalLists(t, "PadSequencesBackward left", dleft, c.DSequencesLeft)

			again := must(packed.NewLayoutFromBatchSizes(c.BatchSizes, c.SortedIndices))(t)
			if !reflect.DeepEqual(again, l) {
				t.Errorf("NewLayoutFromBatchSizes = %+v, want %+v", again, l)
			}
		})
	}
}

func TestGoldenPermutations(t *testing.T) {
	for _, c := range loadGolden(t).Permutations {
		equal(t, fmt.Sprint(c.Permutation), must(packed.InvertPermutation(nil, c.Permutation))(t), c.Inverse)
	}
}

func TestGoldenErrors(t *testing.T) {
	for _, c := range loadGolden(t).Errors {
		l, err := packed.NewSortedLayout(c.Lengths)
		if err == nil {
			_, err = packed.Unpack(nil, l, make([]float32, l.Rows()), packed.BatchFirst, 1, 0, c.TotalLength)
		}
		if err == nil {
			t.Errorf("%s: no error, PyTorch says %q", c.Name, c.Message)
		}
	}
}
