package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestAFolderWithoutRights wants every command to say the same of a data folder it may not enter, with the same code.
func TestAFolderWithoutRights(t *testing.T) {
	t.Parallel()
	program, dir := binary(t), shortDir(t)
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve"}, {"list"}, {"replay"}, {"replay", "--check"}} {
		cmd := exec.Command(program, args...)
		cmd.Env = append(home(t), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir, "FRONTDESK_DATA="+data, "FRONTDESK_LISTEN=127.0.0.1:0")
		if os.Getuid() == 0 { // root may enter any folder
			copied := filepath.Join(dir, "program")
			if err := copyProgram(program, copied); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // nobody shall reach the program in it
				t.Fatal(err)
			}
			cmd.Path = copied
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		out, err := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != exitUse {
			t.Errorf("%v ended with %d (%v), want %d", args, code, err, exitUse)
		}
		for _, want := range []string{"the data folder " + data + " can't be opened", "permission denied", "FRONTDESK_DATA"} {
			if !strings.Contains(string(out), want) {
				t.Errorf("%v said %q, want %q in it", args, out, want)
			}
		}
	}
}

// copyProgram copies a program to where others may start it.
func copyProgram(from, to string) error {
	body, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, body, 0o755) //nolint:gosec // it is to be started by another user
}
