package param_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/packedlstm/packedlstm/param"
)

func TestWriteErrors(t *testing.T) {
	one := []float32{1}
	for _, c := range []struct {
		tensors  []param.Tensor
		metadata map[string]string
		says     string
	}{
		{tensors: []param.Tensor{{Name: "a", Data: one}, {Name: "a", Data: one}}, says: `tensors[1]: the name "a"`},
		{tensors: []param.Tensor{{Name: "__metadata__", Data: one}}, says: "__metadata__"},
		{tensors: []param.Tensor{{Name: "\xff", Data: one}}, says: "UTF-8"},
		{tensors: []param.Tensor{{Name: "a", Shape: []int{2}, Data: one}}, says: "1 elements: want 2 for shape [2]"},
		{tensors: []param.Tensor{{Name: "a", Shape: []int{-1}, Data: one}}, says: "dimension 0 is -1"},
		{tensors: []param.Tensor{{Name: "a", Shape: []int{math.MaxInt32, math.MaxInt32, math.MaxInt32}, Data: one}}, says: "more elements"},
		{tensors: []param.Tensor{{Name: "a", Shape: []int{2}, Data: []float32{0, float32(math.Inf(-1))}}}, says: "element 1 is -Inf"},
		{metadata: map[string]string{"a": "\xff"}, says: "UTF-8"},
	} {
		var b bytes.Buffer
		wantError(t, c.says, param.Write(&b, c.tensors, c.metadata), c.says)
		if b.Len() != 0 {
			t.Errorf("%s: %d bytes were written", c.says, b.Len())
		}
	}
	wantError(t, "nil writer", param.Write(nil, nil, nil), "nil")
	for n := range 3 { // length, header, data
		wantError(t, "full disk", param.Write(&fullDisk{n}, sample(), nil), errDisk.Error())
	}
}

// fullDisk fails after a number of writes.
type fullDisk struct{ left int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.left--; d.left < 0 {
		return 0, errDisk
	}
	return len(p), nil
}

// Whatever fails, the old file stays and nothing else is left in the directory.
func TestAtomicReplacement(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := param.WriteFile(path, sample(), nil); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	intact := func(when string) {
		t.Helper()
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, old) {
			t.Errorf("%s: the old file changed: %v", when, err)
		}
		if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
			t.Errorf("%s: the directory holds %v, %v", when, entries, err)
		}
	}
	nan := []param.Tensor{{Name: "a", Data: []float32{float32(math.NaN())}}}
	wantError(t, "NaN", param.WriteFile(path, nan, nil), path, "NaN")
	intact("NaN")
	err = param.WriteFileAtomic(path, func(w io.Writer) error {
		io.WriteString(w, "half of it")
		return errDisk
	})
	if !errors.Is(err, errDisk) {
		t.Errorf("error %v, want one that wraps %v", err, errDisk)
	}
	intact("failing write")
	func() {
		defer func() { recover() }()
		param.WriteFileAtomic(path, func(io.Writer) error { panic("a bug of the caller") })
	}()
	intact("panic")
	wantError(t, "nil write", param.WriteFileAtomic(path, nil), "nil")
	intact("nil write")

	if err := param.WriteFile(path, sample()[:1], nil); err != nil {
		t.Fatal(err)
	}
	f, err := param.ReadFile(path)
	if err != nil || len(f.Names()) != 1 {
		t.Errorf("the new file: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("permissions %v, want those of the old file", info.Mode())
	}
}

func TestAtomicTargets(t *testing.T) {
	directory := t.TempDir()
	wantError(t, "no directory", param.WriteFile(filepath.Join(directory, "none", "a"), nil, nil), "none")

	inTheWay := filepath.Join(directory, "folder")
	wantError(t, "rename onto a directory", param.WriteFileAtomic(inTheWay, func(io.Writer) error {
		return os.MkdirAll(filepath.Join(inTheWay, "full"), 0o777)
	}), inTheWay)
	wantError(t, "a directory", param.WriteFile(inTheWay, nil, nil), inTheWay, "not a regular file")

	target, link := filepath.Join(directory, "target"), filepath.Join(directory, "link")
	if err := param.WriteFile(target, nil, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if err := param.WriteFile(link, sample(), nil); err != nil {
		t.Fatal(err)
	}
	if f, err := param.ReadFile(target); err != nil || len(f.Names()) != len(sample()) {
		t.Errorf("the link's target was not written: %v", err)
	}
	loose := filepath.Join(directory, "loose")
	if err := os.Symlink(filepath.Join(directory, "none"), loose); err != nil {
		t.Fatal(err)
	}
	wantError(t, "a link to nothing", param.WriteFile(loose, nil, nil), loose, "link")
	wantError(t, "a link to a directory", func() error {
		if err := os.Symlink(inTheWay, filepath.Join(directory, "toFolder")); err != nil {
			t.Fatal(err)
		}
		return param.WriteFile(filepath.Join(directory, "toFolder"), nil, nil)
	}(), "not a regular file")
	if entries, _ := os.ReadDir(directory); len(entries) != 5 {
		t.Errorf("the directory holds %v, want folder, link, loose, target, toFolder", entries)
	}
}

// The bytes of a private file are private while they are written, too.
func TestAtomicPermissions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "private")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := param.WriteFileAtomic(path, func(w io.Writer) error {
		files, err := filepath.Glob(path + ".*")
		if err != nil || len(files) != 1 {
			return fmt.Errorf("files %v beside it, %v", files, err)
		}
		info, err := os.Stat(files[0])
		if err == nil && info.Mode().Perm() != 0o600 {
			err = fmt.Errorf("permissions %v, want 0600", info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func ExampleFile_Into() {
	var file bytes.Buffer
	err := param.Write(&file, []param.Tensor{
		{Name: "readout.weight", Shape: []int{2, 3}, Data: []float32{1, 2, 3, 4, 5, 6}},
		{Name: "readout.bias", Shape: []int{2}, Data: []float32{7, 8}},
	}, map[string]string{"epoch": "3"})
	if err != nil {
		fmt.Println(err)
		return
	}

	read, err := param.Read(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(read.Names(), read.Metadata()["epoch"])

	bias := param.Tensor{Name: "bias", Shape: []int{2}, Data: make([]float32, 2)}
	weight := param.Tensor{Name: "weight", Shape: []int{3, 2}, Data: make([]float32, 6)}
	fmt.Println(read.Into("readout.", []param.Tensor{bias, weight}))
	fmt.Println(bias.Data, "nothing is copied unless all of it fits")
	fmt.Println(read.Into("readout.", []param.Tensor{bias}), bias.Data)
	// Output:
	// [readout.bias readout.weight] 3
	// param: tensor "readout.weight" is F32 [2 3] in the file: want F32 [3 2]
	// [0 0] nothing is copied unless all of it fits
	// <nil> [7 8]
}
