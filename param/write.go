package param

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf8"

	"github.com/nlpodyssey/safetensors"
)

// metadataName is the name that the format keeps for the file's metadata.
const metadataName = "__metadata__"

// Write writes tensors and metadata to w as a safetensors file, tensors by
// ascending name, dtype F32. The same arguments give the same bytes. metadata may
// be nil.
//
// A name that appears twice, is "__metadata__" or is not UTF-8, data that does not
// fit its shape, and an element that is NaN or infinite (which [File.Into] would
// refuse) are errors, found before anything is written.
func Write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	if w == nil {
		return errors.New("param: Write: w is nil")
	}
	for key, value := range metadata {
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return fmt.Errorf("param: Write: metadata %q: %q is not UTF-8", key, value)
		}
	}
	views := make(map[string]view, len(tensors))
	for i := range tensors {
		t := &tensors[i]
		if err := checkWritable(t); err != nil {
			return err
		}
		if _, twice := views[t.Name]; twice {
			return fmt.Errorf("param: Write: tensors[%d]: the name %q appears twice", i, t.Name)
		}
		views[t.Name] = view{t}
	}
	if err := safetensors.SerializeToWriter(views, metadata, w); err != nil {
		return fmt.Errorf("param: Write: %w", err)
	}
	return nil
}

func checkWritable(t *Tensor) error {
	if t.Name == metadataName || !utf8.ValidString(t.Name) {
		return fmt.Errorf("param: Write: tensor %q: the name is reserved or not UTF-8", t.Name)
	}
	if err := t.check(); err != nil {
		return err
	}
	for i, v := range t.Data {
		if !isFinite(v) {
			return notFinite(t.Name, i, v)
		}
	}
	return nil
}

// WriteFile writes tensors and metadata, as [Write] does, to the named file. The
// file is replaced as [WriteFileAtomic] does it.
func WriteFile(path string, tensors []Tensor, metadata map[string]string) error {
	return WriteFileAtomic(path, func(w io.Writer) error { return Write(w, tensors, metadata) })
}

// view shows a tensor to the safetensors library. Bytes are made one tensor at a
// time, as they are written.
type view struct{ tensor *Tensor }

func (v view) DType() safetensors.DType { return safetensors.F32 }

func (v view) Shape() []uint64 {
	shape := make([]uint64, len(v.tensor.Shape))
	for i, n := range v.tensor.Shape {
		shape[i] = uint64(n)
	}
	return shape
}

func (v view) Data() []byte {
	bytes := make([]byte, 0, 4*len(v.tensor.Data))
	for _, x := range v.tensor.Data {
		bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(x))
	}
	return bytes
}

func (v view) DataLen() uint64 { return 4 * uint64(len(v.tensor.Data)) }
