package canned_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk/canned"
	"frontdesk/store"
)

func TestMacrosAreRead(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want canned.Macro
	}{
		"everything": {
			text: "# ours\ntitle: Shipped, and done\nkey: Alt+Ctrl+s\nreply: Shipping\nlabels: +shipped, -waiting for us\nlabel: +a +b c -d\nassignee: Me\nstatus: Resolved\n",
			want: canned.Macro{
				Name: "a", Title: "Shipped, and done", Key: "ctrl+alt+s", KeyLine: 3, Reply: "shipping",
				Labels:   []canned.LabelChange{{Label: "shipped"}, {Label: "waiting for us", Off: true}, {Label: "a"}, {Label: "b c"}, {Label: "d", Off: true}},
				Assignee: canned.AssignMe, Status: store.StatusResolved,
			},
		},
		"text of its own": {
			text: "assignee: Ben Okafor\nsnooze: for 3 hours\n\nHello {{contact.first_name|there}}\n",
			want: canned.Macro{Name: "a", Assignee: "Ben Okafor", Snooze: "for 3 hours", Text: "Hello {{contact.first_name|there}}"},
		},
		"only text":     {text: "Hello\n", want: canned.Macro{Name: "a", Text: "Hello"}},
		"a capital":     {text: "key: G\nassignee: NOBODY\nstatus: open", want: canned.Macro{Name: "a", Key: "G", KeyLine: 1, Assignee: canned.AssignNobody, Status: store.StatusOpen}},
		"a named key":   {text: "key: Shift+F5\nstatus: reopen", want: canned.Macro{Name: "a", Key: "shift+f5", KeyLine: 1, Status: store.StatusOpen}},
		"plus as a key": {text: "key: ctrl++\nstatus: open", want: canned.Macro{Name: "a", Key: "ctrl++", KeyLine: 1, Status: store.StatusOpen}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, faults := canned.ParseMacro("macros/a.txt", []byte(tt.text))
			if diff := cmp.Diff(tt.want, got); diff != "" || len(faults) > 0 {
				t.Errorf("(-want +got): %s%v", diff, faults)
			}
		})
	}
}

func TestFaultsOfMacros(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, want string }{
		"nothing":               {"title: A", "macros/a.txt: the macro does nothing; write reply:"},
		"a word that is none":   {"asignee: me\nstatus: open", `macros/a.txt line 1: "asignee" is no word of a header; known are title, key`},
		"a word of a response":  {"status: open\nbutton: url A = https://a.example", `macros/a.txt line 2: "button" is no word`},
		"a status":              {"status: away", `macros/a.txt line 1: there is no status "away"; write status: resolve`},
		"a snooze":              {"snooze: soon", "macros/a.txt line 1: this is no time to snooze until; write it as 30 minutes"},
		"snooze and status":     {"status: open\nsnooze: 2d", "macros/a.txt line 2: there is a status and a snooze as well"},
		"reply and text":        {"title: A\nreply: hello\n\nHello", "macros/a.txt line 2: there is a canned response to send and a text"},
		"reply is no shortcode": {"reply: Hello there", `macros/a.txt line 1: "Hello there" is no shortcode; name the shortcode`},
		"the same word twice":   {"status: open\nstatus: open", "macros/a.txt line 2: status stands in line 1 already"},
		"nothing behind":        {"status:", "macros/a.txt line 1: nothing stands behind the colon"},
		"a label without sign":  {"label: shipped", "macros/a.txt line 1: the label has no sign before it; write +shipped"},
		"a sign without label":  {"label: +, -a", "macros/a.txt line 1: a sign has no label"},
		"too many labels":       {"status: open\nlabel: " + strings.Repeat("+a ", 21), "macros/a.txt line 2: there are 21 labels, at most 20"},
		"a label too long":      {"label: -a, +" + strings.Repeat("🚲", 51), "macros/a.txt line 1: the label has 102 characters, at most 100 allowed; take out 2"},
		"a label twice":         {"label: +a, -a", "macros/a.txt line 1: the label a is named twice"},
		"an indented line":      {"status: open\n  title: A", "macros/a.txt line 2: a line of a macro is not indented"},
		"no key":                {"key: alt+space bar\nstatus: open", `macros/a.txt line 1: "alt+space bar" is no key; write one letter`},
		"a key twice modified":  {"key: alt+alt+s\nstatus: open", `macros/a.txt line 1: "alt+alt+s" is no key`},
		"shift and a sign":      {"key: shift+/\nstatus: open", `macros/a.txt line 1: "shift+/" is no key`},
		"an unknown variable":   {"status: open\n\nHello\n{{nick}}", `macros/a.txt line 4: there is no variable "nick"`},
		"a text too long":       {"status: open\n\n\n" + strings.Repeat("x", 2001), "macros/a.txt line 4: text: 2001 characters"},
	} {
		m, faults := canned.ParseMacro("macros/a.txt", []byte(tt.text))
		if len(faults) != 1 || !strings.HasPrefix(faults[0].Error(), tt.want) {
			t.Errorf("%s: %v, want %s", name, faults, tt.want)
		}
		if !cmp.Equal(m, canned.Macro{}) {
			t.Errorf("%s: a macro with faults is not empty: %+v", name, m)
		}
	}
}

