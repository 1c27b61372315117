package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"frontdesk/messenger"
)

// replyFlags are what was asked of reply. Repeated flags stand in the order in which they were given.
type replyFlags struct {
	text         string
	quickReplies []messenger.QuickReply
	buttons      []messenger.Button
	cards        []messenger.Element
	files        []fileFlag
	replyTo      string

	canned []string
	blanks map[string]string
	note   string

	humanAgent bool
	split      bool
	wait       bool
	timeout    time.Duration
	asJSON     bool

	warnings []string // sentences about what was made of all that
}

// fileFlag is one of --image, --audio, --video and --file.
type fileFlag struct {
	kind   string // the flag's name, which is the platform's word for such files
	source string // an address, or a path on this machine
}

// address reports whether the platform fetches the file by itself.
func (f fileFlag) address() bool {
	source := strings.ToLower(f.source)
	return strings.HasPrefix(source, "https://") || strings.HasPrefix(source, "http://")
}

// takes is a flag that may be given several times, each time with a value of its own.
type takes func(value string) error

func (t takes) Set(value string) error { return t(value) }
func (takes) Type() string             { return "value" }
func (takes) String() string           { return "" }

func (f *replyFlags) add(cmd *cobra.Command) {
	p := cmd.Flags()
	raw := func(name, usage string, take func(string) error) { p.Var(takes(take), name, usage) }
	each := func(name, usage string, take func(string) error) { raw(name, usage, ofText(take)) }
	alone := func(name, usage string, take func(string) error) {
		p.VarPF(takes(take), name, "", usage).NoOptDefVal = "true"
	}
	p.StringVar(&f.text, "text", "", "what to say; - reads it from stdin")
	each("quick-reply", "an answer to tap: TITLE or TITLE=PAYLOAD", f.addQuickReply)
	each("quick-reply-image", "a picture for the quick reply before it: URL", f.addQuickReplyImage)
	alone("quick-reply-phone", "offer to send the phone number", f.addAsked(messenger.QuickReplyPhone))
	alone("quick-reply-email", "offer to send the e-mail address", f.addAsked(messenger.QuickReplyEmail))
	each("button", "a button: url:TITLE=URL, postback:… or call:…", f.addButton)
	each("card", "a card, TITLE=SUBTITLE; what follows belongs to it", f.addCard)
	each("card-image", "the picture of the card before it: URL", f.addCardImage)
	each("card-link", "where a tap on the card before it leads: URL", f.addCardLink)
	each("card-button", "a button of the card before it, as with --button", f.addCardButton)
	raw(messenger.TypeImage, "a picture: URL or FILE", f.addFile(messenger.TypeImage))
	raw(messenger.TypeAudio, "sound: URL or FILE", f.addFile(messenger.TypeAudio))
	raw(messenger.TypeVideo, "a film: URL or FILE", f.addFile(messenger.TypeVideo))
	raw(messenger.TypeFile, "a file of any kind: URL or FILE", f.addFile(messenger.TypeFile))
	p.StringVar(&f.replyTo, "reply-to", "", "quote a message, by its id")
	each("canned", "put in a canned response: SHORTCODE", func(s string) error { f.canned = append(f.canned, s); return nil })
	each("blank", "what a canned response asks for: NAME=VALUE", f.addBlank)
	p.StringVar(&f.note, "note", "", "keep a private note instead; - reads it from stdin")
	p.BoolVar(&f.humanAgent, "human-agent", false, "a person wrote this: it may go after the 24 hours")
	p.BoolVar(&f.split, "split", false, "send a text that is too long as several")
	p.BoolVar(&f.wait, "wait", false, "wait for the platform's answer")
	p.DurationVar(&f.timeout, "timeout", replyWait, "how long --wait waits at most")
	p.BoolVar(&f.asJSON, "json", false, "print each message as one JSON object")
	p.SortFlags = false
}

func (f *replyFlags) addQuickReply(s string) error {
	title, payload, _ := part(s)
	f.quickReplies = append(f.quickReplies, messenger.QuickReply{ContentType: messenger.QuickReplyText, Title: title, Payload: payload})
	return nil
}

func (f *replyFlags) addQuickReplyImage(s string) error {
	if n := len(f.quickReplies); n > 0 && f.quickReplies[n-1].ContentType == messenger.QuickReplyText {
		f.quickReplies[n-1].ImageURL = s
		return nil
	}
	return errors.New("it stands behind the --quick-reply whose picture it is")
}

func (f *replyFlags) addAsked(kind string) func(string) error {
	return func(s string) error {
		if s == "true" {
			f.quickReplies = append(f.quickReplies, messenger.QuickReply{ContentType: kind})
			return nil
		}
		return errors.New("it takes no value: the platform knows the title, and fills in the answer")
	}
}

func (f *replyFlags) addButton(s string) error {
	b, err := parseButton(s)
	f.buttons = append(f.buttons, b)
	return err
}

