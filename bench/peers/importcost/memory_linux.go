package main

import (
	"os"
	"syscall"
)

// peakRSS returns the largest memory that a process had, in bytes.
func peakRSS(s *os.ProcessState) float64 {
	if usage, known := s.SysUsage().(*syscall.Rusage); known {
		return float64(usage.Maxrss) * 1024
	}
	return 0
}
