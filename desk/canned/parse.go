package canned

import (
	"fmt"
	"path"
	"strings"

	"frontdesk/messenger"
)

// The words of a response's header.
const (
	wordTitle      = "title"
	wordLabel      = "label"
	wordLabels     = "labels"
	wordQuickReply = "quick reply"
	wordAsk        = "ask"
	wordButton     = "button"
	wordCard       = "card"
	wordSubtitle   = "subtitle"
	wordPicture    = "picture"
	wordLink       = "link"
	wordFile       = "file"
	wordImage      = "image"
	wordAudio      = "audio"
	wordVideo      = "video"
)

var responseWords = []string{
	wordTitle, wordLabel, wordLabels, wordQuickReply, wordAsk, wordButton, wordCard, wordSubtitle, wordPicture, wordLink,
	wordFile, wordImage, wordAudio, wordVideo,
}

// The kinds of quick reply that ask for something of the contact's profile (ref. 3.5), by what a header calls them.
const (
	contentText  = "text"
	contentPhone = "user_phone_number"
	contentEmail = "user_email"
)

// The kinds of button, by what a header calls them.
var buttonKinds = map[string]string{
	"url": messenger.ButtonURL, "postback": messenger.ButtonPostback, "call": messenger.ButtonCall,
}

// Parse reads the file of one response. Its faults name file, line and what to do; a response with faults is not fit to
// be sent. Whether its own files are there, it does not say: see Shelf.
func Parse(file string, data []byte) (Response, []Fault) {
	p := parse(file, data)
	return p.response, p.faults
}

func parse(file string, data []byte) *parser {
	p := &parser{sheet: takeApart(file, data, responseWords), at: map[string]int{}}
	p.response.Shortcode = shortcodeOf(file)
	if !isShortcode(p.response.Shortcode) {
		p.fault(0, "rename it", "the name must be a shortcode of letters, digits, - and _, at most %d of them, and %s", MaxShortcode, suffix)
	}
	for _, l := range p.header {
		p.headerLine(l)
	}
	p.response.Text = p.text
	if p.at["text"] = p.textAt; p.text == "" { // then it is missed by what it should stand beside
		p.at["text"] = max(p.at["buttons[0]"], p.at["quick_replies[0]"])
	}
	p.check()
	if len(p.faults) > 0 {
		p.response = Response{}
	}
	return p
}

// shortcodeOf is the shortcode that a file's name gives.
func shortcodeOf(file string) string { return strings.TrimSuffix(strings.ToLower(file), suffix) }

