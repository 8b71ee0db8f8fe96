package main

import (
	"encoding/json"
	"io"

	"github.com/packedlstm/packedlstm/param"
)

// epochRecord is what is known of one epoch when it has ended.
type epochRecord struct {
	Epoch          int     `json:"epoch"`
	TrainLoss      float64 `json:"train_loss"`
	DevLoss        float64 `json:"dev_loss"`
	WER            float64 `json:"wer"`
	PER            float64 `json:"per"`
	LearningRate   float64 `json:"learning_rate"`
	WordsPerSecond float64 `json:"words_per_second"`
	Seconds        float64 `json:"seconds"`
}

// history is history.json: the run's settings and its epochs.
type history struct {
	Settings settings      `json:"settings"`
	Epochs   []epochRecord `json:"epochs"`
}

func (h *history) write(path string) error {
	return param.WriteFileAtomic(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return encoder.Encode(h)
	})
}
