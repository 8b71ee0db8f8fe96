package seq2seq

import (
	"errors"
	"fmt"
	"slices"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/internal/predict"
	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/nn"
	"github.com/packedlstm/packedlstm/packed"
)

// Prepared is the immutable form of a model for decoding: its parameters as they
// were when Prepare was called. Any number of goroutines may use it at once, each
// with a Decoding of its own.
type Prepared struct {
	config         Config
	source, target *nn.Embedding
	encoder        *lstm.Prepared
	decoder        *lstm.Prepared
	readout        *nn.Linear
}

// Prepare returns the immutable form.
func (m *Model) Prepare() (*Prepared, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	source, target, readout := *m.source, *m.target, *m.readout
	source.Weight, target.Weight = slices.Clone(source.Weight), slices.Clone(target.Weight)
	readout.Weight, readout.Bias = slices.Clone(readout.Weight), slices.Clone(readout.Bias)
	p := &Prepared{config: m.config, source: &source, target: &target, readout: &readout}
	var err error
	if p.encoder, err = m.encoder.Prepare(); err != nil {
		return nil, fmt.Errorf("seq2seq: encoder: %w", err)
	}
	if p.decoder, err = m.decoder.Prepare(); err != nil {
		return nil, fmt.Errorf("seq2seq: decoder: %w", err)
	}
	return p, nil
}

// Config returns the shape.
func (p *Prepared) Config() Config {
	if p == nil {
		return Config{}
	}
	return p.config
}

// Memory is what a decoder may read of the encoded sources. It belongs to the
// Decoding and is valid until its next Encode.
type Memory struct {
	Layout *packed.Layout // of the sources
	Y      []float32      // [N, 2H] the encoder's rows, packed
}

// Decoding is one decoder at work: a live batch of sequences, of which each has a
// state and a last token. It owns its buffers. One call at a time.
type Decoding struct {
	prepared   *Prepared
	h, c       []float32 // [L, live, 2H]
	spareH     []float32
	spareC     []float32
	live       int
	layout     packed.Layout // of the sources
	steps      packed.Layout // live sequences of one step
	lengths    []int
	ids        []int
	rows       []float32
	logits     []float32
	encoderWS  *lstm.Workspace
	decoderWS  *lstm.Workspace
	readoutWS  *nn.LinearWorkspace
	sequence   []int // caller's index of each live row
	keep, last []int
}

// NewDecoding returns a Decoding that runs on the given number of workers; 0 or less
// follows GOMAXPROCS, and more than 1024 are 1024.
func NewDecoding(p *Prepared, workers int) *Decoding {
	return &Decoding{prepared: p, encoderWS: lstm.NewWorkspace(workers), decoderWS: lstm.NewWorkspace(workers),
		readoutWS: nn.NewLinearWorkspace(workers)}
}

// check returns an error unless d is as NewDecoding made it of Prepare's result.
func (d *Decoding) check() error {
	if d == nil || d.prepared == nil || d.prepared.readout == nil {
		return errors.New("seq2seq: the Decoding or its Prepared is nil or empty: want NewDecoding of Prepare's result")
	}
	return nil
}

// Encode runs the encoder over the sources and starts a live batch with one row for
// each, in the caller's order.
func (d *Decoding) Encode(sources [][]int) (Memory, error) {
	if err := d.check(); err != nil {
		return Memory{}, err
	}
	c := &d.prepared.config
	if err := checkIDs("sources", sources, c.SourceTokens); err != nil {
		return Memory{}, err
	}
	d.lengths = d.lengths[:0]
	for _, s := range sources {
		d.lengths = append(d.lengths, len(s))
	}
	err := d.layout.Reset(d.lengths)
	if err == nil {
		d.ids, err = packed.PackSequences(d.ids, &d.layout, sources, 1)
	}
	if err == nil {
		d.rows, err = d.prepared.source.Forward(d.rows, d.ids)
	}
	if err != nil {
		return Memory{}, fmt.Errorf("seq2seq: sources: %w", err)
	}
	out, err := d.prepared.encoder.Forward(d.encoderWS, &d.layout, d.rows, nil)
	if err != nil {
		return Memory{}, fmt.Errorf("seq2seq: encoder: %w", err)
	}
	d.live = len(sources)
	d.h = bridge(d.h, out.HN, c.NumLayers, d.live, c.HiddenSize)
	d.c = bridge(d.c, out.CN, c.NumLayers, d.live, c.HiddenSize)
	return Memory{Layout: &d.layout, Y: out.Y}, nil
}

