package kernels

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
)

// Engine computes large products in place of a level's tiles: an optimised BLAS. It is
// outside the promise of same bits: an element's sum may be split and reordered, and so
// depend on the other rows, the number of workers and the CPU. Its error stays below
// K·2⁻²³·Σ|a||b| of the exact sum.
type Engine interface {
	// Name is what SetEngine takes, in lower case.
	Name() string
	// String tells what computes, and on how many threads, as read back from the library.
	String() string
	// Gemm computes c[r, j] += Σ_k a[r, k]·b[k, j] on the calling thread alone, for c [rows,
	// columns], b [depth, columns] and a [rows, depth] in row-major order, rows cStride,
	// bStride and aStride apart; with transposed, a [depth, rows] holds a[k, r]. Nothing
	// is empty, the slices are long enough, and c overlaps neither a nor b.
	Gemm(transposed bool, rows, columns, depth int, a []float32, aStride int, b []float32, bStride int, c []float32, cStride int)
}

// EngineVariable is the environment variable that names the engine to start with: panels
// (the default: this package's own products), auto, or the name of a registered one. StepEngineVariable
// does so for the products of single steps; auto is not for them.
const (
	EngineVariable     = "PACKEDLSTM_ENGINE"
	StepEngineVariable = "PACKEDLSTM_STEP_ENGINE"
)

const (
	panelsEngine = "panels"
	autoEngine   = "auto"
)

// engineSetting is what is chosen for one kind of products. A name that its variable has may be
// registered later, by the initialisation of another package.
type engineSetting struct {
	variable string
	auto     bool // may be auto
	name     string
	warning  sync.Once
}

// engines are what is registered and chosen.
var engines struct {
	sync.RWMutex
	registered  []Engine
	large, step engineSetting
	choices     map[engineShape]engineChoice // of auto
}

func init() {
	engines.large.start(EngineVariable, true)
	engines.step.start(StepEngineVariable, false)
	engines.choices = map[engineShape]engineChoice{}
}

func (s *engineSetting) start(variable string, auto bool) {
	s.variable, s.auto, s.name = variable, auto, panelsEngine
	if name := os.Getenv(variable); name != "" {
		s.name = strings.ToLower(name)
	}
}

// known returns the names that the setting may have.
func (s *engineSetting) known() []string {
	names := engineNames()
	if !s.auto {
		names = slices.DeleteFunc(names, func(n string) bool { return n == autoEngine })
	}
	return names
}

// active returns the name of what computes, which is not that of an engine that nothing registered.
func (s *engineSetting) active() string {
	if slices.Contains(s.known(), s.name) {
		return s.name
	}
	return panelsEngine
}

func (s *engineSetting) activeNow() string {
	engines.RLock()
	defer engines.RUnlock()
	return s.active()
}

// engine returns the registered engine of the setting's name. A variable may name one that
// nothing registered: nobody can receive an error here, and silence would time or test
// the wrong products.
func (s *engineSetting) engine() Engine {
	if s.name == panelsEngine {
		return nil
	}
	for _, e := range engines.registered {
		if e.Name() == s.name {
			return e
		}
	}
	s.warning.Do(func() { fmt.Fprintln(os.Stderr, s.unknown()) })
	return nil
}

func (s *engineSetting) unknown() string {
	return fmt.Sprintf("packedlstm: %s: engine %q: this binary has %s; using %s", s.variable, s.name, strings.Join(s.known(), ", "), panelsEngine)
}

// RegisterEngine makes an engine known by its name. A name that is taken, or one of panels
// and auto, is an error, and so is one that is empty or not in lower case, which SetEngine could
// never choose.
func RegisterEngine(e Engine) error {
	if e == nil {
		return errNil("RegisterEngine", "e")
	}
	if name := e.Name(); name == "" || name != strings.ToLower(name) {
		return fmt.Errorf("kernels: RegisterEngine: the name %q: want one in lower case", name)
	}
	engines.Lock()
	defer engines.Unlock()
	if slices.Contains(engineNames(), e.Name()) {
		return fmt.Errorf("kernels: RegisterEngine: the name %q is taken", e.Name())
	}
	engines.registered = append(engines.registered, e)
	return nil
}

// Engines returns the names that SetEngine takes.
func Engines() []string {
	engines.RLock()
	defer engines.RUnlock()
	return engineNames()
}

func engineNames() []string {
	names := []string{panelsEngine, autoEngine}
	for _, e := range engines.registered {
		names = append(names, e.Name())
	}
	return names
}

// SetEngine chooses what computes large products from now on, in the whole process: the
// input projection, weight and data gradients, and readouts. panels stands for this
// package's own products, auto for a registered engine wherever a short measurement of
// that shape says that it clearly wins, by a tenth of the time. Even there, products of fewer
// than 8 rows, at AVX512 16, stay the package's own where the level has kernels for them: an
// engine would pack the whole matrix for each. So do all products with a matrix of more than
// 16M elements, which are not measured. An unknown name is an error and changes nothing.
func SetEngine(name string) error {
	return chooseEngine("SetEngine", &engines.large, name)
}

// SetStepEngine chooses what computes the products of single steps, h·W_hhᵀ and
// dgates·W_hh: panels, the default, or a registered engine.
func SetStepEngine(name string) error {
	return chooseEngine("SetStepEngine", &engines.step, name)
}

func chooseEngine(operation string, s *engineSetting, name string) error {
	name = strings.ToLower(name)
	engines.Lock()
	defer engines.Unlock()
	if known := s.known(); !slices.Contains(known, name) {
		return fmt.Errorf("kernels: %s: engine %q: want one of %s", operation, name, strings.Join(known, ", "))
	}
	s.name = name
	return nil
}

// ActiveEngine returns the name of what computes large products: panels where the variable names
// an engine that is not in this binary.
func ActiveEngine() string { return engines.large.activeNow() }

// ActiveStepEngine returns that for the products of steps.
func ActiveStepEngine() string { return engines.step.activeNow() }

// EngineFor returns the engine for products of many rows with a matrix [k, n], nil for
// the level's own tiles.
func EngineFor(l Level, k, n int) Engine {
	return engineFor(engineShape{level: l, k: k, n: n})
}

// GradientEngineFor returns the engine for weight gradients [n, m] over many rows, nil for
// the level's own tiles.
func GradientEngineFor(l Level, n, m int) Engine {
	return engineFor(engineShape{level: l, gradient: true, k: m, n: n})
}

// StepEngine returns the engine for the products of single steps, nil for the level's own tiles.
func StepEngine() Engine {
	engines.RLock()
	defer engines.RUnlock()
	return engines.step.engine()
}

func engineFor(s engineShape) Engine {
	engines.RLock()
	defer engines.RUnlock()
	if engines.large.name != autoEngine {
		return engines.large.engine()
	}
	if len(engines.registered) == 0 {
		return nil
	}
	if choice, ok := engines.choices[s]; ok && choice.among == len(engines.registered) {
		return choice.engine
	}
	registered := engines.registered
	engines.RUnlock()
	defer engines.RLock()
	return measureEngines(registered, s)
}
