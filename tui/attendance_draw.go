package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/store"
)

const (
	hereSign   = "•" // before the name of a visitor who is there
	typingWord = "typing…"
)

// hereWords are how the shown visitor is there, for the thread's border, where there is room for some columns; empty where
// it is not known.
func (m *Model) hereWords(room int) string {
	p, known := m.presenceOf(m.thread.id)
	switch {
	case !known:
		return ""
	case p.Typing:
		return typingWord
	case p.Online:
		if page := m.shortPage(p.PageURL, room-5); page != "" {
			return hereSign + " on " + page
		}
		return hereSign + " here now"
	case p.LastSeen != 0:
		return "last seen " + moment(p.LastSeen, m.clock)
	}
	return "gone"
}

// shortPage is a page in at most w columns: its address, or the end of it, which tells pages of one website apart; empty
// where not even that has room.
func (m *Model) shortPage(page string, w int) string {
	page = address(page)
	if m.ruler.width(page) <= w {
		return page
	}
	if slash := strings.Index(page, "/"); slash > 0 && w >= 8 {
		return m.ruler.cut("…"+page[slash:], w)
	}
	return ""
}

// typingLine says under the thread's end that the visitor is typing; empty when not.
func (m *Model) typingLine(w int) string {
	t := &m.thread
	if p, _ := m.presenceOf(t.id); !p.Typing || t.newer || len(t.items) == 0 {
		return ""
	}
	return " " + m.theme.accent.on(m.ruler.cut(CleanLine(t.conv.Contact.Title())+" is "+typingWord, w-2))
}

// visitorLines is how the visitor is there, and the way through the website, newest page first.
func (m *Model) visitorLines() []detail {
	p, known := m.presenceOf(m.thread.id)
	visits := m.visits()
	if !known && len(visits) == 0 {
		return nil
	}
	out := []detail{{heading: "On the website"}}
	switch {
	case !known:
	case p.Typing:
		out = append(out, detail{label: "now", value: hereSign + " here, " + typingWord, pen: goodPen})
	case p.Online:
		out = append(out, detail{label: "now", value: hereSign + " here", pen: goodPen})
	case p.LastSeen != 0:
		out = append(out, detail{label: "last seen", value: moment(p.LastSeen, m.clock)})
	default:
		out = append(out, detail{label: "now", value: "gone"})
	}
	if p.Online && p.PageURL != "" && (len(visits) == 0 || visits[0].PageURL != p.PageURL) { // the trail may not have it yet
		out = append(out, pageDetail("on", p.PageURL, p.Title))
	}
	if from := cameFrom(p, visits); from != "" {
		out = append(out, detail{label: "came from", value: address(from), copy: from, url: from})
	}
	if page := m.questionPage(); page != "" {
		out = append(out, detail{label: "asked on", value: address(page), copy: page, url: page})
	}
	for i, v := range visits {
		if i == 0 {
			out = append(out, detail{heading: "Pages"})
		}
		d := pageDetail(shortMoment(v.At, m), v.PageURL, v.Title)
		if ref := CleanLine(v.Ref); ref != "" {
			d.value += " · " + ref
		}
		out = append(out, d)
		if elsewhere(v.Referrer, v.PageURL) {
			out = append(out, detail{value: "from " + address(v.Referrer), copy: v.Referrer, url: v.Referrer})
		}
	}
	return out
}

func goodPen(t *theme) pen { return t.good }

// pageDetail is a page of the website as a line of the details.
func pageDetail(label, page, title string) detail {
	d := detail{label: label, value: address(page), copy: page, url: page}
	if page == "" {
		d.value = "a page that is not told"
	}
	if title = CleanLine(title); title != "" {
		d.value += " (" + title + ")"
	}
	return d
}

// shortMoment is a time of the trail: of today the clock's alone.
func shortMoment(at store.Millis, m *Model) string {
	s, today := strings.CutPrefix(moment(at, m.clock), "today ")
	if !today {
		s = strings.Replace(s, "yesterday ", "yest. ", 1)
	}
	return s
}

// cameFrom is the page of another website that led here: of now, else the newest that the trail has.
func cameFrom(p desk.Presence, visits []desk.Visit) string {
	if elsewhere(p.Referrer, p.PageURL) {
		return p.Referrer
	}
	for _, v := range visits {
		if elsewhere(v.Referrer, v.PageURL) {
			return v.Referrer
		}
	}
	return ""
}

// elsewhere reports whether a referrer is of another website than the page it led to.
func elsewhere(referrer, page string) bool {
	return hostOf(referrer) != "" && hostOf(referrer) != hostOf(page)
}

// pageAt is the page on which a visitor was at a time, as far as arrivals and the trail tell; empty where they do not.
func (m *Model) pageAt(at store.Millis) string {
	page, when := "", store.Millis(0)
	take := func(url string, since store.Millis) {
		if since <= at && since >= when && hostOf(url) != "" {
			page, when = url, since
		}
	}
	for _, t := range m.thread.touches {
		take(t.Page, t.At)
	}
	for _, v := range m.visits() {
		take(v.PageURL, v.At)
	}
	return page
}

// questionPage is the page on which the newest message of the contact was written.
func (m *Model) questionPage() string {
	for _, msg := range slices.Backward(m.thread.msgs) {
		if msg.Direction == store.In {
			return m.pageAt(msg.At)
		}
	}
	return ""
}

// targets are what can be opened of a message: what it holds, else the page on which the contact was then.
func (m *Model) targets(msg *store.Message) []openable {
	out := targetsOf(msg)
	if len(out) > 0 || msg.Withdrawn {
		return out
	}
	page := ""
	switch {
	case msg.Touch != nil && hostOf(msg.Touch.Page) != "":
		page = msg.Touch.Page
	case msg.Direction == store.In:
		page = m.pageAt(msg.At)
	}
	if page == "" {
		return nil
	}
	return []openable{{name: "the page it was written on", url: strings.TrimSpace(page)}}
}

// pageToOpen is the page that the key opens: in the details the marked one, else where the visitor is or was last.
func (m *Model) pageToOpen() (openable, bool) {
	var pages []string
	if lines := m.detailLines(); m.focus == placeDetails {
		if can := copies(lines); len(can) > 0 {
			if d := lines[can[min(m.details.at, len(can)-1)]]; d.url != "" {
				pages = append(pages, d.url)
			}
		}
	}
	if p, known := m.presenceOf(m.thread.id); known {
		pages = append(pages, p.PageURL)
	}
	for _, v := range m.visits() {
		pages = append(pages, v.PageURL)
	}
	for _, t := range m.thread.touches {
		pages = append(pages, t.Page)
	}
	for _, page := range pages {
		if hostOf(page) != "" {
			return openable{name: "page", url: strings.TrimSpace(page)}, true
		}
	}
	return openable{}, false
}

func noPageToOpen(m *Model) string {
	if _, ok := m.pageToOpen(); !ok {
		return "No page of this contact is known that could be opened."
	}
	return ""
}

func (m *Model) openPage() tea.Cmd {
	t, _ := m.pageToOpen()
	return m.openTarget(t)
}
