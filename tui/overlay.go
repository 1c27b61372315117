package tui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"frontdesk/store"
)

// overlay is what lies over the panes and takes the keys.
type overlay interface {
	place() place
	// typed takes a key that is in no table.
	typed(m *Model, k tea.KeyPressMsg) tea.Cmd
	// draw returns where it lies and its lines.
	draw(m *Model) (rect, []string)
}

func (m *Model) closeOverlay() tea.Cmd {
	m.overlay = behind(m.overlay)
	return nil
}

// question asks before something that is hard to undo.
type questionBox struct {
	title string
	text  string
	wide  bool // it needs the room: an address is shown whole
	yes   func(m *Model) tea.Cmd
	back  overlay // what it lies over, which is there again after the answer
}

func (q *questionBox) place() place                          { return placeAsk }
func (q *questionBox) typed(*Model, tea.KeyPressMsg) tea.Cmd { return nil }

func (q *questionBox) draw(m *Model) (rect, []string) {
	w := min(m.width-8, 62)
	if q.wide {
		w = min(m.width-8, 100)
	}
	var in []string
	for _, line := range m.ruler.wrap(q.text, w-4) {
		in = append(in, " "+m.theme.text.on(line))
	}
	in = append(in, "", " "+m.theme.key.on(keyOf("yes"))+m.theme.muted.on(" yes")+"    "+m.theme.key.on(keyOf("no"))+m.theme.muted.on(" no"))
	r := m.middle(w, len(in)+2)
	return r, m.box(r, boxText{title: q.title}, in, true)
}

func (m *Model) answerYes() tea.Cmd {
	q, ok := m.overlay.(*questionBox)
	m.overlay = behind(m.overlay)
	if !ok {
		return nil
	}
	return q.yes(m)
}

// middle is a rectangle in the middle of the screen.
func (m *Model) middle(w, h int) rect {
	w, h = min(w, m.width), min(h, m.height-2)
	return rect{(m.width - w) / 2, max((m.height-h)/3, 1), w, h}
}

// snoozeMenu asks until when a conversation is put away.
type snoozeMenu struct {
	conv  store.Conversation
	times []snoozeTime
	at    int
	own   string // typed minutes
	fault string
}

// snoozeTime is one line of the menu.
type snoozeTime struct {
	name string
	when func(now time.Time) time.Time
}

var snoozeTimes = []snoozeTime{
	{"1 hour", func(now time.Time) time.Time { return now.Add(time.Hour) }},
	{"3 hours", func(now time.Time) time.Time { return now.Add(3 * time.Hour) }},
	{"tomorrow 9:00", func(now time.Time) time.Time { return nineOn(now, 1) }},
	{"Monday 9:00", func(now time.Time) time.Time { return nineOn(now, daysToMonday(now)) }},
}

// snoozeChoices are the lines that make sense now: no time is offered twice.
func snoozeChoices(now time.Time) []snoozeTime {
	return slices.CompactFunc(slices.Clone(snoozeTimes), func(a, b snoozeTime) bool { return a.when(now).Equal(b.when(now)) })
}

func nineOn(now time.Time, days int) time.Time {
	y, mo, d := now.Date()
	return time.Date(y, mo, d+days, 9, 0, 0, 0, now.Location())
}

func daysToMonday(now time.Time) int {
	days := (int(time.Monday) - int(now.Weekday()) + 7) % 7
	if days == 0 {
		return 7
	}
	return days
}

func (s *snoozeMenu) place() place { return placeMenu }

// typed chooses a line by its number, or takes the digits of the last line.
func (s *snoozeMenu) typed(m *Model, k tea.KeyPressMsg) tea.Cmd {
	if s.at == len(s.times) {
		if k.Code == tea.KeyBackspace && s.own != "" {
			s.own = s.own[:len(s.own)-1]
		}
		s.pasted(k.Text)
		return nil
	}
	if n, err := strconv.Atoi(k.Text); err == nil && n >= 1 && n <= len(s.times)+1 {
		s.at = n - 1
		if s.at < len(s.times) {
			return m.menuChoose()
		}
		return nil
	}
	switch k.Text {
	case "j":
		return m.menuMove(1)
	case "k":
		return m.menuMove(-1)
	}
	return nil
}

