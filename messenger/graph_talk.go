package messenger

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// graphTime is how the Graph writes times: whole seconds, and no colon in the offset (ref. 6.2).
const graphTime = "2006-01-02T15:04:05-0700"

// talkSize is how many messages Talk asks for: a few more than the platform tells the words of (ref. 6.2).
const talkSize = 25

// Talk is the end of a conversation as the platform has it (ref. 6.2).
type Talk struct {
	// Known says that the platform showed the conversation with the contact, and what was said in it. It leaves some out.
	Known    bool
	Messages []Spoken // newest first
	More     bool     // there are older ones
	// Now is the platform's own clock when it answered; zero where it did not say.
	Now time.Time
}

// Spoken is one message of a Talk. All but MID can be missing: the platform tells the words of the newest only.
type Spoken struct {
	MID   string
	At    time.Time // to the second
	From  string    // the id of who said it: a person's, or the page's
	Text  string    // empty for files and templates
	Parts []SpokenPart
}

// SpokenPart is an attachment of a message: TypeImage, TypeVideo, TypeFile (which sound is too), or "template" with the words
// of its first line.
type SpokenPart struct {
	Type  string
	Title string
}

// Talk asks what was said last in a page's conversation with a contact. It changes nothing, so it may be asked again.
// Errors are those of Send; an answer that nobody can read is an *APIError with the status and no code.
func (c *Client) Talk(ctx context.Context, page, contactID string) (Talk, error) {
	if !pathID.MatchString(page) {
		return Talk{}, &LimitError{Field: "page", Problem: "must be the id of a page"}
	}
	if !pathID.MatchString(contactID) {
		return Talk{}, &LimitError{Field: "contact", Problem: "must be the id of a person"}
	}
	var t Talk
	status, answer, err := c.call(ctx, request{
		method: http.MethodGet, path: "/" + page + "/conversations", date: &t.Now, query: url.Values{
			"platform": {"messenger"}, "user_id": {contactID}, "limit": {"1"},
			"fields": {fmt.Sprintf("participants,messages.limit(%d){id,created_time,from,message,attachments}", talkSize)},
		},
	})
	if err != nil {
		return Talk{}, err
	}
	r, listed := newReader(answer), false
	ok := r.object(func(name string) {
		if name != "data" {
			r.skip()
			return
		}
		listed = r.array(func() {
			if one, with := r.talk(); !t.Known && with[contactID] {
				one.Now = t.Now
				t = one
			}
		})
	})
	if !ok || !listed || !r.end() {
		return Talk{}, &APIError{HTTPStatus: status}
	}
	t.More = t.More || len(t.Messages) >= talkSize
	return t, nil
}

// talk reads one conversation, and with whom it is.
func (r *reader) talk() (t Talk, with map[string]bool) {
	with = map[string]bool{}
	r.object(func(name string) {
		switch name {
		case "participants":
			r.inData(func(name string) {
				if name == "id" {
					with[r.id()] = true
					return
				}
				r.skip()
			}, nil)
		case "messages":
			t.Known = r.object(func(name string) {
				switch name {
				case "data":
					r.array(func() { t.Messages = append(t.Messages, r.spoken()) })
				case "paging":
					r.object(func(name string) {
						t.More = t.More || name == "next"
						r.skip() // it holds the token
					})
				default:
					r.skip()
				}
			})
		default:
			r.skip()
		}
	})
	return t, with
}

// inData reads {"data": [{…}]}: field for each member of each element, and done after each element.
func (r *reader) inData(field func(name string), done func()) {
	r.object(func(name string) {
		if name != "data" {
			r.skip()
			return
		}
		r.array(func() {
			r.object(field)
			if done != nil {
				done()
			}
		})
	})
}

func (r *reader) spoken() Spoken {
	var s Spoken
	r.object(func(name string) {
		switch name {
		case "id":
			s.MID = r.id()
		case "created_time":
			if at, err := time.Parse(graphTime, r.text()); err == nil {
				s.At = at
			}
		case "from":
			r.object(func(name string) {
				if name == "id" {
					s.From = r.id()
					return
				}
				r.skip()
			})
		case "message":
			s.Text = r.text()
		case "attachments":
			var p SpokenPart
			r.inData(func(name string) { r.spokenPart(&p, name) }, func() {
				s.Parts = append(s.Parts, p)
				p = SpokenPart{}
			})
		default:
			r.skip()
		}
	})
	return s
}

func (r *reader) spokenPart(p *SpokenPart, name string) {
	switch name {
	case "image_data":
		p.Type = TypeImage
	case "video_data":
		p.Type = TypeVideo
	case "file_url":
		p.Type = TypeFile
	case "generic_template":
		p.Type = "template"
		r.object(func(name string) {
			if name == "title" {
				p.Title = r.text()
				return
			}
			r.skip()
		})
		return
	}
	r.skip()
}
