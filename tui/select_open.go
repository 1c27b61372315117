package tui

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// openable is something of a message that can be opened: bytes that are kept here, or an address.
type openable struct {
	name string
	hash string // of a file
	kind string // of a file: its MIME type
	url  string // of an address
}

// targetsOf are what can be opened of a message, in the order in which it is shown, each once.
func targetsOf(msg *store.Message) []openable {
	var out []openable
	if msg.Withdrawn {
		return nil
	}
	link := func(name, url string) {
		if _, ok := webLink(url); ok && !slices.ContainsFunc(out, func(t openable) bool { return t.url == url }) {
			out = append(out, openable{name: orElse(CleanLine(name), "link"), url: strings.TrimSpace(url)})
		}
	}
	buttons := func(all []messenger.Button) {
		for _, b := range all {
			link(b.Title, b.URL)
		}
	}
	cards := func(all []messenger.Element) {
		for _, e := range all {
			link("picture of "+e.Title, e.ImageURL)
			if e.DefaultAction != nil {
				link(e.Title, e.DefaultAction.URL)
			}
			buttons(e.Buttons)
		}
	}
	for _, url := range linksIn(msg.Text) {
		link("link", url)
	}
	for i := range msg.Attachments {
		a := &msg.Attachments[i]
		if f, ok := fileOf(msg, i); ok && f.Hash != "" {
			out = append(out, openable{name: orElse(CleanLine(f.Name), mediaWord(a)), hash: f.Hash, kind: f.Type})
		}
		link(orElse(a.Title, mediaWord(a)), a.URL)
		if a.Type == "location" && a.URL == "" {
			link("map", fmt.Sprintf("https://www.openstreetmap.org/?mlat=%.5f&mlon=%.5f", a.Lat, a.Long))
		}
		cards(a.Elements)
		buttons(a.Buttons)
	}
	cards(msg.Elements)
	buttons(msg.Buttons)
	return out
}

// linkPattern finds addresses in words. What ends a sentence does not belong to them.
var linkPattern = regexp.MustCompile(`https?://[^\s<>"“”‘’{}|\\^` + "`" + `]+`)

func linksIn(text string) []string {
	if !strings.Contains(text, "://") {
		return nil
	}
	var out []string
	for _, found := range linkPattern.FindAllString(Clean(text), 10) {
		out = append(out, strings.TrimRight(found, ".,;:!?)]'"))
	}
	return out
}

func nothingToOpen(m *Model) string {
	msg, ok := m.thread.chosenMessage()
	switch {
	case !ok:
		return "No message is chosen."
	case len(m.targets(&msg)) == 0:
		return "This message has no file that is kept here, and no link of the web."
	}
	return ""
}

func (m *Model) openSelected() tea.Cmd {
	msg, _ := m.thread.chosenMessage()
	all := m.targets(&msg)
	if len(all) == 1 {
		return m.openTarget(all[0])
	}
	m.overlay = &openMenu{targets: all}
	return nil
}

// openTarget opens a kept file, or asks before it opens an address: those come from outside.
func (m *Model) openTarget(t openable) tea.Cmd {
	if t.hash != "" {
		if !harmless(t.kind) {
			return m.say("Only pictures, sound, film and PDF are opened from here; this is " + orElse(CleanLine(t.kind), "of a type nobody knows") + ".")
		}
		return openFile(m.ctx, m.desk, m.opener, t)
	}
	w := min(m.width-8, 100)
	lines := m.ruler.wrap(CleanLine(t.url), w-4)
	if len(lines)+6 > m.height-2 {
		return m.say("The address is too long to be shown whole here, so it is not opened.")
	}
	if CleanLine(t.url) != t.url {
		return m.say("The address holds characters that cannot be shown, so it is not opened.")
	}
	url := t.url
	m.overlay = &questionBox{
		title: "Open in the browser?",
		text:  "This address came from outside:\n" + url,
		wide:  true,
		yes:   func(m *Model) tea.Cmd { return openAddress(m.ctx, m.opener, url) },
	}
	return nil
}

// harmless reports whether a file that came from outside may be handed to whatever the system opens it with: nothing
// that could be a program or a page.
func harmless(mime string) bool {
	mime, _, _ = strings.Cut(strings.ToLower(mime), ";")
	mime = strings.TrimSpace(mime)
	return mime != "image/svg+xml" && (strings.HasPrefix(mime, "image/") || strings.HasPrefix(mime, "audio/") || strings.HasPrefix(mime, "video/") || mime == "application/pdf")
}

// openMenu offers what a message has to open.
type openMenu struct {
	targets []openable
	at, top int
}

func (b *openMenu) place() place  { return placeMenu }
func (b *openMenu) pasted(string) {}

func (b *openMenu) move(n int) {
	b.at = (b.at + n + len(b.targets)) % len(b.targets)
	b.top = max(min(b.top, b.at), b.at-mostPaletteLines+1)
}

