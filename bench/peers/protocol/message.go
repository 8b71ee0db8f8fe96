// Package protocol is how bench/peers talks to the libraries that it compares: each is
// a process of its own, called as
//
//	PEER --case FOLDER --threads N --mode forward|training
//
// which answers each command, a line of JSON on its standard input, with an event, a
// line of JSON on its standard output:
//
//	(start)                        {"event":"ready","impl":"NAME","version":"1.2","first_call_us":123.4}
//	{"cmd":"check","out":FILE}     {"event":"checked"}
//	{"cmd":"run","calls":3}        {"event":"ran","us":[81.2,80.9,81.0]}
//	{"cmd":"memory"}               {"event":"memory","peak_rss_bytes":1,"allocated_bytes_per_call":null}
//	{"cmd":"quit"}                 exits with 0
//	(failure)                      {"event":"error","message":"why"}, exits with 1
//
// The folder holds case.json and raw little-endian float32 arrays, row-major: weights.f32,
// per layer and direction weight_ih [4H, I], weight_hh [4H, H], bias_ih [4H], bias_hh [4H]
// with gates i, f, g, o; x.f32 [B, T, input] and dy.f32 [B, T, D·H], sequences by
// descending length, zeros in the padding.
//
// allocated_bytes_per_call is what a call in the steady state allocates, freed again or not: the
// bytes of Go's heap in the mean over the timed calls, and those asked of the C library's
// allocator by one more, which is not timed: calls differ by a few percent at most. A peer that
// allocates outside Go has the latter from bench/peers/allocations, which LD_PRELOAD in its
// environment names: by dlsym it finds
//
//	void packedlstm_count_allocations(int on);             // from 0 on, or no longer
//	unsigned long long packedlstm_allocated_bytes(void);   // by all threads
//
// and answers null where it finds none. Not in the figure is what a library takes from a pool
// that it keeps, or maps itself: ONNX Runtime's arena, Python's small objects, TBB's allocator.
//
// PEERS_VENV in a peer's environment is the path of the Python virtual environment.
//
// check writes raw float32 arrays to FILE: y [B, T, D·H] and, in training, behind it dx
// [B, T, input], both with zeros in the padding, and the gradients of all parameters in the
// order and shapes of weights.f32. The two biases of a layer and direction have the same
// gradient: a library that keeps their sum as one writes it twice. Each element of y has to
// lie within 5e-5 of the float64 reference, each of a gradient within 1e-4 of the largest
// of its tensor.
//
// A timed call of mode forward runs the whole batch; one of mode training also runs backward
// from dy, to the gradients of all weights and of x: all that check writes, in whatever
// format the library has it.
package protocol

// Command is what a peer reads.
type Command struct {
	Name  string `json:"cmd"`
	Out   string `json:"out,omitempty"`
	Calls int    `json:"calls,omitempty"`
}

// Event is what a peer answers.
type Event struct {
	Name                  string    `json:"event"`
	Impl                  string    `json:"impl,omitempty"`
	Version               string    `json:"version,omitempty"`
	FirstCallUs           float64   `json:"first_call_us,omitempty"`
	Us                    []float64 `json:"us,omitempty"`
	PeakRSSBytes          *float64  `json:"peak_rss_bytes,omitempty"`
	AllocatedBytesPerCall *float64  `json:"allocated_bytes_per_call,omitempty"`
	Message               string    `json:"message,omitempty"`
}
