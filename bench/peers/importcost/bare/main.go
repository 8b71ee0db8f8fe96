// Command bare imports nothing of interest: what the others cost is on top of it.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Println("hello")
	if os.Getenv("IMPORTCOST_STATUS") != "" {
		status, _ := os.ReadFile("/proc/self/status")
		fmt.Printf("%s", status)
	}
}
