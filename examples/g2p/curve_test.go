package main

import (
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/plot"
)

// epochsLike returns n epochs that fall as those of CMUdict do.
func epochsLike(n int) []epochRecord {
	var epochs []epochRecord
	for e := 1; e <= n; e++ {
		x := float64(e)
		epochs = append(epochs, epochRecord{Epoch: e, TrainLoss: 0.2 + 1/x, DevLoss: 0.3 + 0.6/x, WER: 38 + 40/x, PER: 9 + 15/x})
	}
	return epochs
}

func TestWriteCurve(t *testing.T) {
	for _, n := range []int{1, 2, 5, 100} {
		path := filepath.Join(t.TempDir(), "curve.png")
		if err := writeCurve(path, epochsLike(n)); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(f)
		f.Close()
		if err != nil || img.Bounds() != image.Rect(0, 0, 1200, 800) {
			t.Errorf("%d epochs: %v, %v", n, img.Bounds(), err)
		}
	}
	path := filepath.Join(t.TempDir(), "curve.png")
	bad := epochsLike(2)
	bad[1].DevLoss = math.NaN()
	if err := writeCurve(path, bad); err == nil || !strings.Contains(err.Error(), "dev") {
		t.Errorf("a loss that is NaN: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was left behind")
	}
}

func labels(ticks []plot.Tick) string {
	var all []string
	for _, tick := range ticks {
		all = append(all, tick.Label)
	}
	return strings.Join(all, " ")
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		ticker    plot.Ticker
		low, high float64
		want      string
	}{
		{epochTicks{}, 0.75, 5.25, "1 2 3 4 5"},
		{epochTicks{}, 0.75, 1.25, "1"},
		{epochTicks{}, 0.75, 40.25, "3 6 9 12 15 18 21 24 27 30 33 36 39"},
		{valueTicks{}, 0, 100, "0 20 40 60 80 100"},
		{valueTicks{}, 0, 1.4, "0 0.2 0.4 0.6 0.8 1 1.2 1.4"},
		{valueTicks{}, 0, 2.1, "0 0.5 1 1.5 2"},
		{valueTicks{}, 0, 0.03, "0 0.005 0.01 0.015 0.02 0.025 0.03"},
		{valueTicks{}, 0, 0, "0"},
	} {
		if got := labels(c.ticker.Ticks(c.low, c.high)); got != c.want {
			t.Errorf("%T from %v to %v: %q, want %q", c.ticker, c.low, c.high, got, c.want)
		}
	}
	if got, want := (series{name: "x", value: func(e epochRecord) float64 { return e.WER }}).label([]epochRecord{{WER: 3}, {WER: 1}, {WER: 2}}),
		"x: 2 at the end, lowest 1"; got != want {
		t.Errorf("label: %q, want %q", got, want)
	}
	if got := fmt.Sprint(series{name: "x"}.label(nil)); got != "x" {
		t.Errorf("label of no epochs: %q", got)
	}
}
