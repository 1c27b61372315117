package tui_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"frontdesk/ingest"
	"frontdesk/store"
)

// fixturesAt is when the fixtures' clock has come to its end.
var fixturesAt = time.Date(2026, time.November, 16, 15, 0, 0, 0, time.UTC)

// before is what came before a fixture that is about something else: without it nothing of it could be seen.
var before = map[string][]string{
	"delivery-with-mids": {"message-text", "echo-own-app"}, "delivery-watermark-only": {"message-text", "echo-own-app"},
	"read-watermark": {"message-text", "echo-own-app"}, "reaction-love": {"message-text", "echo-own-app"},
	"reaction-unreact": {"message-text", "echo-own-app", "reaction-love"}, "reaction-other-emoji": {"message-text-arabic", "echo-from-page-inbox"},
	"edit-first": {"message-text"}, "edit-string-count-unknown-mid": {"message-text"}, "message-deleted": {"message-text"},
	"message-reply-to": {"message-text", "echo-own-app"}, "postback-button": {"message-text", "echo-template-button"},
	"postback-standby-no-payload": {"message-text", "echo-template-button"}, "out-of-order-older-message": {"message-text", "echo-own-app"},
	"duplicate-of-message-text": {"message-text"}, "response-feedback": {"message-text", "echo-own-app"},
	"feedback-csat-no-entry-id": {"message-text", "echo-own-app"}, "account-linking": {"message-text"},
	"handover-app-roles": {"message-text"}, "handover-pass-from-idle": {"message-text"}, "handover-pass-thread-control": {"message-text"},
	"handover-request-thread-control": {"message-text"}, "handover-take-thread-control": {"message-text"}, "changes-inbox-label": {"message-text"},
	"policy-enforcement-block": {"message-text"}, "unknown-event-kind": {"message-text"}, "event-with-no-kind": {"message-text"},
	"message-prior-message-checkbox": {"optin-checkbox-user-ref"}, "message-prior-message-plugin": {"postback-get-started-plugin-ref"},
}

// fed is a world that has been told of fixtures, at the end of their day.
func fed(t *testing.T, names ...string) *world {
	t.Helper()
	w := newWorld(t, worldOptions{nothing: true, translate: ingest.Translate, begins: fixturesAt})
	for _, name := range names {
		body, err := os.ReadFile(filepath.Join("..", "messenger", "testdata", "webhooks", name+".json"))
		w.check(err)
		_, err = w.log.Append(t.Context(), store.Record{Kind: store.RecordWebhook, At: store.MillisOf(fixturesAt), Body: body})
		w.check(err)
	}
	w.check(w.desk.CaughtUp(t.Context()))
	return w
}

// threads are the threads of all conversations, as text, without the lines of the pane on which nothing stands.
func (s *terminal) threads(conversations int) string {
	s.t.Helper()
	var b strings.Builder
	s.press("view-all", "first")
	for i := range conversations {
		if i > 0 {
			s.press("back", "down")
		}
		s.press("open")
		s.widths()
		lines := strings.Split(s.text(), "\n")
		for _, line := range lines[1:] {
			if strings.HasPrefix(line, "├") {
				break
			}
			if line = strings.TrimRight(strings.Trim(line, "│"), " "); line != "" {
				b.WriteString(line + "\n")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestThreadOfEveryFixture draws what an agent reads of each body that the platform may post.
func TestThreadOfEveryFixture(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../messenger/testdata/webhooks/*.json")
	if err != nil || len(files) < 90 {
		t.Fatalf("only %d fixtures, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := fed(t, append(before[name], name)...)
				counts, err := w.desk.Counts(t.Context())
				w.check(err)
				s := openScreen(t, w.desk, w.now, screenOptions{w: 80, h: 60})
				golden.RequireEqual(t, s.threads(counts.Total))
			})
		})
	}
}

// TestThreadsOfAllFixtures draws the conversations that all of them make together.
func TestThreadsOfAllFixtures(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../messenger/testdata/webhooks/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	for _, so := range sizes(60, 220, 100, 220, 200, 220) {
		t.Run(itoa3(so.w), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := fed(t, names...)
				s := openScreen(t, w.desk, w.now, so)
				s.press("view-all", "first", "open", "details")
				s.press("details")
				s.widths()
				golden.RequireEqual(t, s.frame())
			})
		})
	}
}
