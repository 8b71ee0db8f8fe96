package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// asCommand makes the test binary the command itself.
const asCommand = "G2P_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestSignals: a signal ends eval and say at once; train, which the first one asks to save, ends
// at a second. None of them comes further than its file here, a pipe that stays empty.
func TestSignals(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	const once, oft = 20 * time.Second, 200 * time.Millisecond
	for _, c := range []struct {
		args        []string
		least, most int // signals
		wait        time.Duration
	}{
		{[]string{"say", "-model", pipe, "A"}, 1, 1, once},
		{[]string{"eval", "-model", pipe, "-data", pipe}, 1, 1, once},
		{[]string{"train", "-train", pipe}, 2, 100, oft},
		{[]string{"-train", pipe}, 2, 100, oft},
	} {
		command := exec.Command(os.Args[0], c.args...)
		command.Env = append(os.Environ(), asCommand+"=1")
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		writer := openPipe(t, pipe) // from here on the command reads it
		sent, ended := signalUntilEnd(command, c.most, c.wait)
		writer.Close()
		if !ended || sent < c.least {
			t.Errorf("g2p %v: %d signals, ended: %v: want an end after %d to %d", c.args, sent, ended, c.least, c.most)
		}
	}
}

// openPipe opens the pipe to write as soon as somebody reads it.
func openPipe(t *testing.T, path string) *os.File {
	t.Helper()
	for range 2000 {
		f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if err == nil {
			return f
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nobody reads the pipe")
	return nil
}

// signalUntilEnd sends signals, wait apart, until the command ends, and kills it after most.
func signalUntilEnd(command *exec.Cmd, most int, wait time.Duration) (sent int, ended bool) {
	end := make(chan struct{})
	go func() {
		_ = command.Wait() // its error is the signal
		close(end)
	}()
	for sent < most {
		_ = command.Process.Signal(syscall.SIGTERM) // an error if it has ended
		sent++
		select {
		case <-end:
			return sent, true
		case <-time.After(wait):
		}
	}
	_ = command.Process.Kill()
	<-end
	return sent, false
}
