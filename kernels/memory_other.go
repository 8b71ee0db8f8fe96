//go:build !linux || !(amd64 || arm64)

package kernels

// newPanelData returns n zeros.
func newPanelData(n int) []float32 { return make([]float32, n) }
