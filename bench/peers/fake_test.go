package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/packedlstm/packedlstm/bench/peers/protocol"
)

// fakeVariable makes the test binary a peer that behaves as its value says.
const fakeVariable = "PACKEDLSTM_FAKE_PEER"

func TestMain(m *testing.M) {
	if behaviour := os.Getenv(fakeVariable); behaviour != "" {
		fake(behaviour)
		return
	}
	os.Exit(m.Run())
}

// fakePeer returns a peer with the given behaviour, which is also its name.
func fakePeer(t *testing.T, behaviour string) *peer {
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &peer{name: behaviour, family: packs, command: []string{binary}, env: []string{fakeVariable + "=" + behaviour}}
}

// fake is a peer that answers from the reference and does one thing wrong.
func fake(behaviour string) {
	set := flag.NewFlagSet("fake", flag.ExitOnError)
	folder, threads, mode := set.String("case", "", ""), set.Int("threads", 1, ""), set.String("mode", "", "")
	_ = set.Parse(os.Args[1:])
	say := func(e protocol.Event) {
		line, _ := json.Marshal(e)
		fmt.Println(string(line))
	}
	if behaviour == "crash" {
		fmt.Fprintln(os.Stderr, "cannot find libfake.so")
		os.Exit(3)
	}
	if behaviour == "error" {
		say(protocol.Event{Name: "error", Message: "no LSTM here"})
		os.Exit(1)
	}
	marker := filepath.Join(filepath.Dir(*folder), "hung")
	if _, err := os.Stat(marker); behaviour == "hang once" && err != nil {
		behaviour = "hang"
		if err := os.WriteFile(marker, nil, 0o666); err != nil {
			panic(err)
		}
	}
	if behaviour == "hang" || behaviour == "hang on two threads" && *threads == 2 {
		if err := os.WriteFile(filepath.Join(*folder, "pid"), []byte(strconv.Itoa(os.Getpid())), 0o666); err != nil {
			panic(err)
		}
		time.Sleep(time.Hour)
	}
	c, d, err := protocol.Read(*folder)
	if err != nil {
		panic(err)
	}
	fmt.Println("loading weights ...")
	say(protocol.Event{Name: "ready", Impl: behaviour, Version: "1.0", FirstCallUs: 1000})
	lines := bufio.NewScanner(os.Stdin)
	runs := 0
	for lines.Scan() {
		var command protocol.Command
		if err := json.Unmarshal(lines.Bytes(), &command); err != nil {
			panic(err)
		}
		switch command.Name {
		case "check":
			fakeCheck(behaviour, command.Out, c, d, *mode == training)
			say(protocol.Event{Name: "checked"})
		case "run":
			if runs++; runs > 2 {
				fakeFailure(behaviour)
			}
			us := make([]float64, command.Calls)
			for i := range us {
				us[i] = 1000
				if behaviour == "fast" {
					us[i] = 500
				}
			}
			time.Sleep(time.Duration(command.Calls) * 100 * time.Microsecond)
			if behaviour == "short" {
				us = us[1:]
			}
			say(protocol.Event{Name: "ran", Us: us})
		case "memory":
			bytes := 1e6
			say(protocol.Event{Name: "memory", PeakRSSBytes: &bytes})
		case "quit":
			if behaviour != "stay" {
				return
			}
			time.Sleep(time.Hour)
		}
	}
}

// fakeFailure is what goes wrong after some calls.
func fakeFailure(behaviour string) {
	switch behaviour {
	case "panic":
		panic("slice bounds out of range")
	case "hang later":
		time.Sleep(time.Hour)
	case "garbage":
		fmt.Println("{\"event\": nothing}")
	}
}

func fakeCheck(behaviour, path string, c *protocol.Case, d *protocol.Data, training bool) {
	want := compute(context.Background(), c, d, training)
	var out []float32
	for _, v := range append(want.y, want.dhh...) {
		out = append(out, float32(v))
	}
	switch behaviour {
	case "wrong":
		out[1] += 1e-3
	case "wrong gradient":
		out[len(out)-1] += 0.5
	case "nan":
		out[0] = float32(math.NaN())
	case "short file":
		out = out[1:]
	}
	if err := protocol.WriteFloats(path, out); err != nil {
		panic(err)
	}
}
