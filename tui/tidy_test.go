package tui

import (
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// cellsOf is a line as a terminal shows it: blanks have a background and nothing else, unless they are reversed.
func cellsOf(line string, w int) []uv.Cell {
	buf := uv.NewScreenBuffer(w, 1)
	uv.NewStyledString(line).Draw(buf, uv.Rect(0, 0, w, 1))
	cells := make([]uv.Cell, w)
	for x := range cells {
		if c := buf.CellAt(x, 0); c != nil {
			cells[x] = *c
		}
		if c := &cells[x]; (c.Content == " " || c.Content == "") && c.Style.Attrs&uv.AttrReverse == 0 && c.Style.Underline == 0 {
			c.Content, c.Style = " ", uv.Style{Bg: c.Style.Bg}
		}
	}
	return cells
}

func TestTidyLinesLookTheSame(t *testing.T) {
	t.Parallel()
	th := newTheme(look{dark: true, rich: true})
	pens := []pen{{}, th.text, th.bold, th.muted, th.accentBold, {"\x1b[7m"}, {"\x1b[4m"}, {th.text.start + th.selection}}
	rapid.Check(t, func(rt *rapid.T) {
		line := ""
		for range rapid.IntRange(0, 8).Draw(rt, "pieces") {
			p := rapid.SampledFrom(pens).Draw(rt, "pen")
			line += p.on(rapid.StringMatching(`[ a│ 由]{0,6}`).Draw(rt, "text"))
		}
		if rapid.Bool().Draw(rt, "tinted") {
			line = tint(th.selection, line)
		}
		const w = 60
		want, got := cellsOf(line, w), cellsOf(tidy(line), w)
		for x := range want {
			if !want[x].Equal(&got[x]) {
				rt.Fatalf("column %d of %q is %v, and tidied %v in %q", x, line, want[x], got[x], tidy(line))
			}
		}
	})
}

func TestTidyKeepsBlanksInThePenBeforeThem(t *testing.T) {
	t.Parallel()
	a, b, back := pen{"\x1b[38;5;1m"}, pen{"\x1b[38;5;2m"}, "\x1b[48;5;7m"
	for name, c := range map[string]struct{ line, want string }{
		"plain":           {"plain text", "plain text"},
		"between pens":    {a.on("one") + "  " + b.on("two"), "\x1b[38;5;1mone  \x1b[m\x1b[38;5;2mtwo\x1b[m"},
		"one pen":         {a.on("one") + " " + a.on("two"), "\x1b[38;5;1mone two\x1b[m"},
		"before all":      {"  " + a.on("one"), "  \x1b[38;5;1mone\x1b[m"},
		"on a background": {tint(back, a.on("one")+" "+b.on("two")), back + a.start + "one " + resetPen + back + b.start + "two" + resetPen},
		"reversed":        {"\x1b[7mone\x1b[m " + a.on("two"), "\x1b[7mone\x1b[m \x1b[38;5;1mtwo\x1b[m"},
		"not a style":     {a.on("one") + "\x1b[2K", a.on("one") + "\x1b[2K"},
	} {
		if got := tidy(c.line); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestDrawnSignsAreOneColumn holds the signs that are measured by a list to what the terminals' ways of measuring say.
func TestDrawnSignsAreOneColumn(t *testing.T) {
	t.Parallel()
	for _, r := range drawnSigns {
		if wc, cluster := ansi.WcWidth.StringWidth(string(r)), ansi.GraphemeWidth.StringWidth(string(r)); wc != 1 || cluster != 1 {
			t.Errorf("%q is %d columns wide, or %d", r, wc, cluster)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.StringMatching("(\x1b\\[[0-9;]{0,5}m|[ -~…●│]|\u0301|\ufe0f|由|\x1b){0,12}").Draw(rt, "text")
		if w, ok := simpleWidth(s); ok && (w != ansi.WcWidth.StringWidth(s) || w != ansi.GraphemeWidth.StringWidth(s)) {
			rt.Fatalf("%q is taken for %d columns", s, w)
		}
	})
}
