package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"frontdesk/desk"
	"frontdesk/store"
)

// outlook is what can be sent in the shown conversation.
func (m *Model) outlook() desk.Outlook {
	if m.thread.id == "" || !m.stateRead {
		return desk.Outlook{}
	}
	return m.outlookOf(m.thread.conv)
}

// mostOutlookLines bounds what is said before a word is typed.
const mostOutlookLines = 4

// outlookLines say, above the text, why nothing can be sent and what remains, or what is worth knowing first. A note
// concerns nobody but us.
func (m *Model) outlookLines(w int) []string {
	if m.thread.id == "" || m.composer.draft.Chosen() == desk.ModeNote {
		return nil
	}
	o := m.outlook()
	t := m.theme
	var out []string
	switch {
	case o.Blocked != nil && m.focus != placeReply:
		said, more := "⊘ "+CleanLine(orElse(o.Short, o.Blocked.Reason)), "; "+keyOf("reply")+" says more"
		if m.ruler.width(said+more) <= w {
			said += more
		}
		return []string{t.warn.on(m.ruler.cut(said, w))}
	case o.Blocked != nil:
		said := "⊘ " + strings.TrimSpace(o.Blocked.Error()+" "+o.Remains)
		for _, line := range m.ruler.wrap(CleanLine(said), w) {
			out = append(out, t.warn.on(line))
		}
		return m.firstLines(out, mostOutlookLines+1, w)
	}
	if m.focus != placeReply {
		return nil
	}
	warnings := slices.Concat(o.Warnings, m.hiddenWarnings(o))
	if len(controlLines(o)) > 0 && m.thread.conv.Owner.Kind == store.OwnerApp && len(warnings) > 0 {
		warnings[0] += " (" + keyOf("keep-draft") + ", then " + keyOf("control") + ")"
	}
	for _, warning := range warnings {
		for i, line := range m.ruler.wrap(CleanLine(warning), w-2) {
			lead := "! "
			if i > 0 {
				lead = "  "
			}
			out = append(out, t.warn.on(lead+line))
		}
	}
	return m.firstLines(out, mostOutlookLines, w)
}

// firstLines is the first n of the lines, with a sign at the end where there are more.
func (m *Model) firstLines(lines []string, n, w int) []string {
	if len(lines) <= n {
		return lines
	}
	last := ansi.Strip(lines[n-1]) + " " + strings.TrimSpace(ansi.Strip(lines[n]))
	if m.ruler.width(last) <= w {
		last = m.ruler.cut(last, w-2) + " …"
	}
	return append(lines[:n-1:n-1], m.theme.warn.on(m.ruler.cut(last, w)))
}

// hiddenWarnings is what of the draft the contact would not see.
func (m *Model) hiddenWarnings(o desk.Outlook) []string {
	if len(o.Hidden) == 0 || m.composer.draft.Empty() {
		return nil
	}
	var out []string
	for _, msg := range m.composer.draft.Messages() {
		for _, w := range o.Warn(msg.Whole()) {
			if !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	return out
}

// outlookNote is the outlook in a few words, for a border.
func (m *Model) outlookNote() (string, pen) {
	if m.thread.id == "" {
		return "", pen{}
	}
	t := m.theme
	o := m.outlook()
	switch {
	case o.Blocked != nil:
		return "nothing can be sent", t.warn
	case o.Human:
		return "as a human agent, " + left(o.Until.Sub(m.clock)) + " left", t.warn
	case len(o.Warnings) > 0 && m.focus != placeReply:
		return m.warningNote(o), t.warn
	case !o.Until.IsZero() && !o.Until.Before(m.clock):
		return left(o.Until.Sub(m.clock)) + " left", t.muted
	}
	return "", pen{}
}

// warningNote is a warning where there is room for a few words only.
func (m *Model) warningNote(o desk.Outlook) string {
	if c := m.thread.conv; c.Owner.Kind == store.OwnerApp && m.ownerWords(c.Owner) != "" {
		return m.ownerWords(c.Owner) + ": a reply may be refused"
	}
	return CleanLine(o.Warnings[0])
}
