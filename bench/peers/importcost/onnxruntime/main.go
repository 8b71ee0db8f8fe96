// Command onnxruntime starts ONNX Runtime through onnxruntime_go. Its argument is the
// path of the shared library, which the binary does not contain.
package main

import (
	"fmt"
	"os"

	ort "github.com/yalue/onnxruntime_go"
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
	if len(os.Args) != 2 {
		return fmt.Errorf("want the path of libonnxruntime.so")
	}
	ort.SetSharedLibraryPath(os.Args[1])
	if err := ort.InitializeEnvironment(); err != nil {
		return err
	}
	fmt.Println("hello", ort.GetVersion())
	return ort.DestroyEnvironment()
}
