package main

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/bench"
)

// twoCases returns the results of two cases: us is by impl, for the ragged and the uniform.
func twoCases(mode string, us map[string][2]float64, families map[string]family) *Report {
	r := &Report{Machine: Machine{Brand: "a CPU"}}
	for i, s := range []bench.Shape{
		{Name: "sentences", Input: 1, Hidden: 1, Layers: 1, Lengths: []int{2, 4}},
		{Name: "uniform", Input: 1, Hidden: 1, Layers: 1, Lengths: []int{3, 3}}} {
		for _, impl := range []string{"packedlstm-avx512", "packedlstm-avx2", "pytorch-packed", "onednn"} {
			t := us[impl][i]
			x := Result{Study: studyCases, Case: s.Name, Threads: 1, Mode: mode, Impl: impl, Status: ok,
				shape: s, family: families[impl]}
			if t == 0 {
				x.Status = "crashed | badly"
			} else {
				x.MedianUs, x.UsefulGFLOPS = &t, &t
			}
			r.Results = append(r.Results, x)
		}
	}
	return r
}

func TestFloors(t *testing.T) {
	families := map[string]family{"packedlstm-avx512": ours, "packedlstm-avx2": ours, "pytorch-packed": packs, "onednn": pads}
	for _, c := range []struct {
		name string
		mode string
		us   map[string][2]float64
		kept []bool    // of the eight floors
		have []float64 // 0: nothing measured
	}{
		{"all kept", forward, map[string][2]float64{"packedlstm-avx512": {10, 10}, "packedlstm-avx2": {9, 9},
			"pytorch-packed": {20, 11}, "onednn": {25, 12}},
			[]bool{true, true, true, false, false, false, false, false}, []float64{2, 1.1, 2.5, math.Sqrt(2.2), 0, 0, 0, 0}},
		{"none kept", forward, map[string][2]float64{"packedlstm-avx512": {10, 10},
			"pytorch-packed": {14.9, 10.4}, "onednn": {24, 30}},
			[]bool{false, false, false, false, false, false, false, false},
			[]float64{1.49, 1.04, 2.4, math.Sqrt(1.49 * 1.04), 0, 0, 0, 0}},
		{"training", training, map[string][2]float64{"packedlstm-avx512": {10, 10}, "pytorch-packed": {20, 40}, "onednn": {15, 10}},
			[]bool{false, false, false, false, true, true, false, true}, []float64{0, 0, 0, 0, 1.5, 1, math.Sqrt(1.5), math.Sqrt(8)}},
		{"the best level failed", training, map[string][2]float64{"packedlstm-avx2": {10, 10}, "pytorch-packed": {20, 20}},
			[]bool{false, false, false, false, true, true, true, false}, []float64{0, 0, 0, 0, 2, 2, 2, 2}},
		{"no peer in one case", training, map[string][2]float64{"packedlstm-avx512": {10, 10}, "pytorch-packed": {20, 0}},
			[]bool{false, false, false, false, true, false, false, false}, []float64{0, 0, 0, 0, 2, 0, 2, 2}},
		{"one of ours failed", training, map[string][2]float64{"packedlstm-avx512": {10, 0}, "pytorch-packed": {20, 20}},
			[]bool{false, false, false, false, true, false, false, false}, []float64{0, 0, 0, 0, 2, 0, 0, 0}},
		{"ours failed", training, map[string][2]float64{"pytorch-packed": {20, 20}},
			[]bool{false, false, false, false, false, false, false, false}, []float64{0, 0, 0, 0, 0, 0, 0, 0}},
	} {
		got := floors(twoCases(c.mode, c.us, families))
		for i, f := range got {
			have := 0.0
			if f.Have != nil {
				have = *f.Have
			}
			if f.Kept != c.kept[i] || math.Abs(have-c.have[i]) > 1e-12 {
				t.Errorf("%s: %+v, have %v: want kept %v, %v", c.name, f, have, c.kept[i], c.have[i])
			}
		}
	}
}

// TestMarkdown: what failed is a dash with its reason below, the fastest other is bold.
func TestMarkdown(t *testing.T) {
	families := map[string]family{"packedlstm-avx512": ours, "packedlstm-avx2": ours, "pytorch-packed": packs, "onednn": pads}
	r := twoCases(forward, map[string][2]float64{"packedlstm-avx512": {10, 10}, "packedlstm-avx2": {10, 10},
		"pytorch-packed": {40, 11}, "onednn": {0, 12}}, families)
	r.Floors = floors(r)
	var b bytes.Buffer
	if err := r.WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| sentences | 10.0 | 10.0 | **40.0** | - | pytorch-packed | 4.00 | - |",
		"| uniform | 10.0 | 10.0 | **11.0** | 12.0 | pytorch-packed | 1.10 | - |",
		"| sentences | 10 (4.00 pytorch-packed) |",
		"| *geometric mean* | *2.10* |",
		"| *1.00* | *1.00* | *2.10* | *1.20 (1 of 2)* |  | *2.10* |",
		"- onednn: crashed | badly (sentences forward 1)",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	// A sweep that the time did not reach must not break the pictures.
	for _, study := range allStudies {
		r.Results = append(r.Results, Result{Study: study, Case: "late", Threads: 1, Mode: forward, Impl: "onednn",
			Status: "not measured"})
	}
	if _, err := writePictures(r, t.TempDir()); err != nil {
		t.Error(err)
	}
}
