package tui_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"frontdesk/desk"
	"frontdesk/desk/canned"
	"frontdesk/ingest"
	"frontdesk/store"
)

// recording keeps what is written to it.
type recording struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (r *recording) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.Write(p)
}

// take returns what was written since it was last called.
func (r *recording) take() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := bytes.Clone(r.buf.Bytes())
	r.buf.Reset()
	return out
}

var (
	// ours are the styles of a frame, as the theme writes them: no other escape sequence stands in what View returns.
	ours = regexp.MustCompile(`\x1b\[((1|7|22|39|49|(38|48);2;\d+;\d+;\d+);?)*m`)
	// renderers is what reaches the terminal besides text: moving, erasing, styles, and what the program asks and sets at
	// its start and end. A title is among them only as the program words it.
	renderers = regexp.MustCompile(`\x1b\[[0-9;]*[ABCDGHJKLMPSTXbdm@r]|\x1bM` +
		`|\x1b\[\?[0-9;]+[hl]|\x1b\[\?u|\x1b\[[>=<][0-9;]*[mu]|\x1b\[[0-9]+ q|\x1b\[\?[0-9]+\$p` +
		`|\x1b\]2;frontdesk( \([0-9]+ unread\))?\x07|\x1b\]11;\?\x07|\x1b\]12;#[0-9a-f]{6}\x07|\x1b\]112\x07` +
		`|\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24,U=1;AAAA\x1b\\(\x1b\[>q\x1b\[c)?`)
)

// strange is what stands in a text that a terminal would not show as it is.
func strange(text string, allowed string) string {
	for i, r := range text {
		_, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case strings.ContainsRune(allowed, r):
		case r == utf8.RuneError && size == 1, unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return fmt.Sprintf("%q in %q", r, text[max(0, i-20):min(len(text), i+20)])
		}
	}
	return ""
}

// sound fails unless the frame and everything that reached the terminal since the last call are text and the program's
// own sequences, and the panes stand where they belong.
func (s *terminal) sound(what string) {
	s.t.Helper()
	frame := s.m.View().Content
	if found := strange(ours.ReplaceAllString(frame, ""), "\n"); found != "" {
		s.t.Fatalf("%s: the frame has %s", what, found)
	}
	if found := strange(renderers.ReplaceAllString(string(s.raw.take()), ""), "\r\n\b"); found != "" {
		s.t.Fatalf("%s: the terminal got %s", what, found)
	}
	lines := strings.Split(strings.TrimSuffix(s.text(), "\n"), "\n")
	if n := strings.Count(frame, "\n") + 1; n != s.h || len(lines) != s.h {
		s.t.Fatalf("%s: the frame has %d lines on a screen of %d", what, n, s.h)
	}
	s.widths()
	for y, line := range lines[1 : s.h-1] {
		if y == 0 && strings.HasPrefix(line, " !") || y == 1 && strings.HasPrefix(line, "   ") {
			continue // the banner, and where it goes on
		}
		first, _ := utf8.DecodeRuneInString(line)
		last, _ := utf8.DecodeLastRuneInString(line)
		if !strings.ContainsRune("│╭╰├", first) || !strings.ContainsRune("│╮╯┤", last) {
			s.t.Fatalf("%s: line %d leaves its pane: %q\n%s", what, y+1, line, s.text())
		}
		if c := s.cell(s.w-1, y+1); !strings.Contains("│╮╯┤", c.Content) {
			s.t.Fatalf("%s: line %d does not end at the screen's edge:\n%s", what, y+1, s.text())
		}
	}
}

// tour looks at everything that can be seen of each conversation, and at what lies over the panes.
func (s *terminal) tour(conversations int) {
	s.t.Helper()
	s.sound("at the start")
	s.press("view-all")
	for i := range conversations {
		for _, action := range []string{"open", "first", "page-down", "last", "select", "select-up", "evidence", "evidence-unfold", "page-down", "evidence-close", "select-leave", "details", "down", "down", "back", "back", "down"} {
			s.press(action)
			s.sound(fmt.Sprintf("conversation %d, %s", i, action))
		}
	}
	for _, action := range []string{
		"diagnostics", "page-down", "close-help", "views", "last", "views-back", "palette", "menu-close", "snooze", "menu-close",
		"queue", "down", "last", "queue-close", "macros", "menu-down", "menu-close", "labels", "menu-down", "menu-close",
		"reply", "canned", "menu-down", "menu-up", "menu-close", "keep-draft", "filter",
	} {
		s.press(action)
		s.sound(action)
	}
	for _, text := range []string{"ref:", "label:", "inbox:", "assignee:"} {
		s.press("filter-drop", "filter")
		s.typed(text)
		s.sound(text)
	}
}

