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
type bar struct {
	shown      *progressbar.ProgressBar // nil: silent
	total      int                      // words of the whole run
	done, here int                      // words behind: of the run, of this process
	began      time.Time
}

// newBar returns a bar over total words of which done are behind; silent unless w is a
// terminal.
func newBar(w io.Writer, total, done int) *bar {
	file, ok := w.(*os.File)
	if !ok {
		return &bar{}
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return &bar{}
	}
	return drawBar(w, total, done)
}

func drawBar(w io.Writer, total, done int) *bar {
	// The time left is ours: progressbar's takes the words before a resumption for
	// words of its first moment.
	shown := progressbar.NewOptions(total, progressbar.OptionSetWriter(w), progressbar.OptionSetWidth(20),
		progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false), progressbar.OptionFullWidth())
	if done > 0 {
		_ = shown.Set(done) // a bar that cannot be drawn is no reason to stop
	}
	return &bar{shown: shown, total: total, done: done, began: time.Now()}
}

func (b *bar) advance(words int, text string) {
	if b.shown == nil {
		return
	}
	b.done += words
	b.here += words
	left := timeLeft(b.total-b.done, b.here, time.Since(b.began))
	b.shown.Describe(fmt.Sprintf("%s  %v left", text, left))
	_ = b.shown.Add(words)
}

// timeLeft returns how long the words that are left will take at the speed of the
// words done here, evaluations included, in whole seconds.
func timeLeft(left, done int, elapsed time.Duration) time.Duration {
	if left <= 0 || done <= 0 {
		return 0
	}
	seconds := elapsed.Seconds() / float64(done) * float64(left)
	return time.Duration(min(seconds, 1e9)+0.5) * time.Second
}

// line prints a line that stays; the next advance draws the bar again below it.
func (b *bar) line(w io.Writer, text string) {
	b.clear()
	fmt.Fprintln(w, text)
}

// finish takes the bar away, so that what is printed next begins a line.
func (b *bar) finish() {
	b.clear()
	if b.shown != nil {
		_ = b.shown.Exit()
	}
}

func (b *bar) clear() {
	if b.shown != nil {
		_ = b.shown.Clear()
	}
}
