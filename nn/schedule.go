package nn

import (
	"errors"
	"fmt"
	"math"
)

// Schedule gives the learning rate of every step, numbered from 0.
type Schedule interface {
	LR(step int) float64
}

// Constant is the same learning rate at every step.
type Constant float64

// LR returns the learning rate.
func (c Constant) LR(int) float64 { return float64(c) }

// CosineWithWarmup rises in a line to MaxLR and falls in half a cosine to MinLR:
//
//	MaxLR·step/WarmupSteps                                     step < WarmupSteps
//	MinLR + (MaxLR-MinLR)·(1 + cos(π·progress))/2              then, with
//	progress = (step-WarmupSteps)/(TotalSteps-WarmupSteps)     0 to 1
//
// and stays at MinLR from TotalSteps on (transformers' get_cosine_schedule_with_warmup,
// whose MinLR is 0).
type CosineWithWarmup struct {
	MaxLR, MinLR            float64
	WarmupSteps, TotalSteps int
}

// LR returns the learning rate of a step; a negative step counts as 0.
func (c CosineWithWarmup) LR(step int) float64 {
	step = max(step, 0)
	if step < c.WarmupSteps {
		return c.MaxLR * float64(step) / float64(c.WarmupSteps)
	}
	if step >= c.TotalSteps {
		return c.MinLR
	}
	progress := float64(step-c.WarmupSteps) / float64(c.TotalSteps-c.WarmupSteps)
	return c.MinLR + (c.MaxLR-c.MinLR)*(1+math.Cos(math.Pi*progress))/2
}

// OneCycle is torch.optim.lr_scheduler.OneCycleLR with its cosine strategy (Smith
// and Topin, Super-convergence, 2019): half a cosine from MaxLR/DivFactor up to
// MaxLR, which is reached at step PercentStart·TotalSteps - 1, then half a cosine down
// to MaxLR/(DivFactor·FinalDivFactor) at step TotalSteps - 1. Beyond, where PyTorch
// raises an error, it stays.
type OneCycle struct {
	MaxLR                     float64
	TotalSteps                int
	PercentStart              float64 // the fraction of the steps that rises
	DivFactor, FinalDivFactor float64
}

// NewOneCycle returns a OneCycle with PyTorch's defaults: PercentStart 0.3,
// DivFactor 25, FinalDivFactor 1e4.
func NewOneCycle(maxLR float64, totalSteps int) OneCycle {
	return OneCycle{MaxLR: maxLR, TotalSteps: totalSteps, PercentStart: 0.3, DivFactor: 25, FinalDivFactor: 1e4}
}

// LR returns the learning rate of a step; a negative step counts as 0.
func (c OneCycle) LR(step int) float64 {
	initial := c.MaxLR / c.DivFactor
	peak, last := c.PercentStart*float64(c.TotalSteps)-1, float64(c.TotalSteps-1)
	s := min(float64(max(step, 0)), last)
	if s <= peak && peak > 0 {
		return halfCosine(initial, c.MaxLR, s/peak)
	}
	if last <= peak {
		return c.MaxLR
	}
	return halfCosine(c.MaxLR, initial/c.FinalDivFactor, (s-peak)/(last-peak))
}

// halfCosine goes from start (progress 0) to end (progress 1).
func halfCosine(start, end, progress float64) float64 {
	return end + (start-end)/2*(math.Cos(math.Pi*progress)+1)
}

// ReduceOnPlateau is torch.optim.lr_scheduler.ReduceLROnPlateau: after each epoch it
// takes a metric, and when that has not become better for more than Patience epochs
// it multiplies the learning rate by Factor. All fields are exported so that saving
// the struct, as JSON for one, saves the schedule.
type ReduceOnPlateau struct {
	Rate         float64 // the learning rate now
	Factor       float64
	Patience     int
	Threshold    float64 // what counts as better: below Best·(1-Threshold), or if Absolute below Best-Threshold
	Absolute     bool
	Maximize     bool // larger is better: above Best·(1+Threshold) or Best+Threshold
	Cooldown     int  // epochs after a reduction that do not count as bad
	MinLR        float64
	Epsilon      float64 // a reduction by no more than this is left out
	Best         float64 // the best metric so far, if HasBest
	HasBest      bool
	BadEpochs    int
	CooldownLeft int
}

// NewReduceOnPlateau returns a schedule that starts at lr with PyTorch's defaults:
// Factor 0.1, Patience 10, Threshold 1e-4 (relative), Epsilon 1e-8, smaller is
// better, no cool-down, MinLR 0.
func NewReduceOnPlateau(lr float64) *ReduceOnPlateau {
	return &ReduceOnPlateau{Rate: lr, Factor: 0.1, Patience: 10, Threshold: 1e-4, Epsilon: 1e-8}
}

// LR returns the learning rate; the step does not matter.
func (r *ReduceOnPlateau) LR(int) float64 {
	if r == nil {
		return 0
	}
	return r.Rate
}

// Step takes the metric of an epoch and returns the learning rate of the next. A
// metric that is NaN or infinite is an error and changes nothing.
func (r *ReduceOnPlateau) Step(metric float64) (lr float64, err error) {
	if r == nil {
		return 0, errors.New("nn: ReduceOnPlateau.Step: the schedule is nil")
	}
	if math.IsNaN(metric) || math.IsInf(metric, 0) {
		return r.Rate, fmt.Errorf("nn: ReduceOnPlateau.Step: metric = %v: want a finite number", metric)
	}
	if r.isBetter(metric) {
		r.Best, r.HasBest, r.BadEpochs = metric, true, 0
	} else {
		r.BadEpochs++
	}
	if r.CooldownLeft > 0 {
		r.CooldownLeft--
		r.BadEpochs = 0
	}
	if r.BadEpochs > r.Patience {
		if reduced := max(r.Rate*r.Factor, r.MinLR); r.Rate-reduced > r.Epsilon {
			r.Rate = reduced
		}
		r.CooldownLeft, r.BadEpochs = r.Cooldown, 0
	}
	return r.Rate, nil
}

func (r *ReduceOnPlateau) isBetter(metric float64) bool {
	if !r.HasBest {
		return true
	}
	margin := r.Threshold
	if !r.Absolute {
		margin *= r.Best
	}
	if r.Maximize {
		return metric > r.Best+margin
	}
	return metric < r.Best-margin
}
