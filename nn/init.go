package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Streams of the generator, so that layers of one seed differ.
const (
	uniformStream = 0x756e69666f726d // "uniform"
	normalStream  = 0x6e6f726d616c   // "normal"
)

// Uniform fills dst with draws from U(low, high), from the seed alone
// (torch.nn.init.uniform_, with other numbers).
func Uniform(dst []float32, low, high float64, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, uniformStream))
	for i := range dst {
		dst[i] = float32(low + float64((high-low)*rng.Float64())) // not fused: the same on every machine
	}
}

// Normal fills dst with draws from the normal distribution of the given mean and
// standard deviation, from the seed alone (torch.nn.init.normal_, with other
// numbers).
func Normal(dst []float32, mean, deviation float64, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, normalStream))
	for i := range dst {
		dst[i] = float32(mean + float64(deviation*rng.NormFloat64()))
	}
}

// XavierUniform fills dst, a weight of fanIn inputs and fanOut outputs, with draws
// from U(-a, a), from the seed alone:
//
//	a = gain·√(6/(fanIn + fanOut))
//
// (torch.nn.init.xavier_uniform_, with other numbers; Glorot and Bengio, Understanding
// the difficulty of training deep feedforward neural networks, 2010.) Fans below 1,
// and a gain that is negative, NaN or infinite, are an error and nothing is written.
func XavierUniform(dst []float32, fanIn, fanOut int, gain float64, seed uint64) error {
	if fanIn < 1 || fanOut < 1 {
		return fmt.Errorf("nn: XavierUniform: fanIn = %d, fanOut = %d: want >= 1", fanIn, fanOut)
	}
	if err := checkRate("XavierUniform", "gain", gain, math.Inf(1)); err != nil {
		return err
	}
	bound := gain * math.Sqrt(6/(float64(fanIn)+float64(fanOut)))
	Uniform(dst, -bound, bound, seed)
	return nil
}
