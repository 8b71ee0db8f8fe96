// Command bare imports nothing of interest: what the others cost is on top of it.
package main

import "fmt"

func main() { fmt.Println("hello") }
