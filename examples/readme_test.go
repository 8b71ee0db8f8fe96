package examples

import (
	"os"
	"strings"
	"testing"
)

// TestReadmeShowsTheExample: the README's Go code is the tutorial's, line by line.
func TestReadmeShowsTheExample(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	tutorial, err := os.ReadFile("tutorial_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, code, found := strings.Cut(string(readme), "```go\n")
	code, _, closed := strings.Cut(code, "```")
	if !found || !closed {
		t.Fatal("README.md shows no Go code")
	}
	rest := string(tutorial)
	for line := range strings.Lines(code) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		_, after, ok := strings.Cut(rest, "\t"+line)
		if !ok {
			t.Fatalf("README.md shows a line that tutorial_test.go does not have there: %s", line)
		}
		rest = after
	}
}
