package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"frontdesk/internal/bench/visitors"
)

// TestHundredsOfVisitorsAtOnce has some hundred visitors online and chatting with the real program. Figures are printed and
// mean nothing here; the run itself fails when a word is lost or comes twice.
func TestHundredsOfVisitorsAtOnce(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	folder := t.TempDir()
	err := visitors.Run(t.Context(), visitors.Options{
		Count: 300, Pace: 100, Chat: 3 * time.Second, Idle: 100 * time.Millisecond, Rest: 50 * time.Millisecond,
		Program: binary(t), Bare: []string{"bench", "visitors", "--bare"}, Folder: folder, Out: &out,
	})
	t.Log(out.String())
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"300 visitors", "in the agent's threads", "nothing lost, nothing twice", "bare server", "memory for each visitor with an open line",
		"processor while nobody writes", "to the agent's list, p99", "to the visitor's line, p50", "there and back, p95",
	} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("nothing is said of %q", line)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("it left %v behind, %v", left, err)
	}
}

// TestMeasuringIsInterrupted presses ctrl+c while all lines are open: neither data nor processes are left.
func TestMeasuringIsInterrupted(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	cmd := command(binary(t), withoutSettings(), "bench", "visitors", "--count", "20", "--idle", "1h", "--folder", folder)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // it has ended by itself
	lines := bufio.NewScanner(out)
	for !strings.Contains(lines.Text(), "all lines are open") {
		if !lines.Scan() {
			t.Fatal("it never says that all lines are open")
		}
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", cmd.Process.Pid))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Errorf("interrupted it ended with %v", err)
	}
	for _, pid := range strings.Fields(string(children)) {
		if _, err := os.Stat("/proc/" + pid); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("process %s is left, %v", pid, err)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("it left %v behind, %v", left, err)
	}
}
