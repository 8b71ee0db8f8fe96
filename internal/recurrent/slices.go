package recurrent

import (
	"context"
	"errors"

	"github.com/packedlstm/packedlstm/internal/workers"
	"github.com/packedlstm/packedlstm/kernels"
	"github.com/packedlstm/packedlstm/packed"
)

// slice is the part of the hidden units that a pass computes: blocks [first, end). With
// all of them it runs alone; else it meets the passes that own the others at every step.
type slice struct {
	first, end int
	barrier    *workers.Barrier // nil: alone
}

func (s *slice) blocks() int { return s.end - s.first }

// meet waits for the other slices, and reports whether all go on.
func (s *slice) meet() bool { return s.barrier == nil || s.barrier.Wait() }

// abort lets the others go.
func (s *slice) abort() {
	if s.barrier != nil {
		s.barrier.Abort()
	}
}

// errAborted is what a pass returns because another one failed, whose error tells more.
var errAborted = errors.New("another worker gave up")

// cancelled returns an error once done is closed; a nil channel never is.
func cancelled(done <-chan struct{}) error {
	if done == nil {
		return nil
	}
	select {
	case <-done:
		return context.Canceled
	default:
		return nil
	}
}

const (
	// fewRows is how many rows a step costs at least: the weights have to be read.
	fewRows = 4
	// nearFewRows is the same where W_hh, up to nearBytes, is read from a cache near.
	nearFewRows = 2
	nearBytes   = 128 << 10
	// meetingCost is that of a barrier, and of reading what another core has just written: half
	// a microsecond, in multiply-adds.
	meetingCost = 30_000
	// waitingShare is what workers lose that wait for the slowest at every step: a sixteenth of
	// their time. Where W_hh is larger than L2, and than 1 MB, they gain as much by reading a part of it each
	// (two workers of a Zen 4, 32 rows at H = 256 0.97, 64 rows at H = 1024 1.03 times as fast as rows apart).
	waitingShare = 16
)

// sliceUnits reports whether count workers are faster if each owns units of all rows and
// meets the others at every step, than if each owns some of the rows and meets nobody.
func sliceUnits(ranges []rowRange, l *packed.Layout, c *Config, gates int) bool {
	count := len(ranges)
	if count < 2 || c.blocks() < count {
		return false
	}
	least := fewRows
	if 4*gates*c.HiddenSize*c.HiddenSize <= nearBytes {
		least = nearFewRows
	}
	apart := 0
	for _, r := range ranges {
		apart = max(apart, stepCost(r, l, least))
	}
	row := gates * c.HiddenSize * (c.HiddenSize + c.InputSize)
	most := (c.blocks() + count - 1) / count // blocks of one worker
	together := stepCost(rowRange{0, l.Batch()}, l, least) * most / c.blocks()
	if 4*gates*c.HiddenSize*c.HiddenSize <= ownCache {
		together += together / waitingShare
	}
	meetings := (rowRange{0, l.Batch()}).steps(l) * meetingCost / row
	return together+meetings < apart
}

// ownCache is the L2 of each worker, in bytes; 1 MB if it is smaller or the CPU does not say. (Two workers of
// a Zen 3, L2 512 KB: rows apart are 1.01 to 1.08 times as fast with 32 rows at H = 256, where W_hh has 1 MB,
// and 0.94 with 64 rows at H = 512.)
var ownCache = max(kernels.CPU().L2, 1<<20)

// stepCost returns the rows that the range's steps cost, each the least at least.
func stepCost(r rowRange, l *packed.Layout, least int) int {
	cost := 0
	for t := range r.steps(l) {
		cost += max(r.live(l, t), least)
	}
	return cost
}
