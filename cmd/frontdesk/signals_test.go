package main

import (
	"errors"
	"os/exec"
	"syscall"
	"testing"

	"frontdesk/internal/loopback"
)

// TestTheEchoOfASignal sends SIGTERM twice at once, as timeout(1) does, and wants the program to end in order.
func TestTheEchoOfASignal(t *testing.T) {
	t.Parallel()
	port, err := loopback.Port()
	if err != nil {
		t.Fatal(err)
	}
	server := startServe(t, binary(t), append(home(t), "FRONTDESK_DATA="+shortDir(t), "FRONTDESK_LISTEN=127.0.0.1:"+port))
	for range 2 {
		if err := server.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	err = server.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if code := server.ProcessState.ExitCode(); code != exitDone {
		t.Errorf("it ended with %d, want %d", code, exitDone)
	}
}
