package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/packedlstm/packedlstm/nn"
	"github.com/packedlstm/packedlstm/seq2seq"
)

// pair is one training example.
type pair struct{ source, target []int }

// run is one training run.
type run struct {
	settings   settings
	out        string
	workers    int
	vocabulary *vocabulary
	pairs      []pair // in the order of the lexicon
	dev        []entry
	data       string // what tells pairs and dev from others
	model      *seq2seq.Model
	trainer    *seq2seq.Trainer
	optimizer  *nn.Adam
	schedule   nn.OneCycle
	progress   progress
	stdout     io.Writer
	bar        *bar
}

// runTrain is the command train.
func runTrain(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s := defaultSettings()
	flags := newFlags("train", "[flags]", "Trains an encoder-decoder LSTM to pronounce words.", stderr)
	flags.StringVar(&s.Train, "train", s.Train, "lexicon `file` to train on, plain or gzip; empty: the embedded CMUdict")
	flags.StringVar(&s.Dev, "dev", s.Dev, "lexicon `file` to evaluate on; empty: every 40th word of the training lexicon, held out")
	flags.IntVar(&s.Embedding, "embedding", s.Embedding, "width of letter and phoneme embeddings")
	flags.IntVar(&s.Hidden, "hidden", s.Hidden, "units of the encoder in each direction; the decoder has twice as many")
	flags.IntVar(&s.Layers, "layers", s.Layers, "layers of encoder and decoder")
	flags.Float64Var(&s.Dropout, "dropout", s.Dropout, "dropout probability between layers")
	flags.IntVar(&s.Batch, "batch", s.Batch, "words a batch")
	flags.IntVar(&s.Epochs, "epochs", s.Epochs, "passes over the lexicon")
	flags.Float64Var(&s.LearningRate, "lr", s.LearningRate, "highest learning rate of the one-cycle schedule")
	flags.Float64Var(&s.Clip, "clip", s.Clip, "largest global norm of the gradients")
	flags.Uint64Var(&s.Seed, "seed", s.Seed, "seed of weights, order and dropout; the result depends on it, not on -workers")
	out := flags.String("out", "g2p-model", "`directory` for model.safetensors, history.json, curve.png and checkpoint.safetensors")
	count := flags.Int("workers", 0, "goroutines that compute; 0: one for each CPU")
	resume := flags.Bool("resume", false, "go on from the checkpoint in -out, with its settings and the same result as an unbroken run")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return usageError{fmt.Errorf("train: %q: want flags only", flags.Arg(0))}
	}
	if err := s.check(); err != nil {
		return usageError{err}
	}
	var given []string
	flags.Visit(func(f *flag.Flag) { given = append(given, f.Name) })
	r := &run{settings: s, out: *out, workers: *count, stdout: stdout}
	var err error
	if *resume {
		err = r.restore(given)
	} else {
		err = r.start()
	}
	if err != nil {
		return err
	}
	r.bar = newBar(stderr, len(r.pairs)*r.settings.Epochs, len(r.pairs)*r.progress.Epoch+r.progress.Words)
	return r.train(ctx)
}

func (r *run) path(name string) string { return filepath.Join(r.out, name) }

// start begins a new run.
func (r *run) start() error {
	train, err := r.readData()
	if err != nil {
		return err
	}
	r.vocabulary = newVocabulary(train)
	if err := r.vocabulary.check(); err != nil {
		return err
	}
	if r.model, err = seq2seq.New(r.settings.model(r.vocabulary), r.settings.Seed); err != nil {
		return err
	}
	return r.prepare(train)
}

// readData reads the lexicons; the training words are returned.
func (r *run) readData() (train []entry, err error) {
	if train, err = readLexiconFile(r.settings.Train); err != nil {
		return nil, err
	}
	if r.settings.Dev != "" {
		r.dev, err = readLexiconFile(r.settings.Dev)
		return train, err
	}
	train, r.dev = split(train)
	if len(train) == 0 {
		return nil, errors.New("the lexicon has one word, which is held out: want more, or -dev")
	}
	return train, nil
}

