package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/packedlstm/packedlstm/param"
	"github.com/packedlstm/packedlstm/seq2seq"
)

// A model file holds the tensors of a seq2seq.Model; its metadata say what it is and
// how words and phonemes become ids. A checkpoint holds the same behind "model.", the
// optimiser's state behind "optimizer.", how far the run had come, and on what data.
const (
	modelFormat      = "packedlstm g2p model 1"
	checkpointFormat = "packedlstm g2p checkpoint 1"
)

// description is the metadata of both kinds of file.
func description(format string, s settings, v *vocabulary) (map[string]string, error) {
	settingsJSON, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	vocabularyJSON, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return map[string]string{"format": format, "settings": string(settingsJSON), "vocabulary": string(vocabularyJSON)}, nil
}

func saveModel(path string, m *seq2seq.Model, s settings, v *vocabulary) error {
	metadata, err := description(modelFormat, s, v)
	if err != nil {
		return err
	}
	return param.WriteFile(path, m.Tensors(), metadata)
}

// openFile reads a model or checkpoint and makes the model that it describes, its
// parameters from the tensors behind prefix.
func openFile(path, format, prefix string) (*param.File, *seq2seq.Model, settings, *vocabulary, error) {
	fail := func(err error) (*param.File, *seq2seq.Model, settings, *vocabulary, error) {
		return nil, nil, settings{}, nil, fmt.Errorf("%s: %w", path, err)
	}
	file, err := param.ReadFile(path)
	if err != nil {
		return nil, nil, settings{}, nil, err
	}
	metadata := file.Metadata()
	if got := metadata["format"]; got != format {
		return fail(fmt.Errorf("format %q: want %q", got, format))
	}
	var s settings
	if err := json.Unmarshal([]byte(metadata["settings"]), &s); err != nil {
		return fail(fmt.Errorf("settings: %w", err))
	}
	if err := s.check(); err != nil {
		return fail(fmt.Errorf("settings: %w", err))
	}
	v, err := parseVocabulary(metadata["vocabulary"])
	if err != nil {
		return fail(fmt.Errorf("vocabulary: %w", err))
	}
	if err := checkShapes(file, prefix, s.model(v)); err != nil {
		return fail(err)
	}
	m, err := seq2seq.New(s.model(v), s.Seed)
	if err != nil {
		return fail(err)
	}
	if err := file.Into(prefix, m.Tensors()); err != nil {
		return fail(err)
	}
	return file, m, s, v, nil
}

// checkShapes returns an error unless the file has the large tensors of a model of shape
// c. The sizes come from the file's settings: its tensors say whether they are true
// before memory of that size is allocated.
func checkShapes(file *param.File, prefix string, c seq2seq.Config) error {
	check := func(name string, rows, columns int) error {
		if shape, _ := file.Shape(prefix + name); !slices.Equal(shape, []int{rows, columns}) {
			return fmt.Errorf("%s%s has shape %v: the settings want [%d %d]", prefix, name, shape, rows, columns)
		}
		return nil
	}
	err := errors.Join(check("source.weight", c.SourceTokens, c.EmbeddingSize),
		check("target.weight", c.TargetTokens, c.EmbeddingSize), check("readout.weight", c.TargetTokens, 2*c.HiddenSize))
	input := c.EmbeddingSize
	for layer := 0; layer < c.NumLayers && err == nil; layer++ {
		for _, l := range []struct {
			name   string
			hidden int
		}{{"encoder", c.HiddenSize}, {"decoder", 2 * c.HiddenSize}} {
			err = errors.Join(err, check(fmt.Sprintf("%s.weight_ih_l%d", l.name, layer), 4*l.hidden, input),
				check(fmt.Sprintf("%s.weight_hh_l%d", l.name, layer), 4*l.hidden, l.hidden))
		}
		input = 2 * c.HiddenSize
	}
	return err
}

// openModel reads a model file, ready to decode.
func openModel(path string) (*seq2seq.Prepared, *vocabulary, error) {
	if path == "" {
		return nil, nil, usageError{errors.New("-model: want a model file")}
	}
	_, m, _, v, err := openFile(path, modelFormat, "")
	if err != nil {
		return nil, nil, err
	}
	prepared, err := m.Prepare()
	return prepared, v, err
}

// progress is how far a run had come.
type progress struct {
	Epoch    int           `json:"epoch"`    // complete epochs
	Batch    int           `json:"batch"`    // complete batches of the next one
	LossSum  float64       `json:"loss_sum"` // of those batches, over their tokens
	Tokens   int           `json:"tokens"`   // of those batches
	Words    int           `json:"words"`    // of those batches
	Seconds  float64       `json:"seconds"`  // that they took
	BestWER  float64       `json:"best_wer"` // of the model file; 0 epochs: none yet
	Complete []epochRecord `json:"complete"`
}

func saveCheckpoint(path string, r *run) error {
	metadata, err := description(checkpointFormat, r.settings, r.vocabulary)
	if err != nil {
		return err
	}
	at, err := json.Marshal(r.progress)
	if err != nil {
		return err
	}
	metadata["progress"], metadata["data"] = string(at), r.data
	tensors := prefixed("model.", r.model.Tensors())
	return param.WriteFile(path, append(tensors, prefixed("optimizer.", r.optimizer.State())...), metadata)
}

func prefixed(prefix string, tensors []param.Tensor) []param.Tensor {
	named := make([]param.Tensor, len(tensors))
	for i, t := range tensors {
		t.Name = prefix + t.Name
		named[i] = t
	}
	return named
}
