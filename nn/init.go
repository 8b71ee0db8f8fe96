package nn

import "math/rand/v2"

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
		dst[i] = float32(low + (high-low)*rng.Float64())
	}
}

// Normal fills dst with draws from the normal distribution of the given mean and
// standard deviation, from the seed alone (torch.nn.init.normal_, with other
// numbers).
func Normal(dst []float32, mean, deviation float64, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, normalStream))
	for i := range dst {
		dst[i] = float32(mean + deviation*rng.NormFloat64())
	}
}
