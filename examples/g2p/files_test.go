package main

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/param"
	"github.com/packedlstm/packedlstm/seq2seq"
)

// TestFilesThatClaimMore: a small file whose settings name a large network is an error
// before memory for that network is asked for.
func TestFilesThatClaimMore(t *testing.T) {
	v := newVocabulary([]entry{{"A", [][]string{{"P"}}}})
	s := defaultSettings()
	s.Embedding, s.Hidden, s.Layers = 4, 2, 2
	m, err := seq2seq.New(s.model(v), 1)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		claim func(s *settings)
		want  string
	}{
		"embedding":      {func(s *settings) { s.Embedding = 1 << 14 }, "source.weight has shape [1 4]"},
		"hidden":         {func(s *settings) { s.Hidden = 512 }, "readout.weight has shape [3 4]"},
		"layers":         {func(s *settings) { s.Layers = 64 }, "encoder.weight_ih_l2 has shape []"},
		"hidden, hidden": {func(s *settings) { s.Hidden = 1 << 13 }, "the settings want [3 16384]"},
	} {
		claimed := s
		c.claim(&claimed)
		metadata, err := description(modelFormat, claimed, v)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "model.safetensors")
		if err := param.WriteFile(path, m.Tensors(), metadata); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err = openModel(path)
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v: want an error with %q", name, err, c.want)
		}
		if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 1<<20 {
			t.Errorf("%s: %d bytes were allocated for a file of a few", name, bytes)
		}
	}
}

// TestFileShapes: readout and the last layer alone, which once were enough, are not.
func TestFileShapes(t *testing.T) {
	v := newVocabulary([]entry{{"A", [][]string{{"P"}}}})
	s := defaultSettings()
	s.Embedding, s.Hidden, s.Layers = 1, 256, 8
	metadata, err := description(modelFormat, s, v)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := param.WriteFile(path, []param.Tensor{
		{Name: "readout.weight", Shape: []int{3, 512}, Data: make([]float32, 3*512)},
		{Name: "decoder.weight_hh_l7", Shape: []int{1}, Data: make([]float32, 1)},
	}, metadata); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err = openModel(path)
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "source.weight has shape []: the settings want [1 1]") {
		t.Errorf("%v: want an error that names source.weight", err)
	}
	if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 1<<20 {
		t.Errorf("%d bytes were allocated for a file of 7,000", bytes)
	}
}
