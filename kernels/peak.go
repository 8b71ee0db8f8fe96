package kernels

import "fmt"

// RunFMAs runs iterations rounds of independent fused multiply-adds on registers
// at level l and returns how many floating-point operations that were, two for
// each lane: their time is this core's FMA peak, what products are measured
// against. A level without such a loop is an error.
func RunFMAs(l Level, iterations int) (operations int, err error) {
	if err := l.check(); err != nil {
		return 0, err
	}
	if l == Portable {
		return 0, fmt.Errorf("kernels: RunFMAs: level %v has no FMA loop", l)
	}
	for iterations > 0 {
		n := min(iterations, callIterations)
		operations += fmaRun(l, n)
		iterations -= n
	}
	return operations, nil
}

// callIterations keeps a call below 100 µs: assembly cannot be preempted.
const callIterations = 1 << 14

// fmaRun is one call. Go preempts the loop around it where it enters this function:
// inlined, nearly every signal would find the loop inside the assembly.
//
//go:noinline
func fmaRun(l Level, iterations int) int { return fmaPeak(l, iterations) }

const (
	// readTurn is the floats that a turn of the read loops loads.
	readTurn = 128
	// readCallBytes bounds what one assembly call reads: 100 µs at 10 GB/s.
	readCallBytes = 1 << 20
)

// ReadBuffer loads buffer into registers, rounds times from front to back, at level l
// and returns the bytes that were read: their time is the read bandwidth of the cache
// or memory that holds the buffer. Elements beyond the last multiple of 128 are not
// read. A level without such a loop, a buffer of fewer than 128 elements or a negative
// number of rounds is an error.
func ReadBuffer(l Level, buffer []float32, rounds int) (bytes int, err error) {
	if err := l.check(); err != nil {
		return 0, err
	}
	switch {
	case !hasReadLoop(l):
		return 0, fmt.Errorf("kernels: ReadBuffer: level %v has no read loop", l)
	case len(buffer) < readTurn:
		return 0, fmt.Errorf("kernels: ReadBuffer: buffer has %d elements: want %d or more", len(buffer), readTurn)
	case rounds < 0:
		return 0, fmt.Errorf("kernels: ReadBuffer: rounds = %d: want 0 or more", rounds)
	}
	n := len(buffer) / readTurn * readTurn
	const piece = readCallBytes / 4
	for left := rounds; left > 0; {
		count := 1
		if n <= piece {
			count = min(piece/n, left)
		}
		for first := 0; first < n; first += piece {
			readBuffer(l, buffer[first:min(first+piece, n)], count)
		}
		left -= count
	}
	return 4 * n * rounds, nil
}
