package desk

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"frontdesk/store"
)

// Completion is one way to go on with a filter line: Text in place of the bytes From to To.
type Completion struct {
	Text  string // what would stand there
	Label string // what to show in a list
	From  int
	To    int
	N     int  // how many open conversations it would find; 0 also when that is not known
	Final bool // the word is whole with it, so a blank may follow
}

// Complete offers fields and values for the word of text in which the cursor (a place in bytes) stands, the likeliest
// first. It offers nothing inside a quote or for a word that is whole already.
func Complete(text string, cursor int, counts store.Counts) []Completion {
	cursor = max(0, min(cursor, len(text)))
	w, found := word{pos: cursor, closed: true}, false
	for _, candidate := range splitWords(text[:cursor]) {
		w, found = candidate, candidate.pos+len(candidate.raw) == cursor
	}
	if !found {
		w = word{pos: cursor, closed: true}
	}
	if !w.closed {
		return nil
	}
	if !w.colon {
		return completeFields(w, cursor, counts)
	}
	f := store.Field(strings.ToLower(w.field))
	if !slices.Contains(fields, f) || len(w.pieces) == 0 {
		return nil
	}
	last := w.pieces[len(w.pieces)-1]
	if last.quoted {
		return nil
	}
	return completeValues(f, last, w.pieces[:len(w.pieces)-1], cursor, counts)
}

// completeFields offers the fields that begin as w does and for which there is a value to offer next.
func completeFields(w word, cursor int, counts store.Counts) []Completion {
	from, typed := w.pos, strings.ToLower(w.text())
	if w.not {
		from++
	}
	var out []Completion
	for _, f := range fields {
		if strings.HasPrefix(string(f), typed) && len(w.pieces) <= 1 && len(valuesOf(f, counts)) > 0 {
			out = append(out, Completion{Text: string(f) + ":", Label: string(f), From: from, To: cursor})
		}
	}
	return out
}

// completeValues offers the values of f that begin as typed does, without those that stand there already.
func completeValues(f store.Field, typed piece, taken []piece, cursor int, counts store.Counts) []Completion {
	prefix := strings.ToLower(typed.text)
	var out []Completion
	for _, v := range valuesOf(f, counts) {
		if !strings.HasPrefix(strings.ToLower(v.Label), prefix) {
			continue
		}
		if slices.ContainsFunc(taken, func(p piece) bool { return p.text == v.Label }) {
			continue
		}
		v.From, v.To, v.Final = typed.pos, cursor, true
		out = append(out, v)
	}
	return out
}

// valuesOf is what f can be asked for: its fixed values in their order, or what the counts know, most first.
func valuesOf(f store.Field, counts store.Counts) []Completion {
	switch f {
	case store.FieldOrigin:
		return fixedCompletions(f, func(v string) int { return counts.Origins[store.Origin(v)] })
	case store.FieldStatus:
		return fixedCompletions(f, func(v string) int { return counts.Statuses[store.Status(v)] })
	case store.FieldIs:
		numbers := map[string]int{store.IsUnread: counts.Unread, store.IsUnreplied: counts.Unreplied}
		return fixedCompletions(f, func(v string) int { return numbers[v] })
	case store.FieldRef:
		out := make([]Completion, 0, len(counts.Refs))
		for _, r := range counts.Refs {
			out = append(out, Completion{Text: formatValue(f, r.Ref), Label: r.Ref, N: r.N})
		}
		return out
	case store.FieldLabel:
		out := make([]Completion, 0, len(counts.Labels))
		for _, l := range counts.Labels {
			out = append(out, Completion{Text: formatValue(f, l.Label), Label: l.Label, N: l.N})
		}
		return out
	case store.FieldAssignee:
		out := []Completion{{Text: assigneeMe, Label: assigneeMe}, {Text: assigneeNone, Label: assigneeNone}}
		return append(out, countedCompletions(f, counts.Mine)...)
	case store.FieldInbox:
		return countedCompletions(f, counts.Inboxes)
	default:
		return nil
	}
}

func fixedCompletions(f store.Field, n func(string) int) []Completion {
	out := make([]Completion, 0, len(fixedValues[f]))
	for _, v := range fixedValues[f] {
		out = append(out, Completion{Text: v, Label: v, N: n(v)})
	}
	return out
}

func countedCompletions[K ~string](f store.Field, counts map[K]int) []Completion {
	out := make([]Completion, 0, len(counts))
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		if k != "" {
			out = append(out, Completion{Text: formatValue(f, string(k)), Label: string(k), N: counts[k]})
		}
	}
	slices.SortStableFunc(out, func(a, b Completion) int { return cmp.Compare(b.N, a.N) })
	return out
}
