package param

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// WriteFileAtomic replaces the named file by what write writes: all of it or
// nothing. The bytes go to a new file in the same directory, which is flushed to
// the disk and then renamed. If anything fails, write included, the old file is as
// it was and the new one is removed. A file that exists keeps its permissions; a
// symbolic link is followed.
func WriteFileAtomic(path string, write func(io.Writer) error) (err error) {
	if write == nil {
		return fmt.Errorf("param: WriteFileAtomic %s: write is nil", path)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	file, err := createBeside(path)
	if err != nil {
		return fmt.Errorf("param: WriteFileAtomic: %w", err)
	}
	renamed := false
	defer func() { // also if write panics
		if !renamed {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	if err := write(file); err != nil {
		return fmt.Errorf("param: writing %s: %w", path, err)
	}
	if err := finish(file, path); err != nil {
		return fmt.Errorf("param: writing %s: %w", path, err)
	}
	renamed = true
	syncDirectory(filepath.Dir(path))
	return nil
}

// createBeside creates a new file in the directory of path, with the permissions
// that a new file gets there.
func createBeside(path string) (*os.File, error) {
	for {
		name := fmt.Sprintf("%s.%08x.tmp", path, rand.Uint32())
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return file, err
		}
	}
}

// finish gives file the permissions of the one at path, brings it to the disk and
// puts it in that place.
func finish(file *os.File, path string) error {
	if old, err := os.Stat(path); err == nil {
		if err := file.Chmod(old.Mode().Perm()); err != nil {
			return err
		}
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// syncDirectory brings a rename to the disk where the system can do that. The file
// is in its place by then, so a failure is not one of the write.
func syncDirectory(path string) {
	if directory, err := os.Open(path); err == nil {
		directory.Sync()
		directory.Close()
	}
}
