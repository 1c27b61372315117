package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// rect is a rectangle of the screen.
type rect struct{ x, y, w, h int }

func (r rect) contains(x, y int) bool { return x >= r.x && x < r.x+r.w && y >= r.y && y < r.y+r.h }

// inner is the rectangle inside a border of one cell.
func (r rect) inner() rect { return rect{r.x + 1, r.y + 1, max(r.w-2, 0), max(r.h-2, 0)} }

// segment is a drawn line at a place of a screen row.
type segment struct {
	x, w int
	line string
}

// canvas turns what the panes drew into a screen. Lines that stand side by side, each as wide as its place, are put
// together as they are; where one lies over others, each is clipped to its own columns cell by cell. Rows are
// remembered: a row of which nothing changed costs a comparison.
type canvas struct {
	width, height int
	clusters      bool
	buf           uv.ScreenBuffer
	next          [][]segment // the frame being drawn
	last          [][]segment // what rows were made from
	rows          []string
	fitted        map[fitKey]string
	insides       map[place]inside
}

// inside is what stood between the sides of a pane's box in the last frame, and what it was drawn from.
type inside struct {
	w     int
	side  string
	from  []string
	drawn []string
}

// fitKey is a line and the width it was made to fit.
type fitKey struct {
	line string
	w    int
	side string // where it stands between the sides of a box, these
}

// mostFitted is how many fitted lines are remembered: some screens full.
const mostFitted = 4096

// fit makes a drawn line exactly w columns wide. Measuring styled text is most of the work of a frame, so lines that
// were there before come from memory.
func (c *canvas) fit(line string, w int) string { return c.remembered(fitKey{line: line, w: w}) }

// framed is a drawn line between the sides of a box of w columns.
func (c *canvas) framed(p pen, side, line string, w int) string {
	return c.remembered(fitKey{line: line, w: w, side: p.on(side)})
}

// inside draws h lines between the sides of a pane's box; what of them was in the last frame is taken from there.
func (c *canvas) inside(of place, p pen, side string, lines []string, w, h int) []string {
	was := c.insides[of]
	now := inside{w: w, side: p.on(side), from: slices.Clone(lines), drawn: make([]string, max(h, 0))}
	same := was.w == now.w && was.side == now.side
	for i := range now.drawn {
		line := ""
		if i < len(lines) {
			line = lines[i]
		}
		if same && i < len(was.drawn) && (i < len(was.from) && was.from[i] == line || i >= len(was.from) && line == "") {
			now.drawn[i] = was.drawn[i]
			continue
		}
		now.drawn[i] = c.remembered(fitKey{line: line, w: w, side: now.side})
	}
	if c.insides == nil {
		c.insides = map[place]inside{}
	}
	c.insides[of] = now
	return now.drawn
}

func (c *canvas) remembered(key fitKey) string {
	if fitted, ok := c.fitted[key]; ok {
		return fitted
	}
	if c.fitted == nil || len(c.fitted) >= mostFitted {
		c.fitted = make(map[fitKey]string, mostFitted/4)
	}
	r := ruler{c.clusters}
	var fitted string
	if key.side == "" {
		fitted = tidy(r.pad(key.line, key.w))
	} else { // the left side is apart: what changes often begins with blanks, which need no style at the start of a move
		fitted = key.side + tidy(r.pad(key.line, key.w-2)+key.side)
	}
	c.fitted[key] = fitted
	return fitted
}

// begin starts a frame of that size.
func (c *canvas) begin(width, height int, clusters bool) {
	if c.rows == nil || width != c.width || height != c.height || clusters != c.clusters {
		c.width, c.height, c.clusters = width, height, clusters
		c.buf = uv.NewScreenBuffer(width, 1)
		c.buf.Method = ruler{clusters}.method()
		c.next = make([][]segment, height)
		c.last = make([][]segment, height)
		c.rows = make([]string, height)
		c.fitted, c.insides = nil, nil
		for y := range c.last {
			c.last[y] = []segment{{x: -1}} // equal to no frame's row
		}
	}
	for y := range c.next {
		c.next[y] = c.next[y][:0]
	}
}

// draw puts lines into a rectangle, over what was drawn there before.
func (c *canvas) draw(r rect, lines []string) {
	for i, line := range lines {
		if i >= r.h {
			return
		}
		c.put(r.x, r.y+i, r.w, line)
	}
}

// put draws one line of w columns.
func (c *canvas) put(x, y, w int, line string) {
	if y < 0 || y >= c.height || x >= c.width || w <= 0 {
		return
	}
	c.next[y] = append(c.next[y], segment{x, min(w, c.width-x), line})
}

// finish returns the frame.
func (c *canvas) finish() string {
	for y := range c.next {
		if slices.Equal(c.next[y], c.last[y]) {
			continue
		}
		if tiled(c.next[y]) {
			c.rows[y] = joined(c.next[y])
		} else {
			c.rows[y] = c.layered(c.next[y])
		}
		c.last[y] = append(c.last[y][:0], c.next[y]...)
	}
	return strings.Join(c.rows, "\n")
}

// tiled reports whether each segment begins where the one before ends.
func tiled(row []segment) bool {
	x := 0
	for _, s := range row {
		if s.x != x {
			return false
		}
		x += s.w
	}
	return true
}

func joined(row []segment) string {
	if len(row) == 1 {
		return row[0].line
	}
	n := 0
	for _, s := range row {
		n += len(s.line)
	}
	var b strings.Builder
	b.Grow(n)
	for _, s := range row {
		b.WriteString(s.line)
	}
	return b.String()
}

// layered draws segments over each other.
func (c *canvas) layered(row []segment) string {
	c.buf.Clear()
	for _, s := range row {
		uv.NewStyledString(s.line).Draw(c.buf, uv.Rect(s.x, 0, s.w, 1))
	}
	return c.buf.Line(0).Render()
}

// said is what a terminal's answer is about.
type said int

const (
	saidNothing  said = iota
	saidGraphics      // whether it draws pictures
	saidDevice        // who it is
)

// terminalSaid reads those answers of the terminal that Bubble Tea hands on as its input has them.
func terminalSaid(msg tea.Msg) (id int, ok bool, kind said) {
	switch msg := msg.(type) {
	case uv.KittyGraphicsEvent:
		return msg.Options.ID, string(msg.Payload) == "OK", saidGraphics
	case uv.PrimaryDeviceAttributesEvent:
		return 0, false, saidDevice
	}
	return 0, false, saidNothing
}
