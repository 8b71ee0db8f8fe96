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
// PEERS_VENV in a peer's environment is the path of the Python virtual environment.
//
// check writes y [B, T, D·H] to FILE, zeros in the padding, and in training behind it
// the gradient [4H, H] of the first layer's forward weight_hh. A timed call of mode
// forward runs the whole batch; one of mode training also runs backward from dy, to the
// gradients of all weights and of x.
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
