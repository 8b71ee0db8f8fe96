package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// preloadVariable names what Linux loads into a program before its libraries.
const preloadVariable = "LD_PRELOAD"

// counter is the path of what counts the allocations of foreign peers.
func (w *workshop) counter() string { return filepath.Join(w.built, "allocations", "allocations.so") }

// count has foreign peers preload the counter, once it has been provided. Where it cannot be
// had, they do without.
func (w *workshop) count(peers []*peer, provide func() error) {
	var foreign []*peer
	for _, p := range peers {
		if p.foreign {
			foreign = append(foreign, p)
		}
	}
	if len(foreign) == 0 {
		return
	}
	err := w.preloadable()
	if err == nil {
		err = provide()
	}
	if err != nil {
		fmt.Fprintf(w.log, "allocations of %s are not counted: %s\n", strings.Join(names(foreign), ", "), oneLine(err.Error()))
		return
	}
	for _, p := range foreign {
		p.env = append(p.env, preloadVariable+"="+w.counter())
	}
}

// preloadable returns why no counter would be preloaded.
func (w *workshop) preloadable() error {
	switch {
	case runtime.GOOS != "linux":
		return fmt.Errorf("%s is not linux", runtime.GOOS)
	case os.Getenv(preloadVariable) != "":
		// It may be another allocator, whose free would be given glibc's blocks.
		return fmt.Errorf("%s is set", preloadVariable)
	case strings.ContainsAny(w.counter(), " :"):
		return fmt.Errorf("%s takes a path without spaces and colons", preloadVariable)
	}
	return nil
}

// buildCounter compiles it. No symbol may be missing: with another C library than glibc that
// ends here, not at the start of each peer.
func (w *workshop) buildCounter() error {
	if err := os.MkdirAll(filepath.Dir(w.counter()), 0o777); err != nil {
		return err
	}
	return w.compile(filepath.Join(w.root, "bench", "peers", "allocations"), "-std=c11", "-O2", "-Wall", "-Wextra", "-fPIC",
		"-shared", "-Wl,-z,defs", "allocations.c", "-o", w.counter())
}

// compilers of C: the first that can takes the work.
var compilers = []string{"cc", "gcc", "clang", "g++"}

var errCompiler = errors.New("no C compiler: want one of " + strings.Join(compilers, ", "))

// compile runs a C compiler.
func (w *workshop) compile(folder string, args ...string) error {
	err := errCompiler
	for _, compiler := range compilers {
		if _, missing := exec.LookPath(compiler); missing != nil {
			continue
		}
		if err = w.run(folder, append([]string{compiler, "-x", "c"}, args...)...); err == nil {
			return nil
		}
	}
	return err
}

// findCounter returns an error if no earlier run has built it.
func (w *workshop) findCounter() error {
	if _, err := os.Stat(w.counter()); err != nil {
		return errors.New("is missing: " + filepath.Base(w.counter()))
	}
	return nil
}
