package main

import (
	"fmt"
	"strings"
)

// parseHighWater returns the bytes of a line "VmHWM:  123 kB", nil without one.
func parseHighWater(status string) *float64 {
	_, rest, found := strings.Cut(status, "VmHWM:")
	var kilobytes float64
	if _, err := fmt.Sscanf(rest, "%g kB", &kilobytes); !found || err != nil {
		return nil
	}
	bytes := kilobytes * 1024
	return &bytes
}
