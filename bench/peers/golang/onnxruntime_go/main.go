// Command onnxruntime_go is ONNX Runtime, called from Go by yalue/onnxruntime_go, as a peer
// of bench/peers. It is for inference: ONNX Runtime's training API has been removed.
//
// The model has one LSTM node a layer, with sequence_lens: the products of the padded batch, the
// gates of the real steps. Its best known setting: a session whose tensors are bound once
// (AdvancedSession), all graph optimizations, intra_op_num_threads as asked, sequential
// execution.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/packedlstm/packedlstm/bench/peers/golang/peer"
	ort "github.com/yalue/onnxruntime_go"
)

const (
	libraryVariable = "ONNXRUNTIME_LIB"
	venvVariable    = "PEERS_VENV"
)

var library = flag.String("library", "", "`path` of libonnxruntime.so (default $"+libraryVariable+", else that in $"+venvVariable+")")

func main() { peer.Main("onnxruntime_go", build) }

func build(c *peer.Case, o peer.Options) (*peer.Model, error) {
	if o.Training {
		return nil, errors.New("onnxruntime_go is for inference: ONNX Runtime's training API has been removed")
	}
	path, err := libraryPath()
	if err != nil {
		return nil, err
	}
	ort.SetSharedLibraryPath(path)
	if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		return nil, err
	}
	s, err := newSession(c, o.Threads)
	if err != nil {
		return nil, err
	}
	version := peer.ModuleVersion("github.com/yalue/onnxruntime_go") + " with ONNX Runtime " + ort.GetVersion()
	return &peer.Model{Version: version, Call: s.session.Run, Foreign: allocated,
		Output: func() ([]float32, *peer.Gradients, error) { return c.BatchMajor(s.y.GetData()), nil, nil }}, nil
}

// libraryPath returns the flag, the variable, or what pip has put into the virtual
// environment that bench/peers makes.
func libraryPath() (string, error) {
	for _, path := range []string{*library, os.Getenv(libraryVariable)} {
		if path != "" {
			_, err := os.Stat(path)
			return path, err
		}
	}
	pattern := filepath.Join("lib", "python*", "site-packages", "onnxruntime", "capi", "libonnxruntime.so*")
	found, err := filepath.Glob(filepath.Join(os.Getenv(venvVariable), pattern))
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("no %s in $%s: want it there, or flag -library or $%s with its path", pattern, venvVariable, libraryVariable)
	}
	if err != nil {
		return "", err
	}
	return found[0], nil
}

// session holds the model and its tensors, which the runtime uses in place.
type session struct {
	session *ort.AdvancedSession
	x, y    *ort.Tensor[float32] // [T, B, width]
	lengths *ort.Tensor[int32]   // [B]
}

func newSession(c *peer.Case, threads int) (*session, error) {
	s, batch, steps := new(session), int64(len(c.Lengths)), int64(c.MaxLength)
	lengths := make([]int32, batch)
	for b, n := range c.Lengths {
		lengths[b] = int32(n)
	}
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	defer options.Destroy()
	err = errors.Join(options.SetIntraOpNumThreads(threads), options.SetInterOpNumThreads(1),
		options.SetExecutionMode(ort.ExecutionModeSequential), options.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll))
	if err != nil {
		return nil, err
	}
	if s.x, err = ort.NewTensor(ort.NewShape(steps, batch, int64(c.Input)), c.TimeMajor(c.X)); err != nil {
		return nil, err
	}
	if s.lengths, err = ort.NewTensor(ort.NewShape(batch), lengths); err != nil {
		return nil, err
	}
	if s.y, err = ort.NewEmptyTensor[float32](ort.NewShape(steps, batch, int64(c.OutputSize()))); err != nil {
		return nil, err
	}
	s.session, err = ort.NewAdvancedSessionWithONNXData(model(c), []string{"x", "lengths"}, []string{"y"},
		[]ort.Value{s.x, s.lengths}, []ort.Value{s.y}, options)
	return s, err
}
