package tui

import "strings"

// boxText is what stands in a box's border.
type boxText struct {
	title string
	right string // at the right of the upper border
	note  string // in the lower border
}

// corners are a box's lines. Without colour the box with the keys has heavy ones.
type corners struct{ tl, tr, bl, br, h, v, ml, mr string }

var (
	lightCorners = corners{"╭", "╮", "╰", "╯", "─", "│", "├", "┤"}
	heavyCorners = corners{"┏", "┓", "┗", "┛", "━", "┃", "┣", "┫"}
)

func (m *Model) corners(focused bool) (corners, pen) {
	if focused && m.theme.noColour {
		return heavyCorners, m.theme.bold
	}
	if focused {
		return lightCorners, m.theme.accent
	}
	return lightCorners, m.theme.line
}

// box draws a border around lines and fills it up.
func (m *Model) box(r rect, text boxText, lines []string, focused bool) []string {
	return m.paneBox(placeMenu, r, text, lines, focused)
}

// paneBox is box for a pane that is there in most frames.
func (m *Model) paneBox(of place, r rect, text boxText, lines []string, focused bool) []string {
	k, p := m.corners(focused)
	out := make([]string, 0, r.h)
	out = append(out, m.borderLine(r.w, k.tl, k.tr, k.h, p, text.title, text.right, m.titlePen(focused), m.theme.muted))
	out = append(out, m.canvas.inside(of, p, k.v, lines, r.w, r.h-2)...)
	return append(out, m.borderLine(r.w, k.bl, k.br, k.h, p, "", text.note, p, m.theme.faint))
}

func (m *Model) titlePen(focused bool) pen {
	if focused {
		return m.theme.accentBold
	}
	return m.theme.title
}

// borderLine is a line of a border with words in it.
func (m *Model) borderLine(w int, l, r, h string, p pen, title, right string, titlePen, rightPen pen) string {
	room := w - 2
	end := ""
	endWidth := 0
	if right != "" {
		kept := min(m.ruler.width(title), room/2) // of the title, which matters more
		right = m.ruler.cut(right, max(room-kept-6, 0))
		endWidth = m.ruler.width(right) + 3
		end = " " + rightPen.on(right) + " " + p.on(h)
	}
	start := ""
	startWidth := 0
	if title != "" {
		title = m.ruler.cut(title, max(room-endWidth-4, 0))
		startWidth = m.ruler.width(title) + 3
		start = p.on(h) + " " + titlePen.on(title) + " "
	}
	fill := max(room-startWidth-endWidth, 0)
	return p.on(l) + start + p.on(strings.Repeat(h, fill)) + end + p.on(r)
}
