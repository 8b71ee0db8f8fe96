package lstm

import (
	"fmt"
	"io"

	"github.com/packedlstm/packedlstm/param"
)

// Load reads the parameters from a safetensors file, each under prefix and its name
// in Parameters: "encoder." reads encoder.weight_ih_l0 and so on, as the state_dict of
// a PyTorch module with an nn.LSTM called encoder has them. Other tensors of the file
// are left aside. A parameter that is missing, of another shape or dtype than F32, or
// not finite, is an error that names it; then nothing is changed.
func (n *LSTM) Load(r io.Reader, prefix string) error {
	file, err := param.Read(r)
	if err != nil {
		return fmt.Errorf("lstm: %w", err)
	}
	return n.LoadFile(file, prefix)
}

// LoadFile is Load for a file that has been read: one that holds several layers.
func (n *LSTM) LoadFile(file *param.File, prefix string) error {
	if err := n.check(); err != nil {
		return err
	}
	if file == nil {
		return fmt.Errorf("lstm: file is nil: want param.Read's result")
	}
	if err := file.Into(prefix, n.tensors); err != nil {
		return fmt.Errorf("lstm: %w", err)
	}
	return nil
}

// Save writes the parameters as a safetensors file, each under prefix and its name in
// Parameters. PyTorch's load_state_dict takes it as it is.
func (n *LSTM) Save(w io.Writer, prefix string) error {
	if err := n.check(); err != nil {
		return err
	}
	tensors := n.Parameters()
	for i := range tensors {
		tensors[i].Name = prefix + tensors[i].Name
	}
	if err := param.Write(w, tensors, nil); err != nil {
		return fmt.Errorf("lstm: %w", err)
	}
	return nil
}
