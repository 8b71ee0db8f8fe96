package lstm

import (
	"context"
	"errors"
	"fmt"

	"github.com/packedlstm/packedlstm/packed"
)

// ForwardContext is Forward that ends between two steps when ctx is cancelled or runs
// out of time: it returns ctx's error and its cause, wrapped, and what ws returned before is
// not valid any more. initial, x and the parameters are untouched, as they always are.
func (p *Prepared) ForwardContext(ctx context.Context, ws *Workspace, l *packed.Layout, x []float32, initial *State) (Output, error) {
	return watch(ctx, ws, func() (Output, error) { return p.Forward(ws, l, x, initial) })
}

// ForwardContext is Forward under a context, as Prepared.ForwardContext.
func (n *LSTM) ForwardContext(ctx context.Context, ws *Workspace, l *packed.Layout, x []float32, initial *State) (Output, error) {
	return watch(ctx, ws, func() (Output, error) { return n.Forward(ws, l, x, initial) })
}

// ForwardTrainingContext is ForwardTraining under a context, as
// Prepared.ForwardContext. There is nothing for Backward after an error.
func (n *LSTM) ForwardTrainingContext(ctx context.Context, ws *Workspace, l *packed.Layout, x []float32, initial *State,
	seed uint64) (Output, error) {
	ws.forget() // which a context that is over would keep ForwardTraining from
	return watch(ctx, ws, func() (Output, error) { return n.ForwardTraining(ws, l, x, initial, seed) })
}

// BackwardContext is Backward under a context, as Prepared.ForwardContext: a cancelled
// call leaves grads as they were, but has used the forward pass up unless ctx was over
// before. The last part of the work, the sums of the parameters' gradients, is not
// interrupted.
func (n *LSTM) BackwardContext(ctx context.Context, ws *Workspace, dy Upstream, grads *Gradients) (InputGradients, error) {
	return watch(ctx, ws, func() (InputGradients, error) { return n.Backward(ws, dy, grads) })
}

// watch runs call while ws watches ctx, whose error it returns if that ended the call.
func watch[R any](ctx context.Context, ws *Workspace, call func() (R, error)) (R, error) {
	var none R
	if ctx == nil {
		return none, errors.New("lstm: ctx is nil: want a context")
	}
	if ctx.Err() != nil {
		return none, ended(ctx)
	}
	if ws == nil || ws.recurrent == nil {
		return call() // which says so
	}
	ws.recurrent.Watch(ctx.Done())
	defer ws.recurrent.Watch(nil)
	result, err := call()
	if err != nil && ctx.Err() != nil {
		err = ended(ctx)
	}
	return result, err
}

// ended returns what a context that is over ended with, and the cause if that is another
// error.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return fmt.Errorf("lstm: %w", cause)
	}
	return fmt.Errorf("lstm: %w: %w", err, cause)
}