func (b *openMenu) typed(m *Model, k tea.KeyPressMsg) tea.Cmd {
	switch k.Text {
	case "j":
		b.move(1)
	case "k":
		b.move(-1)
	}
	for i := range min(len(b.targets), 9) {
		if k.Text == itoa(i+1) {
			b.at = i
			return m.menuChoose()
		}
	}
	return nil
}

func (b *openMenu) choose(m *Model) tea.Cmd {
	m.overlay = nil
	return m.openTarget(b.targets[b.at])
}

func (b *openMenu) draw(m *Model) (rect, []string) {
	t, r := m.theme, m.ruler
	w := min(m.width-8, 70)
	var in []string
	for i := b.top; i < len(b.targets) && i < b.top+mostPaletteLines; i++ {
		one := b.targets[i]
		where := "kept here"
		if one.url != "" {
			where = address(one.url)
		}
		where = r.cut(where, w/2)
		line := " " + t.faint.on(r.pad(itoa(i+1), 2)) + " " + t.text.on(r.pad(one.name, w-8-r.width(where))) + " " + t.muted.on(where) + " "
		if i == b.at {
			line = tint(t.selection, t.accent.on("▌")+line[1:])
		}
		in = append(in, line)
	}
	box := m.middle(w, len(in)+2)
	return box, m.box(box, boxText{title: "Open"}, in, true)
}

// openedMsg says that something was handed to the system's opener, or was not.
type openedMsg struct {
	name string
	err  error
}

func openAddress(ctx context.Context, open func(ctx context.Context, target string) error, url string) tea.Cmd {
	return func() tea.Msg { return openedMsg{hostOf(url), open(ctx, url)} }
}

func openFile(ctx context.Context, d desk.Filer, open func(ctx context.Context, target string) error, t openable) tea.Cmd {
	return func() tea.Msg {
		f, err := d.Media(ctx, t.hash)
		if errors.Is(err, store.ErrNotFound) {
			err = errors.New("the file is not kept any more; " + keyOf("fetch") + " fetches it again")
		}
		if err == nil && !harmless(f.Type) {
			err = fmt.Errorf("its content is %s, which is not opened from here", orElse(f.Type, "of no known type"))
		}
		if err == nil {
			err = open(ctx, f.Path)
		}
		return openedMsg{t.name, err}
	}
}

func (m *Model) applyOpened(msg openedMsg) tea.Cmd {
	if msg.err != nil {
		return m.notice.fail("Not opened: " + problem(msg.err))
	}
	return m.say("Opened " + CleanLine(msg.name) + ".")
}

// fetchedMsg says what became of fetching a file again.
type fetchedMsg struct{ err error }

// fetchable is the first attachment of a message whose bytes are elsewhere, else the first that came from elsewhere: its
// bytes may have made room for others.
func fetchable(msg *store.Message) (index int, ok bool) {
	if msg.Direction != store.In && msg.Direction != store.Out || msg.Withdrawn || msg.File != nil {
		return 0, false
	}
	for i := range msg.Attachments {
		if !isFile(msg.Attachments[i].Type) || hostOf(msg.Attachments[i].URL) == "" {
			continue
		}
		if f, _ := fetched(msg, i); f.Hash == "" {
			return i, true
		}
		if !ok {
			index, ok = i, true
		}
	}
	return index, ok
}

func nothingToFetch(m *Model) string {
	msg, ok := m.thread.chosenMessage()
	if !ok {
		return "No message is chosen."
	}
	if _, ok := fetchable(&msg); !ok {
		return "There is no file in this message that could be fetched."
	}
	return ""
}

func (m *Model) fetchFile() tea.Cmd {
	msg, _ := m.thread.chosenMessage()
	index, _ := fetchable(&msg)
	ctx, d, conv, id := m.ctx, m.desk, m.thread.id, msg.ID
	return tea.Batch(m.say("Fetching…"), func() tea.Msg { return fetchedMsg{d.Fetch(ctx, conv, id, index)} })
}

func (m *Model) applyFetched(msg fetchedMsg) tea.Cmd {
	if msg.err != nil {
		return tea.Batch(m.notice.fail("Not fetched: "+problem(msg.err)), m.refresh())
	}
	m.pictures.forgive()
	m.layThread()
	return tea.Batch(m.say("The file is here now."), m.refresh())
}

// openWait is how long the system's opener is watched for failing; what it starts goes on without us.
const openWait = 3 * time.Second

// OpenBySystem hands an address or a path to the program that the system has for it. No shell reads it.
func OpenBySystem(ctx context.Context, target string) error {
	name, args := "xdg-open", []string{target}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", target}
	}
	cmd := exec.Command(name, args...) //nolint:gosec,noctx // checked by the caller; a viewer outlives the screen
	if err := cmd.Start(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return fmt.Errorf("there is no %s here that could open it", name)
		}
		return fmt.Errorf("start %s: %w", name, err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }() // ends with the opener
	timer := time.NewTimer(openWait)
	defer timer.Stop()
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("%s did not open it: %w", name, err)
		}
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil
}
