//go:build linux

package faults

import (
	"flag"
	"os"
	"testing"
)

// rounds is how often the power is cut and the process killed.
var rounds = flag.Int("rounds", 0, "rounds of each TestKill… and TestPowerCut…; 0: the few of every build")

// seed makes a run of the tests repeatable as far as chance goes; kills depend on the machine's time too.
var seed = flag.Uint64("seed", 0, "seed of each TestKill… and TestPowerCut…; 0: another each time")

// childEnv tells the test binary to be the program that is recorded; it names the folder to work in. dayEnv is the
// number of its first day, so that no two days do the same, and jobEnv what it does.
const (
	childEnv = "FRONTDESK_TEST_FAULTS_CHILD"
	dayEnv   = "FRONTDESK_TEST_FAULTS_DAY"
	jobEnv   = "FRONTDESK_TEST_FAULTS_JOB"
)

// What the recorded program does.
const (
	jobWhole  = "whole"  // everything it has to do with files
	jobRedact = "redact" // it takes words out of the log
)

func TestMain(m *testing.M) {
	flag.Parse()
	if dir := os.Getenv(childEnv); dir != "" {
		os.Exit(work(dir, os.Getenv(jobEnv), os.Getenv(dayEnv)))
	}
	code := m.Run()
	removeProgram()
	os.Exit(code)
}

// must ends the test over an error that is not its subject.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
