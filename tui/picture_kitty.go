package tui

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"maps"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/ansi/kitty"
)

// Terminals that speak kitty's graphics protocol draw pictures themselves. They are asked once, at the start. A picture is
// handed over under an id, and stands where cells hold a placeholder in the colour of that id, with its row and column as
// diacritics: so the cells are text like any other, and scrolling, clipping and what lies over them work by themselves.

const (
	graphicsQuery = 31 // the id of the question, which names no picture
	graphicsWait  = 2 * time.Second
	lastFrame     = 50 * time.Millisecond
	cellWidth     = 10 // pixels that a picture gets for each column, and twice as many for each line
)

// graphicsLateMsg says that the terminal has had its time to answer.
type graphicsLateMsg struct{}

// graphics is what the terminal draws by itself.
type graphics struct {
	asked   bool
	settled bool // it has answered, or had its time
	knows   bool // it knows the protocol
	places  bool // it is one of those that place pictures by placeholders
	able    bool
	live    map[int]pictureKey // what it holds, by id
	thread  string             // the conversation for which that was looked through
	turn    int                // of forgetting: what comes back has another id, so that no order of the two matters
}

// placers are the beginnings of the names of terminals that place pictures by placeholders. Others answer that they know the
// protocol, and mean only a part of it; older ones of these refuse the question, which says U=1.
var placers = []string{"kitty", "ghostty"}

// askGraphics asks the terminal whether it draws pictures, what it is called, and who it is, which every terminal answers:
// what it has not said before that it does not know. One that does not show every colour is not asked.
func (m *Model) askGraphics() tea.Cmd {
	if m.graphics.asked || m.theme.noColour || !m.theme.rich {
		return nil
	}
	m.graphics.asked = true
	question := ansi.KittyGraphics([]byte("AAAA"), fmt.Sprintf("i=%d", graphicsQuery), "s=1", "v=1", "a=q", "t=d", "f=24", "U=1")
	return tea.Batch(
		tea.Raw(question+ansi.RequestNameVersion+ansi.RequestPrimaryDeviceAttributes),
		later(m.ctx, graphicsWait, func() tea.Msg { return graphicsLateMsg{} }),
	)
}

// heedTerminal takes what the terminal says of its pictures. It reports whether msg was that.
func (m *Model) heedTerminal(msg tea.Msg) bool {
	g := &m.graphics
	id, ok, kind := terminalSaid(msg)
	if name, named := msg.(tea.TerminalVersionMsg); named {
		name := strings.ToLower(name.Name)
		g.places = slices.ContainsFunc(placers, func(p string) bool { return strings.HasPrefix(name, p) })
		return true
	}
	_, late := msg.(graphicsLateMsg)
	switch {
	case kind == saidGraphics:
		g.knows = g.knows || ok && id == graphicsQuery
		return true
	case !late && kind != saidDevice:
		return false
	case g.settled:
		return true
	}
	g.settled, g.able = true, g.knows && g.places && !late
	if g.able {
		m.layThread()
	}
	return true
}

// drawsNative reports whether the terminal draws pictures by itself. Ids are colours, so it must show every one.
func (m *Model) drawsNative() bool { return m.graphics.able && m.theme.rich && !m.theme.noColour }

// idFor is an id for a picture: three bytes of a hash, and never one that another picture has.
func (g *graphics) idFor(key pictureKey) int {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d %t %d", key.hash, key.cols, key.rows, key.dark, g.turn))
	id := int(sum[0])<<16 | int(sum[1])<<8 | int(sum[2])
	for {
		if other, taken := g.live[id]; id != 0 && (!taken || other == key) {
			return id
		}
		id = (id + 1) & 0xFFFFFF
	}
}

// handOver is what has the terminal keep a picture of a box of cells, in pieces, without an answer.
func handOver(id int, pixels image.Image, box image.Point) (string, error) {
	var b bytes.Buffer
	err := kitty.EncodeGraphics(&b, pixels, &kitty.Options{
		Action: kitty.TransmitAndPut, Transmission: kitty.Direct, Format: kitty.PNG, ID: id, Quiet: 2,
		VirtualPlacement: true, Columns: box.X, Rows: box.Y, Chunk: true,
	})
	return b.String(), err
}

