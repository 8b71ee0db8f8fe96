package seq2seq

import (
	"errors"
	"fmt"
	"slices"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/mask"
	"github.com/packedlstm/packedlstm/nn"
	"github.com/packedlstm/packedlstm/packed"
	"github.com/packedlstm/packedlstm/param"
)

// Trainer computes losses and gradients of a model and owns every buffer that this
// takes, the gradients too; it grows to the largest batch and allocates nothing after
// that. One call at a time; trainers of one model may work side by side while nobody
// changes its parameters.
type Trainer struct {
	model *Model
	// The model's layers with gradients of the trainer's own.
	source, target nn.Embedding
	readout        nn.Linear

	parameters                 []param.Parameter
	dencoder, ddecoder         *lstm.Gradients
	sourceLayout, targetLayout packed.Layout
	lengths                    []int

	sourceIDs, inputIDs, outputIDs []int // packed order
	sourceRows, inputRows          []float32
	encoderWS, decoderWS           *lstm.Workspace
	readoutWS                      *nn.LinearWorkspace
	state                          lstm.State // the decoder's initial one
	logits, dlogits                []float32
	drows                          []float32
	dhn, dcn                       []float32

	loss mask.CrossEntropy
}

// NewTrainer returns a trainer whose passes run on the given number of workers; 0 or
// less follows GOMAXPROCS, and more than 1024 are 1024. Results do not depend on it.
func NewTrainer(m *Model, workers int) (*Trainer, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	t := &Trainer{
		model:  m,
		source: *m.source, target: *m.target, readout: *m.readout,
		dencoder: m.encoder.NewGradients(), ddecoder: m.decoder.NewGradients(),
		encoderWS: lstm.NewWorkspace(workers), decoderWS: lstm.NewWorkspace(workers),
		readoutWS: nn.NewLinearWorkspace(workers),
	}
	t.source.DWeight, t.target.DWeight = memory.Floats(len(m.source.Weight)), memory.Floats(len(m.target.Weight))
	t.readout.DWeight, t.readout.DBias = memory.Floats(len(m.readout.Weight)), memory.Floats(len(m.readout.Bias))
	encoder, err := m.encoder.Trainable("encoder.", t.dencoder)
	if err != nil {
		return nil, fmt.Errorf("seq2seq: encoder: %w", err)
	}
	decoder, err := m.decoder.Trainable("decoder.", t.ddecoder)
	if err != nil {
		return nil, fmt.Errorf("seq2seq: decoder: %w", err)
	}
	t.parameters = slices.Concat(t.source.Parameters("source."), encoder, t.target.Parameters("target."), decoder,
		t.readout.Parameters("readout."))
	return t, nil
}

// Parameters returns the model's parameters and the gradients that Step leaves: what
// an optimiser takes.
func (t *Trainer) Parameters() []param.Parameter {
	if t == nil {
		return nil
	}
	return t.parameters
}

// Step computes the mean cross-entropy of the targets given the sources, over all
// target tokens and the end of each target, with teacher forcing, and overwrites the
// gradients of Parameters with its gradients. seed chooses the dropout masks. A
// source or target may be empty. An id out of range is an error that names its
// sequence and position; the gradients stay as they are. tokens is the number of
// predictions that loss is the mean of.
func (t *Trainer) Step(sources, targets [][]int, seed uint64) (loss float64, tokens int, err error) {
	if loss, tokens, err = t.forward(sources, targets, seed, true); err != nil {
		return 0, 0, err
	}
	return loss, tokens, t.backward()
}

// Loss is Step without gradients and without dropout.
func (t *Trainer) Loss(sources, targets [][]int) (loss float64, tokens int, err error) {
	return t.forward(sources, targets, 0, false)
}

// decoderSeed tells the decoder's masks from those of the encoder, in this step and in
// steps whose seeds follow.
func decoderSeed(seed uint64) uint64 { return seed ^ 0x6465636f64657200 } // "decoder"

