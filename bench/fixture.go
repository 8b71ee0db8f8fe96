package bench

import (
	"fmt"
	"math/rand/v2"

	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/packed"
)

// Fixture holds one case ready to run: the layer, its parameters packed for each level
// asked for, a batch of random rows. Calls of one Fixture must not run at the same time.
type Fixture struct {
	Shape
	l2       int
	layout   *packed.Layout
	net      *lstm.LSTM
	grads    *lstm.Gradients
	x, dy    []float32
	bias     []float32 // [4P] of the first layer and direction, in the order of the panels
	prepared map[kernels.Level]*lstm.Prepared
	hh       map[kernels.Level]*kernels.Panels
	product  map[kernels.Level]*kernels.Panels
}

// NewFixture builds a case. l2 is the size in bytes of the L2 that mode Product fits.
func NewFixture(s Shape, l2 int) (*Fixture, error) {
	f := &Fixture{Shape: s, l2: l2, prepared: map[kernels.Level]*lstm.Prepared{},
		hh: map[kernels.Level]*kernels.Panels{}, product: map[kernels.Level]*kernels.Panels{}}
	var err error
	f.net, err = lstm.New(lstm.Config{InputSize: s.Input, HiddenSize: s.Hidden, NumLayers: s.Layers,
		Bidirectional: s.Bidirectional, Bias: true}, 1)
	if err == nil {
		f.layout, err = packed.NewLayout(s.Lengths)
	}
	if err != nil {
		return nil, fmt.Errorf("bench: case %q: %w", s.Name, err)
	}
	f.grads = f.net.NewGradients()
	f.x = random(f.layout.Rows()*s.Input, 1)
	f.bias = interleave(f.net.Parameters()[2].Data, f.net.Parameters()[3].Data, s.Hidden) // bias_ih_l0, bias_hh_l0
	f.dy = random(f.layout.Rows()*f.net.Config().OutputSize(), 2)
	return f, nil
}

// Workspaces holds the buffers that the cases of one number of workers share.
type Workspaces struct {
	workers   int
	lstm      *lstm.Workspace
	recurrent recurrentWorkspace
	product   productWorkspace
}

// NewWorkspaces returns workspaces for so many workers, 1 or more.
func NewWorkspaces(workers int) *Workspaces {
	return &Workspaces{workers: workers, lstm: lstm.NewWorkspace(workers)}
}

// Run returns the call that the mode times at the given level. The level must be active
// when it is called. The first call grows ws; later ones allocate nothing.
func (f *Fixture) Run(m Mode, l kernels.Level, ws *Workspaces) (func() error, error) {
	if err := f.pack(m, l); err != nil {
		return nil, fmt.Errorf("bench: case %q: %w", f.Name, err)
	}
	switch m {
	case Forward:
		p := f.prepared[l]
		return func() error { _, err := p.Forward(ws.lstm, f.layout, f.x, nil); return err }, nil
	case Training:
		return func() error {
			if _, err := f.net.ForwardTraining(ws.lstm, f.layout, f.x, nil, 1); err != nil {
				return err
			}
			_, err := f.net.Backward(ws.lstm, lstm.Upstream{Y: f.dy}, f.grads)
			return err
		}, nil
	case Recurrent:
		return func() error { return ws.recurrent.run(f, l, ws.workers) }, nil
	case Product:
		return func() error { return ws.product.run(f, l, ws.workers) }, nil
	}
	return nil, fmt.Errorf("bench: mode %q: want one of %v", m, Modes)
}

// pack packs what the mode needs at level l, once.
func (f *Fixture) pack(m Mode, l kernels.Level) (err error) {
	switch m {
	case Forward:
		if f.prepared[l] == nil {
			before := kernels.Active()
			defer func() {
				if e := kernels.SetActive(before); err == nil {
					err = e
				}
			}()
			if err := kernels.SetActive(l); err != nil {
				return err
			}
			f.prepared[l], err = f.net.Prepare()
		}
	case Recurrent:
		if f.hh[l] == nil {
			f.hh[l], err = packGates(l, f.net.Parameters()[1].Data, f.Hidden) // weight_hh_l0
		}
	case Product:
		if f.product[l] == nil {
			_, k, n := f.productSize(f.l2)
			f.product[l] = new(kernels.Panels)
			err = f.product[l].Pack(l, random(k*n, 3), k, n, n)
		}
	}
	return err
}

// random returns n numbers between -0.5 and 0.5.
func random(n int, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(1, seed))
	v := make([]float32, n)
	for i := range v {
		v[i] = rng.Float32() - 0.5
	}
	return v
}

// grow returns s with n elements, in the memory it has if that suffices.
func grow(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}
