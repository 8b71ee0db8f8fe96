// Package levels is for tests only: it runs them at every level of package kernels, and compares
// what has to be the same at all of them, for any batch and any number of workers.
package levels

import (
	"os"
	"strings"
	"testing"

	"github.com/packedlstm/packedlstm/kernels"
)

// requireVariable names levels that must run, separated by commas.
const requireVariable = "PACKEDLSTM_REQUIRE"

// Require fails where PACKEDLSTM_REQUIRE names a level that cannot run here: no other test fails
// for want of one. It is for tests, not for a TestMain: go test keeps results by the variables
// that tests read.
func Require(t *testing.T) {
	t.Helper()
	for name := range strings.SplitSeq(os.Getenv(requireVariable), ",") {
		if level, err := kernels.ParseLevel(name); name != "" && (err != nil || !level.IsAvailable()) {
			t.Fatalf("%s: level %q cannot run here: have %v", requireVariable, name, kernels.Available())
		}
	}
}

// ForEach runs f as a subtest at every level that this machine has, which is the active one then.
func ForEach(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	Require(t)
	before := kernels.Active()
	defer kernels.SetActive(before)
	for _, l := range kernels.Available() {
		if err := kernels.SetActive(l); err != nil {
			t.Fatal(err)
		}
		t.Run(l.String(), f)
	}
}