// forward fills the logits, and their gradient if training.
func (t *Trainer) forward(sources, targets [][]int, seed uint64, training bool) (loss float64, tokens int, err error) {
	if t == nil || t.model == nil {
		return 0, 0, errors.New("seq2seq: the trainer is nil or empty: want NewTrainer's result")
	}
	if err := t.layOut(sources, targets); err != nil {
		return 0, 0, err
	}
	m, c := t.model, &t.model.config
	if t.sourceRows, err = t.source.Forward(t.sourceRows, t.sourceIDs); err != nil {
		return 0, 0, fmt.Errorf("seq2seq: source: %w", err)
	}
	if t.inputRows, err = t.target.Forward(t.inputRows, t.inputIDs); err != nil {
		return 0, 0, fmt.Errorf("seq2seq: target: %w", err)
	}
	var encoded, decoded lstm.Output
	if training {
		encoded, err = m.encoder.ForwardTraining(t.encoderWS, &t.sourceLayout, t.sourceRows, nil, seed)
	} else {
		encoded, err = m.encoder.Forward(t.encoderWS, &t.sourceLayout, t.sourceRows, nil)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("seq2seq: encoder: %w", err)
	}
	t.state.H = bridge(t.state.H, encoded.HN, c.NumLayers, len(sources), c.HiddenSize)
	t.state.C = bridge(t.state.C, encoded.CN, c.NumLayers, len(sources), c.HiddenSize)
	if training {
		decoded, err = m.decoder.ForwardTraining(t.decoderWS, &t.targetLayout, t.inputRows, &t.state, decoderSeed(seed))
	} else {
		decoded, err = m.decoder.Forward(t.decoderWS, &t.targetLayout, t.inputRows, &t.state)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("seq2seq: decoder: %w", err)
	}
	rows := t.targetLayout.Rows()
	if t.logits, err = t.readout.Forward(t.readoutWS, t.logits, decoded.Y, rows); err != nil {
		return 0, 0, fmt.Errorf("seq2seq: readout: %w", err)
	}
	var dlogits []float32
	if training {
		t.dlogits = memory.Resize(t.dlogits, len(t.logits))
		dlogits = t.dlogits
	}
	loss, tokens, err = t.loss.Packed(dlogits, &t.targetLayout, t.logits, t.outputIDs, c.TargetTokens)
	if err != nil {
		return 0, 0, fmt.Errorf("seq2seq: loss: %w", err)
	}
	if training {
		clear(t.readout.DWeight)
		clear(t.readout.DBias)
		t.drows, err = t.readout.Backward(t.readoutWS, t.drows, decoded.Y, dlogits, rows)
	}
	return loss, tokens, err
}

// backward walks the same road back; the readout's part is done.
func (t *Trainer) backward() error {
	m, c := t.model, &t.model.config
	batch := t.sourceLayout.Batch()
	decoded, err := m.decoder.Backward(t.decoderWS, lstm.Upstream{Y: t.drows}, t.ddecoder)
	if err != nil {
		return fmt.Errorf("seq2seq: decoder: %w", err)
	}
	clear(t.target.DWeight)
	if err := t.target.Backward(t.inputIDs, decoded.X); err != nil {
		return fmt.Errorf("seq2seq: target: %w", err)
	}
	t.dhn = bridgeBackward(t.dhn, decoded.H0, c.NumLayers, batch, c.HiddenSize)
	t.dcn = bridgeBackward(t.dcn, decoded.C0, c.NumLayers, batch, c.HiddenSize)
	encoded, err := m.encoder.Backward(t.encoderWS, lstm.Upstream{HN: t.dhn, CN: t.dcn}, t.dencoder)
	if err != nil {
		return fmt.Errorf("seq2seq: encoder: %w", err)
	}
	clear(t.source.DWeight)
	if err := t.source.Backward(t.sourceIDs, encoded.X); err != nil {
		return fmt.Errorf("seq2seq: source: %w", err)
	}
	return nil
}

// layOut checks the batch, makes the layouts of both sides, and packs the ids: the
// source, the decoder's input (Start and the target) and what it is to predict (the
// target and End).
func (t *Trainer) layOut(sources, targets [][]int) error {
	c := &t.model.config
	if len(sources) != len(targets) {
		return fmt.Errorf("seq2seq: %d sources, %d targets: want as many", len(sources), len(targets))
	}
	if err := checkIDs("sources", sources, c.SourceTokens); err != nil {
		return err
	}
	if err := checkIDs("targets", targets, c.TargetTokens); err != nil {
		return err
	}
	t.lengths = t.lengths[:0]
	for _, s := range sources {
		t.lengths = append(t.lengths, len(s))
	}
	if err := t.sourceLayout.Reset(t.lengths); err != nil {
		return fmt.Errorf("seq2seq: sources: %w", err)
	}
	for b, s := range targets {
		t.lengths[b] = len(s) + 1
	}
	if err := t.targetLayout.Reset(t.lengths); err != nil {
		return fmt.Errorf("seq2seq: targets: %w", err)
	}
	var err error
	if t.sourceIDs, err = packed.PackSequences(t.sourceIDs, &t.sourceLayout, sources, 1); err != nil {
		return fmt.Errorf("seq2seq: sources: %w", err)
	}
	t.inputIDs = memory.Resize(t.inputIDs, t.targetLayout.Rows())
	t.outputIDs = memory.Resize(t.outputIDs, t.targetLayout.Rows())
	offsets := t.targetLayout.Offsets()
	for b, target := range targets {
		k := t.targetLayout.UnsortedIndices()[b]
		id := c.Start
		for step, next := range target {
			t.inputIDs[offsets[step]+k], t.outputIDs[offsets[step]+k] = id, next
			id = next
		}
		t.inputIDs[offsets[len(target)]+k], t.outputIDs[offsets[len(target)]+k] = id, c.End
	}
	return nil
}

// checkIDs returns an error that names the first id out of range.
func checkIDs(name string, sequences [][]int, tokens int) error {
	for b, s := range sequences {
		for i, id := range s {
			if id < 0 || id >= tokens {
				return fmt.Errorf("seq2seq: %s[%d][%d] = %d: want 0 to %d", name, b, i, id, tokens-1)
			}
		}
	}
	return nil
}
