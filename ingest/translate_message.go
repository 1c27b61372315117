package ingest

import (
	"net/url"
	"slices"

	"frontdesk/messenger"
	"frontdesk/store"
)

// unsupported is the type of the attachment that stands for content the platform does not pass on.
const unsupported = "unsupported"

func translateMessage(f *store.Fact, who parties, ev messenger.Event) {
	m := ev.Message
	if m.IsDeleted {
		translateUnsend(f, ev)
		return
	}
	f.Kind = store.FactMessage
	if who.echo {
		f.Kind = store.FactEcho
	}
	identify(f, ev, m.MID, canonical(m.Raw))
	f.Text, f.ReplyTo = m.Text, m.ReplyTo
	f.Attachments = attachmentsOf(m)
	f.Details = detailsOfMessage(ev, f.Attachments)
	liftTemplate(f)
	switch {
	case m.QuickReply != nil && !who.echo:
		f.LineKind, f.Payload = store.KindQuickReply, *m.QuickReply
	case len(f.Buttons) > 0 || len(f.Elements) > 0:
		f.LineKind = store.KindTemplate
	case f.Text == "" && len(f.Attachments) > 0:
		f.LineKind = store.KindMedia
	default:
		f.LineKind = store.KindText
	}
	if who.echo {
		f.AppID, f.Metadata = m.AppID, m.Metadata
		return
	}
	f.OpensWindow = true
	f.Tagged = taggedPlugin(m.Tags)
	f.Touch = touchOf(f, ev)
}

// attachmentsOf are a message's attachments as they can be shown: each sticker once and called one, addresses only
// where they lead somewhere. A message with nothing in it has one too: that something was said is worth a line.
func attachmentsOf(m *messenger.Message) []store.Attachment {
	var kept []store.Attachment
	for _, a := range oneSticker(m.Attachments) {
		if a.Type == "image" && a.StickerID != "" {
			a.Type = "sticker" // the shape before June 2026
		}
		if !leads(a.URL) {
			if a.Title == "" {
				a.Title = a.URL
			}
			a.URL = ""
		}
		kept = append(kept, a)
	}
	said := m.Text != "" || m.QuickReply != nil || len(kept) > 0
	switch {
	case m.StickerID != "" && len(kept) == 0:
		return []store.Attachment{{Type: "sticker", StickerID: m.StickerID}}
	case m.StickerID != "" && len(kept) == 1 && kept[0].Type == "image":
		kept[0].Type, kept[0].StickerID = "sticker", m.StickerID
	case !said:
		return []store.Attachment{{Type: unsupported}}
	}
	return kept
}

// leads reports whether an address is one on the web; shares of reels can be paths (ref. 2.5).
func leads(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// oneSticker drops the picture that came beside the same sticker for some months of 2026 (ref. 2.5).
func oneSticker(attachments []messenger.Attachment) []messenger.Attachment {
	same := func(picture messenger.Attachment) bool {
		for _, a := range attachments {
			if a.Type == "sticker" && (a.URL != "" && a.URL == picture.URL || a.StickerID != "" && a.StickerID == picture.StickerID) {
				return true
			}
		}
		return false
	}
	var kept []messenger.Attachment
	for _, a := range attachments {
		if a.Type != "image" || !same(a) {
			kept = append(kept, a)
		}
	}
	return kept
}

// liftTemplate makes the first template that can be drawn the message's own text, buttons and cards: so a template
// looks the same whether it is a reply of ours or came as an echo. Others stay attachments.
func liftTemplate(f *store.Fact) {
	i := slices.IndexFunc(f.Attachments, drawable)
	if i < 0 {
		return
	}
	a := f.Attachments[i]
	if f.Text == "" {
		f.Text = a.Text
	}
	f.Buttons, f.Elements = a.Buttons, a.Elements
	f.Attachments = slices.Delete(f.Attachments, i, i+1)
}

// drawable reports whether an attachment is a template with something to draw. A media template, for one, names only
// files of the platform's.
func drawable(a messenger.Attachment) bool {
	hasWords := func(e messenger.Element) bool { return e.Title != "" || e.Subtitle != "" || len(e.Buttons) > 0 }
	return a.Type == "template" && (len(a.Buttons) > 0 || slices.ContainsFunc(a.Elements, hasWords))
}

func translatePostback(f *store.Fact, ev messenger.Event) {
	p := ev.Postback
	f.Kind, f.LineKind = store.FactPostback, store.KindPostback
	identify(f, ev, p.MID, p.Payload, p.Title)
	f.Text, f.Payload = p.Title, p.Payload
	f.OpensWindow = true
	f.Touch = touchOf(f, ev)
}

func translateReferral(f *store.Fact, ev messenger.Event) {
	f.Kind, f.LineKind = store.FactReferral, store.KindReferral
	identify(f, ev, "", ev.Referral.Source, ev.Referral.Ref)
	f.Touch = touchOf(f, ev)
	if ev.Rare != nil {
		f.Details = answers(ev.Rare.Lead, asWritten)
	}
	// Of arrivals only an m.me link opens the window by itself (ref. 2.8).
	f.OpensWindow = f.Touch != nil && f.Touch.Origin == store.OriginLink
}
