package workers

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// helper is a goroutine that runs jobs for any group. Between two jobs it looks for the
// next for a while, because a goroutine that starts where a processor sleeps comes some
// 100 µs late; then it ends.
type helper struct {
	called atomic.Bool // group and index hold what to do
	group  *Group
	index  int
	run    func() // the goroutine; made once, so that starting it allocates nothing
}

// pool holds the helpers that do nothing: at most one for each processor but the caller's
// looks for work, the others have ended.
var pool struct {
	sync.Mutex
	looking, ended []*helper
}

// engage appends n helpers, those first that look for work.
func engage(to []*helper, n int) []*helper {
	pool.Lock()
	defer pool.Unlock()
	for range n {
		h, found := take(&pool.looking)
		if !found {
			if h, found = take(&pool.ended); !found {
				h = new(helper)
				h.run = h.loop
			}
			go h.run()
		}
		to = append(to, h)
	}
	return to
}

func take(from *[]*helper) (h *helper, found bool) {
	last := len(*from) - 1
	if last < 0 {
		return nil, false
	}
	h = (*from)[last]
	*from = (*from)[:last]
	return h, true
}

// call makes an engaged helper run the group's job.
func (h *helper) call(g *Group, index int) {
	h.group, h.index = g, index
	h.called.Store(true)
}

// loop runs one job after the other.
func (h *helper) loop() {
	called := h.called.Load
	for {
		for !called() { // engaged: its call is on the way
			runtime.Gosched()
		}
		h.called.Store(false)
		g := h.group
		g.job(h.index)
		h.group = nil
		looks := h.look()
		g.done.Done()
		g.pending.Add(-1)
		if !looks || !lookUntil(called) && h.end() {
			return
		}
	}
}

// look enters the helper among those that look for work, before its group can miss it
// there, and reports whether there was room.
func (h *helper) look() bool {
	pool.Lock()
	defer pool.Unlock()
	if !HaveProcessors(len(pool.looking) + 2) {
		pool.ended = append(pool.ended, h)
		return false
	}
	pool.looking = append(pool.looking, h)
	return true
}

// end moves the helper to those that have ended, and reports whether nobody has engaged it
// meanwhile.
func (h *helper) end() bool {
	pool.Lock()
	defer pool.Unlock()
	i := slices.Index(pool.looking, h)
	if i < 0 {
		return false
	}
	pool.looking = slices.Delete(pool.looking, i, i+1)
	pool.ended = append(pool.ended, h)
	return true
}
