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
// it was and the new one is removed. A file that exists keeps its permissions, which
// the new one has before the first byte; a symbolic link is followed. What exists
// and is not a regular file, such as a directory or a device, and a link to nothing
// are errors.
func WriteFileAtomic(path string, write func(io.Writer) error) (err error) {
	if write == nil {
		return fmt.Errorf("param: WriteFileAtomic %s: write is nil", path)
	}
	path, old, err := target(path)
	if err != nil {
		return fmt.Errorf("param: WriteFileAtomic: %w", err)
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
	if old != nil {
		if err := file.Chmod(old.Mode().Perm()); err != nil {
			return fmt.Errorf("param: writing %s: %w", path, err)
		}
	}
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

// target returns the path of the file that path names, links followed, and what
// stands there now: a regular file, or nil for nothing.
func target(path string) (string, fs.FileInfo, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return path, nil, nil
	}
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		link := path
		if path, err = filepath.EvalSymlinks(link); err != nil {
			return "", nil, fmt.Errorf("%s is a link: %w", link, err)
		}
		info, err = os.Lstat(path)
	}
	if err != nil {
		return "", nil, err
	}
	if !info.Mode().IsRegular() {
		return "", nil, fmt.Errorf("%s is not a regular file: its mode is %v", path, info.Mode())
	}
	return path, info, nil
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

// finish brings file to the disk and puts it in the place of path.
func finish(file *os.File, path string) error {
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
