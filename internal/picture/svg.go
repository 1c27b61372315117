package main

import (
	"fmt"
	"html"
	"image/color"
	"math"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"
)

// A cell of the picture, in pixels.
const (
	cellWidth  = 9.0 // whole pixels, so that lines that go on in the next cell show no joint
	cellHeight = 19.0
	baseline   = 14.0
	margin     = 12.0
	fontSize   = 15
)

// svg draws a screen. Lines and blocks are drawn as shapes, so that they join whatever font shows the text.
func svg(t *terminal, th theme, title string) string {
	screen := t.screen
	cols, rows := screen.Width(), screen.Height()
	width, height := float64(cols)*cellWidth+2*margin, float64(rows)*cellHeight+2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.1f %.1f" role="img">`, width, height, width, height)
	fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(title))
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", hex(th.background))
	fmt.Fprintf(&b, `<g transform="translate(%.1f %.1f)" font-family="ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="%d" xml:space="preserve">`+"\n", margin, margin, fontSize)
	for y := range rows {
		backgrounds(&b, screen, th, y)
		texts(&b, screen, th, y)
	}
	if x, y, shown := t.cursorAt(); shown {
		fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" opacity="0.8"/>`+"\n", float64(x)*cellWidth, float64(y)*cellHeight, cellWidth, cellHeight, hex(th.foreground))
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

// colours are the colours a cell is shown in, reverse video taken in.
func colours(c *uv.Cell, th theme) (fg, bg color.Color) {
	fg, bg = th.foreground, th.background
	if c == nil {
		return fg, bg
	}
	if c.Style.Fg != nil {
		fg = c.Style.Fg
	}
	if c.Style.Bg != nil {
		bg = c.Style.Bg
	}
	if c.Style.Attrs&uv.AttrReverse != 0 {
		fg, bg = bg, fg
	}
	return fg, bg
}

func backgrounds(b *strings.Builder, screen *vt.SafeEmulator, th theme, y int) {
	cols, plain := screen.Width(), hex(th.background)
	for x := 0; x < cols; {
		_, bg := colours(screen.CellAt(x, y), th)
		end := x + 1
		for end < cols {
			if _, next := colours(screen.CellAt(end, y), th); hex(next) != hex(bg) {
				break
			}
			end++
		}
		if hex(bg) != plain {
			fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`, float64(x)*cellWidth, float64(y)*cellHeight, float64(end-x)*cellWidth, cellHeight, hex(bg))
		}
		x = end
	}
}

func texts(b *strings.Builder, screen *vt.SafeEmulator, th theme, y int) {
	cols := screen.Width()
	for x := 0; x < cols; {
		c := screen.CellAt(x, y)
		if c == nil || c.Width == 0 || strings.TrimSpace(c.Content) == "" {
			x++
			continue
		}
		fg, _ := colours(c, th)
		if isShape(c.Content) {
			n := alike(screen, x, y, c)
			shape(b, c.Content, x, y, n, fg)
			x += n
			continue
		}
		run, end := c.Content, x+c.Width
		for c.Width == 1 && end < cols { // characters of one width and style stand together
			next := screen.CellAt(end, y)
			if next == nil || next.Width != 1 || !next.Style.Equal(&c.Style) || isShape(next.Content) || len(next.Content) > 1 {
				break
			}
			if next.Content == " " && strings.HasSuffix(run, " ") { // browsers make one blank of several
				break
			}
			run += next.Content
			end++
		}
		run = strings.TrimRight(run, " ")
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" fill="%s"%s textLength="%.1f" lengthAdjust="spacingAndGlyphs">%s</text>`,
			float64(x)*cellWidth, float64(y)*cellHeight+baseline, hex(fg), attributes(c), width(run, c)*cellWidth, html.EscapeString(run))
		x = end
	}
	b.WriteByte('\n')
}

// width is how many cells a run takes.
func width(run string, first *uv.Cell) float64 {
	if first.Width != 1 {
		return float64(first.Width)
	}
	return float64(len([]rune(run)))
}

func attributes(c *uv.Cell) string {
	var s string
	if c.Style.Attrs&uv.AttrBold != 0 {
		s += ` font-weight="bold"`
	}
	if c.Style.Attrs&uv.AttrItalic != 0 {
		s += ` font-style="italic"`
	}
	if c.Style.Attrs&uv.AttrFaint != 0 {
		s += ` opacity="0.6"`
	}
	if c.Style.Underline != 0 {
		s += ` text-decoration="underline"`
	}
	return s
}

// strokes are the arms of a box-drawing character: left, right, up, down.
var strokes = map[string]string{
	"─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "├": "rud", "┤": "lud", "┬": "lrd", "┴": "lru", "┼": "lrud",
	"╭": "rd", "╮": "ld", "╰": "ru", "╯": "lu", "╌": "lr", "┄": "lr", "━": "lr", "┃": "ud", "╴": "l", "╶": "r",
}

// blocks are the part of a cell that a block character fills: x, y, width and height as shares of the cell.
var blocks = map[string][4]float64{
	"▌": {0, 0, .5, 1}, "▐": {.5, 0, .5, 1}, "█": {0, 0, 1, 1}, "▀": {0, 0, 1, .5}, "▄": {0, .5, 1, .5}, "▎": {0, 0, .25, 1}, "▏": {0, 0, .125, 1}, "▍": {0, 0, .375, 1},
}

func isShape(s string) bool {
	_, box := strokes[s]
	_, block := blocks[s]
	return box || block
}

// alike is how many cells from x on are one line: lines that go from side to side are drawn in one stroke.
func alike(screen *vt.SafeEmulator, x, y int, first *uv.Cell) int {
	n := 1
	if strokes[first.Content] != "lr" {
		return n
	}
	for x+n < screen.Width() {
		next := screen.CellAt(x+n, y)
		if next == nil || next.Content != first.Content || !next.Style.Equal(&first.Style) {
			break
		}
		n++
	}
	return n
}

// shape draws a box-drawing or block character, n times side by side.
func shape(b *strings.Builder, s string, x, y, n int, fg color.Color) {
	left, top := float64(x)*cellWidth, float64(y)*cellHeight
	if r, ok := blocks[s]; ok {
		fmt.Fprintf(b, `<rect x="%.2f" y="%.2f" width="%.2f" height="%.2f" fill="%s"/>`, left+r[0]*cellWidth, top+r[1]*cellHeight, r[2]*cellWidth, r[3]*cellHeight, hex(fg))
		return
	}
	thick := 1
	if s == "━" || s == "┃" {
		thick = 3
	}
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="%d"/>`, outline(s, left, top, float64(n)*cellWidth), hex(fg), thick)
}

// outline is the path of a box-drawing character.
func outline(s string, left, top, width float64) string {
	right, bottom := left+width, top+cellHeight
	cx, cy := left+cellWidth/2, top+cellHeight/2
	arms := strokes[s]
	if arms == "lr" {
		return fmt.Sprintf("M%.1f %.1fH%.1f", left, cy, right)
	}
	ends := map[rune][2]float64{'l': {left, cy}, 'r': {right, cy}, 'u': {cx, top}, 'd': {cx, bottom}}
	if strings.Contains("╭╮╰╯", s) { // a quarter of a circle, and the rest of the upright arm
		side, up := ends[rune(arms[0])], ends[rune(arms[1])]
		bend := cy + (cellWidth/2)*math.Copysign(1, up[1]-cy)
		return fmt.Sprintf("M%.1f %.1fQ%.1f %.1f %.1f %.1fV%.1f", side[0], side[1], cx, cy, cx, bend, up[1])
	}
	var path strings.Builder
	for _, arm := range arms {
		fmt.Fprintf(&path, "M%.1f %.1fL%.1f %.1f", cx, cy, ends[arm][0], ends[arm][1])
	}
	return path.String()
}

func hex(c color.Color) string {
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}