func (f *replyFlags) addCard(s string) error {
	title, subtitle, _ := part(s)
	f.cards = append(f.cards, messenger.Element{Title: title, Subtitle: subtitle})
	return nil
}

// ofCard changes the last card.
func (f *replyFlags) ofCard(change func(*messenger.Element)) error {
	if len(f.cards) == 0 {
		return errors.New("it stands behind the --card it belongs to")
	}
	change(&f.cards[len(f.cards)-1])
	return nil
}

func (f *replyFlags) addCardImage(s string) error {
	return f.ofCard(func(e *messenger.Element) { e.ImageURL = s })
}

func (f *replyFlags) addCardLink(s string) error {
	return f.ofCard(func(e *messenger.Element) { e.DefaultAction = &messenger.Button{Type: messenger.ButtonURL, URL: s} })
}

func (f *replyFlags) addCardButton(s string) error {
	b, err := parseButton(s)
	if err != nil {
		return err
	}
	return f.ofCard(func(e *messenger.Element) { e.Buttons = append(e.Buttons, b) })
}

func (f *replyFlags) addFile(kind string) func(string) error {
	return func(s string) error {
		if s == "" {
			return errors.New("it names no file")
		}
		f.files = append(f.files, fileFlag{kind, s})
		return nil
	}
}

func (f *replyFlags) addBlank(s string) error {
	name, value, ok := part(s)
	if !ok || name == "" {
		return errors.New("say NAME=VALUE, with the name that the canned response asks for")
	}
	if f.blanks == nil {
		f.blanks = map[string]string{}
	}
	f.blanks[name] = value
	return nil
}

// part cuts s at the first = that has no \ before it; \= in what stands before that is a =.
func part(s string) (before, after string, parted bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == '=':
			i++
			b.WriteByte('=')
		case s[i] == '=':
			return b.String(), s[i+1:], true
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), "", false
}

// parseButton reads url:TITLE=URL, postback:TITLE=PAYLOAD or call:TITLE=NUMBER.
func parseButton(s string) (messenger.Button, error) {
	kind, rest, named := strings.Cut(s, ":")
	title, target, _ := part(rest)
	b := messenger.Button{Title: title, Payload: target}
	switch {
	case !named:
		return b, errors.New("it begins with its kind, as in url:Shop=https://lumen.example, postback:Yes or call:Ring us=+4722334455")
	case kind == "url":
		b.Type, b.URL, b.Payload = messenger.ButtonURL, target, ""
	case kind == "postback":
		b.Type = messenger.ButtonPostback
	case kind == "call":
		b.Type = messenger.ButtonCall
	default:
		return b, fmt.Errorf("%q is no kind of button; there are url, postback and call", kind)
	}
	if target == "" && kind != "postback" {
		return b, fmt.Errorf("nothing stands behind a =; say %s:TITLE=%s", kind, map[string]string{"url": "URL", "call": "NUMBER"}[kind])
	}
	return b, nil
}

// mostStdin is more than any text that may be sent, so that reading one comes to an end.
const mostStdin = 1 << 20

// readStdin puts what stdin holds in the place of a -.
func (f *replyFlags) readStdin(in io.Reader) error {
	if f.text == "-" && f.note == "-" {
		return withCode(exitUse, errors.New("--text and --note cannot both be read from stdin"))
	}
	for name, value := range map[string]*string{"--text": &f.text, "--note": &f.note} {
		if *value != "-" {
			continue
		}
		read, err := io.ReadAll(io.LimitReader(in, mostStdin+1))
		switch {
		case err != nil:
			return fmt.Errorf("read %s from stdin: %w", name, err)
		case len(read) > mostStdin:
			return withCode(exitUse, fmt.Errorf("%s -: stdin holds more than %d bytes", name, mostStdin))
		}
		*value = strings.TrimRight(string(read), "\r\n")
	}
	return nil
}

// errNotText says of words in another encoding that they would reach the customer as question marks.
var errNotText = errors.New("it is not UTF-8 text; convert it first, as with iconv")

// ofText lets take have only what is text. Names of files may be anything.
func ofText(take func(string) error) func(string) error {
	return func(s string) error {
		if !utf8.ValidString(s) {
			return errNotText
		}
		return take(s)
	}
}

// checkValues says what is wrong with what the flags hold, once stdin is read.
func (f *replyFlags) checkValues() error {
	switch {
	case !utf8.ValidString(f.text):
		return misuse("--text: %w", errNotText)
	case !utf8.ValidString(f.note):
		return misuse("--note: %w", errNotText)
	}
	return checkTimeout(f.timeout)
}

// checkTimeout refuses a time that was over before it began.
func checkTimeout(d time.Duration) error {
	if d < 0 {
		return misuse("--timeout %s: it cannot be less than nothing; 0 does not wait at all", d)
	}
	return nil
}
