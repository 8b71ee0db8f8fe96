package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/packedlstm/packedlstm/seq2seq"
)

const (
	evaluationBatch = 128
	// A pronunciation is cut at this many phonemes: far beyond the longest of CMUdict.
	longestPronunciation = 60
)

// pronounce decodes the words greedily on several workers, each with batches of its
// own. unknown lists, for each word, the letters that the vocabulary does not have.
func pronounce(p *seq2seq.Prepared, v *vocabulary, words []string, count int) (phonemes, unknown [][]string, err error) {
	phonemes, unknown = make([][]string, len(words)), make([][]string, len(words))
	var next atomic.Int64
	var group sync.WaitGroup
	errs := make([]error, decoders(count, len(words)))
	for w := range errs {
		group.Go(func() {
			decoding := seq2seq.NewDecoding(p, 1)
			for errs[w] == nil {
				first := int(next.Add(evaluationBatch)) - evaluationBatch
				if first >= len(words) {
					return
				}
				end := min(first+evaluationBatch, len(words))
				var sources, targets [][]int
				for i := first; i < end; i++ {
					var ids []int
					ids, unknown[i] = v.encodeWord(words[i])
					sources = append(sources, ids)
				}
				if targets, errs[w] = decoding.Greedy(sources, longestPronunciation); errs[w] != nil {
					return
				}
				for i, target := range targets {
					phonemes[first+i] = v.decode(target)
				}
			}
		})
	}
	group.Wait()
	for _, e := range errs {
		if e != nil {
			return nil, nil, e
		}
	}
	return phonemes, unknown, nil
}

// decoders returns how many goroutines decode: count, or one for each CPU if it is 0 or less,
// but no more than there are batches of words.
func decoders(count, words int) int {
	if count <= 0 {
		count = runtime.GOMAXPROCS(0)
	}
	return min(count, (words+evaluationBatch-1)/evaluationBatch)
}

// evaluate scores a model on a lexicon; unknown is the number of words that have letters which
// the vocabulary does not have, and which are left out.
func evaluate(p *seq2seq.Prepared, v *vocabulary, entries []entry, count int) (s score, unknown int, err error) {
	words := make([]string, len(entries))
	for i, e := range entries {
		words[i] = e.word
	}
	predicted, letters, err := pronounce(p, v, words, count)
	if err != nil {
		return score{}, 0, err
	}
	for i, e := range entries {
		s.add(predicted[i], e.pronunciations)
		if len(letters[i]) > 0 {
			unknown++
		}
	}
	return s, unknown, nil
}

// runEval is the command eval.
func runEval(args []string, stdout, stderr io.Writer) error {
	flags := newFlags("eval", "-model FILE -data FILE.tsv[.gz] [-json]", "Scores a model on a lexicon of WORD<TAB>PH PH ... lines.\n"+
		"A word with several pronunciations (repeated lines, or further tab-separated\nfields) is right if it equals any.", stderr)
	model := flags.String("model", "", "model `file` that training wrote")
	data := flags.String("data", "", "lexicon `file`, plain or gzip")
	asJSON := flags.Bool("json", false, "print one line of JSON: words, wer, per, words_per_second")
	count := flags.Int("workers", 0, "goroutines that decode; 0: one for each CPU")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return usageError{fmt.Errorf("eval: %q: want flags only", flags.Arg(0))}
	}
	if *data == "" {
		return usageError{fmt.Errorf("eval: -data: want a lexicon file")}
	}
	prepared, v, err := openModel(*model)
	if err != nil {
		return err
	}
	entries, err := readLexiconFile(*data)
	if err != nil {
		return err
	}
	start := time.Now()
	s, unknown, err := evaluate(prepared, v, entries, *count)
	if err != nil {
		return err
	}
	rate := float64(s.Words) / time.Since(start).Seconds()
	if unknown > 0 {
		fmt.Fprintf(stderr, "g2p: warning: %d of %d words have letters never seen in training, which are left out\n", unknown, s.Words)
	}
	if *asJSON {
		return json.NewEncoder(stdout).Encode(struct {
			Words          int     `json:"words"`
			WER            float64 `json:"wer"`
			PER            float64 `json:"per"`
			WordsPerSecond float64 `json:"words_per_second"`
		}{s.Words, s.WER(), s.PER(), rate})
	}
	_, err = fmt.Fprintf(stdout, "%d words  WER %.2f %%  PER %.2f %%  %.0f words/s\n", s.Words, s.WER(), s.PER(), rate)
	return err
}
