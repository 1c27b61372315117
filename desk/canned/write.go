package canned

import (
	"slices"
	"strings"
	"unicode"

	"frontdesk/messenger"
)

// Format writes a response as a person would have written its file. Parse reads it back the same, but for what Tidy
// makes of it.
func Format(r Response) []byte {
	r = r.Tidy()
	var b strings.Builder
	put := func(indent, word, value string) {
		b.WriteString(strings.TrimRight(indent+word+": "+value, " ") + "\n")
	}
	if r.Title != "" {
		put("", wordTitle, r.Title)
	}
	if len(r.Labels) > 0 {
		put("", wordLabel, strings.Join(r.Labels, ", "))
	}
	for _, q := range r.QuickReplies {
		switch q.ContentType {
		case contentPhone:
			put("", wordAsk, "phone")
		case contentEmail:
			put("", wordAsk, "e-mail")
		default:
			put("", wordQuickReply, titled(q.Title, q.Payload))
			if q.ImageURL != "" {
				put("  ", wordPicture, quote(q.ImageURL))
			}
		}
	}
	for _, button := range r.Buttons {
		put("", wordButton, buttonValue(button))
	}
	for _, e := range r.Cards {
		putCard(put, e)
	}
	for _, f := range r.Files {
		word := wordFile
		if kindOf(f.Source) != f.Kind {
			word = f.Kind
		}
		put("", word, quote(f.Source))
	}
	header := b.String()
	switch first, _, _ := strings.Cut(r.Text, "\n"); {
	case r.Text == "":
		return []byte(header)
	case header == "" && !beginsHeader(first, responseWords) && !strings.HasPrefix(r.Text, byteOrderMark):
		return []byte(r.Text + "\n")
	}
	return []byte(header + "\n" + r.Text + "\n")
}

func putCard(put func(indent, word, value string), e messenger.Element) {
	put("", wordCard, quote(e.Title))
	if e.Subtitle != "" {
		put("  ", wordSubtitle, quote(e.Subtitle))
	}
	if e.ImageURL != "" {
		put("  ", wordPicture, quote(e.ImageURL))
	}
	if e.DefaultAction != nil {
		put("  ", wordLink, quote(e.DefaultAction.URL))
	}
	for _, button := range e.Buttons {
		put("  ", wordButton, buttonValue(button))
	}
}

// titled is TITLE = VALUE, or TITLE alone where the value says the same.
func titled(title, value string) string {
	if value == title {
		return escapeTitle(title)
	}
	return pair(title, value)
}

func buttonValue(b messenger.Button) string {
	switch b.Type {
	case messenger.ButtonURL:
		return "url " + pair(b.Title, b.URL)
	case messenger.ButtonCall:
		return "call " + pair(b.Title, b.Payload)
	}
	return "postback " + titled(b.Title, b.Payload)
}

// Tidy is r as its file has it: titles in one line, the text without blank lines and blanks around it, a label once,
// and of what asks for a phone number or an address nothing but that.
func (r Response) Tidy() Response {
	r.Shortcode = strings.ToLower(strings.TrimSpace(r.Shortcode))
	r.Title = oneLine(r.Title)
	var labels []string
	for _, label := range r.Labels {
		if label = oneLine(strings.ReplaceAll(label, ",", " ")); label != "" {
			labels = appendNew(labels, label)
		}
	}
	r.Labels = labels
	r.Content = r.clone()
	r.Text = tidyText(r.Text)
	for i, q := range r.QuickReplies {
		if q.ContentType == contentPhone || q.ContentType == contentEmail {
			r.QuickReplies[i] = messenger.QuickReply{ContentType: q.ContentType}
			continue
		}
		r.QuickReplies[i].ContentType, r.QuickReplies[i].Title = contentText, oneLine(q.Title)
	}
	tidyButtons(r.Buttons)
	for i := range r.Cards {
		e := &r.Cards[i]
		e.Title, e.Subtitle = oneLine(e.Title), oneLine(e.Subtitle)
		if e.DefaultAction != nil {
			*e.DefaultAction = messenger.Button{Type: messenger.ButtonURL, URL: e.DefaultAction.URL}
		}
		tidyButtons(e.Buttons)
	}
	for i, f := range r.Files {
		if !slices.Contains([]string{wordImage, wordAudio, wordVideo}, f.Kind) {
			r.Files[i].Kind = kindOf(f.Source)
		}
	}
	r.Content = r.orNil()
	return r
}

func tidyButtons(buttons []messenger.Button) {
	for i := range buttons {
		buttons[i].Title = oneLine(buttons[i].Title)
	}
}

// orNil makes empty lists none.
func (c Content) orNil() Content {
	if len(c.QuickReplies) == 0 {
		c.QuickReplies = nil
	}
	if len(c.Buttons) == 0 {
		c.Buttons = nil
	}
	if len(c.Cards) == 0 {
		c.Cards = nil
	}
	for i := range c.Cards {
		if len(c.Cards[i].Buttons) == 0 {
			c.Cards[i].Buttons = nil
		}
	}
	if len(c.Files) == 0 {
		c.Files = nil
	}
	return c
}

func tidyText(s string) string {
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s), "\n")
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	return strings.TrimRightFunc(strings.Join(lines, "\n"), unicode.IsSpace)
}
