package nn

import (
	"errors"
	"fmt"

	"github.com/packedlstm/packedlstm/internal/memory"
	"github.com/packedlstm/packedlstm/param"
)

// Embedding is torch.nn.Embedding: a table whose rows stand for token ids.
type Embedding struct {
	NumEmbeddings, EmbeddingDim int
	PaddingIndex                int       // the id whose row gets no gradient; negative: none
	Weight, DWeight             []float32 // [NumEmbeddings, EmbeddingDim] and its gradient
}

// NewEmbedding returns a table drawn from N(0, 1) by the seed, the row of
// paddingIndex (if not negative) zero, as PyTorch has it. Dimensions below 1, more
// than 2³¹-1 elements, or a padding index beyond the table are an error.
func NewEmbedding(numEmbeddings, embeddingDim, paddingIndex int, seed uint64) (*Embedding, error) {
	if err := checkDimensions("NewEmbedding", "numEmbeddings", numEmbeddings, "embeddingDim", embeddingDim); err != nil {
		return nil, err
	}
	if paddingIndex >= numEmbeddings {
		return nil, fmt.Errorf("nn: NewEmbedding: paddingIndex = %d: want below numEmbeddings = %d, or negative for none",
			paddingIndex, numEmbeddings)
	}
	e := &Embedding{
		NumEmbeddings: numEmbeddings, EmbeddingDim: embeddingDim, PaddingIndex: paddingIndex,
		Weight: memory.Floats(numEmbeddings * embeddingDim), DWeight: memory.Floats(numEmbeddings * embeddingDim),
	}
	Normal(e.Weight, 0, 1, seed)
	if paddingIndex >= 0 {
		clear(e.Weight[paddingIndex*embeddingDim:][:embeddingDim])
	}
	return e, nil
}

// Tensors returns the table under PyTorch's name "weight". Data is the layer's own
// memory.
func (e *Embedding) Tensors() []param.Tensor {
	if e == nil {
		return nil
	}
	return []param.Tensor{{Name: "weight", Shape: []int{e.NumEmbeddings, e.EmbeddingDim}, Data: e.Weight}}
}

// Parameters returns the table with its gradient, its name behind prefix.
func (e *Embedding) Parameters(prefix string) []param.Parameter {
	if e == nil {
		return nil
	}
	return []param.Parameter{{Name: prefix + "weight", Shape: []int{e.NumEmbeddings, e.EmbeddingDim}, Value: e.Weight, Grad: e.DWeight}}
}

// Forward copies the rows of the ids [N] into dst [N, EmbeddingDim] and returns it:
//
//	dst[n, :] = Weight[ids[n], :]
//
// dst must not overlap Weight. An id beyond the table is an error that names its
// position; nothing is written then.
func (e *Embedding) Forward(dst []float32, ids []int) ([]float32, error) {
	const operation = "Embedding.Forward"
	if err := e.check(operation, ids); err != nil {
		return nil, err
	}
	y := memory.Resize(dst, len(ids)*e.EmbeddingDim)
	if err := checkApart(operation, "dst", y, "Weight", e.Weight); err != nil {
		return nil, err
	}
	d := e.EmbeddingDim
	for n, id := range ids {
		copy(y[n*d:(n+1)*d], e.Weight[id*d:])
	}
	return y, nil
}

// Backward adds the gradient dy [N, EmbeddingDim] of Forward's result to the rows of
// the ids [N], in ascending order of n, so that repeated ids add up:
//
//	DWeight[ids[n], :] += dy[n, :]    unless ids[n] is PaddingIndex
//
// dy must not overlap DWeight. Errors are those of Forward.
func (e *Embedding) Backward(ids []int, dy []float32) error {
	const operation = "Embedding.Backward"
	if err := e.check(operation, ids); err != nil {
		return err
	}
	if err := checkSize(operation, "dy", dy, len(ids), e.EmbeddingDim); err != nil {
		return err
	}
	if err := checkSize(operation, "DWeight", e.DWeight, e.NumEmbeddings, e.EmbeddingDim); err != nil {
		return err
	}
	if err := checkApart(operation, "dy", dy, "DWeight", e.DWeight); err != nil {
		return err
	}
	d := e.EmbeddingDim
	for n, id := range ids {
		if id == e.PaddingIndex {
			continue
		}
		row := e.DWeight[id*d:][:d]
		for j, v := range dy[n*d:][:d] {
			row[j] += v
		}
	}
	return nil
}

func (e *Embedding) check(operation string, ids []int) error {
	if e == nil {
		return errors.New("nn: " + operation + ": the layer is nil")
	}
	if err := checkDimensions(operation, "NumEmbeddings", e.NumEmbeddings, "EmbeddingDim", e.EmbeddingDim); err != nil {
		return err
	}
	if err := checkSize(operation, "Weight", e.Weight, e.NumEmbeddings, e.EmbeddingDim); err != nil {
		return err
	}
	if err := checkResult(operation, "ids", len(ids), "EmbeddingDim", e.EmbeddingDim); err != nil {
		return err
	}
	for n, id := range ids {
		if uint(id) >= uint(e.NumEmbeddings) {
			return fmt.Errorf("nn: %s: ids[%d] = %d: want 0 to %d", operation, n, id, e.NumEmbeddings-1)
		}
	}
	return nil
}
