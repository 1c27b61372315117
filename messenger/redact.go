package messenger

import (
	"slices"
)

// Redact takes the words of withdrawn messages out of a webhook body: of each `message` and `message_edit` for which
// withdrawn reports true, given the id of its entry, its event and its mid, every text and number that is not about the
// message's place in the world becomes "-" or 0. All else stays, byte for byte; so does what tells one kind of message
// from another. The result is never longer than body, and is body itself when nothing was taken out.
func Redact(body []byte, withdrawn func(page string, ev Event, mid string) bool) []byte {
	var cuts []cut
	span{body, 0}.members(func(name string, entries span) {
		if name != "entry" {
			return
		}
		entries.elements(func(entry span) {
			page := newReader(entry.text).entry().ID
			entry.events(func(event span, ch Channel) {
				ev := newReader(event.text).event(ch)
				cuts = append(cuts, event.words(func(mid string) bool { return withdrawn(page, ev, mid) })...)
			})
		})
	})
	if len(cuts) == 0 {
		return body
	}
	var out []byte
	from := 0
	for _, c := range cuts {
		out = append(append(out, body[from:c.start]...), c.by...)
		from = c.end
	}
	return append(out, body[from:]...)
}

// cut is a part of a body and what stands in its place.
type cut struct {
	start, end int
	by         string
}

// span is a JSON value and where it stands in the body.
type span struct {
	text []byte
	at   int
}

// members calls visit for each member of s, if it is an object, in order.
func (s span) members(visit func(name string, value span)) {
	r := newReader(s.text)
	r.object(func(name string) { visit(name, s.next(r)) })
}

// elements calls visit for each element of s, if it is an array, in order.
func (s span) elements(visit func(span)) {
	r := newReader(s.text)
	r.array(func() { visit(s.next(r)) })
}

// next consumes the next value of r, which reads s.
func (s span) next(r *reader) span {
	start := r.start()
	r.skip()
	if r.err != nil {
		return span{}
	}
	end := int(r.dec.InputOffset())
	if c := s.text[start]; (c == '{' || c == '[') && end == start+1 {
		end = closing(s.text, start) // too deep to be read: pruned
	}
	return span{s.text[start:end], s.at + start}
}

// closing is where the object or array that begins at start ends.
func closing(b []byte, start int) int {
	level, end := 0, len(b)
	scan(b[start:], func(i int, open bool) {
		switch {
		case open:
			level++
		case level == 1 && end == len(b):
			end, level = start+i+1, 0
		default:
			level--
		}
	})
	return end
}

// events calls visit for each event of an entry.
func (s span) events(visit func(span, Channel)) {
	s.members(func(name string, list span) {
		switch name {
		case "messaging", "standby":
			list.elements(func(event span) { visit(event, Channel(name)) })
		case "changes":
			list.elements(func(change span) {
				change.members(func(name string, value span) {
					if name == "value" {
						visit(value, ChannelChanges)
					}
				})
			})
		}
	})
}

// notWords are the members of a `message` or `message_edit` that say what it is and where it belongs, not what was said.
var notWords = []string{
	"mid", "is_echo", "app_id", "metadata", "reply_to", "tags", "referral", "is_deleted", "is_unsupported", "seq", "num_edit",
}

// words are the cuts that take the words out of an event's messages.
func (s span) words(withdrawn func(mid string) bool) []cut {
	var cuts []cut
	s.members(func(name string, value span) {
		mid := ""
		switch name {
		case "message":
			if m := newReader(value.text).message(); m != nil {
				mid = m.MID
			}
		case "message_edit":
			if e := newReader(value.text).edit(); e != nil {
				mid = e.MID
			}
		}
		if mid == "" || !withdrawn(mid) {
			return
		}
		value.members(func(name string, said span) {
			if !slices.Contains(notWords, name) {
				said.blank(&cuts, name)
			}
		})
	})
	return cuts
}

// blank cuts each text and number out of s, but for the types of things, by which they are told apart.
func (s span) blank(cuts *[]cut, name string) {
	if len(s.text) == 0 {
		return
	}
	by := ""
	switch c := s.text[0]; {
	case (c == '{' || c == '[') && depth(s.text) > maxDepth:
		by = "0"
	case c == '{':
		s.members(func(name string, value span) { value.blank(cuts, name) })
	case c == '[':
		s.elements(func(value span) { value.blank(cuts, name) })
	case c == '"' && len(s.text) > len(`""`) && name != "type" && name != "template_type":
		by = `"-"`
	case c == '-' || '0' <= c && c <= '9':
		by = "0"
	}
	if by != "" && by != string(s.text) {
		*cuts = append(*cuts, cut{s.at, s.at + len(s.text), by})
	}
}
