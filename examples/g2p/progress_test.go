package main

import (
	"bytes"
	"math"
	"os"
	"strings"
	"testing"
	"time"
)

func TestTimeLeft(t *testing.T) {
	for _, c := range []struct {
		left, done    int
		elapsed, want time.Duration
	}{
		{900, 100, 10 * time.Second, 90 * time.Second},
		{1, 3, time.Second, 0},
		{2, 3, time.Second, time.Second},
		{0, 100, time.Hour, 0},
		{-5, 100, time.Hour, 0},
		{100, 0, time.Hour, 0},
		{math.MaxInt, 1, time.Hour, 1e9 * time.Second},
	} {
		if got := timeLeft(c.left, c.done, c.elapsed); got != c.want {
			t.Errorf("timeLeft(%d, %d, %v) = %v, want %v", c.left, c.done, c.elapsed, got, c.want)
		}
	}
}

// TestBar: a bar that goes on at word 900 takes its speed from the words since then;
// lines stay on lines of their own.
func TestBar(t *testing.T) {
	var screen bytes.Buffer
	b := drawBar(&screen, 1000, 900)
	time.Sleep(250 * time.Millisecond) // it draws five times a second at most
	b.began = time.Now().Add(-10 * time.Second)
	b.advance(20, "epoch 9/10")
	if drawn := screen.String(); !strings.Contains(drawn, "epoch 9/10  40s left") {
		t.Errorf("drawn %q", drawn)
	}
	b.line(&screen, "a line")
	b.finish()
	before, after, found := strings.Cut(screen.String(), "a line\n")
	if !found || !strings.HasSuffix(before, " \r") || strings.Trim(after, " \r") != "" {
		t.Errorf("drawn %q", screen.String())
	}
}

// TestBarSilent: only a terminal shows a bar, the lines appear everywhere.
func TestBarSilent(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/stderr")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	b := newBar(file, 100, 50)
	b.advance(10, "epoch 1/1")
	var lines bytes.Buffer
	b.line(&lines, "epoch 1")
	b.finish()
	if info, err := file.Stat(); err != nil || info.Size() != 0 || lines.String() != "epoch 1\n" {
		t.Errorf("%v bytes drawn, %v, lines %q", info.Size(), err, lines.String())
	}
}
