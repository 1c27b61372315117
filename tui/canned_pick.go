package tui

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/desk/canned"
	"frontdesk/store"
)

const (
	pickerBeside = 90 // columns of a picker from which its preview stands beside the list
	pickerLines  = 22 // lines of a picker at most
)

// cannedBox finds a canned response and shows what it will say to this contact.
type cannedBox struct {
	finder
	slash  bool // it was opened by typing /, which may have been meant as such
	hits   []canned.Hit
	faults []canned.Fault
	fault  string // why the marked one was not inserted
}

func cannedActions() []action {
	return []action{
		{id: "canned", keys: []string{"ctrl+k"}, about: "insert a canned response; / on an empty line does the same", hint: "canned", in: onCompose, run: func(m *Model) tea.Cmd { return m.showCanned(false) }},
		{id: "unsend", keys: []string{"alt+u"}, about: "take back the reply that is held for some seconds", in: onCompose, not: nothingHeld, run: (*Model).unsend},
		{id: "save-canned", keys: []string{"alt+s"}, about: "save the reply as a canned response", in: onCompose, not: noSaveCanned, run: (*Model).askShortcode},
	}
}

func (m *Model) showCanned(slash bool) tea.Cmd {
	b := &cannedBox{slash: slash}
	b.reread(m)
	m.overlay = b
	return m.readStationery()
}

// slash opens the picker when / is typed on an empty line of the text.
func (m *Model) slash(k tea.KeyPressMsg) (tea.Cmd, bool) {
	c := &m.composer
	if k.Text != "/" || c.inForm() {
		return nil, false
	}
	lines := strings.Split(c.area.Value(), "\n")
	if at := c.area.Line(); at < len(lines) && lines[at] != "" {
		return nil, false
	}
	return m.showCanned(true), true
}

func (b *cannedBox) place() place { return placeMenu }

// reread finds again among what was read anew.
func (b *cannedBox) reread(m *Model) {
	lib := m.stationery.lib
	b.hits = lib.Search(b.typing)
	b.faults = nil
	for _, f := range lib.Faults {
		if !isMacroFault(f) && (b.typing == "" || strings.Contains(strings.ToLower(f.File), strings.ToLower(b.typing))) {
			b.faults = append(b.faults, f)
		}
	}
	b.at = max(min(b.at, len(b.hits)+len(b.faults)-1), 0)
}

func (b *cannedBox) typed(m *Model, k tea.KeyPressMsg) tea.Cmd {
	if b.slash && b.typing == "" {
		switch {
		case k.Code == tea.KeyBackspace:
			return m.closeOverlay()
		case k.Text == "/" || k.Text == " ":
			m.overlay = nil
			m.composer.area.InsertString("/" + strings.TrimPrefix(k.Text, "/"))
			return m.edited()
		}
	}
	if b.finder.typed(k) {
		b.fault, b.at = "", 0
		b.reread(m)
	}
	return nil
}

func (b *cannedBox) pasted(text string) {
	if b.add(text) {
		b.fault, b.at = "", 0
	}
}

func (b *cannedBox) move(n int) {
	b.fault = ""
	b.step(n, len(b.hits)+len(b.faults))
}

// choose inserts the marked response, after asking for what is left blank in it.
func (b *cannedBox) choose(m *Model) tea.Cmd {
	if b.at >= len(b.hits) {
		if len(b.faults) > 0 {
			b.fault = "It can be used once its file is mended."
		}
		return nil
	}
	r := b.hits[b.at].Response
	values := m.valuesFor(m.thread.conv)
	var cmd tea.Cmd
	insert := func(m *Model, answers map[string]string) (tea.Cmd, string) {
		content, err := r.Expand(values, answers)
		if err != nil {
			return nil, cannedFault(err)
		}
		m.overlay = nil
		return m.insertResponse(r.Shortcode, content), ""
	}
	blanks := r.Blanks()
	if len(blanks) > 0 {
		return m.askBlanks(r.Name(), blanks, insert)
	}
	cmd, b.fault = insert(m, nil)
	return cmd
}

// cannedFault is why a response can't be filled in, as a sentence.
func cannedFault(err error) string {
	s := CleanLine(err.Error())
	upper, size := firstUpper(s)
	return sentence(upper + s[size:])
}

