package asm

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// allArgs are the arguments of all routines.
var allArgs = []any{ProductArgs{}, SideArgs{}, VectorArgs{}, OuterArgs{}, ColumnSumsArgs{}, LSTMForwardArgs{}, LSTMBackwardArgs{}, ReadArgs{},
	CopyRunsArgs{}, TransposeArgs{}, RowsArgs{}, RowSumsArgs{}, ScaleSumsArgs{}, DotsArgs{}}

// pointers returns the names, as assembly has them, of all arguments that are pointers.
func pointers(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, args := range allArgs {
		a := reflect.TypeOf(args)
		for i := range a.NumField() {
			switch f := a.Field(i); f.Type.Kind() {
			case reflect.Pointer:
				found[a.Name()+"_"+f.Name] = true
			case reflect.Int, reflect.Float32, reflect.Uintptr:
			default:
				t.Errorf("%s.%s is a %v: does it have pointers?", a.Name(), f.Name, f.Type)
			}
		}
	}
	return found
}

// changes is a line whose last operand is an argument, which the instruction or macro so changes:
// "ADDQ AX, SideArgs_XC(R14)", "MOVE_ON(SideArgs_GroupC, SideArgs_C)".
var changes = regexp.MustCompile(`^\s*(\w+)[\s(].*\b(\w+Args_\w+)(\(\w+\)|\))\s*\\?\s*(//.*)?$`)

// TestPointersStay: no routine changes an argument that is a pointer. What a routine leaves there would
// lie beyond a slice, and the garbage collector, if it came upon it before the arguments are
// forgotten, would end the program: "found bad pointer in Go heap".
func TestPointersStay(t *testing.T) {
	known := pointers(t)
	files, err := filepath.Glob("*.[sh]")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), " files: ", err)
	}
	lines := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			m := changes.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			lines++
			reads := strings.HasPrefix(m[1], "CMP") || strings.HasPrefix(m[1], "TEST")
			if known[m[2]] && !reads {
				t.Errorf("%s:%d: changes %s:%s", file, i+1, m[2], line)
			}
		}
	}
	if lines < 20 {
		t.Errorf("%d lines change arguments: does the expression still find them?", lines)
	}
}
