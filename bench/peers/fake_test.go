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
	"strings"
	"testing"
	"time"

	"github.com/packedlstm/packedlstm/bench/peers/floats"
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
	out := rounded(want, training, func(name string, v []float32) { fakeTensor(behaviour, name, v) })
	if behaviour == "short file" {
		out = out[1:]
	}
	if err := floats.Write(path, out); err != nil {
		panic(err)
	}
}

// fakeTensor does what is wrong with a part of the check file.
func fakeTensor(behaviour, name string, v []float32) {
	if behaviour == "no second layer" && strings.Contains(name, "_l1") {
		clear(v)
	}
	switch behaviour + " " + name {
	case "wrong y":
		v[1] += 1e-3
	case "nan y":
		v[0] = float32(math.NaN())
	case "nan gradient weight_ih_l0_reverse.grad":
		v[2] = float32(math.NaN())
	case "wrong dx dx":
		v[len(v)-1] += 0.5
	case "no dx dx":
		clear(v)
	case "wrong bias bias_hh_l0.grad":
		v[3] *= 1.5
	case "wrong gradient weight_hh_l0.grad":
		v[len(v)-1] += 0.5
	}
}

// rounded returns the check file of a peer that is as good as float32 can be, but for what
// change makes of its parts.
func rounded(want *expected, training bool, change func(name string, v []float32)) (out []float32) {
	for _, t := range want.tensors(training) {
		first := len(out)
		for _, v := range t.want {
			out = append(out, float32(v))
		}
		if change != nil {
			change(t.name, out[first:])
		}
	}
	return out
}
