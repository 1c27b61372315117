package canned

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"frontdesk/store"
)

// The words of a macro's header that a response's has not.
const (
	wordKey      = "key"
	wordReply    = "reply"
	wordAssignee = "assignee"
	wordStatus   = "status"
	wordSnooze   = "snooze"
)

var macroWords = []string{wordTitle, wordKey, wordReply, wordLabel, wordLabels, wordAssignee, wordStatus, wordSnooze}

// statusWords are what a macro may do to the status, by what it calls it.
var statusWords = map[string]store.Status{
	"resolve": store.StatusResolved, "resolved": store.StatusResolved, "open": store.StatusOpen, "reopen": store.StatusOpen,
}

// ParseMacro reads the file of one macro. Its faults name file, line and what to do; a macro with faults is not fit to be
// run. Whether its canned response is there, it does not say: see Shelf.
func ParseMacro(file string, data []byte) (Macro, []Fault) {
	p := &macroParser{sheet: takeApart(file, data, macroWords), seen: map[string]int{}}
	p.macro.Name = shortcodeOf(strings.TrimPrefix(file, macroFolder+"/"))
	if !isShortcode(p.macro.Name) {
		p.fault(0, "rename it", "the name must be of letters, digits, - and _, at most %d of them, and %s", MaxShortcode, suffix)
	}
	for _, l := range p.header {
		p.headerLine(l)
	}
	p.macro.Text = p.text
	if len(p.faults) == 0 {
		p.check()
	}
	if len(p.faults) > 0 {
		return Macro{}, p.faults
	}
	return p.macro, nil
}

type macroParser struct {
	*sheet
	macro Macro
	seen  map[string]int // lines of words that may stand once
}

func (p *macroParser) headerLine(l line) {
	value := oneLine(unquote(l.value))
	switch {
	case l.indented:
		p.fault(l.n, "begin it at the start of the line", "a line of a macro is not indented")
		return
	case value == "":
		p.fault(l.n, "write "+l.key+": VALUE, or take the line out", "nothing stands behind the colon")
		return
	}
	if l.key == wordLabel || l.key == wordLabels {
		p.labels(l)
		return
	}
	if p.seen[l.key] > 0 {
		p.fault(l.n, "keep one", "%s stands in line %d already", l.key, p.seen[l.key])
		return
	}
	p.seen[l.key] = l.n
	switch l.key {
	case wordTitle:
		p.macro.Title = cut(value, MaxTitle)
	case wordKey:
		p.key(l.n, value)
	case wordReply:
		p.reply(l.n, value)
	case wordAssignee:
		p.macro.Assignee = value
		if lower := strings.ToLower(value); lower == AssignMe || lower == AssignNobody {
			p.macro.Assignee = lower
		}
	case wordStatus:
		if p.macro.Status = statusWords[strings.ToLower(value)]; p.macro.Status == "" {
			p.fault(l.n, "write status: resolve, or status: open; a snooze has a line of its own", "there is no status %q", cut(value, 40))
		}
	case wordSnooze:
		p.macro.Snooze = value
		if _, err := SnoozeUntil(value, time.Unix(0, 0)); err != nil {
			p.fault(l.n, snoozeAdvice, "%s", err)
		}
	}
}

// labels reads +LABEL and -LABEL, parted by commas or by blanks before the sign.
func (p *macroParser) labels(l line) {
	for part := range strings.SplitSeq(l.value, ",") {
		words := strings.Fields(part)
		if len(words) > 0 && words[0] != "" && !strings.ContainsAny(words[0][:1], "+-") {
			p.fault(l.n, "write +"+words[0]+" to put it on, or -"+words[0]+" to take it off", "the label has no sign before it")
			continue
		}
		for _, w := range words {
			if strings.ContainsAny(w[:1], "+-") {
				p.macro.Labels = append(p.macro.Labels, LabelChange{Label: w[1:], Off: w[0] == '-'})
				continue
			}
			last := &p.macro.Labels[len(p.macro.Labels)-1].Label
			*last = strings.TrimSpace(*last + " " + w)
		}
	}
	if !p.checkLabels(l.n, len(p.macro.Labels)) {
		p.macro.Labels = nil
	}
	for i, c := range p.macro.Labels {
		if c.Label == "" {
			p.fault(l.n, "write +LABEL or -LABEL", "a sign has no label behind it")
			return
		}
		if !p.checkLabel(l.n, c.Label) {
			return
		}
		if slices.ContainsFunc(p.macro.Labels[:i], func(other LabelChange) bool { return other.Label == c.Label }) {
			p.fault(l.n, "keep one", "the label %s is named twice", c.Label)
			return
		}
	}
}

