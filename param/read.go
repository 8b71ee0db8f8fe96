package param

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"

	"github.com/nlpodyssey/safetensors"
)

// File is a safetensors file in memory. It may be read by many goroutines at once.
type File struct {
	metadata map[string]string
	tensors  map[string]stored
}

// stored is a tensor as it stands in the file.
type stored struct {
	dtype safetensors.DType
	shape []int
	data  []byte
}

// Read reads a safetensors file from r, up to its end. A file is refused with an
// error unless its header is one JSON object of known types, no name stands twice in
// it, in a tensor or in the metadata, and the tensors, each as large as its shape
// says, fill the data without gap, overlap or rest.
func Read(r io.Reader) (*File, error) {
	if r == nil {
		return nil, errors.New("param: Read: r is nil")
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("param: Read: %w", err)
	}
	file, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("param: Read: %w", err)
	}
	return file, nil
}

// ReadFile reads the named safetensors file, as [Read] does.
func ReadFile(path string) (*File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("param: ReadFile: %w", err)
	}
	file, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("param: ReadFile %s: %w", path, err)
	}
	return file, nil
}

func parse(data []byte) (*File, error) {
	if err := checkHeader(data); err != nil {
		return nil, err
	}
	length, header, err := readMetadata(data)
	if err != nil {
		return nil, err
	}
	data = data[8+length:]
	infos := header.Tensors()
	file := &File{metadata: header.Metadata(), tensors: make(map[string]stored, len(infos))}
	for name, info := range infos {
		shape := make([]int, len(info.Shape))
		for i, n := range info.Shape {
			if n > math.MaxInt { // legal for the library if another dimension is 0
				return nil, fmt.Errorf("tensor %q: dimension %d is %d: want at most %d", name, i, n, math.MaxInt)
			}
			shape[i] = int(n)
		}
		file.tensors[name] = stored{info.DType, shape, data[info.DataOffsets[0]:info.DataOffsets[1]]}
	}
	return file, nil
}

// readMetadata calls the library, which checks dtypes, sizes (also shapes whose
// product overflows) and that the offsets cover the data without gap or overlap.
// What else it does with hostile bytes is not ours to promise: a panic of its
// becomes an error.
func readMetadata(data []byte) (length uint64, header safetensors.Metadata, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("not a safetensors file: %v", p)
		}
	}()
	return safetensors.ReadMetadata(data)
}

// maxHeader is the largest header that the format allows.
const maxHeader = 100_000_000

// checkHeader checks what the library lets pass: a header that is not an object,
// and names that stand in an object twice, of which it would take the last.
func checkHeader(data []byte) error {
	if len(data) < 8 {
		return fmt.Errorf("%d bytes: want the header's length in 8", len(data))
	}
	length := binary.LittleEndian.Uint64(data)
	if length > maxHeader || length > uint64(len(data)-8) {
		return fmt.Errorf("a header of %d bytes: the file has %d after its length, and %d is the limit",
			length, len(data)-8, maxHeader)
	}
	header := data[8 : 8+length]
	if len(header) == 0 || header[0] != '{' {
		return errors.New("the header is not a JSON object")
	}
	return checkNames(header, "the header", true)
}

// checkNames returns an error if a name stands twice in a JSON object or, if deep, in one that
// is a value of it: a tensor or the metadata. What else is wrong the library says.
func checkNames(object []byte, where string, deep bool) error {
	decoder := json.NewDecoder(bytes.NewReader(object))
	if _, err := decoder.Token(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return err
		}
		name, isString := key.(string)
		if !isString || seen[name] {
			return fmt.Errorf("name %q stands in %s twice", key, where)
		}
		seen[name] = true
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return err
		}
		if deep && value[0] == '{' {
			if err := checkNames(value, strconv.Quote(name), false); err != nil {
				return err
			}
		}
	}
	return nil
}
