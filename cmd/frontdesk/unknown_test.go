package main

import (
	"strings"
	"testing"

	"frontdesk/internal/config"
)

// TestUnknownCommands wants a sentence and a code where there is no such command, whatever is asked about it.
func TestUnknownCommands(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"serv": "did you mean serve?", "nothing --help": "frontdesk help lists them all", "help nothing": "there is no command \"nothing\"",
		"lsit --json": "did you mean list?",
		"help":        "", "help serve": "", "help plugin visitor": "", "serve --help": "", "--help": "", "": "", "__complete li": "", "completion bash": "",
	} {
		err := unknownCommand(newRoot(), strings.Fields(line))
		switch {
		case want == "" && err != nil:
			t.Errorf("%q: %v, want nothing", line, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || exitCode(err) != exitUse):
			t.Errorf("%q: %v with code %d, want %q with %d", line, err, exitCode(err), want, exitUse)
		}
	}
}

// TestServeSaysWhatItServes wants the Pages, the folder and a missing token to be said at the start.
func TestServeSaysWhatItServes(t *testing.T) {
	t.Parallel()
	s := config.Settings{DataDir: "/data"}
	if got := strings.Join(serving(s), "\n"); !strings.Contains(got, "/data") || !strings.Contains(got, "no Page is connected") || strings.Contains(got, "VERIFY") {
		t.Errorf("without a Page it says %q", got)
	}
	s.Pages = []config.Page{{ID: "109872000000101"}, {ID: "109872000000202"}}
	if got := strings.Join(serving(s), "\n"); !strings.Contains(got, "109872000000101, 109872000000202") || !strings.Contains(got, "FRONTDESK_VERIFY_TOKEN is not set") {
		t.Errorf("with Pages it says %q", got)
	}
	s.VerifyToken = "token"
	if got := strings.Join(serving(s), "\n"); strings.Contains(got, "VERIFY") {
		t.Errorf("with a token it says %q", got)
	}
}
