package control_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/desk/canned"
	"frontdesk/messenger"
)

// stationery is a shelf of one canned response of every kind, a broken one and a macro.
func stationery(t *testing.T) *canned.Shelf {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"canned/hello.txt":  "title: Hello\nlabel: a, b\nquick reply: Yes = YES\nask: phone\n\nHello {{contact.first_name|there}} <&>",
		"canned/bikes.txt":  "card: One\n  link: https://lumen.example\n  button: call Ring = +4722",
		"canned/files.txt":  "file: https://lumen.example/a.pdf",
		"canned/broken.txt": "titel: A",
		"macros/end.txt":    "key: f5\nlabel: +done, -new\nstatus: resolve\n\nBye {{?When|now}}",
		"macros/never.txt":  "reply: hello\nsnooze: tomorrow",
	} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return canned.NewShelf(filepath.Join(dir, "canned"), nil)
}

// TestTheSocketChangesNoStationery asks a desk and a client of the same desk for the same responses and macros.
func TestTheSocketChangesNoStationery(t *testing.T) {
	t.Parallel()
	here := openDesk(t)
	_, path := serve(t, here)
	there := dial(t, path)
	ctx := t.Context()
	library := func(when string) canned.Library {
		t.Helper()
		want, err := here.Canned(ctx)
		got, remote := there.Canned(ctx)
		if diff := cmp.Diff(outcomeOf(want, err), outcomeOf(got, remote)); diff != "" {
			t.Errorf("the library %s (-desk +socket):\n%s", when, diff)
		}
		return got
	}
	lib := library("at first")
	if len(lib.Responses) != 3 || len(lib.Macros) != 2 || len(lib.Faults) != 1 || lib.Version == 0 {
		t.Errorf("%+v", lib)
	}
	if err := there.Used(ctx, "hello"); err != nil {
		t.Error(err)
	}
	bye := canned.Response{Shortcode: "bye", Content: canned.Content{Text: "Bye", Buttons: []messenger.Button{{Type: "postback", Title: "A", Payload: "B"}}}}
	if err := there.SaveCanned(ctx, bye, false); err != nil {
		t.Error(err)
	}
	if err := there.SaveCanned(ctx, bye, false); !errors.Is(err, canned.ErrExists) {
		t.Errorf("saved twice: %v", err)
	}
	if err := there.SaveCanned(ctx, bye, true); err != nil {
		t.Error(err)
	}
	lib = library("after a use and a new one")
	if r, _ := lib.Response("hello"); r.Uses != 1 {
		t.Errorf("hello was used %d times", r.Uses)
	}
	if r, ok := lib.Response("bye"); !ok || !cmp.Equal(r, bye) {
		t.Errorf("bye: %+v", r)
	}
	for name, call := range map[string]func(desk.Contract) outcome{
		"a use of nothing": func(d desk.Contract) outcome { return outcomeOf(nil, d.Used(ctx, "nothing")) },
		"an empty one": func(d desk.Contract) outcome {
			return outcomeOf(nil, d.SaveCanned(ctx, canned.Response{Shortcode: "a"}, true))
		},
		"no macro": func(d desk.Contract) outcome {
			return outcomeOf(d.RunMacro(ctx, desk.MacroRun{Conversation: conversation, Agent: "ana", Macro: "none"}))
		},
		"a macro for nobody": func(d desk.Contract) outcome {
			return outcomeOf(d.RunMacro(ctx, desk.MacroRun{Conversation: "1:1", Agent: "ana", Macro: "end"}))
		},
	} {
		if diff := cmp.Diff(call(here), call(there)); diff != "" {
			t.Errorf("%s (-desk +socket):\n%s", name, diff)
		}
	}
	done, err := there.RunMacro(ctx, desk.MacroRun{Conversation: conversation, Agent: "ana", Macro: "end", Blanks: map[string]string{"When": "later"}})
	if err != nil || len(done.Did) != 3 || len(done.Sent) != 1 || done.Sent[0].Text != "Bye later" || len(done.Undo) != 2 {
		t.Errorf("%+v, %v", done, err)
	}
}
