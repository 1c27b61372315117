package desk

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"frontdesk/messenger"
	"frontdesk/store"
)

// Mode is what kind of message a draft becomes.
type Mode string

// The modes. The zero Mode is ModeText.
const (
	ModeText         Mode = "text"
	ModeQuickReplies Mode = "quick_replies"
	ModeButtons      Mode = "buttons"
	ModeCards        Mode = "cards"
	ModeNote         Mode = "note" // a private note: nothing of it goes to the contact
)

// Modes are all of them, in the order in which they are offered.
var Modes = []Mode{ModeText, ModeQuickReplies, ModeButtons, ModeCards, ModeNote}

// Draft is what an agent has typed in one conversation and not sent. The text is one and the same in the modes text,
// quick replies and buttons; cards have none, and the note has its own, so that neither is ever sent for the other. What
// belongs to another mode than the chosen one is kept and not sent. A Draft is a value: what changes it makes new slices.
type Draft struct {
	Mode         Mode                   `json:"mode,omitempty"`
	Text         string                 `json:"text,omitempty"`
	QuickReplies []messenger.QuickReply `json:"quick_replies,omitempty"`
	Buttons      []messenger.Button     `json:"buttons,omitempty"`
	Cards        []messenger.Element    `json:"cards,omitempty"`
	Note         string                 `json:"note,omitempty"`
	Files        []DraftFile            `json:"files,omitempty"`
	ReplyTo      store.MessageID        `json:"reply_to,omitempty"` // the message it quotes
}

// DraftFile is a file to be sent: one that the data folder keeps (File), or an address on the web (URL).
type DraftFile struct {
	Path string      `json:"path,omitempty"` // where File was read from, to be shown
	URL  string      `json:"url,omitempty"`
	File *store.File `json:"file,omitempty"`
	Kind string      `json:"kind"` // image, audio, video or file
	Name string      `json:"name,omitempty"`
}

// Outgoing is one message that a draft becomes, as Reply wants it: where it carries bytes of ours they are File, and the
// message has quick replies at most.
type Outgoing struct {
	Message messenger.OutMessage
	File    *store.File
}

// Whole is the message with its file as the attachment that it will be; only the platform's id for the bytes, which they
// get on the way, is stood in for by their hash.
func (o Outgoing) Whole() messenger.OutMessage {
	m := o.Message
	if o.File != nil {
		m.Attachment = &messenger.OutAttachment{
			Type: messenger.FileKind(o.File.Type), Payload: messenger.OutPayload{AttachmentID: o.File.Hash},
		}
	}
	return m
}

// TextDraft is the draft of a plain text.
func TextDraft(text string) Draft { return Draft{Text: text} }

// Chosen is the mode of d; ModeText where it has none that is known.
func (d Draft) Chosen() Mode {
	if slices.Contains(Modes, d.Mode) {
		return d.Mode
	}
	return ModeText
}

// Empty reports whether nothing was typed or attached. A mode or a quote alone is nothing.
func (d Draft) Empty() bool {
	return d.Text == "" && d.Note == "" && len(d.QuickReplies)+len(d.Buttons)+len(d.Cards)+len(d.Files) == 0
}

// Equal reports whether both say the same.
func (d Draft) Equal(o Draft) bool {
	return d.Chosen() == o.Chosen() && d.Text == o.Text && d.Note == o.Note && d.ReplyTo == o.ReplyTo &&
		slices.Equal(d.QuickReplies, o.QuickReplies) && slices.Equal(d.Buttons, o.Buttons) &&
		slices.EqualFunc(d.Cards, o.Cards, sameCard) && slices.EqualFunc(d.Files, o.Files, sameDraftFile)
}

func sameCard(a, b messenger.Element) bool {
	return a.Title == b.Title && a.Subtitle == b.Subtitle && a.ImageURL == b.ImageURL && slices.Equal(a.Buttons, b.Buttons) &&
		samePointed(a.DefaultAction, b.DefaultAction)
}

func sameDraftFile(a, b DraftFile) bool {
	return a.Path == b.Path && a.URL == b.URL && a.Kind == b.Kind && a.Name == b.Name && samePointed(a.File, b.File)
}

