package param

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/nlpodyssey/safetensors"
)

// Names returns the names of all tensors in ascending order.
func (f *File) Names() []string {
	if f == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(f.tensors))
}

// Shape returns the shape of the named tensor, and whether there is one.
func (f *File) Shape(name string) ([]int, bool) {
	if f == nil {
		return nil, false
	}
	t, ok := f.tensors[name]
	return slices.Clone(t.shape), ok
}

// Metadata returns a copy of the file's metadata, nil if it has none.
func (f *File) Metadata() map[string]string {
	if f == nil {
		return nil
	}
	return maps.Clone(f.metadata)
}

// Into copies tensors of the file into the Data of into: into[i] from the tensor
// prefix + into[i].Name, whose dtype must be F32 and whose shape must be exactly
// into[i].Shape. Tensors of the file that into does not name are left aside.
//
// A tensor that is missing, has another dtype or shape, or holds a NaN or an
// infinity (which PyTorch would load in silence) is an error that names it, and
// then nothing is copied: all is checked before the first value is.
func (f *File) Into(prefix string, into []Tensor) error {
	if f == nil {
		return errors.New("param: Into: the file is nil")
	}
	for i := range into {
		if err := f.checkInto(prefix+into[i].Name, &into[i]); err != nil {
			return err
		}
	}
	for _, t := range into {
		data := f.tensors[prefix+t.Name].data
		for i := range t.Data {
			t.Data[i] = float32At(data, i)
		}
	}
	return nil
}

func (f *File) checkInto(name string, t *Tensor) error {
	if err := t.check(); err != nil {
		return err
	}
	have, ok := f.tensors[name]
	if !ok {
		return fmt.Errorf("param: tensor %q is not in the file: want F32 %v", name, t.Shape)
	}
	if have.dtype != safetensors.F32 || !slices.Equal(have.shape, t.Shape) {
		return fmt.Errorf("param: tensor %q is %v %v in the file: want F32 %v", name, have.dtype, have.shape, t.Shape)
	}
	for i := range t.Data {
		if v := float32At(have.data, i); !isFinite(v) {
			return notFinite(name, i, v)
		}
	}
	return nil
}

// float32At returns element i of little-endian data.
func float32At(data []byte, i int) float32 {
	return math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
}
