package seq2seq

import (
	"errors"
	"fmt"

	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/nn"
	"github.com/packedlstm/packedlstm/param"
)

// Model is an encoder-decoder: its layers own the parameters. It is not safe to
// change them while another goroutine uses the model; Prepare makes an immutable
// form for decoding.
type Model struct {
	config  Config
	source  *nn.Embedding // [SourceTokens, E]
	encoder *lstm.LSTM    // E -> H each way
	target  *nn.Embedding // [TargetTokens, E]
	decoder *lstm.LSTM    // E -> 2H
	readout *nn.Linear    // 2H -> TargetTokens
}

// New returns a model with PyTorch's initial distributions, drawn from seed.
func New(c Config, seed uint64) (*Model, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	m := &Model{config: c}
	var err error
	if m.source, err = nn.NewEmbedding(c.SourceTokens, c.EmbeddingSize, -1, seed); err != nil {
		return nil, fmt.Errorf("seq2seq: source embedding: %w", err)
	}
	if m.encoder, err = lstm.New(c.encoder(), seed+1); err != nil {
		return nil, fmt.Errorf("seq2seq: encoder: %w", err)
	}
	if m.target, err = nn.NewEmbedding(c.TargetTokens, c.EmbeddingSize, -1, seed+2); err != nil {
		return nil, fmt.Errorf("seq2seq: target embedding: %w", err)
	}
	if m.decoder, err = lstm.New(c.decoder(), seed+3); err != nil {
		return nil, fmt.Errorf("seq2seq: decoder: %w", err)
	}
	if m.readout, err = nn.NewLinear(2*c.HiddenSize, c.TargetTokens, true, seed+4); err != nil {
		return nil, fmt.Errorf("seq2seq: readout: %w", err)
	}
	// Each trainer has gradients of its own.
	m.source.DWeight, m.target.DWeight, m.readout.DWeight, m.readout.DBias = nil, nil, nil, nil
	return m, nil
}

// Config returns the shape.
func (m *Model) Config() Config {
	if m == nil {
		return Config{}
	}
	return m.config
}

// check returns an error unless m is as New made it.
func (m *Model) check() error {
	if m == nil || m.readout == nil {
		return errors.New("seq2seq: the model is nil or empty: want New's result")
	}
	return nil
}

// Tensors returns every parameter under the names of a PyTorch module with the
// children source, encoder, target, decoder and readout. Data is the model's own
// memory.
func (m *Model) Tensors() []param.Tensor {
	if m.check() != nil {
		return nil
	}
	var tensors []param.Tensor
	tensors = appendPrefixed(tensors, "source.", m.source.Tensors())
	tensors = appendPrefixed(tensors, "encoder.", m.encoder.Parameters())
	tensors = appendPrefixed(tensors, "target.", m.target.Tensors())
	tensors = appendPrefixed(tensors, "decoder.", m.decoder.Parameters())
	return appendPrefixed(tensors, "readout.", m.readout.Tensors())
}

func appendPrefixed(tensors []param.Tensor, prefix string, more []param.Tensor) []param.Tensor {
	for _, t := range more {
		t.Name = prefix + t.Name
		tensors = append(tensors, t)
	}
	return tensors
}
