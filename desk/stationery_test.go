package desk_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/desk/canned"
	"frontdesk/messenger"
	"frontdesk/store"
)

// stationery is a world with a folder of canned responses and macros, by file name.
func stationery(t *testing.T, p *platform, files map[string]string, adjust ...func(*desk.Options)) *world {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return open(t, t.TempDir(), config{sender: p, adjust: func(o *desk.Options) {
		uses, ok := o.Drafts.(store.Uses)
		if !ok {
			t.Fatal("desk.db counts no uses")
		}
		o.Canned, o.Uses = canned.NewShelf(filepath.Join(dir, "canned"), nil), uses
		for _, f := range adjust {
			f(o)
		}
	}})
}

func (w *world) run(r desk.MacroRun) (desk.MacroDone, error) {
	w.t.Helper()
	if r.Agent == "" {
		r.Agent = agent
	}
	done, err := w.desk.RunMacro(w.t.Context(), r)
	w.caughtUp()
	return done, err
}

func TestCannedResponsesAreCountedAndSaved(t *testing.T) {
	t.Parallel()
	w := stationery(t, &platform{}, map[string]string{"canned/hello.txt": "Hello", "canned/broken.txt": "titel: A"})
	ctx := t.Context()
	for range 2 {
		if err := w.desk.Used(ctx, "Hello"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.desk.Used(ctx, "nothing"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a use of nothing: %v", err)
	}
	bye := canned.Response{Shortcode: "bye", Content: canned.Content{Text: "Bye"}}
	if err := w.desk.SaveCanned(ctx, bye, false); err != nil {
		t.Fatal(err)
	}
	if err := w.desk.SaveCanned(ctx, bye, false); !errors.Is(err, canned.ErrExists) {
		t.Errorf("saved twice: %v", err)
	}
	if err := w.desk.SaveCanned(ctx, bye, true); err != nil {
		t.Errorf("replaced: %v", err)
	}
	var refusal *desk.Refusal
	if err := w.desk.SaveCanned(ctx, canned.Response{Shortcode: "empty"}, false); !errors.As(err, &refusal) || !strings.Contains(err.Error(), "nothing to send") {
		t.Errorf("saved an empty one: %v", err)
	}
	lib, err := w.desk.Canned(ctx)
	if err != nil || len(lib.Responses) != 2 || len(lib.Faults) != 1 {
		t.Fatalf("%+v, %v", lib, err)
	}
	if r, _ := lib.Response("hello"); r.Uses != 2 {
		t.Errorf("hello was used %d times", r.Uses)
	}
}

func TestADeskWithoutAFolder(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{sender: &platform{}})
	id := w.writes(pageID, psid(maya), "Hello?", time.Minute)
	lib, err := w.desk.Canned(t.Context())
	if diff := cmp.Diff(canned.Library{}, lib); diff != "" || err != nil {
		t.Errorf("%s%v", diff, err)
	}
	var refusal *desk.Refusal
	if err := w.desk.SaveCanned(t.Context(), canned.Response{Shortcode: "a", Content: canned.Content{Text: "a"}}, false); !errors.As(err, &refusal) {
		t.Errorf("saved: %v", err)
	}
	if _, err := w.run(desk.MacroRun{Conversation: id, Macro: "end"}); !errors.As(err, &refusal) || refusal.Field != "macro" {
		t.Errorf("run: %v", err)
	}
}

func TestAMacroDoesAllOfIt(t *testing.T) {
	t.Parallel()
	p := &platform{}
	w := stationery(t, p, map[string]string{
		"canned/shipped.txt": "quick reply: Thanks\nfile: https://lumen.example/slip.pdf\n\nOrder {{?Order number}} is on its way, {{contact.first_name|dear customer}}. {{agent}}, {{inbox}}",
		"macros/end.txt":     "reply: shipped\nlabel: +shipped, -new\nassignee: me\nstatus: resolve",
	})
	id := w.writes(pageID, psid(maya), "Where is it?", time.Minute)
	done, err := w.run(desk.MacroRun{Conversation: id, Macro: "END", Blanks: map[string]string{"Order number": "4471"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Sent " + w.conversation(id).Contact.Title() + " the canned response shipped, with 1 quick reply and 1 file.",
		"Label shipped put on.", "Assigned to you.", "Resolved.",
	}
	if diff := cmp.Diff(want, done.Did); diff != "" || done.Refused != "" || len(done.Left) > 0 || len(done.Sent) != 2 {
		t.Errorf("%+v (-want +got):\n%s", done, diff)
	}
	for _, m := range done.Sent {
		w.untilState(m, store.StateSent)
	}
	requests := p.requests()
	if len(requests) != 2 || requests[0].Message.Attachment.Payload.URL != "https://lumen.example/slip.pdf" {
		t.Fatalf("%d requests: %+v", len(requests), requests)
	}
	message := *requests[1].Message
	message.Metadata = ""
	if diff := cmp.Diff(messenger.OutMessage{
		Text:         "Order 4471 is on its way, dear customer. ana, Lumen Bikes",
		QuickReplies: []messenger.QuickReply{{ContentType: "text", Title: "Thanks", Payload: "Thanks"}},
	}, message); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c := w.conversation(id)
	if c.Status != store.StatusResolved || c.Assignee != agent || len(c.Labels) != 1 || c.Labels[0] != "shipped" {
		t.Errorf("status %s, assignee %q, labels %q", c.Status, c.Assignee, c.Labels)
	}
	lib, err := w.desk.Canned(t.Context())
	if r, _ := lib.Response("shipped"); r.Uses != 1 || err != nil {
		t.Errorf("used %d times, %v", r.Uses, err)
	}
	for _, undo := range done.Undo {
		w.do(undo)
	}
	if c = w.conversation(id); c.Status != store.StatusOpen || c.Assignee != "" || len(c.Labels) != 0 {
		t.Errorf("taken back: status %s, assignee %q, labels %q", c.Status, c.Assignee, c.Labels)
	}
	// What is so already is passed over.
	w.do(store.Act{Conversation: id, Verb: store.VerbResolve})
	w.do(store.Act{Conversation: id, Verb: store.VerbAssign, Assignee: agent})
	done, err = w.run(desk.MacroRun{Conversation: id, Macro: "end", Blanks: map[string]string{"Order number": "1"}})
	if err != nil || len(done.Did) != 2 || !strings.HasPrefix(done.Did[0], "Sent") || done.Did[1] != "Label shipped put on." {
		t.Errorf("%q, %v", done.Did, err)
	}
}

func TestAMacroStopsBeforeItDoesAnything(t *testing.T) {
	t.Parallel()
	p := &platform{}
	w := stationery(t, p, map[string]string{
		"canned/ask.txt":    "Order {{?Order number}} for {{contact.name}}",
		"macros/ask.txt":    "reply: ask\nstatus: resolve",
		"macros/late.txt":   "label: +late\nstatus: resolve\n\nHello",
		"macros/broken.txt": "status: away",
	})
	id := w.writes(pageID, psid(maya), "Hello?", time.Minute)
	old := w.writes(pageID, psid(noor), "Hello?", 48*time.Hour)
	before := w.log.Head()
	var refusal *desk.Refusal
	for name, tt := range map[string]struct {
		run  desk.MacroRun
		want []string
	}{
		"blank and name missing": {desk.MacroRun{Conversation: id, Macro: "ask"}, []string{"contact.name is not known here", `"Order number" is left blank`}},
		"no such macro":          {desk.MacroRun{Conversation: id, Macro: "nothing"}, []string{"There is no macro nothing."}},
		"a broken macro":         {desk.MacroRun{Conversation: id, Macro: "broken"}, []string{"There is no macro broken.", `macros/broken.txt line 1: there is no status "away"`}},
		"the window is closed":   {desk.MacroRun{Conversation: old, Macro: "late"}, []string{"The 24 hours"}},
	} {
		done, err := w.run(tt.run)
		if !errors.As(err, &refusal) || len(done.Did) > 0 {
			t.Errorf("%s: %+v, %v", name, done, err)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q lacks %q", name, err, want)
			}
		}
	}
	if _, err := w.run(desk.MacroRun{Conversation: "1:1", Macro: "late"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("in a conversation that is not there: %v", err)
	}
	if head := w.log.Head(); head != before || len(p.requests()) > 0 {
		t.Errorf("something was done: %d records, %d requests", head-before, len(p.requests()))
	}
}

// noAssigns is a log that is full whenever somebody is to be assigned.
type noAssigns struct{ store.Log }

func (l *noAssigns) Append(ctx context.Context, records ...store.Record) (store.Seq, error) {
	for _, r := range records {
		if r.Kind == store.RecordAct && bytes.Contains(r.Body, []byte(store.VerbAssign)) {
			return 0, store.ErrFull
		}
	}
	return l.Log.Append(ctx, records...)
}

// A step that is refused stops the macro, and what it did is said apart from what it did not.
func TestAMacroStopsAtTheFirstRefusal(t *testing.T) {
	t.Parallel()
	p := &platform{}
	w := stationery(t, p, map[string]string{
		"macros/late.txt": "label: +one\nassignee: ben\nsnooze: 2 days\n\nHello",
	}, func(o *desk.Options) { o.Log = &noAssigns{o.Log} })
	id := w.writes(pageID, psid(maya), "Hello?", time.Minute)
	done, err := w.run(desk.MacroRun{Conversation: id, Macro: "late"})
	if err != nil {
		t.Fatal(err)
	}
	if len(done.Did) != 2 || done.Did[1] != "Label one put on." || len(done.Sent) != 1 || !strings.Contains(done.Refused, store.ErrFull.Error()) {
		t.Errorf("%+v", done)
	}
	if len(done.Left) != 2 || done.Left[0] != "Assign the conversation to ben." || !strings.HasPrefix(done.Left[1], "Snooze until ") {
		t.Errorf("left: %q", done.Left)
	}
	if c := w.conversation(id); c.Assignee != "" || c.Status != store.StatusOpen || len(done.Undo) != 1 || done.Undo[0].Verb != store.VerbUnlabel {
		t.Errorf("assignee %q, status %s, undo %+v", c.Assignee, c.Status, done.Undo)
	}
}
