package messenger

import (
	"strings"
	"unicode"
)

// SplitText takes text apart so that no part has more than limit UTF-16 units (ref. 3.2). It cuts between words, where
// the blanks at the cut are left out; a word is cut only if it fits no part whole, and then not within a joined
// character, as long as one fits. What has no words gives no parts; a limit below 2 counts as 2.
func SplitText(text string, limit int) []string {
	limit = max(limit, 2) // so that every character fits
	var parts []string
	for text = strings.TrimSpace(text); TextLen(text) > limit; {
		end := cutAt(text, limit)
		parts = append(parts, strings.TrimRightFunc(text[:end], unicode.IsSpace))
		text = strings.TrimLeftFunc(text[end:], unicode.IsSpace)
	}
	if text != "" {
		parts = append(parts, text)
	}
	return parts
}

// cutAt is where the first part of text ends, which is longer than limit and does not begin with a blank.
func cutAt(text string, limit int) int {
	blank, whole, units, end := 0, 0, 0, 0
	var before joint
	for at, r := range text {
		if unicode.IsSpace(r) {
			blank = at
		}
		if !before.joins(r) {
			whole = at
		}
		if units += TextLen(string(r)); units > limit {
			end = at
			break
		}
	}
	switch {
	case blank > 0 && fits(text[blank:], limit):
		return blank
	case whole > 0:
		return whole
	}
	return end
}

// fits reports whether the first word of text, which stands behind a blank, has at most limit units.
func fits(text string, limit int) bool {
	text = strings.TrimLeftFunc(text, unicode.IsSpace)
	if end := strings.IndexFunc(text, unicode.IsSpace); end >= 0 {
		text = text[:end]
	}
	return TextLen(text) <= limit
}

const (
	joiner       = '\u200D'
	firstTone    = 0x1F3FB // of the five colours of skin
	lastTone     = 0x1F3FF
	firstRegion  = 0x1F1E6 // of the letters that make a flag in pairs
	lastRegion   = 0x1F1FF
	firstTagRune = 0xE0020 // of what some flags are spelled with
	lastTagRune  = 0xE007F
)

// joint is what stands before a place in a text, as far as it tells whether a character goes on there.
type joint struct {
	last    rune
	regions int // letters of flags in a row
}

// joins reports whether r makes one character with what stood before it, and goes on behind r.
func (j *joint) joins(r rune) bool {
	region := firstRegion <= r && r <= lastRegion
	joined := unicode.Is(unicode.M, r) || r == joiner || j.last == joiner ||
		firstTone <= r && r <= lastTone || firstTagRune <= r && r <= lastTagRune || region && j.regions%2 == 1
	if j.last = r; region {
		j.regions++
	} else {
		j.regions = 0
	}
	return joined
}

// Split is m as messages that each are short enough. Only a text is taken apart (see SplitText); the quick replies go
// with its last part, and the metadata, which names one message, with none of several.
func (m OutMessage) Split() []OutMessage {
	if m.Attachment != nil || TextLen(m.Text) <= MaxText {
		return []OutMessage{m}
	}
	var all []OutMessage
	for _, part := range SplitText(m.Text, MaxText) {
		all = append(all, OutMessage{Text: part})
	}
	if len(all) == 0 { // blanks only, which Validate names
		return []OutMessage{m}
	}
	all[len(all)-1].QuickReplies = m.QuickReplies
	return all
}