func samePointed[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// Line is the draft in one line, for a row of the list: the words of its mode, else whatever there is.
func (d Draft) Line() string {
	note := ""
	if d.Note != "" {
		note = "(note) " + d.Note
	}
	words := []string{d.Text, note}
	switch d.Chosen() {
	case ModeNote:
		words = []string{note, d.Text}
	case ModeCards:
		words = []string{countOf(len(d.Cards), "card"), d.Text, note}
	}
	words = append(words, fileNames(d.Files), countOf(len(d.QuickReplies), "quick reply"), countOf(len(d.Buttons), "button"), countOf(len(d.Cards), "card"))
	for _, w := range words {
		if w = strings.Join(strings.Fields(w), " "); w != "" {
			return w
		}
	}
	return ""
}

// countOf is a number of things in words; of none it is empty.
func countOf(n int, what string) string {
	switch {
	case n == 0:
		return ""
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(what, "y"))
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func fileNames(files []DraftFile) string {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Label()
	}
	return strings.Join(names, ", ")
}

// Label is what a file is called.
func (f DraftFile) Label() string {
	for _, s := range []string{f.Name, f.URL, f.Path} {
		if s != "" {
			return s
		}
	}
	return f.Kind
}

// Messages are what the draft sends to the contact, in order: its files, then the text, the template or the cards. A note
// sends nothing. What is missing or too long is not judged here: messenger.OutMessage.Validate does that.
//
// An empty payload of a quick reply or a postback is its title. Quick replies without a text ride on the last file, which
// the platform allows (ref. 3.2).
func (d Draft) Messages() []Outgoing {
	if d.Chosen() == ModeNote {
		return nil
	}
	out := make([]Outgoing, 0, len(d.Files)+1)
	for _, f := range d.Files {
		out = append(out, f.outgoing())
	}
	text := strings.TrimSpace(d.Text)
	switch d.Chosen() {
	case ModeQuickReplies:
		replies := filled(d.QuickReplies)
		if n := len(out); text == "" && n > 0 {
			out[n-1].Message.QuickReplies = replies
			return out
		}
		return append(out, Outgoing{Message: messenger.OutMessage{Text: text, QuickReplies: replies}})
	case ModeButtons:
		return append(out, Outgoing{Message: messenger.ButtonTemplate(text, payloads(d.Buttons)...)})
	case ModeCards:
		return append(out, Outgoing{Message: cards(d.Cards)})
	default:
		if text == "" && len(out) > 0 {
			return out
		}
		return append(out, Outgoing{Message: messenger.OutMessage{Text: text}})
	}
}

func (f DraftFile) outgoing() Outgoing {
	if f.File != nil {
		return Outgoing{File: f.File}
	}
	return Outgoing{Message: messenger.OutMessage{
		Attachment: &messenger.OutAttachment{Type: f.Kind, Payload: messenger.OutPayload{URL: f.URL}},
	}}
}

// filled gives quick replies without a payload their title for one.
func filled(replies []messenger.QuickReply) []messenger.QuickReply {
	out := slices.Clone(replies)
	for i, q := range out {
		switch {
		case q.ContentType != "text":
			out[i] = messenger.QuickReply{ContentType: q.ContentType}
		case q.Payload == "":
			out[i].Payload = q.Title
		}
	}
	return out
}

// payloads gives postbacks without a payload their title for one.
func payloads(buttons []messenger.Button) []messenger.Button {
	out := slices.Clone(buttons)
	for i, b := range out {
		if b.Type == messenger.ButtonPostback && b.Payload == "" {
			out[i].Payload = b.Title
		}
	}
	return out
}

func cards(elements []messenger.Element) messenger.OutMessage {
	elements = slices.Clone(elements)
	for i := range elements {
		elements[i].Buttons = payloads(elements[i].Buttons)
	}
	return messenger.OutMessage{Attachment: &messenger.OutAttachment{
		Type: "template", Payload: messenger.OutPayload{TemplateType: "generic", Elements: elements},
	}}
}

// Rest is what is left of the draft once its messages, or its note, are on their way: what was typed for other modes. A
// note leaves the mode as it is, so that the next words are not sent to the contact by accident.
func (d Draft) Rest() Draft {
	switch d.Chosen() {
	case ModeNote:
		d.Note = ""
		return d
	case ModeCards:
		d.Cards = nil
	case ModeQuickReplies:
		d.Text, d.QuickReplies = "", nil
	case ModeButtons:
		d.Text, d.Buttons = "", nil
	default:
		d.Text = ""
	}
	d.Mode, d.Files, d.ReplyTo = "", nil, ""
	return d
}

// With is d with what o brought beside it, for words that come back to where others have been typed since: o's stand
// first, and nothing of either is lost.
func (d Draft) With(o Draft) Draft {
	if d.Empty() {
		return o
	}
	d.Text = joinText(o.Text, d.Text)
	d.Note = joinText(o.Note, d.Note)
	d.QuickReplies = joined(o.QuickReplies, d.QuickReplies)
	d.Buttons = joined(o.Buttons, d.Buttons)
	d.Cards = slices.Concat(o.Cards, slices.DeleteFunc(slices.Clone(d.Cards), func(c messenger.Element) bool {
		return slices.ContainsFunc(o.Cards, func(b messenger.Element) bool { return sameCard(b, c) })
	}))
	d.Files = slices.Concat(o.Files, slices.DeleteFunc(slices.Clone(d.Files), func(f DraftFile) bool {
		return slices.ContainsFunc(o.Files, func(b DraftFile) bool { return sameDraftFile(b, f) })
	}))
	if d.Chosen() == ModeText && o.Chosen() != ModeNote {
		d.Mode = o.Mode
	}
	if d.ReplyTo == "" {
		d.ReplyTo = o.ReplyTo
	}
	return d
}

// joinText puts b under a, unless one says all of the other.
func joinText(a, b string) string {
	switch {
	case a == "" || a == b:
		return b
	case b == "":
		return a
	}
	return a + "\n" + b
}

// joined is a with what only b has.
func joined[T comparable](a, b []T) []T {
	out := slices.Clone(a)
	for _, v := range b {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// draftMark begins every draft that is more than the plain text which the first frontdesks kept.
const draftMark = `{"draft":1,`

// encodeDraft is d as it is kept; empty for one of which nothing is worth keeping.
func encodeDraft(d Draft) (string, error) {
	if d.Empty() {
		return "", nil
	}
	body, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("encode a draft: %w", err)
	}
	return draftMark + strings.TrimPrefix(string(body), "{"), nil
}

// decodeDraft reads what encodeDraft made, or the plain text of an older frontdesk.
func decodeDraft(kept string) Draft {
	if rest, ok := strings.CutPrefix(kept, draftMark); ok {
		var d Draft
		if err := json.Unmarshal([]byte("{"+rest), &d); err == nil {
			return d
		}
	}
	return Draft{Text: kept}
}
