// Package golang holds nothing but the test of the Go peers of bench/peers, which are the
// programs below: a module of its own, so that what they need stays out of the library's
// go.mod. Package peer speaks the protocol; the others are a library each. The library
// itself is required for the test only.
package golang