func (b *cannedBox) draw(m *Model) (rect, []string) {
	n := len(b.hits) + len(b.faults)
	p := picker{
		title: "Canned responses", note: keyOf("menu-choose") + " inserts · " + keyOf("menu-close") + " leaves",
		finder: b.finder, n: n, line: func(i, w int) string { return b.row(m, i, w) },
		preview: func(w int) []string { return b.preview(m, w) }, fault: b.fault,
	}
	switch s := &m.stationery; {
	case n > 0:
	case s.err != nil:
		p.empty = "They could not be read: " + problem(s.err)
	case !s.loaded:
		p.empty = "Reading…"
	case b.typing != "":
		p.empty = "No canned response is called that."
	case s.lib.Folder == "":
		p.empty = "There is no folder for canned responses in the settings."
	default:
		p.empty = "There are none yet. They are text files in " + CleanLine(s.lib.Folder) + "; " + keyOf("save-canned") + " in a reply saves one."
	}
	return p.draw(m)
}

// row is one response, or at the end a file that is broken.
func (b *cannedBox) row(m *Model, i, w int) string {
	t, r := m.theme, m.ruler
	if i >= len(b.hits) {
		f := b.faults[i-len(b.hits)]
		return t.bad.on(r.pad("✗ "+CleanLine(f.Error()), w))
	}
	h := b.hits[i]
	uses := ""
	if n := h.Response.Uses; n > 0 {
		uses = itoa(n) + "×"
	}
	code := r.cut(CleanLine(h.Response.Shortcode), max(w/3, 12))
	room := w - r.width(code) - r.width(uses) - 3
	return m.marked(code, h.InShortcode, t.accent) + "  " + t.muted.on(r.pad(CleanLine(h.Response.Name()), room)) + " " + t.faint.on(uses)
}

// marked is s with some of its bytes' characters in the pen of what was typed.
func (m *Model) marked(s string, places []int, p pen) string {
	var out strings.Builder
	for i, c := range s {
		if slices.Contains(places, i) {
			out.WriteString(m.theme.match.on(string(c)))
		} else {
			out.WriteString(p.on(string(c)))
		}
	}
	return out.String()
}

// preview is the marked response as this contact will see it, with its blanks open.
func (b *cannedBox) preview(m *Model, w int) []string {
	t := m.theme
	if b.at >= len(b.hits) {
		if b.at-len(b.hits) < len(b.faults) {
			f := b.faults[b.at-len(b.hits)]
			return m.paragraph(sentence(CleanLine(f.Error())), t.bad, w)
		}
		return nil
	}
	r := b.hits[b.at].Response
	content, missing := openContent(r.Content, m.valuesFor(m.thread.conv))
	out := m.previewContent(content, w)
	if missing != "" {
		out = append(out, "")
		out = append(out, m.paragraph("! "+missing, t.warn, w)...)
	}
	if blanks := r.Blanks(); len(blanks) > 0 {
		names := make([]string, len(blanks))
		for i, blank := range blanks {
			names[i] = CleanLine(blank.Name)
		}
		out = append(out, "")
		out = append(out, m.paragraph("You will be asked for: "+strings.Join(names, ", "), t.muted, w)...)
	}
	if len(r.Labels) > 0 {
		out = append(out, m.paragraph(CleanLine(strings.Join(r.Labels, ", ")), t.faint, w)...)
	}
	return out
}

// valuesFor is what the variables stand for in a conversation.
func (m *Model) valuesFor(c store.Conversation) canned.Values {
	return desk.CannedValues(c, m.agent, m.state.Inboxes)
}

// previewContent is a response as the customer will see it.
func (m *Model) previewContent(c canned.Content, w int) []string {
	var out []string
	for _, msg := range desk.CannedDraft(c).Messages() {
		out = append(out, m.previewMessage(msg, w)...)
	}
	return out
}

// openContent fills in what is known and leaves the blanks visible; what is missing is said.
func openContent(c canned.Content, values canned.Values) (canned.Content, string) {
	answers := map[string]string{}
	for _, blank := range c.Blanks() {
		answers[blank.Name] = "‹" + orElse(blank.Default, blank.Name) + "›"
	}
	content, err := c.Expand(values, answers)
	if err == nil {
		return content, ""
	}
	var unfilled *canned.Unfilled
	if errors.As(err, &unfilled) && len(unfilled.Variables)+len(unfilled.Blanks) == 0 && len(answers) > 0 {
		return c, "" // too long with the questions in it: what the answers make of it, nobody knows yet
	}
	return c, cannedFault(err)
}