func TestKeysOfMacros(t *testing.T) {
	t.Parallel()
	f := openFolder(t)
	f.put("macros/a.txt", "key: f5\nstatus: open")
	f.put("macros/b.txt", "title: B\nkey: F5\nstatus: open")
	f.put("macros/c.txt", "# ours\nkey: e\nstatus: open")
	f.put("macros/d.txt", "status: open")
	lib := f.expect("macros/a macros/c macros/d", "macros/b.txt line 2: the key f5 is that of a; give one of them another key")
	faults := lib.KeyFaults(map[string]string{"e": "resolve", "": "nothing", "x": "else"})
	if len(faults) != 1 || faults[0].Error() != "macros/c.txt line 2: the key e is taken: resolve; give the macro another key" {
		t.Errorf("%v", faults)
	}
}

func TestSnoozeUntil(t *testing.T) {
	t.Parallel()
	oslo := time.FixedZone("CET", 3600)
	now := time.Date(2026, 11, 20, 14, 30, 15, 0, oslo) // a Friday
	for words, want := range map[string]string{
		"1 hour": "2026-11-20 15:30", "3 hours": "2026-11-20 17:30", "for 3 Hours": "2026-11-20 17:30", "90": "2026-11-20 16:00",
		"90m": "2026-11-20 16:00", "2h": "2026-11-20 16:30", "3d": "2026-11-23 14:30", "1 minute": "2026-11-20 14:31", "366 days": "2027-11-21 14:30",
		"tomorrow": "2026-11-21 09:00", "until tomorrow 14:30": "2026-11-21 14:30", "Monday": "2026-11-23 09:00",
		"until Monday 9:00": "2026-11-23 09:00", "friday 16:05": "2026-11-27 16:05", "saturday": "2026-11-21 09:00",
		"": "", "until": "", "soon": "", "0": "", "-1h": "", "367 days": "", "3 weeks": "", "tomorrow 25:00": "", "Monday at 9": "", "3 h 5": "", "99999999999999999999h": "",
	} {
		got, err := canned.SnoozeUntil(words, now)
		if want == "" {
			if err == nil {
				t.Errorf("%q is %s", words, got)
			}
			continue
		}
		if err != nil || got.Format("2006-01-02 15:04") != want || got.Location() != oslo {
			t.Errorf("%q is %s, %v; want %s", words, got, err, want)
		}
	}
}

func TestStepsSayWhatWillHappen(t *testing.T) {
	t.Parallel()
	f := openFolder(t)
	f.put("hello.txt", "quick reply: A\nquick reply: B\nfile: https://lumen.example/a.pdf\n\nHello")
	f.put("macros/all.txt", "reply: hello\nlabel: +vip, -new, +here\nassignee: me\nsnooze: tomorrow")
	f.put("macros/end.txt", "assignee: nobody\nstatus: resolve\n\nBye")
	f.put("macros/open.txt", "assignee: ben\nstatus: open")
	lib := f.expect("hello macros/all macros/end macros/open")
	c := store.Conversation{
		Contact: store.Contact{Kind: store.ContactPSID, ID: "7412", Name: "Mara Voss"}, Status: store.StatusOpen,
		Labels: []string{"here", "new"}, Assignee: "ben",
	}
	now := time.Date(2026, 11, 20, 14, 30, 0, 0, time.UTC)
	for name, want := range map[string][]string{
		"all": {
			"Send Mara Voss the canned response hello, with 2 quick replies and 1 file.", "Put on the label vip.", "Take off the label new.",
			"Put on the label here: it is so already.", "Assign the conversation to you.", "Snooze until Saturday 21 November 09:00.",
		},
		"end":  {"Send Mara Voss a message.", "Assign the conversation to nobody.", "Resolve the conversation."},
		"open": {"Assign the conversation to ben: it is so already.", "Open the conversation again: it is so already."},
	} {
		m, _ := lib.Macro(name)
		if diff := cmp.Diff(want, lib.Preview(m, c, "ana", now)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	m, _ := lib.Macro("all")
	var acts []store.Act
	for _, s := range lib.Steps(m, c, "ana", now) {
		if !s.Idle {
			acts = append(acts, s.Act)
		}
	}
	want := []store.Act{
		{},
		{Verb: store.VerbLabel, Label: "vip"},
		{Verb: store.VerbUnlabel, Label: "new"},
		{Verb: store.VerbAssign, Assignee: "ana"},
		{Verb: store.VerbSnooze, Until: store.MillisOf(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC))},
	}
	if diff := cmp.Diff(want, acts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Keys are named as the screen names them.
func TestHowKeysAreNamed(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"s": "s", "S": "S", "shift+s": "S", "Alt+s": "alt+s", "alt+S": "alt+s", "shift+alt+s": "alt+shift+s", "CTRL+S": "ctrl+s",
		"alt+ctrl+x": "ctrl+alt+x", "F12": "f12", "shift+F1": "shift+f1", "+": "+", "alt++": "alt++", "é": "é", "ctrl+/": "ctrl+/",
	} {
		m, faults := canned.ParseMacro("macros/a.txt", []byte("status: open\nkey: "+written))
		if m.Key != want || len(faults) > 0 {
			t.Errorf("%s is %q, want %q; %v", written, m.Key, want, faults)
		}
	}
	for _, written := range []string{"f13", "enter", "space", "ctrl", "alt+", "shift+alt", "meta+s", "ss", "alt+ctrl+alt+s"} {
		if m, faults := canned.ParseMacro("macros/a.txt", []byte("status: open\nkey: "+written)); len(faults) != 1 || faults[0].Line != 2 {
			t.Errorf("%s is a key: %q %v", written, m.Key, faults)
		}
	}
}
