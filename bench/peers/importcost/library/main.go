// Command library runs an LSTM of this library once.
package main

import (
	"fmt"
	"os"

	"github.com/packedlstm/packedlstm/lstm"
	"github.com/packedlstm/packedlstm/packed"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if os.Getenv("IMPORTCOST_STATUS") != "" {
		status, _ := os.ReadFile("/proc/self/status")
		fmt.Printf("%s", status)
	}
}

func run() error {
	net, err := lstm.New(lstm.Config{InputSize: 8, HiddenSize: 16, NumLayers: 1, Bias: true}, 1)
	if err != nil {
		return err
	}
	layout, err := packed.NewLayout([]int{3, 1, 2})
	if err != nil {
		return err
	}
	out, err := net.Forward(lstm.NewWorkspace(1), layout, make([]float32, layout.Rows()*8), nil)
	if err == nil {
		fmt.Println("hello", out.HN[0])
	}
	return err
}
