package lstm

import (
	"errors"
	"fmt"

	"github.com/packedlstm/packedlstm/internal/recurrent"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/packed"
)

// LSTM is a stack of LSTM layers with parameters that may change between calls:
// every call packs them anew, so none is ever stale. For repeated inference with
// fixed parameters, Prepare does that once. Calls on one LSTM may run at the same
// time, each with a Workspace of its own, while nobody changes the parameters. New
// makes one; calls on nil or on a zero LSTM, Prepared or Workspace are errors, or
// return nothing.
type LSTM struct {
	config Config
	parameters
}

// New returns an LSTM of the given shape, its parameters drawn from
// U(-1/√H, 1/√H), as torch.nn.LSTM does, by a generator that gives the same
// numbers for the same seed everywhere.
func New(c Config, seed uint64) (*LSTM, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	n := &LSTM{config: c, parameters: newParameters(c)}
	n.initialise(c.HiddenSize, seed)
	return n, nil
}

// Config returns the shape.
func (n *LSTM) Config() Config {
	if n == nil {
		return Config{}
	}
	return n.config
}

// NewGradients returns zero gradients for every parameter.
func (n *LSTM) NewGradients() *Gradients {
	return &Gradients{config: n.Config(), parameters: newParameters(n.Config())}
}

// Workspace holds the buffers of calls and their workers. It grows to what a call
// needs; after that, calls allocate nothing. One call at a time.
type Workspace struct {
	recurrent *recurrent.Workspace
	out       Output         // what the last forward pass returned,
	back      InputGradients // and the last backward pass: no x may be in them
	trained   trained
}

// trained is what Backward needs to be the gradient of the last ForwardTraining.
type trained struct {
	weights         *recurrent.Weights // the first of the LSTM's, which tell it from others
	layout          *packed.Layout
	lengths, sorted []int // what the layout held
}

// NewWorkspace returns a workspace whose calls run on the given number of workers;
// 0 or less follows GOMAXPROCS, and more than 1024 are 1024. Results do not depend on it.
func NewWorkspace(workers int) *Workspace {
	return &Workspace{recurrent: recurrent.NewWorkspace(workers)}
}

// Bytes returns the memory that the workspace holds.
func (ws *Workspace) Bytes() int {
	if ws == nil || ws.recurrent == nil {
		return 0
	}
	return ws.recurrent.Bytes()
}

// State holds hidden and cell states, each [L·D, B, H] in the caller's order, as
// PyTorch's (h_0, c_0): layer by layer, the forward direction first. nil stands for
// zeros.
type State = recurrent.State

// Output is what a forward pass returns: Y [N, D·H], the packed rows of the last
// layer, the forward direction's H columns first; HN and CN [L·D, B, H], every
// sequence's states after its own last step (in reverse: its first), in the caller's
// order. The slices belong to the workspace and are valid until its next forward
// pass.
type Output = recurrent.Output

// Upstream holds the gradients of what a forward pass returned: Y [N, D·H], HN and
// CN [L·D, B, H]. nil stands for zeros.
type Upstream = recurrent.Upstream

// InputGradients is what a backward pass returns: the gradients X [N, I] of the
// packed input rows, H0 and C0 [L·D, B, H] of the initial states in the caller's
// order. The slices belong to the workspace and are valid until its next backward
// pass.
type InputGradients = recurrent.InputGradients

// Prepared is the immutable inference form of an LSTM: its parameters as they were
// when Prepare was called, packed for the level active then. Any number of
// goroutines may use it at once, each with a Workspace of its own.
type Prepared struct {
	config   Config
	prepared *recurrent.Prepared
}

// Prepare returns the inference form.
func (n *LSTM) Prepare() (*Prepared, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	p, err := recurrent.Prepare(n.config.recurrent(), cell{}, n.weights, kernels.Active())
	if err != nil {
		return nil, fmt.Errorf("lstm: %w", err)
	}
	return &Prepared{config: n.config, prepared: p}, nil
}

// Config returns the shape.
func (p *Prepared) Config() Config {
	if p == nil {
		return Config{}
	}
	return p.config
}

