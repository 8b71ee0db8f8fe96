// Command g2p learns to pronounce English: an encoder-decoder LSTM over packed
// sequences, trained on CMUdict, letters in, phonemes out.
//
//	go run ./examples/g2p                                   train with the defaults
//	go run ./examples/g2p eval -model FILE -data FILE.tsv   score a model
//	go run ./examples/g2p say -model FILE WORD...           pronounce words
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx := context.Background()
	if name, _ := commandOf(os.Args[1:]); name == "train" {
		// It ends with everything saved; the other commands have nothing to save.
		saving, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		context.AfterFunc(saving, stop) // a second signal ends the process at once
		ctx = saving
	}
	err := command(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	var usage usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "g2p:", err)
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, "g2p:", err)
	os.Exit(1)
}

// usageError is a mistake in the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// commandOf returns the name of the command, train if there is none, and its arguments.
func commandOf(args []string) (name string, rest []string) {
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		return args[0], args[1:]
	}
	return "train", args
}

// command runs the command that args name.
func command(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	name, args := commandOf(args)
	switch name {
	case "train":
		return runTrain(ctx, args, stdout, stderr)
	case "eval":
		return runEval(args, stdout, stderr)
	case "say":
		return runSay(args, stdin, stdout, stderr)
	}
	return usageError{fmt.Errorf("command %q: want train, eval or say (-h explains each)", name)}
}

// newFlags returns the flags of a command whose -h explains them.
func newFlags(name, arguments, about string, stderr io.Writer) *commandFlags {
	set := flag.NewFlagSet("g2p "+name, flag.ContinueOnError)
	set.SetOutput(stderr)
	set.Usage = func() {
		fmt.Fprintf(stderr, "usage: g2p %s %s\n\n%s\n\n", name, arguments, about)
		set.PrintDefaults()
		if name == "train" {
			fmt.Fprint(stderr, "\nOther commands: g2p eval -h, g2p say -h\n")
		}
	}
	return &commandFlags{set}
}

type commandFlags struct{ *flag.FlagSet }

// Parse reports what the flag package has printed already as a usage error.
func (f *commandFlags) Parse(args []string) error {
	err := f.FlagSet.Parse(args)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		return usageError{err}
	}
	return err
}
