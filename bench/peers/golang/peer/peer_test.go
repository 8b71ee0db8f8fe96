package peer

import (
	"errors"
	"testing"
)

// TestPerCall: what is allocated outside Go comes on top, and must be known.
func TestPerCall(t *testing.T) {
	some, broken := uint64(1000), errors.New("broken")
	for _, c := range []struct {
		name    string
		calls   int
		foreign func(func() error) (*uint64, error)
		want    float64 // 0: not known
		err     error
	}{
		{"no call", 0, nil, 0, nil},
		{"Go alone", 4, nil, 20, nil},
		{"and outside", 4, func(call func() error) (*uint64, error) { return &some, call() }, 1020, nil},
		{"nobody counts", 4, func(func() error) (*uint64, error) { return nil, nil }, 0, nil},
		{"a call fails", 4, func(func() error) (*uint64, error) { return &some, broken }, 0, broken},
	} {
		s := server{allocated: 80, calls: c.calls, model: &Model{Call: func() error { return nil }, Foreign: c.foreign}}
		got, err := s.perCall()
		if err != c.err || (got != nil) != (c.want > 0) || got != nil && *got != c.want {
			t.Errorf("%s: %v, %v: want %g, %v", c.name, got, err, c.want, c.err)
		}
	}
}
