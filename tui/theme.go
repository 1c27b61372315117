package tui

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

const resetPen = "\x1b[m"

// pen draws text in one style. The zero pen draws plainly.
type pen struct{ start string }

func (p pen) on(s string) string {
	if p.start == "" || s == "" {
		return s
	}
	return p.start + s + resetPen
}

// colours are the semantic colours; nothing else names one.
type colours struct {
	text, muted, faint, line  color.Color
	accent, unread, read, own color.Color
	good, warn, bad           color.Color
	selection, bar            color.Color
}

// indexedColours are the colours for terminals of 256: what a conversion takes for the nearest of a tinted grey there may
// be green, and of a dark red grey.
func indexedColours(dark bool) colours {
	n := lipgloss.Color
	if dark {
		return colours{
			text: n("253"), muted: n("247"), faint: n("243"), line: n("239"),
			accent: n("111"), unread: n("215"), read: n("79"), own: n("110"),
			good: n("114"), warn: n("179"), bad: n("210"),
			selection: n("237"), bar: n("235"),
		}
	}
	return colours{
		text: n("235"), muted: n("240"), faint: n("245"), line: n("251"),
		accent: n("25"), unread: n("130"), read: n("29"), own: n("24"),
		good: n("28"), warn: n("94"), bad: n("160"),
		selection: n("254"), bar: n("255"),
	}
}

func darkColours() colours {
	c := lipgloss.Color
	return colours{
		text: c("#D9DEE7"), muted: c("#98A1B0"), faint: c("#6A7486"), line: c("#3C4454"),
		accent: c("#7FB4F0"), unread: c("#F2B36B"), read: c("#6FC3B2"), own: c("#8FBCE6"),
		good: c("#8CC98A"), warn: c("#E5B567"), bad: c("#EE7F86"),
		selection: c("#262E3D"), bar: c("#1F2530"),
	}
}

func lightColours() colours {
	c := lipgloss.Color
	return colours{
		text: c("#232A36"), muted: c("#5C6675"), faint: c("#8A93A1"), line: c("#C9CFD8"),
		accent: c("#1F62B4"), unread: c("#B4580A"), read: c("#0B7A68"), own: c("#2A5F9E"),
		good: c("#2C7A33"), warn: c("#946200"), bad: c("#BE2D38"),
		selection: c("#E2EAF5"), bar: c("#EDF1F6"),
	}
}

// look is what the terminal says of itself.
type look struct {
	dark     bool
	noColour bool
	rich     bool // millions of colours
}

// theme is every pen of the screen, made from a dozen colours.
type theme struct {
	look
	colours colours

	text, bold, muted, faint, line pen
	accent, accentBold, title      pen
	unread, unreadBold             pen
	own, read, good, warn, bad     pen
	badBold, chip, match, key      pen

	selection string // the background of the selected row
	weak      string // the background of the selected row in a pane without the focus
}

func newTheme(l look) *theme {
	c := darkColours()
	if !l.dark {
		c = lightColours()
	}
	if !l.rich {
		c = indexedColours(l.dark)
	}
	fg := func(c color.Color) pen { return pen{ansi.NewStyle().ForegroundColor(c).String()} }
	bold := func(c color.Color) pen { return pen{ansi.NewStyle().Bold().ForegroundColor(c).String()} }
	return &theme{
		look: l, colours: c,
		text: fg(c.text), bold: bold(c.text), muted: fg(c.muted), faint: fg(c.faint), line: fg(c.line),
		accent: fg(c.accent), accentBold: bold(c.accent), title: bold(c.text),
		unread: fg(c.unread), unreadBold: bold(c.unread),
		own: fg(c.own), read: fg(c.read), good: fg(c.good), warn: fg(c.warn), bad: fg(c.bad),
		badBold: bold(c.bad), chip: fg(c.own), match: bold(c.accent), key: bold(c.muted),
		selection: ansi.NewStyle().BackgroundColor(c.selection).String(),
		weak:      ansi.NewStyle().BackgroundColor(c.bar).String(),
	}
}

// tint lays a background under a drawn line: every reset inside it is followed by the background again.
func tint(background, line string) string {
	return background + strings.ReplaceAll(line, resetPen, resetPen+background) + resetPen
}
