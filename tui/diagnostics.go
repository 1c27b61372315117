package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/store"
)

// scroller is an overlay of lines that the moving keys scroll.
type scroller interface {
	move(m *Model, n int)
}

// diagnosticsBox shows how frontdesk is: what it hears, what it lacks, and what it did not understand.
type diagnosticsBox struct{ top int }

func (d *diagnosticsBox) place() place                          { return placeHelp }
func (d *diagnosticsBox) typed(*Model, tea.KeyPressMsg) tea.Cmd { return nil }

func (m *Model) showDiagnostics() tea.Cmd {
	m.overlay = &diagnosticsBox{}
	return m.refresh()
}

// fact is one line of the diagnostics: a heading, or a name with its value.
type fact struct {
	heading     string
	name, value string
	pen         pen
}

func (m *Model) diagnostics() []fact {
	if !m.stateRead {
		return []fact{{name: "frontdesk", value: "has not answered yet", pen: m.theme.warn}}
	}
	out := m.programFacts()
	out = append(out, m.inboxFacts()...)
	out = append(out, m.eventFacts()...)
	return append(out, m.counterFacts()...)
}

func (m *Model) programFacts() []fact {
	t, s := m.theme, m.state
	out := []fact{
		{heading: "Program"},
		{name: "version", value: orElse(CleanLine(s.Version), "not known")},
		{name: "data", value: orElse(CleanLine(s.DataDir), "not known") + map[bool]string{true: " (thrown away at the end)"}[s.Demo]},
	}
	switch {
	case m.gone:
		out = append(out, fact{name: "desk", value: m.bannerText(), pen: t.bad})
	case s.Remote:
		out = append(out, fact{name: "desk", value: "in another process, which goes on when this screen is closed"})
	default:
		out = append(out, fact{name: "desk", value: "in this process"})
	}
	switch {
	case s.ListenError != "":
		out = append(out, fact{name: "listener", value: CleanLine(s.ListenError), pen: t.bad})
	case s.Listening == "":
		out = append(out, fact{name: "listener", value: "nothing is listening", pen: t.warn})
	default:
		out = append(out, fact{name: "listener", value: CleanLine(s.Listening) + "/webhook", pen: t.good})
	}
	if s.Trouble != "" {
		out = append(out, fact{name: "log", value: troubleWords[s.Trouble].fact, pen: t.bad})
	}
	last := fact{name: "newest event", value: "none since the start"}
	if s.LastEvent != 0 {
		last.value = moment(s.LastEvent, m.clock) + ", " + ago(s.LastEvent, m.clock)
	}
	views := fact{name: "views", value: fmt.Sprintf("up to date, at record %d", s.Applied), pen: t.good}
	if s.Applied < s.Head {
		views = fact{name: "views", value: fmt.Sprintf("%d records behind, the oldest of them came %s ago", s.Head-s.Applied, shortSpan(s.Behind)), pen: t.warn}
	}
	return append(out, last, views)
}

// ago is how long ago something was, in words that stand alone.
func ago(at store.Millis, now time.Time) string {
	d := now.Sub(at.Time())
	if d < time.Minute {
		return "a moment ago"
	}
	return left(d) + " ago"
}

func (m *Model) inboxFacts() []fact {
	t := m.theme
	out := []fact{{heading: "Inboxes"}}
	known := map[store.InboxID]bool{}
	for _, in := range m.state.Inboxes {
		known[in.ID] = true
		value, p := m.inboxWords(in)
		name := orElse(CleanLine(in.Name), CleanLine(string(in.ID)))
		if rest, ok := strings.CutPrefix(value, name); ok { // its name is not known: the id is not said twice
			value = orElse(strings.TrimPrefix(rest, "; "), "its name is not known yet")
		}
		out = append(out, fact{name: name, value: value, pen: p})
	}
	for _, id := range sortedInboxes(m.counts.Inboxes) {
		if !known[id] {
			out = append(out, fact{name: CleanLine(string(id)), value: "no settings here: its messages are kept, nothing can be sent", pen: t.warn})
		}
	}
	if len(out) == 1 {
		out = append(out, fact{name: "none", value: "no inbox has settings"})
	}
	return out
}

// inboxWords is how an inbox is, in a sentence.
func (m *Model) inboxWords(in desk.Inbox) (string, pen) {
	t := m.theme
	kind := "Page " + CleanLine(string(in.ID))
	if in.Plugin {
		kind = "chat plugin " + CleanLine(string(in.ID))
	}
	switch {
	case in.Missing != "":
		return kind + "; nothing can be sent: " + CleanLine(in.Missing) + " is not set", t.warn
	case in.Alert != "":
		return strings.TrimSpace(kind + "; " + sentence(CleanLine(in.Alert)) + " " + CleanLine(in.Advice)), t.bad
	case m.usageWords(in.ID) != "":
		return kind + "; " + m.usageWords(in.ID), t.warn
	case in.HumanAgent:
		return kind + "; may answer as a human agent for seven days", t.text
	}
	return kind, t.text
}

