//go:build purego || !amd64

package kernels

const hasAVX2 = false
