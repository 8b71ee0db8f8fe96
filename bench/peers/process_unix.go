//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// ownGroup starts the command in a process group of its own: a script's children are
// stopped with it.
func ownGroup(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// halt keeps the process off the cores, so that no thread of it spins beside others.
func halt(pid int) error { return syscall.Kill(-pid, syscall.SIGSTOP) }

func wake(pid int) error { return syscall.Kill(-pid, syscall.SIGCONT) }

// kill ends the group, whatever it does.
func kill(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }
