package tui_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

// refusedReply is a reply of ours as it stands after the platform's answer.
func refusedReply(t *testing.T, file string) store.Message {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	status := http.StatusBadRequest
	if filepath.Ext(file) == ".html" {
		status = http.StatusBadGateway
	}
	v := messenger.Judge(messenger.ParseError(status, body))
	m := store.Message{
		ID: "out:fd1:one", Token: "fd1:one", Conversation: store.NewConversationID(pageID, mara), At: store.MillisOf(base.Add(-time.Minute)),
		Direction: store.Out, Kind: store.KindText, Text: "Yes, four left.", Agent: "ana", State: store.StateFailed, Attempts: 1,
		Error: &store.SendError{Text: v.Sentence, Advice: v.Advice, Retry: v.Retry != messenger.RetryUnclear},
	}
	switch {
	case v.Retry == messenger.RetryUnclear:
		m.State = store.StateUnknown
	case v.Retry == messenger.RetryWait:
		m.State, m.RetryAt = store.StateQueued, store.MillisOf(base.Add(19*time.Minute))
	case v.Scope == messenger.ScopePage:
		m.State = store.StateHeld
	}
	return m
}

// TestAnswersOnTheScreen wants the line of a reply to say, for each recorded refusal, what did not happen and what to do;
// and to offer sending it again where it has surely not arrived or a person has to judge.
func TestAnswersOnTheScreen(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "messenger", "testdata", "graph", "error-*"))
	if err != nil || len(files) < 30 {
		t.Fatalf("%d recorded refusals, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := refusedReply(t, file)
				w := newWorld(t, worldOptions{idle: true})
				s := openScreen(t, &told{w.desk, []store.Message{m}, func(*store.Conversation) {}}, w.now, screenOptions{w: 80, h: 40})
				s.press("open")
				s.widths()
				said, offers := "Not sent. ", []string{"send again", "do not send"}
				switch m.State {
				case store.StateUnknown:
					said, offers = "It may have arrived, or not. ", []string{"it arrived", "send again"}
				case store.StateHeld:
					said, offers = "Waits: ", []string{"do not send"}
				case store.StateQueued:
					said, offers = "Tries again today 14:29. ", nil
				}
				shown := oneLine(s.text())
				want := strings.TrimSpace(said + m.Error.Text + " " + m.Error.Advice)
				if !strings.Contains(shown, want) {
					t.Fatalf("the screen does not say %q:\n%s", want, s.text())
				}
				_, below, _ := strings.Cut(shown, want)
				for _, key := range []string{"send again", "it arrived", "do not send"} {
					offered := false
					for _, o := range offers {
						offered = offered || o == key
					}
					if strings.Contains(below[:min(len(below), 80)], key) != offered {
						t.Errorf("%s is offered under a reply that is %s: %v\n%s", key, m.State, !offered, s.text())
					}
				}
			})
		})
	}
}

// oneLine is a screen's text without its lines and frames.
func oneLine(screen string) string {
	return strings.Join(strings.FieldsFunc(screen, func(r rune) bool { return strings.ContainsRune(" \n│", r) }), " ")
}
