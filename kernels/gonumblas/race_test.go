//go:build race

package gonumblas_test

// raceEnabled: the race detector makes pools forget at random.
const raceEnabled = true
