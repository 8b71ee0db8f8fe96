package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tinyLexicon is a made-up language, learnable in seconds: each letter has one phoneme,
// and an E at the end of every other word none.
func tinyLexicon(words int) string {
	rng := rand.New(rand.NewPCG(1, 1))
	var b strings.Builder
	for i := range words {
		var word, phonemes []string
		for range 1 + rng.IntN(5) {
			letter := rng.IntN(4)
			word, phonemes = append(word, string(rune('A'+letter))), append(phonemes, fmt.Sprintf("P%d", letter))
		}
		fmt.Fprintf(&b, "%s%s\t%s\n", strings.Join(word, ""), strings.Repeat("E", i%2), strings.Join(phonemes, " "))
	}
	return b.String()
}

func writeFile(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func gzipped(t *testing.T, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// g2p runs a command in process and returns what it printed.
func g2p(ctx context.Context, stdin string, args ...string) (stdout, stderr string, err error) {
	var out, errs bytes.Buffer
	err = command(ctx, args, strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String(), err
}

func mustRun(t *testing.T, stdin string, args ...string) (stdout, stderr string) {
	t.Helper()
	stdout, stderr, err := g2p(context.Background(), stdin, args...)
	if err != nil {
		t.Fatalf("g2p %v: %v\n%s", args, err, stderr)
	}
	return stdout, stderr
}

func TestEmbeddedLexicon(t *testing.T) {
	entries, err := readLexiconFile("")
	if err != nil {
		t.Fatal(err)
	}
	pronunciations := 0
	for _, e := range entries {
		pronunciations += len(e.pronunciations)
	}
	if len(entries) != 106837 || pronunciations != 113438 {
		t.Errorf("%d words, %d pronunciations, want 106837 and 113438", len(entries), pronunciations)
	}
	v := newVocabulary(entries)
	if len(v.Letters) != 27 || len(v.Phonemes) != 39 {
		t.Errorf("%d letters, %d phonemes, want 27 and 39", len(v.Letters), len(v.Phonemes))
	}
	train, dev := split(entries)
	if len(dev) != 2671 || len(train)+len(dev) != len(entries) {
		t.Errorf("%d words held out of %d", len(dev), len(entries))
	}
	inTrain := map[string]bool{}
	for _, e := range train {
		inTrain[e.word] = true
	}
	for _, e := range dev {
		if inTrain[e.word] {
			t.Fatalf("%s is in both", e.word)
		}
	}
}

func TestReadLexicon(t *testing.T) {
	const text = "cat\tK AE T\r\nTOMATO\tT AH M EY T OW\tT AH M AA T OW\n\nCAT\tK AE T S\n"
	for name, content := range map[string][]byte{"plain": []byte(text), "gzip": gzipped(t, text)} {
		entries, err := readLexicon(bytes.NewReader(content), name)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) != 2 || entries[0].word != "CAT" || len(entries[0].pronunciations) != 2 || len(entries[1].pronunciations) != 2 ||
			!slices.Equal(entries[0].pronunciations[1], []string{"K", "AE", "T", "S"}) {
			t.Errorf("%s: %v", name, entries)
		}
	}
	whole := gzipped(t, tinyLexicon(200))
	for end := 2; end < len(whole); end += 7 {
		if _, err := readLexicon(bytes.NewReader(whole[:end]), "cut"); err == nil {
			t.Fatalf("the first %d of %d bytes: no error", end, len(whole))
		}
	}
	for name, want := range map[string]string{
		"":                                      "no word",
		"\n\n":                                  "no word",
		"A\tB\nCAT K AE T\n":                    "x:2",
		"A\t\n":                                 "0 phonemes",
		"\tK\n":                                 "word",
		"A\tB\t\tC\n":                           "0 phonemes",
		"A\t\xff\n":                             "UTF-8",
		"A\tB\n" + strings.Repeat("x", maxLine): "x:2",
		"A\t" + strings.Repeat("B ", maxSymbols+1): "phonemes",
	} {
		if _, err := readLexicon(strings.NewReader(name), "x"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v: want an error with %q", name, err, want)
		}
	}
}

func TestScore(t *testing.T) {
	words := func(s string) []string { return strings.Fields(s) }
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"A", "", 1}, {"", "A B", 2}, {"A B C", "A B C", 0}, {"A B C", "A X C", 1}, {"A B C", "B C", 1}, {"A B", "B A", 2},
		{"K IH T AH N", "S IH T IH NG", 3}} {
		if got := editDistance(words(c.a), words(c.b)); got != c.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
	var s score
	s.add(words("A B"), [][]string{words("A B C"), words("A B")}) // equals the second
	s.add(words("A X"), [][]string{words("A B C D"), words("A Y Z")})
	if s != (score{Words: 2, Wrong: 1, Edits: 2, Phonemes: 5}) || s.WER() != 50 || s.PER() != 40 {
		t.Errorf("%+v, WER %v, PER %v", s, s.WER(), s.PER())
	}
}

// trainArgs trains a small model on the tiny lexicon.
func trainArgs(t *testing.T, out string, more ...string) []string {
	lexicon := writeFile(t, gzipped(t, tinyLexicon(600)))
	return append([]string{"train", "-train", lexicon, "-out", out, "-hidden", "16", "-embedding", "8", "-epochs", "8",
		"-batch", "16", "-lr", "0.02", "-workers", "2"}, more...)
}

// TestTrainEvalSay goes the whole road on a tiny language.
func TestTrainEvalSay(t *testing.T) {
	out := t.TempDir()
	stdout, _ := mustRun(t, "", trainArgs(t, out)...)
	if strings.Count(stdout, "WER") != 9 || !strings.Contains(stdout, "prediction") {
		t.Errorf("training printed\n%s", stdout)
	}
	model := filepath.Join(out, "model.safetensors")
	data := writeFile(t, []byte("ABC\tP0 P1 P2\nDDA\tP3 P3 P0\tX\nBE\tP1 P3\nBE\tP1\n"))
	line, _ := mustRun(t, "", "eval", "-model", model, "-data", data, "-json")
	var result map[string]float64
	if err := json.Unmarshal([]byte(line), &result); err != nil || strings.Count(line, "\n") != 1 {
		t.Fatalf("%q: %v", line, err)
	}
	if result["words"] != 3 || result["wer"] > 34 || result["words_per_second"] <= 0 || len(result) != 4 {
		t.Errorf("eval: %s", line)
	}
	if plain, _ := mustRun(t, "", "eval", "-model", model, "-data", data); !strings.HasPrefix(plain, "3 words  WER") {
		t.Errorf("eval: %q", plain)
	}
	strange := writeFile(t, []byte("A?C!\tP0 P2\nB\tP1\n??\tP0\n"))
	if _, warned := mustRun(t, "", "eval", "-model", model, "-data", strange); warned !=
		"g2p: warning: 2 of 3 words have letters never seen in training, which are left out\n" {
		t.Errorf("eval of unknown letters: %q", warned)
	}
	said, _ := mustRun(t, "", "say", "-model", model, "abc", "CAB")
	if said != "abc\tP0 P1 P2\nCAB\tP2 P0 P1\n" {
		t.Errorf("say: %q", said)
	}
	said, warned := mustRun(t, "abc\nA?C\n\n??\n", "say", "-model", model)
	if lines := strings.Split(said, "\n"); len(lines) != 5 || lines[0] != "abc\tP0 P1 P2" || !strings.HasPrefix(lines[1], "A?C\tP0") ||
		lines[2] != "\t" || lines[3] != "??\t" {
		t.Errorf("say from standard input: %q", said)
	}
	if strings.Count(warned, "warning") != 2 || !strings.Contains(warned, "?") {
		t.Errorf("warnings: %q", warned)
	}
	curve, err := os.Open(filepath.Join(out, "curve.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer curve.Close()
	if img, err := png.Decode(curve); err != nil || img.Bounds().Dx() < 500 {
		t.Errorf("curve.png: %v", err)
	}
	var h history
	text, err := os.ReadFile(filepath.Join(out, "history.json"))
	if err != nil || json.Unmarshal(text, &h) != nil || len(h.Epochs) != 8 || h.Epochs[7].TrainLoss >= h.Epochs[0].TrainLoss {
		t.Errorf("history.json: %v\n%s", err, text)
	}
}

// interruptAfter is a context that ends after a number of looks at it.
type interruptAfter struct {
	context.Context
	looks int
}

func (c *interruptAfter) Err() error {
	if c.looks--; c.looks < 0 {
		return context.Canceled
	}
	return nil
}

// TestResume: a run that is interrupted, in the middle of an epoch and again, ends
// with the bytes of an unbroken one, whatever the number of workers.
func TestResume(t *testing.T) {
	whole, broken := t.TempDir(), t.TempDir()
	args := trainArgs(t, whole, "-epochs", "3", "-layers", "2", "-dropout", "0.2")
	mustRun(t, "", args...)
	args[slices.Index(args, "-out")+1] = broken
	for i, looks := range []int{10, 60} {
		resumed := slices.Clone(args)
		if i > 0 {
			resumed = append(resumed, "-resume", "-workers", "1")
		}
		stdout, _, err := g2p(&interruptAfter{context.Background(), looks}, "", resumed...)
		if err != nil || !strings.Contains(stdout, "interrupted") {
			t.Fatalf("%v\n%s", err, stdout)
		}
		if _, _, err := openModel(filepath.Join(broken, "model.safetensors")); err != nil {
			t.Error(err)
		}
	}
	mustRun(t, "", append(slices.Clone(args), "-resume")...)
	for _, name := range []string{"model.safetensors", "checkpoint.safetensors"} {
		want, err := openTensors(filepath.Join(whole, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := openTensors(filepath.Join(broken, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: the tensors differ from those of an unbroken run", name)
		}
	}
	if _, _, err := g2p(context.Background(), "", append(slices.Clone(args), "-resume", "-hidden", "17")...); err == nil ||
		!strings.Contains(err.Error(), "-hidden 17") {
		t.Errorf("-resume with another -hidden: %v", err)
	}
}

// TestResumeOnOtherData: a lexicon that has changed in its place is an error, be it the one that
// trains or the one that evaluates; a checkpoint that does not say what its data were is not.
func TestResumeOnOtherData(t *testing.T) {
	out := t.TempDir()
	lexicon, dev := writeFile(t, []byte(tinyLexicon(100))), writeFile(t, []byte(tinyLexicon(20)))
	args := []string{"train", "-train", lexicon, "-dev", dev, "-out", out, "-hidden", "3", "-embedding", "2", "-epochs", "2", "-batch", "7"}
	if stdout, _, err := g2p(&interruptAfter{context.Background(), 3}, "", args...); err != nil || !strings.Contains(stdout, "interrupted") {
		t.Fatalf("%v\n%s", err, stdout)
	}
	args = append(args, "-resume")
	for _, c := range []struct{ path, text string }{
		{lexicon, tinyLexicon(101)},
		{lexicon, strings.Replace(tinyLexicon(100), "P1", "P2", 1)},
		{dev, tinyLexicon(21)},
	} {
		before, err := os.ReadFile(c.path)
		if err != nil {
			t.Fatal(err)
		}
		overwrite(t, c.path, []byte(c.text))
		if _, _, err := g2p(context.Background(), "", args...); err == nil || !strings.Contains(err.Error(), "pairs, SHA-256") {
			t.Errorf("-resume with another lexicon: %v: want an error that says so", err)
		}
		overwrite(t, c.path, before)
	}
	checkpoint := filepath.Join(out, "checkpoint.safetensors")
	content, err := os.ReadFile(checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	overwrite(t, checkpoint, bytes.Replace(content, []byte(`"data":`), []byte(`"past":`), 1))
	mustRun(t, "", args...)
}

func overwrite(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
}

// openTensors returns the data part of a safetensors file: the header holds times.
func openTensors(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	header := 0
	for i := 7; i >= 0; i-- {
		header = header<<8 | int(content[i])
	}
	return content[8+header:], nil
}

// TestErrors: bad input is an error that says what is wrong, and a model file that
// stands stays as it was.
func TestErrors(t *testing.T) {
	out := t.TempDir()
	mustRun(t, "", trainArgs(t, out, "-epochs", "1")...)
	model := filepath.Join(out, "model.safetensors")
	before, err := os.ReadFile(model)
	if err != nil {
		t.Fatal(err)
	}
	empty, good := writeFile(t, nil), writeFile(t, []byte("A\tP0\n"))
	cut := writeFile(t, before[:len(before)/2])
	one := writeFile(t, []byte("A\tP0\n"))
	for want, args := range map[string][]string{
		"no word":           {"eval", "-model", model, "-data", empty},
		"-data":             {"eval", "-model", model},
		"-model":            {"say", "A"},
		"no such file":      {"eval", "-model", model, "-data", empty + "x"},
		"format":            {"eval", "-model", filepath.Join(out, "checkpoint.safetensors"), "-data", good},
		"header":            {"say", "-model", good, "A"},
		"-hidden 0":         {"train", "-hidden", "0"},
		"-lr NaN":           {"train", "-lr", "NaN"},
		"-lr -1":            {"train", "-lr", "-1"},
		"-dropout NaN":      {"train", "-dropout", "NaN"},
		"-epochs":           {"train", "-epochs", "-3"},
		"not defined: -x":   {"train", "-x"},
		"\"dance\"":         {"dance"},
		"flags only":        {"train", "more"},
		"one word":          {"train", "-train", one, "-out", out},
		"-resume":           {"train", "-resume", "-out", t.TempDir()},
		"invalid value \"z": {"train", "-batch", "z"},
	} {
		_, _, err := g2p(context.Background(), "", args...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("g2p %v: %v: want an error with %q", args, err, want)
		}
	}
	for _, args := range [][]string{{"eval"}, {"eval", "-data", good}, {"eval", "-model", model}, {"say"}, {"say", "A"}, {"dance"}} {
		var usage usageError
		if _, _, err := g2p(context.Background(), "", args...); !errors.As(err, &usage) {
			t.Errorf("g2p %v: %v: want a usage error", args, err)
		}
	}
	if _, _, err := g2p(context.Background(), "", "say", "-model", cut, "A"); err == nil {
		t.Error("a truncated model file: no error")
	}
	after, err := os.ReadFile(model)
	if err != nil || !bytes.Equal(after, before) {
		t.Errorf("the model file changed: %v", err)
	}
	for _, name := range []string{"train", "eval", "say"} {
		if _, text, err := g2p(context.Background(), "", name, "-h"); err == nil || !strings.Contains(text, "usage: g2p "+name) {
			t.Errorf("%s -h: %v\n%s", name, err, text)
		}
	}
}
