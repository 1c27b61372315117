package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// menu is an overlay with lines of which one is marked.
type menu interface {
	overlay
	move(n int)
	choose(m *Model) tea.Cmd
	pasted(text string)
}

const mostPaletteLines = 14

// palette finds an action by what it does.
type palette struct {
	from   place // where it was asked for: its actions are offered
	typing string
	found  []*action
	at     int
	top    int
}

func (m *Model) showPalette() tea.Cmd {
	p := &palette{from: m.place()}
	p.find()
	m.overlay = p
	return nil
}

func (p *palette) place() place { return placeMenu }

// find offers what can be done here and has all the typed words in its name, each thing once.
func (p *palette) find() {
	p.found, p.at, p.top = nil, 0, 0
	words := strings.Fields(strings.ToLower(p.typing))
	seen := map[string]bool{}
	moves := len(moveActions())
	for i := range theKeys.all { // moving about comes last: whoever asks wants something done
		a := &theKeys.all[(i+moves)%len(theKeys.all)]
		if in(a, p.from) && a.id != "palette" && !seen[a.about] && hasWords(a, words) {
			seen[a.about] = true
			p.found = append(p.found, a)
		}
	}
}

func hasWords(a *action, words []string) bool {
	name := strings.ToLower(a.id + " " + a.about)
	for _, w := range words {
		if !strings.Contains(name, w) {
			return false
		}
	}
	return true
}

func (p *palette) typed(_ *Model, k tea.KeyPressMsg) tea.Cmd {
	if runes := []rune(p.typing); k.Code == tea.KeyBackspace && len(runes) > 0 {
		p.typing = string(runes[:len(runes)-1])
		p.find()
		return nil
	}
	p.pasted(k.Text)
	return nil
}

func (p *palette) pasted(text string) {
	if text == "" || len(p.typing)+len(text) > 60 {
		return
	}
	p.typing += Clean(text)
	p.find()
}

func (p *palette) move(n int) {
	if len(p.found) == 0 {
		return
	}
	p.at = (p.at + n + len(p.found)) % len(p.found)
	p.top = max(min(p.top, p.at), p.at-mostPaletteLines+1)
}

// choose runs the marked action as if its key had been pressed.
func (p *palette) choose(m *Model) tea.Cmd {
	if p.at >= len(p.found) {
		return nil
	}
	m.overlay = nil
	return m.perform(p.found[p.at])
}

func (p *palette) draw(m *Model) (rect, []string) {
	t, r := m.theme, m.ruler
	w := min(m.width-6, 76)
	lines := min(mostPaletteLines, m.height-8)
	inside := []string{" " + t.accentBold.on("›") + " " + t.text.on(r.cut(p.typing, w-8)) + t.accent.on("▏"), ""}
	for i := p.top; i < len(p.found) && i < p.top+lines; i++ {
		a := p.found[i]
		keys := strings.Join(a.keys, " ")
		about, aboutPen := a.about, t.text
		if a.not != nil {
			if why := a.not(m); why != "" {
				about, aboutPen = about+" ("+strings.TrimSuffix(why, ".")+")", t.faint
			}
		}
		line := "  " + aboutPen.on(r.pad(about, w-6-r.width(keys))) + " " + t.key.on(keys) + " "
		if i == p.at {
			line = tint(t.selection, t.accent.on("▌")+line[1:])
		}
		inside = append(inside, line)
	}
	if len(p.found) == 0 {
		inside = append(inside, "  "+t.muted.on("Nothing of that name can be done here."))
	}
	box := rect{(m.width - w) / 2, max((m.height-lines-4)/3, 1), w, len(inside) + 2}
	return box, m.box(box, boxText{title: "What to do"}, inside, true)
}