// prepare encodes the pairs and makes trainer and optimiser.
func (r *run) prepare(train []entry) error {
	for _, e := range train {
		source, unknown := r.vocabulary.encodeWord(e.word)
		if len(unknown) > 0 {
			return fmt.Errorf("word %q: letters %q are not in the checkpoint's vocabulary: is it another lexicon?", e.word, unknown)
		}
		for _, p := range e.pronunciations {
			target, err := r.vocabulary.encodePhonemes(p)
			if err != nil {
				return fmt.Errorf("word %q: %w", e.word, err)
			}
			r.pairs = append(r.pairs, pair{source, target})
		}
	}
	r.data = fingerprint(r.pairs, r.dev)
	var err error
	if r.trainer, err = seq2seq.NewTrainer(r.model, r.workers); err != nil {
		return err
	}
	r.schedule = nn.NewOneCycle(r.settings.LearningRate, r.settings.Epochs*r.batches())
	r.optimizer, err = nn.NewAdam(r.trainer.Parameters(), nn.DefaultAdam(), r.workers)
	return err
}

func (r *run) batches() int { return (len(r.pairs) + r.settings.Batch - 1) / r.settings.Batch }

// fingerprint returns the number of pairs, and a hash of them and of dev.
func fingerprint(pairs []pair, dev []entry) string {
	hash := sha256.New()
	fmt.Fprintln(hash, pairs)
	fmt.Fprintf(hash, "%q\n", dev)
	return fmt.Sprintf("%d pairs, SHA-256 %x", len(pairs), hash.Sum(nil))
}