// placeholders are the cells in which the terminal draws a picture.
func placeholders(id int, box image.Point) []string {
	pen := "\x1b[38;2;" + rgb(color.RGBA{uint8(id >> 16), uint8(id >> 8), uint8(id), 0xFF}) + "m" //nolint:gosec // three bytes
	lines := make([]string, box.Y)
	for y := range lines {
		var b strings.Builder
		b.WriteString(pen)
		for x := range box.X {
			b.WriteRune(kitty.Placeholder)
			b.WriteRune(kitty.Diacritic(y))
			b.WriteRune(kitty.Diacritic(x))
		}
		lines[y] = b.String() + resetPen
	}
	return lines
}

// native is a picture for the terminal itself: no larger than it is, nor than its box needs.
func native(img image.Image, id int, box image.Point, under color.RGBA) picture {
	size := img.Bounds().Size()
	w, h := size.X, size.Y
	if most := box.X * cellWidth; w > most {
		w, h = most, max(h*most/w, 1)
	}
	if most := box.Y * 2 * cellWidth; h > most {
		w, h = max(w*most/h, 1), most
	}
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	for i, c := range shrink(img, w, h, under) {
		small.SetRGBA(i%w, i/w, c)
	}
	sent, err := handOver(id, small, box)
	if err != nil {
		return picture{problem: "it cannot be handed to the terminal"}
	}
	return picture{lines: placeholders(id, box), id: id, sent: sent}
}

// hold hands a picture to the terminal; it is drawn once that is done.
func (m *Model) hold(msg pictureMsg) tea.Cmd {
	g := &m.graphics
	if g.live == nil {
		g.live = map[int]pictureKey{}
	}
	g.live[msg.id] = msg.key
	sent := msg.sent
	msg.sent = ""
	return tea.Sequence(tea.Raw(sent), func() tea.Msg { return msg })
}

// release has the terminal forget the pictures that no line of the thread shows any more.
func (m *Model) release() tea.Cmd {
	g := &m.graphics
	g.thread = string(m.thread.id)
	if len(g.live) == 0 {
		return nil
	}
	used := map[pictureKey]bool{}
	for _, it := range m.thread.items {
		for _, key := range it.pictures {
			used[key] = true
		}
	}
	return m.forgetNative(func(key pictureKey) bool {
		_, drawn := m.pictures.drawn[key]
		return !used[key] || !drawn && !m.pictures.loading
	})
}

// forgetNative has the terminal forget pictures.
func (m *Model) forgetNative(which func(pictureKey) bool) tea.Cmd {
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(m.graphics.live)) {
		if key := m.graphics.live[id]; which(key) {
			b.WriteString(deletePicture(id))
			delete(m.graphics.live, id)
			delete(m.pictures.drawn, key)
		}
	}
	if b.Len() == 0 {
		return nil
	}
	m.graphics.turn++
	return tea.Raw(b.String())
}

// deletePicture has the terminal forget one picture, with its data.
func deletePicture(id int) string {
	return ansi.KittyGraphics(nil, "a=d", "d=I", fmt.Sprintf("i=%d", id), "q=2")
}

// lostScreen is called when something else had the screen: the terminal may have forgotten what it held.
func (m *Model) lostScreen() tea.Cmd {
	cmd := m.forgetNative(func(pictureKey) bool { return true })
	m.layThread()
	return cmd
}

// quitScreen ends the program, and leaves no picture behind. What is said to the terminal goes out with the next frame; once
// the screen is left, its pictures can't be named any more.
func (m *Model) quitScreen() tea.Cmd {
	if cmd := m.forgetNative(func(pictureKey) bool { return true }); cmd != nil {
		frame := tea.Tick(lastFrame, func(time.Time) tea.Msg { return nil })
		return tea.Sequence(cmd, frame, tea.Quit)
	}
	return tea.Quit
}

// leftPictures is what has the terminal forget all that it still holds, when the program has ended in another way.
func (m *Model) leftPictures() string {
	var b strings.Builder
	for id := range m.graphics.live {
		b.WriteString(deletePicture(id))
	}
	return b.String()
}
