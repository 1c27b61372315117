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

func darkColours() colours {
	c := lipgloss.Color
	return colours{
		text: c("#DADDE2"), muted: c("#9BA1A9"), faint: c("#70767E"), line: c("#42464C"),
		accent: c("#7FB4F0"), unread: c("#F2B36B"), read: c("#6FC3B2"), own: c("#8FBCE6"),
		good: c("#8CC98A"), warn: c("#E5B567"), bad: c("#EE7F86"),
		selection: c("#2E3136"), bar: c("#242629"),
	}
}

func lightColours() colours {
	c := lipgloss.Color
	return colours{
		text: c("#232A36"), muted: c("#5C6675"), faint: c("#8A93A1"), line: c("#C9CFD8"),
		accent: c("#1F62B4"), unread: c("#B4580A"), read: c("#0B7A68"), own: c("#2A5F9E"),
		good: c("#2C7A33"), warn: c("#946200"), bad: c("#BE2D38"),
		selection: c("#E4E7EC"), bar: c("#EFF0F2"),
	}
}

// theme is every pen of the screen, made from a dozen colours.
type theme struct {
	dark     bool
	noColour bool
	colours  colours

	text, bold, muted, faint, line pen
	accent, accentBold, title      pen
	unread, unreadBold             pen
	own, read, good, warn, bad     pen
	badBold, chip, match, key      pen

	selection string // the background of the selected row
	weak      string // the background of the selected row in a pane without the focus
}

func newTheme(dark, noColour bool) *theme {
	c := darkColours()
	if !dark {
		c = lightColours()
	}
	fg := func(c color.Color) pen { return pen{ansi.NewStyle().ForegroundColor(c).String()} }
	bold := func(c color.Color) pen { return pen{ansi.NewStyle().Bold().ForegroundColor(c).String()} }
	return &theme{
		dark: dark, noColour: noColour, colours: c,
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