// eventFacts is what came that nobody knows.
func (m *Model) eventFacts() []fact {
	out := []fact{{heading: "Events of kinds nobody knows"}}
	if m.counts.Unknown == 0 {
		return append(out, fact{name: "none", value: "everything that came was understood", pen: m.theme.good})
	}
	out = append(out, fact{
		name: "in all", value: strconv.Itoa(m.counts.Unknown) + ", kept in the log: a later version may understand them", pen: m.theme.warn,
	})
	names := m.inboxNames()
	for _, u := range m.state.Unknown {
		inbox := orElse(names[u.Inbox], CleanLine(string(u.Inbox)))
		value := strconv.Itoa(u.N) + " to " + orElse(inbox, "no inbox")
		if u.Last != 0 {
			value += ", last " + moment(u.Last, m.clock)
		}
		name := CleanLine(u.Name)
		if name == "" || name == store.UnknownNameless {
			name = "says not what it is"
		}
		out = append(out, fact{name: name, value: value})
	}
	return out
}

// outcomeWords are the listener's outcomes as people read them, and whether something is wrong where they grow.
var outcomeWords = map[string]struct {
	words string
	wrong bool
}{
	"accepted":       {"kept and answered with 200", false},
	"verified":       {"verifications that succeeded", false},
	"test":           {"tests from the dashboard, not kept", false},
	"foreign_object": {"not about Pages, not kept", false},
	"refused":        {"verifications with another token", true},
	"bad_signature":  {"wrong signatures: is the app secret right?", true},
	"foreign_page":   {"about a page that the secret does not speak for", true},
	"not_object":     {"not JSON", true},
	"bad_method":     {"neither GET nor POST", false},
	"too_large":      {"bodies too large", true},
	"too_slow":       {"bodies that did not come in time", true},
	"aborted":        {"senders that went away", false},
	"overloaded":     {"turned away: too much at once", true},
	"log_full":       {"turned away: the disk is too slow for so much", true},
	"disk_full":      {"turned away: the disk is full", true},
	"log_failed":     {"not kept: the log failed", true},
}

// counterFacts is what the listener answered.
func (m *Model) counterFacts() []fact {
	if len(m.state.Counters) == 0 {
		return nil
	}
	out := []fact{{heading: "Webhook requests since the start"}}
	for _, c := range m.state.Counters {
		known := outcomeWords[c.Name]
		f := fact{name: strconv.FormatUint(c.N, 10), value: orElse(known.words, CleanLine(c.Name))}
		if known.wrong {
			f.pen = m.theme.warn
		}
		out = append(out, f)
	}
	return out
}

func (d *diagnosticsBox) lines(m *Model, w int) []string {
	t, r := m.theme, m.ruler
	facts := m.diagnostics()
	names := 0
	for _, f := range facts {
		names = max(names, r.width(f.name))
	}
	names = min(names, w/3)
	var out []string
	for i, f := range facts {
		if f.heading != "" {
			if i > 0 {
				out = append(out, "")
			}
			out = append(out, " "+t.accentBold.on(f.heading))
			continue
		}
		p := f.pen
		if p.start == "" {
			p = t.text
		}
		name := f.name
		for _, line := range r.wrap(f.value, max(w-names-5, 10)) {
			out = append(out, "  "+t.muted.on(r.pad(name, names))+"  "+p.on(line))
			name = ""
		}
	}
	return out
}

func (d *diagnosticsBox) size(m *Model) (rect, int) {
	w := min(m.width-4, 84)
	n := len(d.lines(m, w-2))
	return m.middle(w, min(n+2, m.height-4)), n
}

func (d *diagnosticsBox) draw(m *Model) (rect, []string) {
	r, n := d.size(m)
	top := max(min(d.top, n-(r.h-2)), 0)
	return r, m.box(r, boxText{title: "Diagnostics", note: moreNote(top, n, r.h-2)}, d.lines(m, r.w-2)[top:min(top+r.h-2, n)], true)
}

// moreNote says where there is more than the h of n lines that are shown from top on, and which key leads there.
func moreNote(top, n, h int) string {
	switch above, below := top > 0, top+h < n; {
	case above && below:
		return "↑↓ " + keyOf("down") + "/" + keyOf("up") + " for more"
	case below:
		return "↓ " + keyOf("down") + " for more"
	case above:
		return "↑ " + keyOf("up") + " for more"
	}
	return ""
}

func (d *diagnosticsBox) move(m *Model, n int) {
	r, lines := d.size(m)
	d.top = max(min(d.top+n, lines-(r.h-2)), 0)
}
