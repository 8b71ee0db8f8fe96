// Package floats reads and writes the files of little-endian float32 that bench/peers and its peers
// exchange. It imports nothing of this library, so that the peers in Go do not either.
package floats

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// Write writes arrays of little-endian floats, one after the other, and nothing else.
// It makes no copy of them, which would count as memory of a peer.
func Write(path string, arrays ...[]float32) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	for _, v := range arrays {
		for _, x := range v {
			_, _ = w.Write(binary.LittleEndian.AppendUint32(w.AvailableBuffer(), math.Float32bits(x))) // Flush has its error
		}
	}
	return errors.Join(w.Flush(), file.Close())
}

// Read reads such a file of n floats.
func Read(path string, n int) ([]float32, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(data) != 4*n {
		return nil, fmt.Errorf("floats: %s: have %d bytes: want %d floats, %d bytes", filepath.Base(path), len(data), n, 4*n)
	}
	v := make([]float32, n)
	return v, binary.Read(bytes.NewReader(data), binary.LittleEndian, v)
}
