package main

import (
	"fmt"
	"strings"
)

// What the ratio to others must be.
const (
	raggedFloor          = 1.5
	uniformForwardFloor  = 1.05
	uniformTrainingFloor = 1
	sentencesFloor       = 2.5
	pytorchTrainingFloor = 2.5
	meanFloor            = 1.7
)

// Floor is a promise of speed and whether this run kept it.
type Floor struct {
	Text    string   `json:"text"`
	Threads int      `json:"threads"`
	Want    float64  `json:"want"`
	Have    *float64 `json:"have"` // the lowest ratio, or the geometric mean; null: nothing measured
	Where   string   `json:"where,omitempty"`
	Kept    bool     `json:"kept"`
}

// contest is one case on so many threads in one mode, all peers.
type contest struct {
	results []*Result
	ours    *Result // at the best level, nil if it failed
	best    *Result // the fastest other, nil if none was measured
}

// contests returns the cases of the shapes file in one mode on so many threads.
func contests(r *Report, threads int, mode string) (all []contest) {
	results := r.find(studyCases, threads, mode)
	for _, name := range ordered(results, caseName) {
		var c contest
		for _, x := range results {
			if x.Case != name {
				continue
			}
			c.results = append(c.results, x)
			switch {
			case x.Status != ok || x.MedianUs == nil:
			case x.family == ours:
				if c.ours == nil {
					c.ours = x // the levels come the best first
				}
			case c.best == nil || *x.MedianUs < *c.best.MedianUs:
				c.best = x
			}
		}
		all = append(all, c)
	}
	return all
}

func (c *contest) name() string { return c.results[0].Case }

// ratio returns how many times faster this library is than another, 0 if one is missing.
func ratio(ours, other *Result) float64 {
	if ours == nil || other == nil || other.Status != ok || ours.MedianUs == nil || other.MedianUs == nil {
		return 0
	}
	return *other.MedianUs / *ours.MedianUs
}

// uniform: more than one sequence and no padding, where a padding library loses nothing.
func (c *contest) uniform() bool {
	s := &c.results[0].shape
	return s.Rows() > 1 && s.Tokens() == s.Rows()*s.Steps()
}

func (c *contest) sentences() bool { return strings.HasPrefix(c.name(), "sentences") }

// floors judges a run.
func floors(r *Report) (all []Floor) {
	for _, n := range r.threads() {
		f, t := contests(r, n, forward), contests(r, n, training)
		ragged := func(c *contest) bool { return !c.uniform() }
		all = append(all,
			lowest("forward, ragged cases and one row: best peer", n, raggedFloor, f, ragged, bestPeer),
			lowest("forward, uniform cases: best peer", n, uniformForwardFloor, f, (*contest).uniform, bestPeer),
			lowest("forward, sentences: every padding peer", n, sentencesFloor, f, (*contest).sentences, paddingPeers),
			mean("forward, all cases: best peer, geometric mean", n, meanFloor, f, ratiosToBest(f)),
			lowest("training, ragged cases and one row: best peer", n, raggedFloor, t, ragged, bestPeer),
			lowest("training, uniform cases: best peer", n, uniformTrainingFloor, t, (*contest).uniform, bestPeer),
			mean("training, all cases: best peer, geometric mean", n, meanFloor, t, ratiosToBest(t)),
			mean("training, all cases: PyTorch packed, geometric mean", n, pytorchTrainingFloor, t, ratiosTo(t, "pytorch-packed")))
	}
	return all
}

func bestPeer(c *contest) []*Result { return []*Result{c.best} }

func paddingPeers(c *contest) (found []*Result) {
	for _, x := range c.results {
		if x.family == pads {
			found = append(found, x)
		}
	}
	return found
}

// unmeasured says which of the cases that count has no figure of ours, "" if all have.
func unmeasured(all []contest, counts func(*contest) bool) string {
	for i := range all {
		if counts(&all[i]) && all[i].ours == nil {
			return all[i].name() + " was not measured"
		}
	}
	return ""
}

// lowest finds the lowest ratio over the cases that count. A floor is kept on all of them or not.
func lowest(text string, threads int, want float64, all []contest, counts func(*contest) bool,
	others func(*contest) []*Result) Floor {
	f := Floor{Text: text, Threads: threads, Want: want, Where: unmeasured(all, counts)}
	if f.Where != "" {
		return f
	}
	alone := ""
	for i := range all {
		c := &all[i]
		if !counts(c) {
			continue
		}
		peers := 0
		for _, other := range others(c) {
			v := ratio(c.ours, other)
			if v > 0 {
				peers++
			}
			if v > 0 && (f.Have == nil || v < *f.Have) {
				f.Have, f.Where = &v, fmt.Sprintf("%s, %s", c.name(), other.Impl)
			}
		}
		if peers == 0 {
			alone = c.name()
		}
	}
	f.Kept = f.Have != nil && *f.Have >= want
	if f.Kept && alone != "" {
		f.Kept, f.Where = false, "no peer was measured on "+alone
	}
	return f
}

// mean judges the geometric mean of the ratios of all cases.
func mean(text string, threads int, want float64, all []contest, ratios []float64) Floor {
	f := Floor{Text: text, Threads: threads, Want: want, Where: unmeasured(all, func(*contest) bool { return true })}
	if f.Where != "" || len(ratios) == 0 {
		return f
	}
	v := geometricMean(ratios)
	f.Have, f.Kept = &v, v >= want && len(ratios) == len(all)
	if len(ratios) < len(all) {
		f.Where = fmt.Sprintf("%d of %d cases", len(ratios), len(all))
	}
	return f
}

func ratiosToBest(all []contest) (ratios []float64) {
	for i := range all {
		if v := ratio(all[i].ours, all[i].best); v > 0 {
			ratios = append(ratios, v)
		}
	}
	return ratios
}

func ratiosTo(all []contest, impl string) (ratios []float64) {
	for i := range all {
		for _, x := range all[i].results {
			if v := ratio(all[i].ours, x); x.Impl == impl && v > 0 {
				ratios = append(ratios, v)
			}
		}
	}
	return ratios
}
