package lstm_test

import (
	"context"
	"errors"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/packedlstm/packedlstm/lstm"
)

// TestCancel: a cancelled context ends calls between steps, leaves gradients untouched
// and the workspace ready for the next call, with rows or units split. A call takes many times
// the 10 ms after which the runtime makes room for a timer on processors that are all busy.
func TestCancel(t *testing.T) {
	c := lstm.Config{InputSize: 8, HiddenSize: 256, NumLayers: 2, Bidirectional: true, Bias: true}
	rng := newRand(41)
	net := newLSTM(t, c)
	prepared, err := net.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	for _, lengths := range [][]int{{6000}, {900, 800, 900, 900, 900, 900, 900, 900}} {
		l := newLayout(t, lengths)
		x, dy := uniform(rng, l.Rows()*c.InputSize, 1), make([]float32, l.Rows()*c.OutputSize())
		for workers := 1; workers <= 4; workers++ {
			ws, grads := lstm.NewWorkspace(workers), net.NewGradients()
			for _, g := range grads.Tensors() {
				for i := range g.Data {
					g.Data[i] = 7
				}
			}
			calls := map[string]func(ctx context.Context) error{
				"Forward":          func(ctx context.Context) error { _, err := net.ForwardContext(ctx, ws, l, x, nil); return err },
				"Prepared.Forward": func(ctx context.Context) error { _, err := prepared.ForwardContext(ctx, ws, l, x, nil); return err },
				"ForwardTraining": func(ctx context.Context) error {
					_, err := net.ForwardTrainingContext(ctx, ws, l, x, nil, 1)
					return err
				},
			}
			for name, call := range calls {
				ctx, cancel := context.WithTimeout(context.Background(), 2*time.Millisecond)
				if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s, %d workers: %v: want %v", name, workers, err, context.DeadlineExceeded)
				}
				cancel()
				if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s under a context that is over: %v", name, err)
				}
			}
			if _, err := net.BackwardContext(context.Background(), ws, lstm.Upstream{Y: dy}, grads); err == nil {
				t.Error("Backward after a cancelled ForwardTraining: no error")
			}
			for _, g := range grads.Tensors() {
				for i, v := range g.Data {
					if v != 7 {
						t.Fatalf("%s[%d] = %v after errors, want 7", g.Name, i, v)
					}
				}
			}
		}
	}
}

// TestCancelCause: the error of a call is both what ctx ended with and the cause, be it
// cancelled before the call or on its way.
func TestCancelCause(t *testing.T) {
	c := lstm.Config{InputSize: 8, HiddenSize: 64, NumLayers: 1, Bias: true}
	net, l, ws := newLSTM(t, c), newLayout(t, []int{20000}), lstm.NewWorkspace(1)
	x := make([]float32, l.Rows()*c.InputSize)
	cause := errors.New("the client has gone")
	ctx, cancel := context.WithTimeoutCause(context.Background(), time.Millisecond, cause)
	defer cancel()
	for _, when := range []string{"on its way", "before"} {
		_, err := net.ForwardContext(ctx, ws, l, x, nil)
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, cause) {
			t.Errorf("a call cancelled %s: %v: want both %v and %v", when, err, context.DeadlineExceeded, cause)
		}
	}
	ctx, end := context.WithCancelCause(context.Background())
	end(nil)
	if _, err := net.ForwardContext(ctx, ws, l, x, nil); err == nil || err.Error() != "lstm: context canceled" {
		t.Errorf("a cause that says no more: %v", err)
	}
}

// TestCancelBackward: the same between ForwardTraining and the end of Backward.
func TestCancelBackward(t *testing.T) {
	c := lstm.Config{InputSize: 8, HiddenSize: 64, NumLayers: 2, Bias: true}
	net, l := newLSTM(t, c), newLayout(t, []int{4000, 3000})
	x, dy := uniform(newRand(42), l.Rows()*c.InputSize, 1), uniform(newRand(43), l.Rows()*c.OutputSize(), 1)
	ws, grads := lstm.NewWorkspace(2), net.NewGradients()
	if _, err := net.ForwardTrainingContext(context.Background(), ws, l, x, nil, 1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := net.BackwardContext(ctx, ws, lstm.Upstream{Y: dy}, grads); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Backward: %v: want %v", err, context.DeadlineExceeded)
	}
	for _, g := range grads.Tensors() {
		for i, v := range g.Data {
			if v != 0 {
				t.Fatalf("%s[%d] = %v after a cancelled Backward", g.Name, i, v)
			}
		}
	}
	if _, err := net.ForwardTraining(ws, l, x, nil, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := net.Backward(ws, lstm.Upstream{Y: dy}, grads); err != nil {
		t.Errorf("Backward after a cancelled one and a new ForwardTraining: %v", err)
	}
}

// TestNoGoroutineLeft: calls start a goroutine a worker and not one a step, and leave
// none behind.
func TestNoGoroutineLeft(t *testing.T) {
	const calls = 5
	c := lstm.Config{InputSize: 4, HiddenSize: 200, NumLayers: 1, Bias: true}
	net, before := newLSTM(t, c), runtime.NumGoroutine()
	for _, lengths := range [][]int{{100}, {50, 40, 50, 30, 50, 50, 20}} {
		l := newLayout(t, lengths)
		x := uniform(newRand(44), l.Rows()*c.InputSize, 1)
		for _, workers := range []int{1, 2, 5} {
			ws := lstm.NewWorkspace(workers)
			created, known := goroutinesCreated()
			for range calls {
				if _, err := net.Forward(ws, l, x, nil); err != nil {
					t.Fatal(err)
				}
			}
			now, _ := goroutinesCreated()
			// The collector may start some of its own.
			if most := uint64(calls*(workers-1) + 10); known && now-created > most {
				t.Errorf("lengths %v, %d workers: %d goroutines for %d calls, want at most %d", lengths, workers, now-created, calls, most)
			}
			for range 1000 { // the last ones may still be on their way out
				if runtime.NumGoroutine() <= before {
					break
				}
				time.Sleep(time.Millisecond)
			}
			if n := runtime.NumGoroutine(); n > before {
				t.Errorf("lengths %v, %d workers: %d goroutines left, %d before", lengths, workers, n, before)
			}
		}
	}
}

// goroutinesCreated returns how many goroutines the process has started, if this
// version of Go counts them (1.26 does).
func goroutinesCreated() (count uint64, known bool) {
	sample := []metrics.Sample{{Name: "/sched/goroutines-created:goroutines"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0, false
	}
	return sample[0].Value.Uint64(), true
}
