package main

import (
	"fmt"
	"math"

	"github.com/packedlstm/packedlstm/seq2seq"
)

// settings are what a training run's result depends on.
type settings struct {
	Train        string  `json:"train"` // lexicon files; "" is the embedded one
	Dev          string  `json:"dev"`   // "" is every 40th word of the training lexicon
	Embedding    int     `json:"embedding"`
	Hidden       int     `json:"hidden"`
	Layers       int     `json:"layers"`
	Dropout      float64 `json:"dropout"`
	Batch        int     `json:"batch"`
	Epochs       int     `json:"epochs"`
	LearningRate float64 `json:"learning_rate"`
	Clip         float64 `json:"clip"`
	Seed         uint64  `json:"seed"`
}

func defaultSettings() settings {
	return settings{Embedding: 64, Hidden: 128, Layers: 1, Batch: 128, Epochs: 5, LearningRate: 4e-3, Clip: 5, Seed: 1}
}

func (s settings) check() error {
	for _, n := range []struct {
		flag  string
		value int
		most  int
	}{{"-embedding", s.Embedding, 1 << 14}, {"-hidden", s.Hidden, 1 << 13}, {"-layers", s.Layers, 64},
		{"-batch", s.Batch, 1 << 20}, {"-epochs", s.Epochs, 1 << 20}} {
		if n.value < 1 || n.value > n.most {
			return fmt.Errorf("%s %d: want 1 to %d", n.flag, n.value, n.most)
		}
	}
	for _, x := range []struct {
		flag  string
		value float64
	}{{"-lr", s.LearningRate}, {"-clip", s.Clip}} {
		if !(x.value > 0) || math.IsInf(x.value, 0) {
			return fmt.Errorf("%s %v: want a finite number above 0", x.flag, x.value)
		}
	}
	if !(s.Dropout >= 0 && s.Dropout < 1) {
		return fmt.Errorf("-dropout %v: want 0 or more, below 1", s.Dropout)
	}
	return nil
}

// model returns the shape of the network over a vocabulary.
func (s settings) model(v *vocabulary) seq2seq.Config {
	return seq2seq.Config{
		SourceTokens: len(v.Letters), TargetTokens: len(v.Phonemes) + firstPhoneme, Start: startID, End: endID,
		EmbeddingSize: s.Embedding, HiddenSize: s.Hidden, NumLayers: s.Layers, Dropout: s.Dropout,
	}
}
