package tui

// picker draws a menu with a line to type in, what was found, and a preview of the marked one: beside the list where there
// is room, else under it.
type picker struct {
	title, note string
	finder      finder
	n           int // lines that were found
	line        func(i, w int) string
	preview     func(w int) []string
	empty       string // what is said when nothing was found
	fault       string
}

func (p picker) draw(m *Model) (rect, []string) {
	w := min(m.width-4, 116)
	h := min(m.height-6, pickerLines)
	list := w - 2
	beside := w >= pickerBeside
	if beside {
		list = (w - 2) * 2 / 5
	}
	under := []string(nil)
	rows := h - 2 // the line to type in, and a blank one
	if !beside && p.n > 0 {
		under = p.preview(list - 2)
		under = under[:min(len(under), max(rows*3/5, rows-p.n-1))]
		rows -= len(under) + 1
	}
	p.finder.show(p.n, max(rows, 1)) // of a copy: drawing changes nothing
	in := []string{p.finder.line(m, list), ""}
	if p.n == 0 {
		for _, line := range m.ruler.wrap(p.empty, list-4) {
			in = append(in, "  "+m.theme.muted.on(line))
		}
	}
	for i := p.finder.top; i < p.n && i < p.finder.top+rows; i++ {
		line := "  " + p.line(i, list-3)
		if i == p.finder.at {
			line = tint(m.theme.selection, m.theme.accent.on("▌")+m.ruler.pad(line[1:], list-1))
		}
		in = append(in, line)
	}
	if len(under) > 0 {
		in = append(in, "")
		for _, line := range under {
			in = append(in, " "+line)
		}
	}
	if beside {
		in = p.joined(m, in, list, w-2)
	}
	if p.fault != "" {
		in = append(in, "")
		for _, line := range m.ruler.wrap("✗ "+p.fault, w-4) {
			in = append(in, " "+m.theme.bad.on(line))
		}
	}
	box := m.middle(w, len(in)+2)
	return box, m.box(box, boxText{title: p.title, note: p.note}, in, true)
}

// joined is the list with the preview beside it.
func (p picker) joined(m *Model, in []string, list, w int) []string {
	var side []string
	if p.n > 0 {
		side = p.preview(w - list - 3)
	}
	h := max(len(in), min(len(side), min(m.height-6, pickerLines)))
	out := make([]string, h)
	for i := range out {
		line := ""
		if i < len(in) {
			line = in[i]
		}
		out[i] = m.ruler.pad(line, list) + m.theme.line.on("│") + " "
		if i < len(side) {
			out[i] += side[i]
		}
	}
	return out
}
