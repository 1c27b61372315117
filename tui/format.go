package tui

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// age is how long ago something was, as short as a row needs it.
func age(at store.Millis, now time.Time) string {
	if at == 0 {
		return ""
	}
	t := at.Time().In(now.Location())
	d := now.Sub(t)
	switch {
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d/time.Minute))
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh", int(d/time.Hour))
	case d < 7*24*time.Hour:
		return fmt.Sprintf("%dd", int(d/(24*time.Hour)))
	case t.Year() == now.Year():
		return t.Format("2 Jan")
	}
	return t.Format("Jan 2006")
}

// left is a length of time to come, in its largest unit.
func left(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "<1m"
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d/time.Hour))
	}
	return fmt.Sprintf("%dd", int(d/(24*time.Hour)))
}

// dayName is the heading of a day in a thread.
func dayName(at store.Millis, now time.Time) string {
	t := at.Time().In(now.Location())
	days := dayNumber(now) - dayNumber(t)
	switch {
	case days == 0:
		return "Today"
	case days == 1:
		return "Yesterday"
	case days > 1 && days < 7:
		return t.Format("Monday")
	case t.Year() == now.Year():
		return t.Format("Monday, 2 January")
	}
	return t.Format("2 January 2006")
}

func dayNumber(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func clockTime(at store.Millis, now time.Time) string {
	return at.Time().In(now.Location()).Format("15:04")
}

// moment is a time in words that stand alone: "today 14:02", "Mon 14:02", "3 Feb 14:02".
func moment(at store.Millis, now time.Time) string {
	t := at.Time().In(now.Location())
	switch days := dayNumber(t) - dayNumber(now); {
	case days == 0:
		return "today " + t.Format("15:04")
	case days == 1:
		return "tomorrow " + t.Format("15:04")
	case days == -1:
		return "yesterday " + t.Format("15:04")
	case days > 1 && days < 7:
		return t.Format("Mon 15:04")
	case t.Year() == now.Year():
		return t.Format("2 Jan 15:04")
	}
	return t.Format("2 Jan 2006 15:04")
}

// window is how long may be written to a contact.
type window struct {
	none   bool // our own plugin: no window
	known  bool
	closes time.Time
	human  time.Time // the HUMAN_AGENT tag may be used until; zero: not at all
}

// windowOf reads a conversation's window, with what its inbox may do. It is computed when read, never kept.
func windowOf(c store.Conversation, inbox desk.Inbox, now time.Time) window {
	s := store.Window(c, store.MillisOf(now))
	w := window{none: s.None || inbox.Plugin || messenger.IsVisitor(c.Contact.ID), known: !s.Unknown}
	if w.none || !w.known {
		return w
	}
	w.closes = s.ClosesAt.Time()
	if inbox.HumanAgent && c.Contact.Kind != store.ContactUserRef {
		w.human = s.HumanAgentUntil.Time()
	}
	return w
}

func (w window) open(now time.Time) bool { return w.none || !w.known || now.Before(w.closes) }

// short is the window as a row says it.
func (w window) short(now time.Time) string {
	switch {
	case w.none || !w.known:
		return ""
	case now.Before(w.closes):
		return left(w.closes.Sub(now)) + " left"
	case now.Before(w.human):
		return "agent " + left(w.human.Sub(now))
	}
	return "closed"
}

// long is the window as a sentence.
func (w window) long(now time.Time) string {
	switch {
	case w.none:
		return "none: the chat plugin has no limit"
	case !w.known:
		return "not known: the contact was never seen to write"
	case now.Before(w.closes):
		return "open until " + moment(store.MillisOf(w.closes), now)
	}
	return "closed since " + moment(store.MillisOf(w.closes), now)
}

// originWord is an origin as rows and lines name it.
func originWord(o store.Origin) string {
	switch o {
	case store.OriginPlugin, store.OriginLink, store.OriginAd, store.OriginOther:
		return string(o)
	}
	return "unknown"
}

// originName is an origin in full, as the views and the details name it.
func originName(o store.Origin) string {
	for _, f := range originFacets {
		if f.origin == o {
			return f.name
		}
	}
	return "unknown"
}

// address shortens a web address to what a person reads of it.
func address(s string) string {
	s = CleanLine(s)
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return s
	}
	short := u.Host + u.EscapedPath()
	if path, err := url.PathUnescape(u.EscapedPath()); err == nil {
		short = u.Host + CleanLine(path)
	}
	return strings.TrimSuffix(short, "/")
}

// attachmentWord is what an attachment is called.
func attachmentWord(kind string) string {
	switch kind {
	case "image":
		return "picture"
	case "audio", "video", "file", "template", "sticker", "reel", "post":
		return kind
	case "ig_reel":
		return "reel"
	case "ig_post":
		return "post"
	case "location":
		return "place"
	case "fallback", "share":
		return "link"
	case "appointment_booking":
		return "appointment"
	case "unsupported":
		return "content not passed on"
	}
	if kind = strings.ReplaceAll(CleanLine(kind), "_", " "); kind != "" {
		return kind
	}
	return "attachment"
}

// snippetOf is what a row shows of the newest message.
func snippetOf(l store.LastMessage) string {
	text := CleanLine(l.Text)
	switch {
	case l.Withdrawn:
		return "(took this message back)"
	case l.Kind == store.KindQuickReply, l.Kind == store.KindPostback:
		return "▸ " + orElse(text, "(no title)")
	case text != "":
		return text
	case l.Media != "":
		return "[" + attachmentWord(l.Media) + "]"
	case l.Kind == store.KindOrder:
		return "[order]"
	case l.Kind == store.KindForm:
		return "[form]"
	}
	return text
}