// isShortcode reports whether s may name a response or a macro.
func isShortcode(s string) bool {
	return s != "" && len(s) <= MaxShortcode && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// parser makes a response of a file's lines.
type parser struct {
	*sheet
	response Response
	under    string         // what an indented line belongs to: wordCard, wordQuickReply or nothing
	at       map[string]int // on which line a field stands, by the name that the limits give it
}

func (p *parser) headerLine(l line) {
	if l.indented {
		p.indentedLine(l)
		return
	}
	p.under = ""
	switch l.key {
	case wordTitle:
		p.title(l)
	case wordLabel, wordLabels:
		p.labels(l)
	case wordQuickReply, wordAsk:
		p.quickReply(l)
	case wordButton:
		p.at[fmt.Sprintf("buttons[%d]", len(p.response.Buttons))] = l.n
		if b, ok := p.button(l); ok {
			p.response.Buttons = append(p.response.Buttons, b)
		}
	case wordCard:
		p.under = wordCard
		p.at[fmt.Sprintf("elements[%d]", len(p.response.Cards))] = l.n
		p.response.Cards = append(p.response.Cards, messenger.Element{Title: oneLine(unquote(l.value))})
	case wordFile, wordImage, wordAudio, wordVideo:
		p.file(l)
	default:
		p.fault(l.n, "indent it below its card", "%s belongs to a card", l.key)
	}
}

func (p *parser) title(l line) {
	title := oneLine(l.value)
	switch {
	case p.response.Title != "":
		p.fault(l.n, "keep one", "there is a second title")
	case len([]rune(title)) > MaxTitle:
		p.fault(l.n, "make it shorter", "the title has %d characters, at most %d allowed", len([]rune(title)), MaxTitle)
	}
	p.response.Title = title
}

// labels are parted by commas.
func (p *parser) labels(l line) {
	for label := range strings.SplitSeq(l.value, ",") {
		if label = oneLine(label); label != "" && p.checkLabel(l.n, label) {
			p.response.Labels = append(p.response.Labels, label)
		}
	}
	if !p.checkLabels(l.n, len(p.response.Labels)) {
		p.response.Labels = nil
	}
}

func (p *parser) quickReply(l line) {
	p.at[fmt.Sprintf("quick_replies[%d]", len(p.response.QuickReplies))] = l.n
	var q messenger.QuickReply
	if l.key == wordAsk {
		switch fold(l.value) {
		case "phone", "phone number":
			q.ContentType = contentPhone
		case "e-mail", "email":
			q.ContentType = contentEmail
		default:
			p.fault(l.n, "write ask: phone, or ask: e-mail; a question for yourself is {{?Question}} in the text", "nobody can be asked for %q so", cut(l.value, 40))
			return
		}
	} else {
		p.under = wordQuickReply
		q.ContentType = contentText
		var ok bool
		if q.Title, q.Payload, ok = cutPair(l.value); !ok {
			q.Payload = q.Title
		}
	}
	p.response.QuickReplies = append(p.response.QuickReplies, q)
}

// button reads KIND TITLE = VALUE.
func (p *parser) button(l line) (b messenger.Button, ok bool) {
	kind, rest, _ := strings.Cut(l.value, " ")
	b.Type = buttonKinds[strings.ToLower(kind)]
	if b.Type == "" {
		p.fault(l.n, "write it as url TITLE = ADDRESS, postback TITLE = PAYLOAD or call TITLE = NUMBER", "the button has no kind")
		return b, false
	}
	title, value, paired := cutPair(rest)
	switch {
	case paired:
	case b.Type == messenger.ButtonPostback:
		value = title
	default:
		p.fault(l.n, "write "+strings.ToLower(kind)+" TITLE = VALUE", "there is no = in the button")
		return b, false
	}
	b.Title = title
	if b.Type == messenger.ButtonURL {
		b.URL = value
	} else {
		b.Payload = value
	}
	return b, true
}

func (p *parser) file(l line) {
	source := unquote(l.value)
	p.at[fmt.Sprintf("files[%d]", len(p.response.Files))] = l.n
	kind := l.key
	switch {
	case source == "":
		p.fault(l.n, "write an address, or a path within the folder", "no file is named")
		return
	case !isAddress(source) && !isWithin(source):
		p.fault(l.n, "copy the file into the folder and name it from there, as in files/sizes.pdf", "the path leads out of the folder")
		return
	case kind == wordFile:
		kind = kindOf(source)
	}
	if len(p.response.Files) == MaxAttached {
		p.fault(l.n, "keep those that matter", "there are more than %d files", MaxAttached)
		return
	}
	p.response.Files = append(p.response.Files, File{Kind: kind, Source: source})
}

// indentedLine says more of the card or the quick reply above.
func (p *parser) indentedLine(l line) {
	switch {
	case p.under == wordQuickReply && l.key == wordPicture:
		i := len(p.response.QuickReplies) - 1
		p.response.QuickReplies[i].ImageURL = unquote(l.value)
		p.at[fmt.Sprintf("quick_replies[%d].image_url", i)] = l.n
	case p.under == wordCard:
		p.cardLine(l)
	default:
		p.fault(l.n, "only lines of a card, and the picture of a quick reply, are indented", "%s does not belong to the line above it", l.key)
	}
}

func (p *parser) cardLine(l line) {
	i := len(p.response.Cards) - 1
	card := &p.response.Cards[i]
	var field string
	switch l.key {
	case wordSubtitle:
		field, card.Subtitle = "subtitle", oneLine(unquote(l.value))
	case wordPicture:
		field, card.ImageURL = "image_url", unquote(l.value)
	case wordLink:
		field, card.DefaultAction = "default_action", &messenger.Button{Type: messenger.ButtonURL, URL: unquote(l.value)}
	case wordButton:
		field = fmt.Sprintf("buttons[%d]", len(card.Buttons))
		if b, ok := p.button(l); ok {
			card.Buttons = append(card.Buttons, b)
		}
	default:
		p.fault(l.n, "a card has subtitle, picture, link and button", "%s does not belong to a card", l.key)
		return
	}
	p.at[fmt.Sprintf("elements[%d].%s", i, field)] = l.n
}

// isWithin reports whether a path stays in the folder by what it says.
func isWithin(source string) bool {
	clean := path.Clean(strings.ReplaceAll(source, `\`, "/"))
	return !path.IsAbs(clean) && clean != ".." && !strings.HasPrefix(clean, "../") && clean != "." &&
		!strings.HasPrefix(clean, "~") && !strings.Contains(clean, ":")
}

// kinds are the kinds of file by the endings of their names.
var kinds = map[string]string{
	".png": wordImage, ".jpg": wordImage, ".jpeg": wordImage, ".gif": wordImage,
	".mp3": wordAudio, ".m4a": wordAudio, ".aac": wordAudio, ".wav": wordAudio, ".ogg": wordAudio,
	".mp4": wordVideo, ".mov": wordVideo, ".webm": wordVideo,
}

// kindOf is the kind of a file by its name; file where that does not say.
func kindOf(source string) string {
	if isAddress(source) {
		source, _, _ = strings.Cut(source, "?")
		source, _, _ = strings.Cut(source, "#")
	}
	if kind := kinds[strings.ToLower(path.Ext(source))]; kind != "" {
		return kind
	}
	return wordFile
}
