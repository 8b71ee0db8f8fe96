//go:build !linux

package main

// allocated has nobody who counts.
func allocated(func() error) (*uint64, error) { return nil, nil }
