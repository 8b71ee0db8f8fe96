package kernels

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
)

// Level names one implementation of every kernel. A level other than Portable
// needs CPU features; Available says which levels this CPU and build have.
type Level uint8

const (
	// Portable is plain Go and runs everywhere.
	Portable Level = iota
	// NEON is arm64 assembly that needs ASIMD, which every arm64 CPU has.
	NEON
	// AVX2 is amd64 assembly that needs AVX, AVX2 and FMA.
	AVX2
	// AVX512 is amd64 assembly that needs AVX-512 F, DQ and VL besides.
	AVX512

	levelCount
)

// LevelVariable is the environment variable that names the level to start with,
// such as PACKEDLSTM_LEVEL=portable.
const LevelVariable = "PACKEDLSTM_LEVEL"

// levels describes every level, in the order of preference, the last the best.
var levels = [levelCount]struct {
	name      string
	available bool
}{
	Portable: {"portable", true},
	NEON:     {"neon", hasNEON},
	AVX2:     {"avx2", hasAVX2},
	AVX512:   {"avx512", hasAVX512},
}

// active holds the Level that new panels and calls without an explicit level use.
var active atomic.Uint32

func init() {
	active.Store(uint32(best()))
	name := os.Getenv(LevelVariable)
	if name == "" {
		return
	}
	level, err := ParseLevel(name)
	if err == nil {
		err = SetActive(level)
	}
	if err != nil {
		// Nobody can receive an error here; silence would time or test the wrong level.
		fmt.Fprintf(os.Stderr, "packedlstm: %s: %v; using %v\n", LevelVariable, err, Active())
	}
}

// best returns the last level in the order of preference that is available.
func best() Level {
	available := Available()
	return available[len(available)-1]
}

// String returns the level's name as LevelVariable takes it: "portable", "neon",
// "avx2", "avx512".
func (l Level) String() string {
	if l < levelCount {
		return levels[l].name
	}
	return fmt.Sprintf("Level(%d)", uint8(l))
}

// ParseLevel returns the level of a name, in any case of letters. An unknown
// name is an error that lists the known ones; whether the level is available is
// not its question.
func ParseLevel(name string) (Level, error) {
	var known []string
	for l := Portable; l < levelCount; l++ {
		if strings.EqualFold(name, levels[l].name) {
			return l, nil
		}
		known = append(known, levels[l].name)
	}
	return 0, fmt.Errorf("kernels: level %q: want one of %s", name, strings.Join(known, ", "))
}

// Available returns the levels that this CPU and build can run, the best last.
// Portable is always the first.
func Available() []Level {
	var available []Level
	for l := Portable; l < levelCount; l++ {
		if levels[l].available {
			available = append(available, l)
		}
	}
	return available
}

// IsAvailable reports whether this CPU and build can run the level.
func (l Level) IsAvailable() bool { return l < levelCount && levels[l].available }

// Active returns the level in use: the best one available, unless LevelVariable
// or SetActive chose another.
func Active() Level { return Level(active.Load()) }

// SetActive chooses the level that Active returns from now on, for the whole
// process. Panels that were packed before keep the level that they were packed
// for. A level that is not available is an error and changes nothing. It may be
// called at any time from any goroutine.
func SetActive(l Level) error {
	if err := l.check(); err != nil {
		return err
	}
	active.Store(uint32(l))
	return nil
}

// check returns an error unless the level can run here.
func (l Level) check() error {
	if l.IsAvailable() {
		return nil
	}
	return l.unavailable()
}

func (l Level) unavailable() error {
	return fmt.Errorf("kernels: level %v is not available here: have %v", l, Available())
}
