//go:build !linux

package main

import "os"

// peakRSS returns 0: the unit differs from system to system.
func peakRSS(*os.ProcessState) float64 { return 0 }
