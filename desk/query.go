package desk

import (
	"fmt"
	"slices"
	"strings"

	"frontdesk/store"
)

// The words of the filter line that stand for something else, unless they are quoted.
const (
	assigneeMe   = "me"
	assigneeNone = "none"
)

// fields are the fields of a query, in the order in which they are offered.
var fields = []store.Field{
	store.FieldOrigin, store.FieldRef, store.FieldIs, store.FieldStatus,
	store.FieldInbox, store.FieldAssignee, store.FieldLabel,
}

// fixedValues are the values of the fields that have no others.
var fixedValues = map[store.Field][]string{
	store.FieldOrigin: {
		string(store.OriginPlugin), string(store.OriginLink), string(store.OriginAd),
		string(store.OriginOther), string(store.OriginUnknown),
	},
	store.FieldIs: {store.IsUnread, store.IsUnreplied},
	store.FieldStatus: {
		string(store.StatusOpen), string(store.StatusPending), string(store.StatusSnoozed), string(store.StatusResolved),
	},
}

// QueryError says which word of a filter line is not understood, and what would be.
type QueryError struct {
	Pos     int    // of the word, in bytes
	Word    string // as typed
	Problem string // what is wrong, without the word
	Hint    string // the nearest field or value that would do, as it would be typed; empty when there is none
}

// Error is one sentence that names the word, the fault and the hint.
func (e *QueryError) Error() string {
	s := fmt.Sprintf("%q: %s", e.Word, e.Problem)
	if e.Hint != "" {
		s += "; try " + e.Hint
	}
	return s
}

// ParseQuery reads a filter line:
//
//	origin:plugin,link ref:pricing ref:"spring sale" ref:spring-* is:unread status:open assignee:me -label:spam mara
//
// A word field:value is a condition; values parted by commas are alternatives, a leading - negates. Every other word
// must be in the contact's name. Quotes keep blanks, commas and colons together (\" and \\ inside them are a quote and
// a backslash), and take their meaning from a word: assignee:"none" is an agent of that name. assignee:me is agent,
// assignee:none is nobody. Empty text is the zero Query. An error is a *QueryError.
func ParseQuery(text, agent string) (store.Query, error) {
	var q store.Query
	for _, w := range splitWords(text) {
		if !w.closed {
			return store.Query{}, w.fault("the quote is not closed", w.raw+`"`)
		}
		field, values, not, ok := w.term()
		if !ok {
			switch {
			case w.text() == "": // "" alone asks for nothing
			case not:
				return store.Query{}, w.fault("only a condition can be negated, not a name", "")
			default:
				q.Words = append(q.Words, w.text())
			}
			continue
		}
		t, err := w.parseTerm(field, values, agent)
		if err != nil {
			return store.Query{}, err
		}
		t.Not = not
		q.Terms = append(q.Terms, t)
	}
	return q, nil
}

// parseTerm checks a condition's field and values.
func (w word) parseTerm(field string, values []piece, agent string) (store.Term, error) {
	f := store.Field(strings.ToLower(field))
	if !slices.Contains(fields, f) {
		hint := nearest(string(f), fieldNames())
		if hint != "" {
			hint += ":"
		} else {
			hint = quote(w.raw) + " for a name"
		}
		return store.Term{}, w.fault(fmt.Sprintf("there is no field %q", field), hint)
	}
	t := store.Term{Field: f}
	for _, v := range values {
		value, err := w.parseValue(f, v, agent)
		if err != nil {
			return store.Term{}, err
		}
		t.Values = append(t.Values, value)
	}
	return t, nil
}

func (w word) parseValue(f store.Field, v piece, agent string) (string, error) {
	if v.text == "" {
		return "", w.fault("a value is missing", firstValue(f))
	}
	if fixed, ok := fixedValues[f]; ok {
		value := strings.ToLower(v.text)
		if !slices.Contains(fixed, value) {
			return "", w.fault(fmt.Sprintf("%s has no value %q", f, v.text), string(f)+":"+nearestOr(value, fixed))
		}
		return value, nil
	}
	if f != store.FieldAssignee || v.quoted {
		return v.text, nil
	}
	switch v.text {
	case assigneeNone:
		return "", nil
	case assigneeMe:
		if agent == "" {
			return "", w.fault("nobody knows who you are", "assignee:NAME")
		}
		return agent, nil
	}
	return v.text, nil
}

func (w word) fault(problem, hint string) *QueryError {
	return &QueryError{Pos: w.pos, Word: w.raw, Problem: problem, Hint: hint}
}

// firstValue is an example of a condition on f.
func firstValue(f store.Field) string {
	if fixed, ok := fixedValues[f]; ok {
		return string(f) + ":" + fixed[0]
	}
	if f == store.FieldAssignee {
		return string(f) + ":" + assigneeMe
	}
	return ""
}

func fieldNames() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = string(f)
	}
	return names
}

// FormatQuery writes q as a filter line that ParseQuery reads as q again. Agents are named, never called me.
func FormatQuery(q store.Query) string {
	var b strings.Builder
	for _, t := range q.Terms {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(formatTerm(t))
	}
	for _, w := range q.Words {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if needsQuotes(w) || strings.Contains(w, ":") || strings.HasPrefix(w, "-") {
			w = quote(w)
		}
		b.WriteString(w)
	}
	return b.String()
}

func formatTerm(t store.Term) string {
	values := make([]string, len(t.Values))
	for i, v := range t.Values {
		values[i] = formatValue(t.Field, v)
	}
	s := string(t.Field) + ":" + strings.Join(values, ",")
	if t.Not {
		s = "-" + s
	}
	return s
}

func formatValue(f store.Field, v string) string {
	switch {
	case f == store.FieldAssignee && v == "":
		return assigneeNone
	case f == store.FieldAssignee && (v == assigneeMe || v == assigneeNone), needsQuotes(v):
		return quote(v)
	}
	return v
}

// needsQuotes reports whether v would not be read as one value if written as it is.
func needsQuotes(v string) bool {
	return v == "" || strings.ContainsFunc(v, isBlank) || strings.ContainsAny(v, `",`)
}

func quote(v string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
}
