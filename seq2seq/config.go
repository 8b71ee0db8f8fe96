package seq2seq

import (
	"fmt"

	"github.com/packedlstm/packedlstm/lstm"
)

// Config is the shape of a model. Token ids of the source are 0 to SourceTokens-1,
// those of the target 0 to TargetTokens-1, Start and End among them.
type Config struct {
	SourceTokens, TargetTokens int
	Start, End                 int // target ids that begin the decoder's input and end its output
	EmbeddingSize              int // width of both embeddings
	HiddenSize                 int // H of the encoder in each direction; the decoder has 2H
	NumLayers                  int
	Dropout                    float64 // between layers, in training
}

func (c Config) check() error {
	for _, f := range []struct {
		name  string
		value int
	}{{"SourceTokens", c.SourceTokens}, {"TargetTokens", c.TargetTokens}, {"EmbeddingSize", c.EmbeddingSize}} {
		if f.value < 1 || f.value > 1<<20 {
			return fmt.Errorf("seq2seq: Config.%s = %d: want 1 to %d", f.name, f.value, 1<<20)
		}
	}
	for _, f := range []struct {
		name  string
		value int
	}{{"Start", c.Start}, {"End", c.End}} {
		if f.value < 0 || f.value >= c.TargetTokens {
			return fmt.Errorf("seq2seq: Config.%s = %d: want 0 to %d", f.name, f.value, c.TargetTokens-1)
		}
	}
	if c.Start == c.End {
		return fmt.Errorf("seq2seq: Config.Start = End = %d: want two ids", c.Start)
	}
	return nil // the LSTMs check the rest
}

func (c Config) encoder() lstm.Config {
	return lstm.Config{InputSize: c.EmbeddingSize, HiddenSize: c.HiddenSize, NumLayers: c.NumLayers,
		Bidirectional: true, Bias: true, Dropout: c.Dropout}
}

func (c Config) decoder() lstm.Config {
	return lstm.Config{InputSize: c.EmbeddingSize, HiddenSize: 2 * c.HiddenSize, NumLayers: c.NumLayers,
		Bias: true, Dropout: c.Dropout}
}
