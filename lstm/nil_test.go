package lstm_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/lstm"
)

// TestNilAndZero: what New, Prepare and NewWorkspace did not make is an error that says
// so, not a panic.
func TestNilAndZero(t *testing.T) {
	l, ws := newLayout(t, []int{2}), lstm.NewWorkspace(1)
	grads := newLSTM(t, lstm.Config{InputSize: 1, HiddenSize: 1, NumLayers: 1}).NewGradients()
	for name, n := range map[string]*lstm.LSTM{"nil": nil, "zero": {}} {
		_, forward := n.Forward(ws, l, nil, nil)
		_, training := n.ForwardTraining(ws, l, nil, nil, 0)
		_, backward := n.Backward(ws, lstm.Upstream{}, grads)
		_, prepare := n.Prepare()
		_, trainable := n.Trainable("", grads)
		for method, err := range map[string]error{
			"Forward": forward, "ForwardTraining": training, "Backward": backward, "Prepare": prepare,
			"Trainable": trainable, "Load": n.LoadFile(nil, ""), "Save": n.Save(&bytes.Buffer{}, "")} {
			if err == nil || !strings.Contains(err.Error(), "the LSTM is nil or empty") {
				t.Errorf("%s LSTM, %s: %v: want an error that says so", name, method, err)
			}
		}
		if n.Config() != (lstm.Config{}) || len(n.Parameters()) != 0 || len(n.NewGradients().Tensors()) != 0 {
			t.Errorf("%s LSTM has a shape", name)
		}
	}
	for name, p := range map[string]*lstm.Prepared{"nil": nil, "zero": {}} {
		if _, err := p.Forward(ws, l, nil, nil); err == nil || !strings.Contains(err.Error(), "the Prepared is nil or empty") {
			t.Errorf("%s Prepared, Forward: %v", name, err)
		}
		if p.Config() != (lstm.Config{}) {
			t.Errorf("%s Prepared has a shape", name)
		}
	}
	for name, ws := range map[string]*lstm.Workspace{"nil": nil, "zero": {}} {
		if got := ws.Bytes(); got != 0 {
			t.Errorf("%s Workspace holds %d bytes", name, got)
		}
	}
	net := newLSTM(t, lstm.Config{InputSize: 1, HiddenSize: 1, NumLayers: 1})
	prepared, err := net.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	var ctx context.Context
	_, inference := prepared.ForwardContext(ctx, ws, l, nil, nil)
	_, forward := net.ForwardContext(ctx, ws, l, nil, nil)
	_, training := net.ForwardTrainingContext(ctx, ws, l, nil, nil, 0)
	_, backward := net.BackwardContext(ctx, ws, lstm.Upstream{}, grads)
	for i, err := range []error{inference, forward, training, backward} {
		if err == nil || !strings.Contains(err.Error(), "ctx is nil") {
			t.Errorf("call %d under no context: %v: want an error that says so", i, err)
		}
	}
	var none *lstm.Gradients
	if none.Zero(); none.Tensors() != nil {
		t.Error("nil Gradients have tensors")
	}
}