// pasted takes digits and the units m, h and d.
func (s *snoozeMenu) pasted(text string) {
	for _, c := range text {
		if (c >= '0' && c <= '9' || strings.ContainsRune("mhd", c)) && len(s.own) < 6 {
			s.own += string(c)
		}
	}
	s.fault = ""
}

// until is when the snooze of the marked line ends.
func (s *snoozeMenu) until(now time.Time) (time.Time, bool) {
	if s.at < len(s.times) {
		return s.times[s.at].when(now), true
	}
	d, ok := parseSpan(s.own)
	return now.Add(d), ok
}

// parseSpan reads "90", "90m", "2h" or "3d"; up to a year.
func parseSpan(s string) (time.Duration, bool) {
	unit := time.Minute
	switch {
	case strings.HasSuffix(s, "h"):
		unit = time.Hour
	case strings.HasSuffix(s, "d"):
		unit = 24 * time.Hour
	}
	n, err := strconv.Atoi(strings.TrimRight(s, "mhd"))
	if err != nil || n <= 0 || time.Duration(n) > 366*24*time.Hour/unit {
		return 0, false
	}
	return time.Duration(n) * unit, true
}

func (s *snoozeMenu) draw(m *Model) (rect, []string) {
	t, r := m.theme, m.ruler
	w := min(m.width-8, 50)
	in := []string{" " + t.muted.on(r.cut("Put "+CleanLine(s.conv.Contact.Title())+" away for", w-4)), ""}
	for i := range len(s.times) + 1 {
		var name, note string
		if i < len(s.times) {
			name, note = s.times[i].name, moment(store.MillisOf(s.times[i].when(m.clock)), m.clock)
		} else {
			name = "minutes, or 2h, 3d: " + s.own
			if i == s.at {
				name += "▏"
			}
		}
		line := " " + t.faint.on(strconv.Itoa(i+1)) + "  " + t.text.on(r.pad(name, w-9-r.width(note))) + t.muted.on(note) + "  "
		if i == s.at {
			line = tint(t.selection, t.accent.on("▌")+line[1:])
		}
		in = append(in, line)
	}
	if s.fault != "" {
		in = append(in, " "+t.bad.on(r.cut("✗ "+s.fault, w-4)))
	}
	box := m.middle(w, len(in)+2)
	return box, m.box(box, boxText{title: "Snooze", note: "until then, or until the contact writes"}, in, true)
}

func (m *Model) askSnooze() tea.Cmd {
	if c, ok := m.subject(); ok {
		m.overlay = &snoozeMenu{conv: c, times: snoozeChoices(m.clock)}
	}
	return nil
}

func (m *Model) menuMove(n int) tea.Cmd {
	if menu, ok := m.overlay.(menu); ok {
		menu.move(n)
	}
	return nil
}

func (m *Model) menuChoose() tea.Cmd {
	if menu, ok := m.overlay.(menu); ok {
		return menu.choose(m)
	}
	return m.closeOverlay()
}

func (s *snoozeMenu) move(n int) {
	lines := len(s.times) + 1
	s.at = (s.at + n + lines) % lines
	s.fault = ""
}

func (s *snoozeMenu) choose(m *Model) tea.Cmd {
	until, ok := s.until(m.clock)
	if !ok {
		s.fault = "Type minutes, hours or days: 90, 2h, 3d."
		return nil
	}
	m.overlay = nil
	at := store.MillisOf(until)
	return m.act(store.Act{Conversation: s.conv.ID, Verb: store.VerbSnooze, Until: at}, "Snoozed until "+moment(at, m.clock)+".")
}
