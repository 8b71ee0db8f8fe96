package kernels

import "github.com/klauspost/cpuid/v2"

// Machine describes the CPU as it reports itself. Cache sizes are in bytes, per
// core (L3: per group of cores that shares it), and 0 where the CPU does not say.
type Machine struct {
	Brand       string
	L1D, L2, L3 int
}

// CPU returns the description of the machine.
func CPU() Machine {
	size := func(n int) int { return max(n, 0) }
	return Machine{
		Brand: cpuid.CPU.BrandName,
		L1D:   size(cpuid.CPU.Cache.L1D),
		L2:    size(cpuid.CPU.Cache.L2),
		L3:    size(cpuid.CPU.Cache.L3),
	}
}
