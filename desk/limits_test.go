package desk_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// limit is one of the platform's limits: what a reply with n of something is, and how many there may be.
type limit struct {
	reply func(n int) desk.Reply
	least int // 0: there may be none
	most  int
	field string // that is named in a refusal
}

func said(m messenger.OutMessage) desk.Reply { return desk.Reply{Message: m} }

// chars are n characters as the platform counts them, in UTF-16 units. Bytes, code points and what is seen are other
// numbers.
func chars(n int) string {
	const (
		mechanic = "\U0001F469\u200D\U0001F527" // a woman, a joiner and a wrench: one sign of 5 units
		accented = "e\u0301"                    // a letter and its accent: 2 units
	)
	return strings.Repeat("漢", n%2) + strings.Repeat(accented, n%10/2) + strings.Repeat(mechanic+"кухня", n/10)
}

func choices(n int) []messenger.QuickReply {
	return slices.Repeat([]messenger.QuickReply{{ContentType: messenger.QuickReplyText, Title: "Yes", Payload: "YES"}}, n)
}

func taps(n int) []messenger.Button {
	return slices.Repeat([]messenger.Button{{Type: messenger.ButtonPostback, Title: "Yes", Payload: "YES"}}, n)
}

func choice(change func(q *messenger.QuickReply)) desk.Reply {
	m := messenger.OutMessage{Text: "Which?", QuickReplies: choices(2)}
	change(&m.QuickReplies[1])
	return said(m)
}

func card(change func(e *messenger.Element)) desk.Reply {
	e := messenger.Element{Title: "The Salt Ledger", Subtitle: "Hardback", Buttons: taps(1)}
	change(&e)
	return said(messenger.GenericTemplate(e))
}

func fileOf(kind string, size int) desk.Reply {
	return desk.Reply{File: &store.File{Hash: strings.Repeat("0a", 32), Name: "map", Type: kind, Size: int64(size)}}
}

// replyLimits are the limits of ref. 3.2, 3.5, 3.6 and 3.7.
var replyLimits = map[string]limit{
	"text":                {func(n int) desk.Reply { return said(messenger.OutMessage{Text: chars(n)}) }, 1, 2000, "text"},
	"quick replies":       {func(n int) desk.Reply { return said(messenger.OutMessage{Text: "?", QuickReplies: choices(n)}) }, 0, 13, "quick_replies"},
	"quick reply title":   {func(n int) desk.Reply { return choice(func(q *messenger.QuickReply) { q.Title = chars(n) }) }, 1, 20, "quick_replies[1].title"},
	"quick reply payload": {func(n int) desk.Reply { return choice(func(q *messenger.QuickReply) { q.Payload = chars(n) }) }, 1, 1000, "quick_replies[1].payload"},
	"button text":         {func(n int) desk.Reply { return said(messenger.ButtonTemplate(chars(n), taps(1)...)) }, 1, 640, "attachment.payload.text"},
	"buttons":             {func(n int) desk.Reply { return said(messenger.ButtonTemplate("?", taps(n)...)) }, 1, 3, "attachment.payload.buttons"},
	"button title": {func(n int) desk.Reply {
		return said(messenger.ButtonTemplate("?", messenger.Button{Type: messenger.ButtonURL, Title: chars(n), URL: "https://harbour.example"}))
	}, 1, 20, "attachment.payload.buttons[0].title"},
	"button payload": {func(n int) desk.Reply {
		return said(messenger.ButtonTemplate("?", messenger.Button{Type: messenger.ButtonPostback, Title: "Yes", Payload: chars(n)}))
	}, 1, 1000, "attachment.payload.buttons[0].payload"},
	"cards": {func(n int) desk.Reply {
		return said(messenger.GenericTemplate(slices.Repeat([]messenger.Element{{Title: "The Salt Ledger", Subtitle: "Hardback"}}, n)...))
	}, 1, 10, "attachment.payload.elements"},
	"card title":    {func(n int) desk.Reply { return card(func(e *messenger.Element) { e.Title = chars(n) }) }, 1, 80, "attachment.payload.elements[0].title"},
	"card subtitle": {func(n int) desk.Reply { return card(func(e *messenger.Element) { e.Subtitle = chars(n) }) }, 0, 80, "attachment.payload.elements[0].subtitle"},
	"card buttons":  {func(n int) desk.Reply { return card(func(e *messenger.Element) { e.Buttons = taps(n) }) }, 0, 3, "attachment.payload.elements[0].buttons"},
	"card button title": {func(n int) desk.Reply {
		return card(func(e *messenger.Element) { e.Buttons[0].Title = chars(n) })
	}, 1, 20, "attachment.payload.elements[0].buttons[0].title"},
	"picture": {func(n int) desk.Reply { return fileOf("image/png", n) }, 1, 8 << 20, "file"},
	"video":   {func(n int) desk.Reply { return fileOf("video/mp4", n) }, 1, 25 << 20, "file"},
	"sound":   {func(n int) desk.Reply { return fileOf("audio/mpeg", n) }, 1, 25 << 20, "file"},
	"file":    {func(n int) desk.Reply { return fileOf("application/pdf", n) }, 1, 25 << 20, "file"},
}

// TestLimitsOfReplies takes replies one below and at each limit, and refuses one above it with the field; then nothing is
// kept, and nobody is asked.
func TestLimitsOfReplies(t *testing.T) {
	t.Parallel()
	for n := range 2002 {
		if got := messenger.TextLen(chars(n)); got != n {
			t.Fatalf("%d characters of the test are %d", n, got)
		}
	}
	for name, l := range replyLimits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, t.TempDir(), config{sender: &platform{}, idle: true})
			id := w.writes(pageID, psid(maya), "hello", 0)
			kept := 0
			for _, n := range []int{l.least - 1, l.least, l.most - 1, l.most, l.most + 1} {
				if n < 0 {
					continue
				}
				r := l.reply(n)
				r.Conversation, r.Agent = id, agent
				_, err := w.desk.Reply(t.Context(), r)
				var refusal *desk.Refusal
				switch {
				case n >= l.least && n <= l.most:
					if err != nil {
						t.Errorf("%d: %v", n, err)
					}
					kept++
				case !errors.As(err, &refusal):
					t.Errorf("%d: error %v, want a *Refusal", n, err)
				case refusal.Field != l.field || refusal.Reason == "":
					t.Errorf("%d: refused with %+v, want the field %s", n, refusal, l.field)
				case n > l.most && !strings.Contains(refusal.Reason, fmt.Sprint(shown(l))):
					t.Errorf("%d: %q does not name the limit %d", n, refusal.Reason, shown(l))
				}
				if found := records[store.Reply](w, store.RecordReply); len(found) != kept {
					t.Errorf("%d: %d replies are kept, want %d", n, len(found), kept)
				}
			}
		})
	}
}

// shown is a limit as sentences name it.
func shown(l limit) int {
	if l.field == "file" {
		return l.most >> 20
	}
	return l.most
}