func (p *macroParser) reply(n int, value string) {
	p.macro.Reply = strings.ToLower(value)
	if !isShortcode(p.macro.Reply) {
		p.fault(n, "name the shortcode of a canned response, or write the words below a blank line", "%q is no shortcode", cut(value, 40))
	}
}

func (p *macroParser) key(n int, value string) {
	key, ok := parseKey(value)
	if !ok {
		p.fault(n, "write one letter, f1 to f12, or either with ctrl+, alt+ or shift+ before it, as in alt+s", "%q is no key", cut(value, 40))
		return
	}
	p.macro.Key, p.macro.KeyLine = key, n
}

// parseKey is a key as the screen names it: a character, or a name, after its modifiers in the order ctrl, alt, shift.
func parseKey(s string) (string, bool) {
	last, modifiers := s, []string(nil)
	if i := strings.LastIndexByte(s[:len(s)-1], '+'); i >= 0 { // what stands behind the last + may be a + itself
		last, modifiers = s[i+1:], strings.Split(s[:i], "+")
	}
	var has [3]bool
	for _, m := range modifiers {
		i := slices.Index([]string{"ctrl", "alt", "shift"}, strings.ToLower(m))
		if i < 0 || has[i] {
			return "", false
		}
		has[i] = true
	}
	runes := []rune(last)
	switch {
	case len(runes) == 1 && runes[0] > ' ' && !isControl(runes[0]):
		if last, has[2] = shifted(runes[0], has[2], has[0] || has[1]); last == "" {
			return "", false
		}
	case slices.Contains(namedKeys, strings.ToLower(last)):
		last = strings.ToLower(last)
	default:
		return "", false
	}
	var b strings.Builder
	for i, m := range []string{"ctrl+", "alt+", "shift+"} {
		if has[i] {
			b.WriteString(m)
		}
	}
	return b.String() + last, true
}

// shifted is a character as the screen names it: alone it is what shift made of it, beside ctrl and alt it is what stands
// on the key, after shift. What shift makes of a sign, only the keyboard knows; that is empty.
func shifted(r rune, shift, others bool) (key string, withShift bool) {
	lower, upper := unicode.ToLower(r), unicode.ToUpper(r)
	switch letter := lower != upper; {
	case !letter && shift:
		return "", false
	case !letter:
		return string(r), false
	case others:
		return string(lower), shift
	case shift:
		return string(upper), false
	}
	return string(r), false
}

// namedKeys are those that nobody needs to type words or to move about.
var namedKeys = []string{"f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12", "insert"}

// check finds what does not go together.
func (p *macroParser) check() {
	m := p.macro
	switch {
	case m.Reply == "" && m.Text == "" && len(m.Labels) == 0 && m.Assignee == "" && m.Status == "" && m.Snooze == "":
		p.fault(0, "write reply:, label:, assignee:, status: or snooze:", "the macro does nothing")
	case m.Reply != "" && m.Text != "":
		p.fault(p.seen[wordReply], "keep the one that is meant", "there is a canned response to send and a text as well")
	case m.Status != "" && m.Snooze != "":
		p.fault(p.seen[wordSnooze], "keep the one that is meant", "there is a status and a snooze as well")
	}
	if m.Text == "" {
		return
	}
	text := parse(m.Name+suffix, []byte("\n"+m.Text))
	for _, f := range text.faults {
		if f.Line > 0 {
			f.Line += p.textAt - 2
		}
		f.File = p.file
		p.faults = append(p.faults, f)
	}
}

// checkMacros takes out macros that name a response which is not there, and those whose key another has.
func (l *Library) checkMacros() {
	keys := map[string]string{}
	l.Macros = slices.DeleteFunc(l.Macros, func(m Macro) bool {
		wrong := func(n int, problem, advice string) bool {
			l.Faults = append(l.Faults, Fault{File: m.file(), Line: n, Problem: problem, Advice: advice})
			return true
		}
		if m.Reply != "" {
			if _, ok := l.Response(m.Reply); !ok {
				return wrong(0, fmt.Sprintf("there is no canned response %s", m.Reply), "write "+m.Reply+suffix+", or name another")
			}
		}
		if m.Key == "" {
			return false
		}
		if other := keys[m.Key]; other != "" {
			return wrong(m.KeyLine, fmt.Sprintf("the key %s is that of %s", m.Key, other), "give one of them another key")
		}
		keys[m.Key] = m.Name
		return false
	})
}
