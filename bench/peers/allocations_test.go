package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// newCounter builds the counter from its source.
func newCounter(t *testing.T) *workshop {
	t.Helper()
	shop, err := newWorkshop("", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(preloadVariable, "")
	if err := shop.preloadable(); err != nil {
		t.Skip(err)
	}
	if exec.Command("getconf", "GNU_LIBC_VERSION").Run() != nil {
		t.Skip("no glibc")
	}
	shop.ctx = t.Context()
	if err := shop.buildCounter(); errors.Is(err, errCompiler) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	return &shop
}

// preloaded returns what a command prints that is started with the counter.
func preloaded(t *testing.T, counter, name string, args ...string) string {
	t.Helper()
	c := exec.Command(name, args...)
	c.Env = environment(os.Environ(), []string{preloadVariable + "=" + counter})
	var complaint bytes.Buffer
	c.Stderr = &complaint
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, complaint.String())
	}
	return strings.TrimSpace(string(out))
}

// asks prints what each function of the allocator is counted as, for blocks of known sizes.
const asks = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void *volatile kept; // an allocation that nobody sees would be left out

int main(void) {
    void (*count)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "packedlstm_count_allocations");
    unsigned long long (*bytes)(void) = (unsigned long long (*)(void))dlsym(RTLD_DEFAULT, "packedlstm_allocated_bytes");
    if (!count || !bytes) return 1;
    void *block = NULL, *grown = kept = malloc(8);
#define ASK(call) do { count(1); call; count(0); printf("%llu ", bytes()); } while (0)
    ASK(kept = malloc(1));
    ASK(kept = calloc(20, 100));
    ASK(grown = kept = realloc(grown, 30));
    ASK(kept = reallocarray(grown, 4, 100));
    ASK(if (posix_memalign(&block, 64, 500) || (uintptr_t)block % 64) return 2);
    ASK(if ((uintptr_t)(kept = aligned_alloc(128, 640)) % 128) return 3);
    ASK(if ((uintptr_t)(kept = memalign(256, 700)) % 256) return 4);
    ASK(if ((uintptr_t)(kept = valloc(800)) % 4096) return 5);
    ASK((kept = malloc(9), kept = malloc(90)));
    ASK(free(kept));
    ASK(if (posix_memalign(&block, 24, 1) != EINVAL) return 6);
    ASK(if (reallocarray(NULL, (size_t)-1, 2) || errno != ENOMEM) return 7);
    kept = malloc(1000);
    printf("%llu\n", bytes());
}
`

// TestCounter: the bytes asked for are counted, of each function, while it is on.
func TestCounter(t *testing.T) {
	shop := newCounter(t)
	if err := os.WriteFile(filepath.Join(shop.built, "asks.c"), []byte(asks), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := shop.compile(shop.built, "asks.c", "-o", "asks", "-ldl"); err != nil {
		t.Fatal(err)
	}
	got := preloaded(t, shop.counter(), filepath.Join(shop.built, "asks"))
	if want := "1 2000 30 400 500 640 700 800 99 0 0 0 0"; got != want {
		t.Errorf("counted %s: want %s", got, want)
	}
}

// TestCountPython: what Python's peers ask is counted, and not known without the counter.
func TestCountPython(t *testing.T) {
	shop := newCounter(t)
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	const script = "import sys; sys.path.insert(0, sys.argv[1]); import allocations; " +
		"bytes = allocations.during(lambda: bytearray(1 << 20)); print(bytes and bytes >> 10)"
	for counter, want := range map[string]string{shop.counter(): "1024", "": "None"} {
		if got := preloaded(t, counter, python, "-B", "-c", script, filepath.Join(shop.root, "bench", "peers", "python")); got != want {
			t.Errorf("with counter %q: %s KB: want %s", counter, got, want)
		}
	}
}

// TestCount: who allocates outside Go preloads the counter, and no other; why one cannot is logged.
func TestCount(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("nothing is preloaded elsewhere")
	}
	foreign := []string{"pytorch-packed", "pytorch-padded", "onnxruntime", "openvino", "onednn", "keras", "onnxruntime_go"}
	for _, c := range []struct {
		folder, before string // before: the variable
		provide        error
		log            string // "": they do
	}{
		{folder: "built"},
		{folder: "built", provide: errCompiler, log: strings.Join(foreign, ", ") + " are not counted: no C compiler"},
		{folder: "built", before: "libother.so", log: "LD_PRELOAD is set"},
		{folder: "built here", log: "without spaces and colons"},
	} {
		t.Setenv(preloadVariable, c.before)
		var log bytes.Buffer
		w := workshop{built: "/" + c.folder, log: &log}
		peers := allPeers("", w.built)
		w.count(peers, func() error { return c.provide })
		var preload []string
		for _, p := range peers {
			if slices.Contains(p.env, "LD_PRELOAD="+w.counter()) {
				preload = append(preload, p.name)
			}
		}
		want := foreign
		if c.log != "" {
			want = nil
		}
		if !slices.Equal(preload, want) || !strings.Contains(log.String(), c.log) || c.log == "" && log.Len() > 0 {
			t.Errorf("%+v: %q preload it, log %q", c, preload, log.String())
		}
	}
}

// TestFindCounter: without building, the counter of an earlier run is preloaded.
func TestFindCounter(t *testing.T) {
	t.Setenv(preloadVariable, "")
	w := workshop{built: t.TempDir(), log: io.Discard}
	if w.preloadable() != nil {
		t.Skip(w.preloadable())
	}
	for _, there := range []bool{false, true} {
		if there {
			if err := os.MkdirAll(filepath.Dir(w.counter()), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(w.counter(), nil, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		p := &peer{name: "foreign", foreign: true}
		if err := w.take([]*peer{p}); err != nil {
			t.Fatal(err)
		}
		if (len(p.env) == 1) != there {
			t.Errorf("counter there: %t, variables %q", there, p.env)
		}
	}
}