// askBlanks asks for the blanks one after the other, then does what is to be done with the answers.
func (m *Model) askBlanks(title string, blanks []canned.Blank, done func(m *Model, answers map[string]string) (tea.Cmd, string)) tea.Cmd {
	answers := map[string]string{}
	var ask func(m *Model, i int) tea.Cmd
	ask = func(m *Model, i int) tea.Cmd {
		blank := blanks[i]
		b := &lineBox{title: CleanLine(title), label: CleanLine(blank.Name), note: keyOf("line-take") + " takes it · " + keyOf("line-close") + " leaves"}
		if len(blanks) > 1 {
			b.label += " (" + itoa(i+1) + " of " + itoa(len(blanks)) + ")"
		}
		b.take = func(m *Model, typed string) (tea.Cmd, string) {
			if typed == "" && blank.Default == "" {
				return nil, "Without an answer nothing can be inserted."
			}
			answers[blank.Name] = typed
			if i+1 < len(blanks) {
				return ask(m, i+1), ""
			}
			return done(m, answers)
		}
		if i > 0 {
			b.prev = func(m *Model) tea.Cmd { return ask(m, i-1) }
		}
		text := blank.Default
		if said, ok := answers[blank.Name]; ok {
			text = said
		}
		return m.askLine(b, CleanLine(text))
	}
	return ask(m, 0)
}

// savedMsg says that a canned response was saved, or was not.
type savedMsg struct {
	shortcode string
	replaced  bool
	err       error
}

func noSaveCanned(m *Model) string {
	switch d := m.composer.draft; {
	case d.Chosen() == desk.ModeNote:
		return "A note is for you alone: only what a customer sees is saved as a canned response."
	case m.nothingToSend(d):
		return "There is nothing to save yet."
	}
	return ""
}

// askShortcode asks under which shortcode the reply is saved. One that is taken is written over at the second enter.
func (m *Model) askShortcode() tea.Cmd {
	draft := m.composer.draft
	sure := "" // the shortcode that may be written over
	b := &lineBox{
		title: "Save as a canned response", label: "Its shortcode: lower-case letters, digits, - and _",
		note: keyOf("line-take") + " saves · " + keyOf("line-close") + " leaves",
	}
	b.hint = func(m *Model, typed string) string {
		if r, ok := m.stationery.lib.Response(typed); ok {
			return "Taken: " + r.Shortcode + " is “" + CleanLine(r.Name()) + "”."
		}
		return ""
	}
	b.take = func(m *Model, typed string) (tea.Cmd, string) {
		if typed == "" {
			return nil, "Type a shortcode."
		}
		typed = strings.ToLower(typed)
		if _, taken := m.stationery.lib.Response(typed); taken && sure != typed {
			sure = typed
			return nil, typed + " is taken. " + keyOf("line-take") + " once more writes over it."
		}
		return saveCanned(m, typed, draft, sure == typed), ""
	}
	return tea.Batch(m.askLine(b, ""), m.readStationery())
}

func saveCanned(m *Model, shortcode string, draft desk.Draft, replace bool) tea.Cmd {
	ctx, d := m.ctx, m.desk
	return func() tea.Msg {
		r := canned.Response{Shortcode: shortcode, Content: contentOf(draft)}
		files, err := findFiles(ctx, d, draft.Files, r.Files)
		if err == nil {
			r.Files = files
			err = d.SaveCanned(ctx, r, replace)
		}
		return savedMsg{shortcode, replace, err}
	}
}

func (m *Model) applySaved(msg savedMsg) tea.Cmd {
	b, asking := m.overlay.(*lineBox)
	switch {
	case errors.Is(msg.err, canned.ErrExists):
		why := msg.shortcode + " is taken: somebody has just saved it."
		if asking {
			b.fault = why
			return m.readStationery()
		}
		return m.notice.fail("Not saved: " + why)
	case msg.err != nil && asking:
		b.fault = problem(msg.err)
		return nil
	case msg.err != nil:
		return m.notice.fail("Not saved: " + problem(msg.err))
	}
	if asking {
		m.overlay = nil
	}
	said := "Saved as " + msg.shortcode + "."
	if msg.replaced {
		said = "Saved as " + msg.shortcode + ", in the place of what was there."
	}
	if folder := m.stationery.lib.Folder; folder != "" { // for who wants to change it in an editor
		said += " The file is " + CleanLine(filepath.Join(folder, msg.shortcode+".txt")) + "."
	}
	return tea.Batch(m.say(said), m.readStationery())
}
