package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// bar shows progress on a terminal: epoch, loss, words/s, time left. Elsewhere it is
// silent, and only the lines of the epochs appear.
type bar struct{ shown *progressbar.ProgressBar }

// newBar returns a bar over total words of which done are behind.
func newBar(w io.Writer, total, done int) *bar {
	file, ok := w.(*os.File)
	if !ok {
		return &bar{}
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return &bar{}
	}
	shown := progressbar.NewOptions(total, progressbar.OptionSetWriter(w), progressbar.OptionSetWidth(20),
		progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionSetPredictTime(true),
		progressbar.OptionShowElapsedTimeOnFinish(), progressbar.OptionFullWidth())
	if done > 0 {
		_ = shown.Set(done) // a bar that cannot be drawn is no reason to stop
	}
	return &bar{shown}
}

func (b *bar) advance(words int, text string) {
	if b.shown != nil {
		b.shown.Describe(text)
		_ = b.shown.Add(words)
	}
}

// line prints a line that stays, and draws the bar again below it.
func (b *bar) line(w io.Writer, text string) {
	if b.shown != nil {
		_ = b.shown.Clear()
	}
	fmt.Fprintln(w, text)
}

func (b *bar) finish() {
	if b.shown != nil {
		_ = b.shown.Exit()
	}
}