func TestNoFixtureReachesTheTerminalAsItCame(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../messenger/testdata/webhooks/*.json")
	if err != nil || len(files) < 90 {
		t.Fatalf("only %d fixtures, %v", len(files), err)
	}
	for _, so := range []screenOptions{{w: 80, h: 24, raw: true}, {w: 120, h: 40, raw: true}} {
		t.Run(fmt.Sprintf("%dx%d", so.w, so.h), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, worldOptions{nothing: true, translate: ingest.Translate})
				for _, file := range files {
					body, err := os.ReadFile(file)
					w.check(err)
					_, err = w.log.Append(t.Context(), store.Record{
						Kind: store.RecordWebhook, At: store.MillisOf(time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)), Body: body,
					})
					w.check(err)
				}
				w.check(w.desk.CaughtUp(t.Context()))
				counts, err := w.desk.Counts(t.Context())
				w.check(err)
				if counts.Total < 8 {
					t.Fatalf("the fixtures make only %d conversations", counts.Total)
				}
				openScreen(t, w.desk, w.now, so).tour(counts.Total)
			})
		})
	}
}

// poison puts hostile text behind every text in a value that comes from outside. Words of our own (kinds, states, types of
// attachments) stay, so that each is drawn in its own way.
func poison(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; name != "Type" && name != "MID" && name != "ReplyTo" {
				poison(v.Field(i))
			}
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			v.SetString(v.String() + hostile)
		}
	}
}

// poisoned is a desk that answers with hostile text wherever text comes from outside.
type poisoned struct{ told }

func (d *poisoned) State(ctx context.Context) (desk.State, error) {
	state, err := d.told.State(ctx)
	state.Inboxes = append([]desk.Inbox(nil), state.Inboxes...)
	state.Inboxes[0].Alert = "blocked"
	poison(reflect.ValueOf(&state).Elem())
	return state, err
}

func (d *poisoned) Trail(context.Context, store.ConversationID, store.MessageID) (desk.Trail, error) {
	return desk.Trail{Steps: []desk.Step{
		{At: base, What: desk.StepWebhook, Sentence: "It came." + hostile, Who: "Mara" + hostile, Body: jsontext.Value(`{"text":"` + hostile + `"}`)},
		{At: base, What: desk.StepResult, Sentence: strings.Repeat("long "+hostile, 40), Body: jsontext.Value(strings.Repeat("[", 200) + hostile)},
	}}, nil
}

func (d *poisoned) Counts(ctx context.Context) (store.Counts, error) {
	counts, err := d.told.Counts(ctx)
	poison(reflect.ValueOf(&counts).Elem())
	counts.Inboxes[store.InboxID(hostile)] = 3
	counts.Mine[hostile] = 2
	return counts, err
}

func (d *poisoned) Queue(context.Context) ([]desk.Waiting, error) {
	var all []desk.Waiting
	for _, state := range []store.DeliveryState{store.StateFailed, store.StateHeld, store.StateUnknown, store.StateQueued} {
		w := desk.Waiting{
			Message: store.Message{ID: store.MessageID(state), Text: "words", State: state}, Title: "name", Reason: "reason.", Advice: "advice.",
			Behind: store.MessageID(store.StateFailed), Since: base,
		}
		poison(reflect.ValueOf(&w).Elem())
		all = append(all, w)
	}
	return all, nil
}

func (d *poisoned) Canned(context.Context) (canned.Library, error) {
	lib := canned.Library{
		Folder:    "folder",
		Responses: []canned.Response{{Shortcode: "a", Title: "title", Labels: []string{"label"}, Content: canned.Content{Text: "text {{?Question}}"}, Uses: 3}},
		Macros:    []canned.Macro{{Name: "m", Title: "title", Key: "f5", Text: "text", Labels: []canned.LabelChange{{Label: "label"}}, Assignee: "ana"}},
		Faults:    []canned.Fault{{File: "file.txt", Line: 3, Problem: "problem", Advice: "advice"}, {File: "macros/file.txt", Problem: "problem"}},
	}
	poison(reflect.ValueOf(&lib).Elem())
	return lib, nil
}

func (d *poisoned) Touches(ctx context.Context, id store.ConversationID, n int) ([]store.Touch, error) {
	touches, err := d.told.Touches(ctx, id, n)
	poison(reflect.ValueOf(touches))
	return touches, err
}

func TestNoHostileTextReachesTheTerminal(t *testing.T) {
	t.Parallel()
	for _, so := range []screenOptions{{w: 80, h: 24, raw: true}, {w: 120, h: 40, raw: true}, {w: 200, h: 60, raw: true}} {
		t.Run(fmt.Sprintf("%dx%d", so.w, so.h), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, worldOptions{})
				msgs := everyKind()
				msgs[7].Attachments = append(msgs[7].Attachments, store.Attachment{Type: hostile, URL: "https://" + hostile})
				msgs[3].Error, msgs[3].State = &store.SendError{Text: "No."}, store.StateFailed
				poison(reflect.ValueOf(msgs))
				d := &poisoned{told{w.desk, msgs, func(c *store.Conversation) {
					everyState(c)
					c.Status, c.Assignee, c.Labels = store.StatusSnoozed, "ben", []string{"vip", ""}
					poison(reflect.ValueOf(c).Elem())
				}}}
				openScreen(t, d, w.now, so).tour(2)
			})
		})
	}
}
