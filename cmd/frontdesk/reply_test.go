package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"frontdesk/messenger"
	"frontdesk/store"
)

func TestTitlesEndAtTheFirstEqualsSign(t *testing.T) {
	t.Parallel()
	for given, want := range map[string][2]string{
		"Monday": {"Monday", ""}, "Monday=DAY_1": {"Monday", "DAY_1"}, "Monday=": {"Monday", ""}, "=DAY_1": {"", "DAY_1"},
		`1\=one`: {"1=one", ""}, `1\=one=A`: {"1=one", "A"}, "a=b=c": {"a", "b=c"}, `a=b\=c`: {"a", `b\=c`}, `\\=x`: {`\=x`, ""}, `a\`: {`a\`, ""}, "": {"", ""},
	} {
		title, payload, parted := part(given)
		if title != want[0] || payload != want[1] || parted && !strings.Contains(given, "=") {
			t.Errorf("%q is %q and %q, want %q", given, title, payload, want)
		}
	}
}

func TestButtonsOfFlags(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]messenger.Button{
		"url:Shop=https://lumen.example/?a=b": {Type: "web_url", Title: "Shop", URL: "https://lumen.example/?a=b"},
		"postback:Yes":                        {Type: "postback", Title: "Yes"},
		"postback:Yes: please=Y":              {Type: "postback", Title: "Yes: please", Payload: "Y"},
		"call:Ring us=+4722334455":            {Type: "phone_number", Title: "Ring us", Payload: "+4722334455"},
	} {
		got, err := parseButton(given)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", given, err, diff)
		}
	}
	for given, want := range map[string]string{
		"Shop": "begins with its kind", "web:Shop=x": "there are url, postback and call", "url:Shop": "say url:TITLE=URL", "call:Ring=": "say call:TITLE=NUMBER", "": "begins with its kind",
	} {
		if _, err := parseButton(given); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", given, err)
		}
	}
}

func TestFaultsAreNamedByTheirFlag(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{
		"text":                                              "--text",
		"attachment.payload.text":                           "--text",
		"quick_replies":                                     "--quick-reply",
		"quick_replies[2].title":                            "--quick-reply 3, title",
		"quick_replies[0].image_url":                        "--quick-reply-image of quick reply 1",
		"attachment.payload.buttons":                        "--button",
		"attachment.payload.buttons[1].url":                 "--button 2, address",
		"attachment.payload.elements":                       "--card",
		"attachment.payload.elements[0]":                    "--card 1",
		"attachment.payload.elements[9].subtitle":           "--card 10, subtitle",
		"attachment.payload.elements[1].image_url":          "--card-image of card 2",
		"attachment.payload.elements[1].default_action.url": "--card-link of card 2",
		"attachment.payload.elements[1].buttons":            "--card-button of card 2",
		"attachment.payload.elements[1].buttons[2].payload": "--card-button 3 of card 2, payload",
		"attachment.payload.elements[0].buttons[0].url":     "--card-button 1 of card 1, address",
	} {
		if got := (&replyFlags{}).flagOf(field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
}

// TestGuideNamesEveryFlagOfReply holds the guide to what can be asked for.
func TestGuideNamesEveryFlagOfReply(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/guide/replying.md")
	if err != nil {
		t.Fatal(err)
	}
	newReply(&settingFlags{}).Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" && !regexp.MustCompile("`--"+f.Name+"[` ]").Match(guide) {
			t.Errorf("docs/guide/replying.md does not name --%s", f.Name)
		}
	})
}

func TestTheWorstOfSeveralMessagesDecides(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		states []store.DeliveryState
		code   int
		says   string
	}{
		"all sent":           {[]store.DeliveryState{store.StateSent, store.StateRead}, exitDone, ""},
		"one alone":          {[]store.DeliveryState{store.StateFailed}, exitFailed, "the reply was not sent"},
		"held behind failed": {[]store.DeliveryState{store.StateSent, store.StateFailed, store.StateHeld}, exitFailed, "message 2 of 3: the reply was not sent"},
		"queued last":        {[]store.DeliveryState{store.StateDelivered, store.StateQueued}, exitWaiting, "message 2 of 2: the reply is still queued"},
		"nobody knows":       {[]store.DeliveryState{store.StateFailed, store.StateUnknown}, exitUnknown, "message 2 of 2: nobody knows"},
	} {
		var replies []store.Message
		for _, s := range c.states {
			replies = append(replies, store.Message{State: s})
		}
		err := worst(replies)
		if exitCode(err) != c.code || err != nil && !strings.HasPrefix(err.Error(), c.says) {
			t.Errorf("%s: code %d, %v", name, exitCode(err), err)
		}
	}
}

// TestWhatGoesOnIsNamed wants the commands that settle a reply in what a script's reader sees of it.
func TestWhatGoesOnIsNamed(t *testing.T) {
	t.Parallel()
	for state, want := range map[store.DeliveryState][]string{
		store.StateFailed:  {"frontdesk queue retry 1:2 out:a"},
		store.StateUnknown: {"frontdesk queue arrived 1:2 out:a", "frontdesk queue retry --anyway 1:2 out:a"},
	} {
		err := verdict(store.Message{State: state, Conversation: "1:2", ID: "out:a"})
		for _, line := range want {
			if err == nil || !strings.Contains(err.Error(), "\n  "+line) {
				t.Errorf("%s: %v does not name %q", state, err, line)
			}
		}
	}
}

func TestWordsInAnotherEncodingAreRefused(t *testing.T) {
	t.Parallel()
	const latin1 = "caf\xe9"
	for _, args := range [][]string{
		{"--quick-reply", latin1},
		{"--quick-reply", "Cafe=" + latin1},
		{"--button", "postback:" + latin1},
		{"--card", latin1},
		{"--card", "Cafe", "--card-button", "postback:" + latin1},
		{"--canned", latin1},
		{"--blank", "Name=" + latin1},
	} {
		cmd := newReply(&settingFlags{})
		err := cmd.ParseFlags(args)
		if err == nil || exitCode(err) != exitUse || !strings.Contains(err.Error(), "not UTF-8") {
			t.Errorf("%q: %v", args, err)
		}
	}
	for _, f := range []replyFlags{{text: "-"}, {note: "-"}} {
		if err := f.readStdin(strings.NewReader(latin1 + "\n")); err != nil {
			t.Fatal(err)
		}
		if err := f.checkValues(); exitCode(err) != exitUse || !strings.Contains(err.Error(), "not UTF-8") {
			t.Errorf("from stdin: %v", err)
		}
	}
	if err := newReply(&settingFlags{}).ParseFlags([]string{"--file", latin1, "--text", "Café"}); err != nil {
		t.Errorf("a file may be called anything: %v", err)
	}
}
