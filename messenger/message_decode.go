package messenger

func (r *reader) message() *Message {
	var m Message
	var ok bool
	m.Raw = r.raw(func() {
		ok = r.object(func(name string) { r.messageField(&m, name) })
	})
	return ifObject(&m, ok)
}

// messageField reads the value of one member of a `message` (ref. 2.4, 2.6).
func (r *reader) messageField(m *Message, name string) {
	switch name {
	case "mid":
		m.MID = r.id()
	case "text":
		m.Text = r.text()
	case "quick_reply":
		m.QuickReply = r.quickReply()
	case "reply_to":
		r.object(func(name string) {
			if name == "mid" {
				m.ReplyTo = r.id()
				return
			}
			r.skip()
		})
	case "attachments":
		m.Attachments = nil
		r.array(func() { m.Attachments = append(m.Attachments, r.attachment()) })
	case "referral":
		m.Referral = r.referral()
	case "tags":
		m.Tags = nil
		r.array(func() { r.tag(m) })
	case "is_echo":
		m.IsEcho = r.flag()
	case "app_id":
		m.AppID = r.id()
	case "metadata":
		m.Metadata = r.text()
	case "is_deleted":
		m.IsDeleted = r.flag()
	case "is_unsupported":
		m.IsUnsupported = r.flag()
	case "sticker_id":
		m.StickerID = r.id()
	default:
		r.skip()
	}
}

// quickReply reads the payload of a tapped quick reply; nil when none was tapped.
func (r *reader) quickReply() *string {
	var payload string
	return ifObject(&payload, r.object(func(name string) {
		if name == "payload" {
			payload = r.id()
			return
		}
		r.skip()
	}))
}

func (r *reader) tag(m *Message) {
	r.object(func(name string) {
		if name != "source" {
			r.skip()
			return
		}
		if s := r.text(); s != "" {
			m.Tags = append(m.Tags, s)
		}
	})
}

// attachment reads one element of `attachments[]` (ref. 2.5). Title and url can stand beside the payload; those inside
// it win. An element of a wrong type is an attachment of no type: that there was one is worth a line.
func (r *reader) attachment() Attachment {
	var a, payload Attachment
	r.object(func(name string) {
		switch name {
		case "type":
			a.Type = r.text()
		case "url":
			a.URL = r.text()
		case "title":
			a.Title = r.text()
		case "sticker_id":
			a.StickerID = r.id()
		case "payload":
			payload = r.attachmentPayload()
		default:
			r.skip()
		}
	})
	payload.Type = a.Type
	if b := payload.Booking; a.Type != "appointment_booking" || b != nil && *b == (Booking{}) {
		payload.Booking = nil // others have a status too
	}
	if payload.URL == "" {
		payload.URL = a.URL
	}
	if payload.Title == "" {
		payload.Title = a.Title
	}
	if payload.StickerID == "" {
		payload.StickerID = a.StickerID
	}
	return payload
}

func (r *reader) attachmentPayload() Attachment {
	var a Attachment
	r.object(func(name string) {
		switch name {
		case "url":
			a.URL = r.text()
		case "title":
			a.Title = r.text()
		case "sticker_id":
			a.StickerID = r.id()
		case "coordinates":
			r.object(func(name string) {
				switch name {
				case "lat":
					a.Lat = r.float()
				case "long":
					a.Long = r.float()
				default:
					r.skip()
				}
			})
		case "template_type":
			a.TemplateType = r.text()
		case "text":
			a.Text = r.text()
		case "buttons":
			a.Buttons = r.buttons()
		case "elements":
			a.Elements = r.elements()
		case "booking_id", "status", "start_time", "end_time", "timezone":
			if a.Booking == nil {
				a.Booking = new(Booking)
			}
			r.bookingField(a.Booking, name)
		case "product":
			r.object(func(name string) {
				if name == "elements" {
					a.Elements = r.elements()
					return
				}
				r.skip()
			})
		default:
			r.skip()
		}
	})
	return a
}

// bookingField reads the value of one member of an appointment (ref. 2.5), whose times are seconds.
func (r *reader) bookingField(b *Booking, name string) {
	switch name {
	case "booking_id":
		b.ID = r.id()
	case "status":
		b.Status = r.text()
	case "start_time":
		b.Start = r.millis()
	case "end_time":
		b.End = r.millis()
	case "timezone":
		b.Timezone = r.text()
	}
}

func (r *reader) buttons() []Button {
	var out []Button
	r.array(func() {
		if b := r.button(); b != nil {
			out = append(out, *b)
		}
	})
	return out
}

// button reads one button; nil when the value is no object.
func (r *reader) button() *Button {
	var b Button
	return ifObject(&b, r.object(func(name string) {
		switch name {
		case "type":
			b.Type = r.text()
		case "title":
			b.Title = r.text()
		case "url":
			b.URL = r.text()
		case "payload":
			b.Payload = r.id()
		default:
			r.skip()
		}
	}))
}

func (r *reader) elements() []Element {
	var out []Element
	r.array(func() {
		var e Element
		if r.object(func(name string) {
			switch name {
			case "title":
				e.Title = r.text()
			case "subtitle":
				e.Subtitle = r.text()
			case "image_url":
				e.ImageURL = r.text()
			case "default_action":
				e.DefaultAction = r.button()
			case "buttons":
				e.Buttons = r.buttons()
			default:
				r.skip()
			}
		}) {
			out = append(out, e)
		}
	})
	return out
}