// Forward computes, for each layer and direction and every step t of each sequence,
//
//	i, f, o = σ(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh), g = tanh(likewise)
//	c_t = f·c_{t-1} + i·g
//	h_t = o·tanh(c_t)
//
// over packed rows x [N, I] of layout l, starting from initial (nil: zeros). A layer
// reads the rows of the one below; dropout does not apply. A sequence of length 0
// has no rows and keeps its initial state. Sizes that do not fit are an error and
// nothing is computed, and so is an x in memory that ws returned last, its Y for one,
// which this pass or Backward overwrites. initial may be ws's own HN and CN from their
// beginning, to go on where it ended, but not a later part of them, nor in its Y. x is
// only read. The bits of a sequence's results depend neither on the rest of the batch nor
// on the number of workers.
func (p *Prepared) Forward(ws *Workspace, l *packed.Layout, x []float32, initial *State) (Output, error) {
	if p == nil || p.prepared == nil {
		return Output{}, errors.New("lstm: the Prepared is nil or empty: want Prepare's result")
	}
	state, err := checkForward(p.config, ws, l, x, initial)
	if err != nil {
		return Output{}, err
	}
	return ws.keep(p.prepared.Forward(ws.recurrent, l, x, state))
}

// Forward is Prepared.Forward with the parameters as they are now, packed anew.
func (n *LSTM) Forward(ws *Workspace, l *packed.Layout, x []float32, initial *State) (Output, error) {
	if err := n.check(); err != nil {
		return Output{}, err
	}
	state, err := checkForward(n.config, ws, l, x, initial)
	if err != nil {
		return Output{}, err
	}
	p, err := ws.recurrent.Pack(n.config.recurrent(), cell{}, n.weights, kernels.Active(), l)
	if err != nil {
		return Output{}, fmt.Errorf("lstm: %w", err)
	}
	return ws.keep(p.Forward(ws.recurrent, l, x, state))
}

// ForwardTraining is Forward that keeps in ws what Backward needs, and applies
// dropout between layers: y of each layer but the last is zeroed with probability p
// and scaled by 1/(1-p), by masks that seed and the position in the packed rows
// choose. x, l and the Y returned, from which Backward takes each h_{t-1}, must not
// change until Backward: what follows Y, such as dropout, works on a copy. initial and
// the other outputs may change. There is nothing for Backward after an error.
func (n *LSTM) ForwardTraining(ws *Workspace, l *packed.Layout, x []float32, initial *State, seed uint64) (Output, error) {
	ws.forget()
	if err := n.check(); err != nil {
		return Output{}, err
	}
	state, err := checkForward(n.config, ws, l, x, initial)
	if err != nil {
		return Output{}, err
	}
	ws.trained.note(n, l)
	return ws.keep(ws.recurrent.ForwardTraining(n.config.recurrent(), cell{}, n.weights, kernels.Active(), l, x, state, seed))
}

// Backward computes the gradients of the last ForwardTraining with ws, for the
// upstream gradients dy of what it returned: those of the parameters go to grads
// (added if grads.Accumulate is set, else in place of what is there), the others are
// returned. It uses the forward pass up: the gradients of the gates take the place of the
// gates, and a second Backward is an error. The parameters must not have changed since the
// forward pass. Sizes that do not fit, another LSTM than that of ForwardTraining and a
// layout that was reset to other lengths are errors; nothing is computed and grads stay as
// they are. dy may be what ws returned last: its Y may be Y or the gradient X, its HN and CN
// the states or the gradients H0 and C0 from their beginning; in others of the gradients
// that this pass overwrites they are an error too. What of a step's dh or dc is less than 2^-95 counts
// as 0 (kernels.LSTMBackward says why). The bits depend neither on the number of workers nor, for x, h0 and
// c0 without dropout, whose masks go by the position in the packed rows, on the rest of the batch.
func (n *LSTM) Backward(ws *Workspace, dy Upstream, grads *Gradients) (InputGradients, error) {
	if err := n.checkBackward(ws, dy, grads); err != nil {
		return InputGradients{}, err
	}
	out, err := ws.recurrent.Backward(n.weights, dy)
	if err != nil {
		return InputGradients{}, fmt.Errorf("lstm: %w", err)
	}
	if err := ws.recurrent.Gradients(grads.weights, grads.Accumulate); err != nil {
		return InputGradients{}, fmt.Errorf("lstm: %w", err)
	}
	ws.back = out
	return out, nil
}

// forget makes Backward an error until the next ForwardTraining.
func (ws *Workspace) forget() {
	if ws != nil && ws.recurrent != nil {
		ws.recurrent.Forget()
	}
}

// keep notes what a forward pass returned.
func (ws *Workspace) keep(out Output, err error) (Output, error) {
	if err != nil {
		return Output{}, fmt.Errorf("lstm: %w", err)
	}
	ws.out = out
	return out, nil
}