// restore goes on from the checkpoint. A setting given on the command line must be
// the checkpoint's, and so must the lexicons: the order of the pairs depends on their number.
func (r *run) restore(given []string) error {
	path := r.path("checkpoint.safetensors")
	file, m, s, v, err := openFile(path, checkpointFormat, "model.")
	if err != nil {
		return fmt.Errorf("-resume: %w", err)
	}
	if err := sameSettings(given, r.settings, s); err != nil {
		return err
	}
	r.settings, r.model, r.vocabulary = s, m, v
	if err := json.Unmarshal([]byte(file.Metadata()["progress"]), &r.progress); err != nil {
		return fmt.Errorf("%s: progress: %w", path, err)
	}
	train, err := r.readData()
	if err != nil {
		return err
	}
	if err := r.prepare(train); err != nil {
		return err
	}
	// An older checkpoint does not say.
	if saved := file.Metadata()["data"]; saved != "" && saved != r.data {
		return fmt.Errorf("%s: data: the lexicons have %s: the run began with %s", path, r.data, saved)
	}
	if p := r.progress; p.Epoch < 0 || p.Epoch > s.Epochs || p.Batch < 0 || p.Batch >= r.batches() || p.Words != p.Batch*s.Batch {
		return fmt.Errorf("%s: progress: epoch %d, batch %d of %d: want a place in %d epochs of %d batches",
			path, p.Epoch, p.Batch, p.Words, s.Epochs, r.batches())
	}
	if err := file.Into("optimizer.", r.optimizer.State()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// sameSettings returns an error if a given flag differs from the checkpoint's value.
func sameSettings(given []string, asked, saved settings) error {
	for _, f := range []struct {
		flag         string
		asked, saved any
	}{
		{"train", asked.Train, saved.Train}, {"dev", asked.Dev, saved.Dev}, {"embedding", asked.Embedding, saved.Embedding},
		{"hidden", asked.Hidden, saved.Hidden}, {"layers", asked.Layers, saved.Layers}, {"dropout", asked.Dropout, saved.Dropout},
		{"batch", asked.Batch, saved.Batch}, {"epochs", asked.Epochs, saved.Epochs}, {"lr", asked.LearningRate, saved.LearningRate},
		{"clip", asked.Clip, saved.Clip}, {"seed", asked.Seed, saved.Seed},
	} {
		if slices.Contains(given, f.flag) && f.asked != f.saved {
			return usageError{fmt.Errorf("-%s %v with -resume: the checkpoint has %v", f.flag, f.asked, f.saved)}
		}
	}
	return nil
}

// train runs epoch after epoch until the last or until ctx ends.
func (r *run) train(ctx context.Context) error {
	if err := os.MkdirAll(r.out, 0o777); err != nil {
		return err
	}
	for r.progress.Epoch < r.settings.Epochs {
		interrupted, err := r.epoch(ctx)
		if err != nil {
			return err
		}
		if interrupted {
			return r.stop()
		}
		if err := r.endEpoch(); err != nil {
			return err
		}
	}
	r.bar.finish()
	return r.show()
}

// epoch trains on what is left of the current epoch, in an order that depends on the
// seed and the epoch alone.
func (r *run) epoch(ctx context.Context) (interrupted bool, err error) {
	p := &r.progress
	order := rand.New(rand.NewPCG(r.settings.Seed, uint64(p.Epoch))).Perm(len(r.pairs))
	var sources, targets [][]int
	for p.Batch < r.batches() {
		if ctx.Err() != nil {
			return true, nil
		}
		start := time.Now()
		sources, targets = sources[:0], targets[:0]
		for _, i := range order[p.Batch*r.settings.Batch : min((p.Batch+1)*r.settings.Batch, len(order))] {
			sources, targets = append(sources, r.pairs[i].source), append(targets, r.pairs[i].target)
		}
		step := p.Epoch*r.batches() + p.Batch
		loss, tokens, err := r.step(sources, targets, step)
		if err != nil {
			return false, fmt.Errorf("epoch %d, batch %d: %w", p.Epoch+1, p.Batch+1, err)
		}
		p.Batch++
		p.LossSum += loss * float64(tokens)
		p.Tokens += tokens
		p.Words += len(sources)
		p.Seconds += time.Since(start).Seconds()
		r.bar.advance(len(sources), fmt.Sprintf("epoch %d/%d  loss %.3f  %.0f words/s", p.Epoch+1, r.settings.Epochs,
			p.LossSum/float64(p.Tokens), float64(p.Words)/p.Seconds))
	}
	return false, nil
}

// step makes one step of the optimiser.
func (r *run) step(sources, targets [][]int, step int) (loss float64, tokens int, err error) {
	if loss, tokens, err = r.trainer.Step(sources, targets, r.settings.Seed+uint64(step)); err != nil {
		return 0, 0, err
	}
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return 0, 0, fmt.Errorf("the loss is %v: try a lower -lr", loss)
	}
	if _, err = nn.ClipGradNorm(r.trainer.Parameters(), r.settings.Clip); err != nil {
		return 0, 0, err
	}
	return loss, tokens, r.optimizer.Step(r.schedule.LR(step))
}

// endEpoch evaluates, keeps the model if it is the best so far, and writes history,
// curve and checkpoint.
func (r *run) endEpoch() error {
	p := &r.progress
	devLoss, err := r.devLoss()
	if err != nil {
		return err
	}
	prepared, err := r.model.Prepare()
	if err != nil {
		return err
	}
	s, _, err := evaluate(prepared, r.vocabulary, r.dev, r.workers)
	if err != nil {
		return err
	}
	record := epochRecord{
		Epoch: p.Epoch + 1, TrainLoss: p.LossSum / float64(p.Tokens), DevLoss: devLoss, WER: s.WER(), PER: s.PER(),
		LearningRate:   r.schedule.LR((p.Epoch+1)*r.batches() - 1),
		WordsPerSecond: float64(p.Words) / p.Seconds, Seconds: p.Seconds,
	}
	best := len(p.Complete) == 0 || record.WER < p.BestWER
	*p = progress{Epoch: p.Epoch + 1, BestWER: p.BestWER, Complete: append(p.Complete, record)}
	if best {
		p.BestWER = record.WER
		if err := saveModel(r.path("model.safetensors"), r.model, r.settings, r.vocabulary); err != nil {
			return err
		}
	}
	r.bar.line(r.stdout, fmt.Sprintf("epoch %d/%d  loss %.4f  dev loss %.4f  WER %.2f %%  PER %.2f %%  %.0f words/s",
		record.Epoch, r.settings.Epochs, record.TrainLoss, record.DevLoss, record.WER, record.PER, record.WordsPerSecond))
	return r.save()
}

// devLoss returns the mean cross-entropy over the dev set's pronunciations, words
// with a letter or phoneme that training never saw left out.
func (r *run) devLoss() (float64, error) {
	var sources, targets [][]int
	sum, tokens := 0.0, 0
	flush := func() error {
		loss, n, err := r.trainer.Loss(sources, targets)
		sum, tokens = sum+loss*float64(n), tokens+n
		sources, targets = sources[:0], targets[:0]
		return err
	}
	for _, e := range r.dev {
		source, unknown := r.vocabulary.encodeWord(e.word)
		for _, p := range e.pronunciations {
			target, err := r.vocabulary.encodePhonemes(p)
			if err != nil || len(unknown) > 0 {
				continue
			}
			sources, targets = append(sources, source), append(targets, target)
		}
		if len(sources) >= evaluationBatch {
			if err := flush(); err != nil {
				return 0, err
			}
		}
	}
	if err := flush(); err != nil {
		return 0, err
	}
	return sum / float64(max(tokens, 1)), nil
}

// save writes everything but the best model.
func (r *run) save() error {
	h := history{Settings: r.settings, Epochs: r.progress.Complete}
	if err := h.write(r.path("history.json")); err != nil {
		return err
	}
	if len(h.Epochs) > 0 {
		if err := writeCurve(r.path("curve.png"), h.Epochs); err != nil {
			return err
		}
	}
	return saveCheckpoint(r.path("checkpoint.safetensors"), r)
}

// stop ends an interrupted run with everything saved: the model as it is if no epoch
// has chosen a best one yet.
func (r *run) stop() error {
	r.bar.finish()
	if len(r.progress.Complete) == 0 {
		if err := saveModel(r.path("model.safetensors"), r.model, r.settings, r.vocabulary); err != nil {
			return err
		}
	}
	if err := r.save(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(r.stdout, "interrupted in epoch %d; everything is in %s; go on with -resume\n", r.progress.Epoch+1, r.out)
	return err
}

// show prints where the best model is, and ten dev words as it pronounces them.
func (r *run) show() error {
	prepared, v, err := openModel(r.path("model.safetensors"))
	if err != nil {
		return err
	}
	var words []string
	var shown []entry
	for i := 0; i < 10 && i < len(r.dev); i++ {
		e := r.dev[i*len(r.dev)/min(10, len(r.dev))]
		shown, words = append(shown, e), append(words, e.word)
	}
	predicted, _, err := pronounce(prepared, v, words, 1)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.stdout, "\nbest model: WER %.2f %%, in %s\n\n%-18s %-34s %s\n", r.progress.BestWER, r.path("model.safetensors"), "word", "reference", "prediction")
	for i, e := range shown {
		mark := ""
		if !slices.ContainsFunc(e.pronunciations, func(p []string) bool { return slices.Equal(p, predicted[i]) }) {
			mark = "  (wrong)"
		}
		fmt.Fprintf(r.stdout, "%-18s %-34s %s%s\n", e.word, strings.Join(e.pronunciations[0], " "), strings.Join(predicted[i], " "), mark)
	}
	return nil
}
