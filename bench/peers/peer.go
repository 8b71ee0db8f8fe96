package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/packedlstm/packedlstm/kernels"
)

// family says what a peer does with padding.
type family string

const (
	ours  family = "ours"
	packs family = "packs" // computes real tokens only
	pads  family = "pads"  // computes the padded batch, masked or not
)

// venvVariable tells a peer where the virtual environment is: its packages bring shared
// libraries that peers in other languages use.
const venvVariable = "PEERS_VENV"

// peer is a library that takes part, a column of the table.
type peer struct {
	name        string
	family      family
	builder     string   // that makes it, "" if it is there already
	command     []string // beside the arguments of the protocol
	env         []string
	forwardOnly bool
	foreign     bool          // allocates outside Go: preloads the counter
	problem     string        // why it cannot take part
	level       kernels.Level // of this library
}

// allPeers returns this library at its levels, the fastest first, and the others. root
// is the folder of the repository, built that of what the builders make.
func allPeers(root, built string) []*peer {
	var all []*peer
	levels := kernels.Available()
	slices.Reverse(levels)
	for i, l := range levels {
		if l == kernels.Portable && i > 0 {
			continue // slow enough to eat the time of all others
		}
		all = append(all, &peer{name: "packedlstm-" + l.String(), family: ours, builder: "library", level: l,
			command: []string{filepath.Join(built, "packedlstm")}, env: []string{kernels.LevelVariable + "=" + l.String()}})
	}
	// A script is not called as its library is: Python would import it instead.
	python := func(name string, f family, forwardOnly bool, script string, args ...string) {
		script = filepath.Join(root, "bench", "peers", "python", script)
		all = append(all, &peer{name: name, family: f, builder: "python", forwardOnly: forwardOnly, foreign: true,
			command: append([]string{filepath.Join(built, "venv", "bin", "python"), script}, args...)})
	}
	golang := func(name string, f family, forwardOnly, foreign bool) {
		all = append(all, &peer{name: name, family: f, builder: "golang", forwardOnly: forwardOnly, foreign: foreign,
			command: []string{filepath.Join(built, "golang", name)}})
	}
	python("pytorch-packed", packs, false, "pytorch_lstm.py", "--impl", "pytorch-packed")
	python("pytorch-padded", pads, false, "pytorch_lstm.py", "--impl", "pytorch-padded")
	python("onnxruntime", pads, true, "onnxruntime_lstm.py")
	python("openvino", pads, true, "openvino_lstm.py")
	all = append(all, &peer{name: "onednn", family: pads, builder: "onednn", foreign: true,
		command: []string{filepath.Join(built, "onednn", "onednn")}})
	python("keras", pads, false, "keras_lstm.py")
	golang("gomlx", pads, false, false)
	golang("spago", packs, false, false)
	golang("gorgonia", packs, false, false)
	golang("onnxruntime_go", pads, true, true)
	return all
}

// choosePeers returns the peers of a comma-separated list of names, or of the parts of
// names before a hyphen: packedlstm is all its levels. An empty list is all.
func choosePeers(all []*peer, list string) ([]*peer, error) {
	if list == "" {
		return all, nil
	}
	var chosen []*peer
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		found := false
		for _, p := range all {
			if p.name == name || strings.HasPrefix(p.name, name+"-") {
				found = true
				if !slices.Contains(chosen, p) {
					chosen = append(chosen, p)
				}
			}
		}
		if !found {
			return nil, fmt.Errorf("%q: want some of %s", name, strings.Join(names(all), ","))
		}
	}
	return chosen, nil
}

// extraPeer returns the peer of a flag NAME=COMMAND.
func extraPeer(text string) (*peer, error) {
	name, command, _ := strings.Cut(text, "=")
	if name == "" || strings.TrimSpace(command) == "" {
		return nil, fmt.Errorf("%q: want NAME=COMMAND", text)
	}
	return &peer{name: name, family: packs, command: strings.Fields(command)}, nil
}

// addPeer appends a peer, or puts its command in the place of that of the same name.
func addPeer(all []*peer, p *peer) []*peer {
	for _, known := range all {
		if known.name == p.name {
			known.command, known.builder = p.command, ""
			return all
		}
	}
	return append(all, p)
}

func names(peers []*peer) []string {
	var all []string
	for _, p := range peers {
		all = append(all, p.name)
	}
	return all
}
