package canned

import (
	"fmt"
	"strings"

	"frontdesk/messenger"
)

// The bounds of what is read.
const (
	MaxFiles     = 1000     // of one folder
	MaxFile      = 64 << 10 // bytes of one file
	MaxFolder    = 8 << 20  // bytes of all files of one folder
	MaxShortcode = 40       // characters
	MaxTitle     = 80       // characters
	MaxLabels    = 20       // of one file
	MaxAttached  = 10       // files that go along with one response
	MaxFaults    = 20       // that are said of one file
	MaxLabel     = 100      // characters, as messenger.TextLen counts them
	suffix       = ".txt"   // of every file that is read
)

// Response is one canned response: the file SHORTCODE.txt.
type Response struct {
	Shortcode string   // lower case; letters, digits, - and _
	Title     string   // what it is called in a list; empty: its first words, see Name
	Labels    []string // what it is about
	Content
	Uses int // how often it was put into a reply that was sent
}

// Content is what a response puts into a reply, with placeholders where something is filled in. Beside Text there is
// at most one of QuickReplies, Buttons and Cards, and Cards have no Text beside them: that is what fits one message.
// Each file is a message of its own.
type Content struct {
	Text         string                 `json:",omitempty"`
	QuickReplies []messenger.QuickReply `json:",omitempty"`
	Buttons      []messenger.Button     `json:",omitempty"`
	Cards        []messenger.Element    `json:",omitempty"`
	Files        []File                 `json:",omitempty"`
}

// File is a file that goes along with a response.
type File struct {
	Kind   string // image, audio, video or file
	Source string // as it is written: an http(s) address, or a path within the folder
	Path   string // where it lies, absolute; empty for an address
}

// URL is the address of a file that the platform fetches by itself; empty for a file of the folder.
func (f File) URL() string {
	if isAddress(f.Source) {
		return f.Source
	}
	return ""
}

// Name is the response's title, or the beginning of what it says where it has none.
func (r Response) Name() string {
	if r.Title != "" {
		return r.Title
	}
	first, _, _ := strings.Cut(strings.TrimSpace(r.Text), "\n")
	if first == "" && len(r.Cards) > 0 {
		first = r.Cards[0].Title
	}
	if first == "" {
		return r.Shortcode
	}
	return cut(first, MaxTitle)
}

// Empty reports whether there is nothing to send.
func (c Content) Empty() bool {
	return strings.TrimSpace(c.Text) == "" && len(c.QuickReplies) == 0 && len(c.Buttons) == 0 && len(c.Cards) == 0 && len(c.Files) == 0
}

// Fault is what is wrong with a file, in words for whoever wrote it.
type Fault struct {
	File    string // its name, as shipping.txt; in the folder of macros with that folder's name before it
	Line    int    // from 1; 0: the file as a whole
	Problem string // what is wrong, without a period
	Advice  string // what to do, without a period; may be empty
}

// Error names file, line, fault and what to do.
func (f *Fault) Error() string {
	s := f.File
	if f.Line > 0 {
		s += fmt.Sprintf(" line %d", f.Line)
	}
	s += ": " + f.Problem
	if f.Advice != "" {
		s += "; " + f.Advice
	}
	return s
}

// cut is at most n characters of s, with an ellipsis where something is left out.
func cut(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return strings.TrimRight(string(runes[:n-1]), " ") + "…"
}

// isAddress reports whether s says itself to be an http or https address.
func isAddress(s string) bool {
	lower := strings.ToLower(s)
	return strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://")
}