// Live returns the number of rows of the live batch.
func (d *Decoding) Live() int {
	if d == nil {
		return 0
	}
	return d.live
}

// Step feeds one token to each live row and returns the logits [live, TargetTokens]
// of the next. They are valid until the next call.
func (d *Decoding) Step(tokens []int) ([]float32, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	p := d.prepared
	if len(tokens) != d.live {
		return nil, fmt.Errorf("seq2seq: %d tokens for %d live rows: want as many", len(tokens), d.live)
	}
	d.lengths = memory.Resize(d.lengths, d.live)
	for i := range d.lengths {
		d.lengths[i] = 1
	}
	err := d.steps.Reset(d.lengths)
	if err == nil {
		d.rows, err = p.target.Forward(d.rows, tokens)
	}
	if err != nil {
		return nil, fmt.Errorf("seq2seq: tokens: %w", err)
	}
	out, err := p.decoder.Forward(d.decoderWS, &d.steps, d.rows, &lstm.State{H: d.h, C: d.c})
	if err != nil {
		return nil, fmt.Errorf("seq2seq: decoder: %w", err)
	}
	copy(d.h, out.HN)
	copy(d.c, out.CN)
	if d.logits, err = p.readout.Forward(d.readoutWS, d.logits, out.Y, d.live); err != nil {
		return nil, fmt.Errorf("seq2seq: readout: %w", err)
	}
	return d.logits, nil
}

// Keep makes the live batch consist of the given rows of it, in the given order;
// a row may be left out (its sequence is finished) or repeated (a beam splits).
func (d *Decoding) Keep(rows []int) error {
	if err := d.check(); err != nil {
		return err
	}
	for i, r := range rows {
		if r < 0 || r >= d.live {
			return fmt.Errorf("seq2seq: rows[%d] = %d: want one of %d live rows, counted from 0", i, r, d.live)
		}
	}
	layers, width := d.prepared.config.NumLayers, 2*d.prepared.config.HiddenSize
	d.h, d.spareH = selectRows(d.h, d.spareH, rows, layers, d.live, width)
	d.c, d.spareC = selectRows(d.c, d.spareC, rows, layers, d.live, width)
	d.live = len(rows)
	return nil
}

// Greedy decodes each source by taking the likeliest token at every step, until End
// or maxLength tokens; the targets are without End. Of equal logits the lowest id
// wins, and NaN counts as the largest, as for mask.Accuracy. A sequence that is finished
// leaves the live batch at once. A target does not depend on the sources beside it.
func (d *Decoding) Greedy(sources [][]int, maxLength int) ([][]int, error) {
	if maxLength < 0 {
		return nil, fmt.Errorf("seq2seq: maxLength = %d: want >= 0", maxLength)
	}
	if _, err := d.Encode(sources); err != nil {
		return nil, err
	}
	c := &d.prepared.config
	targets := make([][]int, len(sources))
	d.sequence, d.last = memory.Resize(d.sequence, d.live), memory.Resize(d.last, d.live)
	for i := range d.sequence {
		d.sequence[i], d.last[i] = i, c.Start
	}
	for step := 0; step < maxLength && d.live > 0; step++ {
		logits, err := d.Step(d.last)
		if err != nil {
			return nil, err
		}
		d.keep = d.keep[:0]
		for row := range d.live {
			token := predict.Class(logits[row*c.TargetTokens : (row+1)*c.TargetTokens])
			if token == c.End {
				continue
			}
			targets[d.sequence[row]] = append(targets[d.sequence[row]], token)
			d.sequence[len(d.keep)], d.last[len(d.keep)] = d.sequence[row], token
			d.keep = append(d.keep, row)
		}
		d.sequence, d.last = d.sequence[:len(d.keep)], d.last[:len(d.keep)]
		if len(d.keep) < d.live {
			if err := d.Keep(d.keep); err != nil {
				return nil, err
			}
		}
	}
	return targets, nil
}
