package main

import (
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/packedlstm/packedlstm/bench"
)

const (
	forward  = "forward"
	training = "training"
)

// Studies. The cases are the shapes file; the others are sweeps for one picture each.
const (
	studyCases   = "cases"
	studyLengths = "lengths" // packed against padded, by the longest length
	studyHidden  = "hidden"  // by the hidden size
	studyRows    = "rows"    // by the sequences of a batch without padding: live rows of every step
	studyWorkers = "workers" // by the threads, more than those of the cases
)

// cell is what the peers run in turn: one case on so many threads in one mode.
type cell struct {
	study   string
	shape   bench.Shape
	threads int
	mode    string
	peers   []*peer
	weight  float64 // share of the time, by that of the other cells
}

// key names the case: a sweep and the shapes file may use the same name.
func (c *cell) key() string {
	if c.study == studyWorkers {
		return studyCases + "/" + c.shape.Name
	}
	return c.study + "/" + c.shape.Name
}

// sweepWeight is the share of a sweep's point: one point of a line needs less than a
// figure of the table.
const sweepWeight = 0.4

// plan returns all cells, the most important first.
func plan(shapes []bench.Shape, peers []*peer, threads []int, modes, studies []string, quick bool) (cells []cell) {
	add := func(study string, weight float64, s bench.Shape, n int, mode string, wanted ...string) {
		if !slices.Contains(modes, mode) || !slices.Contains(studies, study) {
			return
		}
		c := cell{study: study, shape: s, threads: n, mode: mode, weight: weight}
		for _, p := range peers {
			if len(wanted) == 0 || slices.Contains(wanted, p.name) || p.family == ours && p == best(peers) {
				c.peers = append(c.peers, p)
			}
		}
		if len(c.peers) > 0 {
			cells = append(cells, c)
		}
	}
	for _, n := range threads {
		for _, mode := range []string{forward, training} {
			for _, s := range shapes {
				add(studyCases, 1, s, n, mode)
			}
		}
	}
	first := threads[0]
	for _, mode := range []string{forward, training} {
		for _, s := range lengthSweep(quick) {
			add(studyLengths, sweepWeight, s, first, mode, "pytorch-packed", "pytorch-padded")
		}
	}
	for _, s := range rowSweep(quick) {
		add(studyRows, sweepWeight, s, first, forward, "pytorch-packed", "onnxruntime", "onednn")
	}
	for _, s := range hiddenSweep(quick) {
		add(studyHidden, sweepWeight, s, first, forward, "pytorch-packed", "onnxruntime", "onednn")
	}
	for _, s := range shapes {
		for n := 4; n <= runtime.GOMAXPROCS(0) && slices.Contains(workerCases, s.Name); n *= 2 {
			if slices.Contains(threads, n) {
				continue // the cases have it
			}
			for _, mode := range []string{forward, training} {
				add(studyWorkers, sweepWeight, s, n, mode, "pytorch-packed", "onnxruntime", "onednn")
			}
		}
	}
	return cells
}

// best returns this library at its best level, nil if it takes no part.
func best(peers []*peer) *peer {
	for _, p := range peers {
		if p.family == ours {
			return p
		}
	}
	return nil
}

// workerCases are those that the pictures of scaling show.
var workerCases = []string{"row1_h512", "even32_h256", "even64_h512", "sentences64_h256", "uniform64_h512"}

// lengthSweep are the batches of pytorch issue 149194, "LSTM slow on PackedSequence": two
// layers, lengths evenly spread from 1 to T. Its page does not say how wide they are.
func lengthSweep(quick bool) (shapes []bench.Shape) {
	longest := []int{10, 20, 50, 100, 200, 500, 1000}
	if quick {
		longest = []int{10, 100, 1000}
	}
	const batch = 32
	for _, t := range longest {
		s := bench.Shape{Name: fmt.Sprintf("T=%d", t), Input: 128, Hidden: 128, Layers: 2}
		for b := range batch {
			s.Lengths = append(s.Lengths, int(math.RoundToEven(1+float64(b)*float64(t-1)/(batch-1))))
		}
		shapes = append(shapes, s)
	}
	return shapes
}

// rowSweep are batches of equal lengths: every step has as many live rows as there are
// sequences.
func rowSweep(quick bool) (shapes []bench.Shape) {
	rows := []int{1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 48, 64, 128, 256}
	if quick {
		rows = []int{1, 4, 16, 64}
	}
	for _, n := range rows {
		shapes = append(shapes, bench.Shape{Name: fmt.Sprintf("B=%d", n), Input: 256, Hidden: 256, Layers: 1,
			Lengths: slices.Repeat([]int{50}, n)})
	}
	return shapes
}

// hiddenSweep are the lengths of the case even32 at other sizes.
func hiddenSweep(quick bool) (shapes []bench.Shape) {
	sizes := []int{16, 32, 64, 100, 128, 200, 256, 384, 512, 768, 1024}
	if quick {
		sizes = []int{32, 128, 512}
	}
	for _, h := range sizes {
		s := bench.Shape{Name: fmt.Sprintf("H=%d", h), Input: h, Hidden: h, Layers: 1}
		for b := range 32 {
			s.Lengths = append(s.Lengths, 5+b*45/31)
		}
		shapes = append(shapes, s)
	}
	return shapes
}

var allStudies = []string{studyCases, studyLengths, studyHidden, studyRows, studyWorkers}
