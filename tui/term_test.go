package tui_test

import (
	"bytes"
	"context"
	"fmt"
	"image/color"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"frontdesk/desk"
	"frontdesk/tui"
)

// base is the moment at which every test of a frame begins: a Wednesday afternoon.
var base = time.Date(2026, time.March, 11, 14, 10, 0, 0, time.UTC)

// terminal is the real program on a terminal in memory. It lives in a synctest bubble.
type terminal struct {
	t    *testing.T
	p    *tea.Program
	m    *tui.Model
	vt   *vt.SafeEmulator
	raw  *recording // what was written to the terminal, where the test asks for it
	w, h int
	mu   sync.Mutex // what draws and what reads the cells
}

// guarded writes while nobody reads: the emulator hands out its own cells.
type guarded struct {
	mu *sync.Mutex
	w  io.Writer
}

func (g *guarded) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.w.Write(p)
}

// cell is a cell of the screen; blank where there is none.
func (s *terminal) cell(x, y int) uv.Cell {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.vt.CellAt(x, y); c != nil {
		return *c
	}
	return uv.Cell{}
}

// asked answers the question whether the terminal draws pictures before the emulator sees it.
type asked struct {
	w, answers io.Writer
	graphics   string
	silent     bool
}

const graphicsQuery, deviceQuery = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24,U=1;AAAA\x1b\\", "\x1b[>q\x1b[c"

func (a *asked) Write(p []byte) (int, error) {
	out := p
	if bytes.Contains(p, []byte(graphicsQuery)) {
		out = bytes.Replace(p, []byte(deviceQuery), nil, 1)
		answer := a.graphics + "\x1b[?62;22c"
		if a.silent {
			answer = a.graphics
		}
		go func() { _, _ = io.WriteString(a.answers, answer) }() // whoever writes does not read meanwhile
	}
	if _, err := a.w.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// screenOptions are what a test changes about its terminal.
type screenOptions struct {
	w, h    int
	light   bool
	noColor bool
	raw     bool // keep what is written to the terminal
	opening bool // the desk is still being opened

	graphics string // what the terminal answers when it is asked whether it draws pictures
	silent   bool   // it does not even say who it is

	open func(ctx context.Context, target string) error // instead of the system's opener
}

// open starts the screen over a desk, and ends it with the test.
func openScreen(t *testing.T, d desk.Contract, now func() time.Time, o screenOptions) *terminal {
	t.Helper()
	if o.w == 0 {
		o.w, o.h = 120, 40
	}
	s := &terminal{t: t, vt: vt.NewSafeEmulator(o.w, o.h), w: o.w, h: o.h}
	if _, err := s.vt.Write([]byte("\x1b[20h")); err != nil { // the renderer sends bare \n when its input is no terminal
		t.Fatal(err)
	}
	in, answers := io.Pipe()
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		_, _ = io.Copy(answers, s.vt) // ends when the terminal is closed
	}()
	profile := colorprofile.TrueColor
	if o.noColor {
		profile = colorprofile.ASCII
	}
	var out io.Writer = s.vt
	if o.raw {
		s.raw = &recording{}
		out = io.MultiWriter(s.vt, s.raw)
	}
	out = &asked{w: out, answers: answers, graphics: o.graphics, silent: o.silent}
	s.m = tui.New(tui.Options{Desk: d, Agent: "ana", Now: now, Ctx: t.Context(), Opening: o.opening, Open: o.open})
	s.p = tea.NewProgram(s.m, tea.WithInput(in), tea.WithOutput(&guarded{&s.mu, out}), tea.WithWindowSize(o.w, o.h),
		tea.WithoutSignalHandler(), tea.WithColorProfile(profile), tea.WithEnvironment([]string{"TERM=xterm-256color"}))
	done := make(chan error, 1)
	go func() {
		_, err := s.p.Run()
		done <- err
	}()
	s.p.Send(tea.ModeReportMsg{Mode: ansi.ModeUnicodeCore, Value: ansi.ModeReset}) // this emulator measures clusters
	if o.light {
		s.p.Send(tea.BackgroundColorMsg{Color: color.White})
	} else {
		s.p.Send(tea.BackgroundColorMsg{Color: color.Black})
	}
	s.settle()
	t.Cleanup(func() {
		s.p.Quit()
		if err := <-done; err != nil {
			t.Errorf("the program ended with %v", err)
		}
		if err := s.vt.Close(); err != nil {
			t.Error(err)
		}
		if err := in.Close(); err != nil {
			t.Error(err)
		}
		<-copied
	})
	return s
}

// settle lets everything happen that is under way.
func (s *terminal) settle() {
	time.Sleep(200 * time.Millisecond)
	synctest.Wait()
	time.Sleep(100 * time.Millisecond)
	synctest.Wait()
}

// press does actions by their ids, as the key table names them.
func (s *terminal) press(actions ...string) {
	s.t.Helper()
	for _, id := range actions {
		key := ""
		for _, k := range tui.Keys() {
			if k.Action == id {
				key = k.Keys[0]
			}
		}
		if key == "" {
			s.t.Fatalf("there is no action %q", id)
		}
		s.p.Send(keyMsg(key))
		s.settle()
	}
}

// typed types text, a character at a time.
func (s *terminal) typed(text string) {
	s.t.Helper()
	for _, r := range text {
		s.p.Send(tea.KeyPressMsg{Text: string(r), Code: r})
	}
	s.settle()
}

func (s *terminal) send(msgs ...tea.Msg) {
	for _, msg := range msgs {
		s.p.Send(msg)
	}
	s.settle()
}

func (s *terminal) resize(w, h int) {
	s.vt.Resize(w, h)
	s.w, s.h = w, h
	s.send(tea.WindowSizeMsg{Width: w, Height: h})
}

// keyMsg is the message of a key as the table writes it.
func keyMsg(key string) tea.KeyPressMsg {
	named := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown,
		"left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp,
		"pgdown": tea.KeyPgDown, "space": tea.KeySpace, "backspace": tea.KeyBackspace, "f1": tea.KeyF1,
	}
	var k tea.Key
	rest := key
	for {
		mod, after, found := strings.Cut(rest, "+")
		if !found || after == "" {
			break
		}
		switch mod {
		case "ctrl":
			k.Mod |= tea.ModCtrl
		case "alt":
			k.Mod |= tea.ModAlt
		case "shift":
			k.Mod |= tea.ModShift
		}
		rest = after
	}
	if code, ok := named[rest]; ok {
		k.Code = code
	} else {
		k.Code = []rune(rest)[0]
		if k.Mod == 0 {
			k.Text = rest
		}
	}
	return tea.KeyPressMsg(k)
}

// widths fails unless every line of the drawn frame is as wide as the screen, by the terminal's own measure.
func (s *terminal) widths() {
	s.t.Helper()
	for y, line := range strings.Split(s.m.View().Content, "\n") {
		if n := ansi.StringWidth(line); n > s.w {
			s.t.Errorf("line %d is %d columns wide on a screen of %d: %q", y, n, s.w, line)
		}
	}
}

// text is the screen's characters, line by line.
func (s *terminal) text() string {
	var b strings.Builder
	for y := range s.h {
		var line strings.Builder
		for x := 0; x < s.w; {
			c := s.cell(x, y)
			if c.Content == "" {
				line.WriteByte(' ')
				x++
				continue
			}
			line.WriteString(c.Content)
			x += max(c.Width, 1)
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	return b.String()
}

// frame is the screen's cells: the characters, and under them a letter for the style of each.
func (s *terminal) frame() string {
	var styles strings.Builder
	letters := map[string]rune{}
	var legend []string
	for y := range s.h {
		row := make([]rune, s.w)
		for x := range s.w {
			row[x] = '.'
			c := s.cell(x, y)
			if c.Style.IsZero() {
				continue
			}
			style := c.Style
			if strings.TrimSpace(c.Content) == "" && style.Attrs&uv.AttrReverse == 0 {
				style = uv.Style{Bg: style.Bg} // a blank shows nothing else
			}
			name := styleName(style)
			if name == "" {
				continue
			}
			if _, ok := letters[name]; !ok {
				letters[name] = rune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[len(letters)%62])
				legend = append(legend, fmt.Sprintf("%c %s", letters[name], name))
			}
			row[x] = letters[name]
		}
		styles.WriteString(strings.TrimRight(string(row), ".") + "\n")
	}
	return s.text() + "---\n" + styles.String() + "---\n" + strings.Join(legend, "\n") + "\n"
}

func styleName(st uv.Style) string {
	var parts []string
	if st.Fg != nil {
		parts = append(parts, "fg "+hex(st.Fg))
	}
	if st.Bg != nil {
		parts = append(parts, "bg "+hex(st.Bg))
	}
	if st.Attrs != 0 {
		parts = append(parts, fmt.Sprintf("attrs %d", st.Attrs))
	}
	return strings.Join(parts, ", ")
}

func hex(c color.Color) string {
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

// expect fails unless the screen shows each text within one line.
func (s *terminal) expect(texts ...string) {
	s.t.Helper()
	screen := s.text()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			s.t.Fatalf("the screen does not show %q:\n%s", text, screen)
		}
	}
}

// refuse fails when the screen shows one of the texts.
func (s *terminal) refuse(texts ...string) {
	s.t.Helper()
	screen := s.text()
	for _, text := range texts {
		if strings.Contains(screen, text) {
			s.t.Fatalf("the screen shows %q:\n%s", text, screen)
		}
	}
}
