package presence

import "frontdesk/store"

// Presence is how a visitor is there.
type Presence struct {
	Online   bool         `json:"online"`
	Typing   bool         `json:"typing,omitempty"`
	LastSeen store.Millis `json:"last_seen,omitempty"` // 0: not known

	// Where an online visitor is, as the website's page says it: not checked, not cleaned, and empty where it is not known.
	PageURL  string `json:"page_url,omitempty"`
	Title    string `json:"title,omitempty"`
	Referrer string `json:"referrer,omitempty"` // the page that led there
}

// Visit is one page on a visitor's way.
type Visit struct {
	At       store.Millis `json:"at"`
	PageURL  string       `json:"page_url,omitempty"`
	Title    string       `json:"title,omitempty"`
	Ref      string       `json:"ref,omitempty"`
	Referrer string       `json:"referrer,omitempty"`
}

// Walk is a visitor's way through the website: the latest pages, newest first.
type Walk struct {
	Visits []Visit `json:"visits,omitempty"`
}

// Bounds on what a feed can make us keep.
const (
	maxKnown = 25_000   // visitors; more than the platform has lines for
	maxLine  = 64 << 10 // bytes of one line of the feed
	maxText  = 2048     // bytes of an address or a title
	maxAbout = 256 << 10
)

// bounded is p with nothing longer than a screen could show.
func (p Presence) bounded() Presence {
	p.PageURL, p.Title, p.Referrer = bounded(p.PageURL), bounded(p.Title), bounded(p.Referrer)
	p.Typing = p.Typing && p.Online
	return p
}

// bounded is s, or nothing where it is too long: half an address leads elsewhere.
func bounded(s string) string {
	if len(s) > maxText {
		return ""
	}
	return s
}
