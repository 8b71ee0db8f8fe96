package lstm_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/packedlstm/packedlstm/lstm"
)

// TestCancel: a cancelled context ends calls between steps, leaves gradients untouched
// and the workspace ready for the next call, with rows or units split.
func TestCancel(t *testing.T) {
	c := lstm.Config{InputSize: 8, HiddenSize: 128, NumLayers: 2, Bidirectional: true, Bias: true}
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

// TestNoGoroutineLeft: calls leave no goroutine behind, finished or cancelled, and start
// none per step: while a call of many steps runs there are as many as workers.
func TestNoGoroutineLeft(t *testing.T) {
	c := lstm.Config{InputSize: 4, HiddenSize: 200, NumLayers: 1, Bias: true}
	net, before := newLSTM(t, c), runtime.NumGoroutine()
	for _, lengths := range [][]int{{300}, {50, 40, 50, 30, 50, 50, 20}} {
		l := newLayout(t, lengths)
		x := uniform(newRand(44), l.Rows()*c.InputSize, 1)
		for _, workers := range []int{1, 2, 5} {
			ws, most := lstm.NewWorkspace(workers), 0
			over := make(chan struct{})
			watched := make(chan struct{})
			go func() {
				defer close(watched)
				for {
					select {
					case <-over:
						return
					default:
						most = max(most, runtime.NumGoroutine())
						time.Sleep(50 * time.Microsecond)
					}
				}
			}()
			for range 5 {
				if _, err := net.Forward(ws, l, x, nil); err != nil {
					t.Fatal(err)
				}
			}
			close(over)
			<-watched
			// The caller is one of the workers; the watcher is one more.
			if most > before+workers {
				t.Errorf("lengths %v, %d workers: %d goroutines at once, %d before", lengths, workers, most, before)
			}
			for range 100 { // the last ones may still be on their way out
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
