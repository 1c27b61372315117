package desk_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"frontdesk/desk"
	"frontdesk/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func term(f store.Field, values ...string) store.Term { return store.Term{Field: f, Values: values} }

func not(t store.Term) store.Term {
	t.Not = true
	return t
}

func TestParseQuery(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want store.Query
	}{
		"empty":        {"", store.Query{}},
		"blank":        {" \t ", store.Query{}},
		"origin":       {"origin:plugin", store.Query{Terms: []store.Term{term(store.FieldOrigin, "plugin")}}},
		"any case":     {"Origin:PLUGIN", store.Query{Terms: []store.Term{term(store.FieldOrigin, "plugin")}}},
		"list":         {"origin:plugin,link", store.Query{Terms: []store.Term{term(store.FieldOrigin, "plugin", "link")}}},
		"prefix":       {"ref:spring-*", store.Query{Terms: []store.Term{term(store.FieldRef, "spring-*")}}},
		"quoted value": {`ref:"a b"`, store.Query{Terms: []store.Term{term(store.FieldRef, "a b")}}},
		"quoted list":  {`ref:"a,b",c`, store.Query{Terms: []store.Term{term(store.FieldRef, "a,b", "c")}}},
		"colon inside": {"ref:a:b", store.Query{Terms: []store.Term{term(store.FieldRef, "a:b")}}},
		"escapes":      {`ref:"a\"b\\c\d"`, store.Query{Terms: []store.Term{term(store.FieldRef, `a"b\c\d`)}}},
		"negated":      {"-is:unread", store.Query{Terms: []store.Term{not(term(store.FieldIs, "unread"))}}},
		"me":           {"assignee:me", store.Query{Terms: []store.Term{term(store.FieldAssignee, "ana")}}},
		"none":         {"assignee:none", store.Query{Terms: []store.Term{term(store.FieldAssignee, "")}}},
		"called none":  {`assignee:"none"`, store.Query{Terms: []store.Term{term(store.FieldAssignee, "none")}}},
		"words":        {"mara voss", store.Query{Words: []string{"mara", "voss"}}},
		"phrase":       {`"mara voss"`, store.Query{Words: []string{"mara voss"}}},
		"quoted field": {`"is:unread"`, store.Query{Words: []string{"is:unread"}}},
		"quoted dash":  {`"-mara"`, store.Query{Words: []string{"-mara"}}},
		"word, comma":  {"voss,mara", store.Query{Words: []string{"voss,mara"}}},
		"a dash":       {"-", store.Query{Words: []string{"-"}}},
		"empty phrase": {`""`, store.Query{}},
		"wide blanks":  {"is:unread\u3000mara", store.Query{Terms: []store.Term{term(store.FieldIs, "unread")}, Words: []string{"mara"}}},
		"all of it": {`origin:plugin ref:pricing is:unread status:open inbox:100 label:vip mara`, store.Query{
			Terms: []store.Term{
				term(store.FieldOrigin, "plugin"), term(store.FieldRef, "pricing"), term(store.FieldIs, "unread"),
				term(store.FieldStatus, "open"), term(store.FieldInbox, "100"), term(store.FieldLabel, "vip"),
			},
			Words: []string{"mara"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := desk.ParseQuery(c.text, "ana")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if err := got.Check(); err != nil {
				t.Errorf("the store would not take it: %v", err)
			}
		})
	}
}

func TestParseQueryFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, agent string
		want        desk.QueryError
	}{
		"unknown field":  {"mara origim:plugin", "ana", desk.QueryError{Pos: 5, Word: "origim:plugin", Problem: `there is no field "origim"`, Hint: "origin:"}},
		"an address":     {"https://lumen.example", "ana", desk.QueryError{Word: "https://lumen.example", Problem: `there is no field "https"`, Hint: `"https://lumen.example" for a name`}},
		"unknown value":  {"is:unred", "ana", desk.QueryError{Word: "is:unred", Problem: `is has no value "unred"`, Hint: "is:unread"}},
		"begun value":    {"status:res", "ana", desk.QueryError{Word: "status:res", Problem: `status has no value "res"`, Hint: "status:resolved"}},
		"far-off value":  {"is:xyzxyzxyz", "ana", desk.QueryError{Word: "is:xyzxyzxyz", Problem: `is has no value "xyzxyzxyz"`, Hint: "is:unread|unreplied"}},
		"no value":       {"origin:", "ana", desk.QueryError{Word: "origin:", Problem: "a value is missing", Hint: "origin:plugin"}},
		"no second":      {"ref:a,", "ana", desk.QueryError{Word: "ref:a,", Problem: "a value is missing"}},
		"open quote":     {`ref:"a b`, "ana", desk.QueryError{Word: `ref:"a b`, Problem: "the quote is not closed", Hint: `ref:"a b"`}},
		"negated name":   {"-mara", "ana", desk.QueryError{Word: "-mara", Problem: "only a condition can be negated, not a name"}},
		"me, but nobody": {"assignee:me", "", desk.QueryError{Word: "assignee:me", Problem: "nobody knows who you are", Hint: "assignee:NAME"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := desk.ParseQuery(c.text, c.agent)
			var got *desk.QueryError
			if !errors.As(err, &got) {
				t.Fatalf("error is %v, want a *QueryError", err)
			}
			if diff := cmp.Diff(c.want, *got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestQueryErrorIsASentence(t *testing.T) {
	t.Parallel()
	_, err := desk.ParseQuery("origim:plugin", "ana")
	if want := `"origim:plugin": there is no field "origim"; try origin:`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	counts := store.Counts{
		Unread: 3, Unreplied: 5,
		Statuses: map[store.Status]int{store.StatusOpen: 14},
		Origins:  map[store.Origin]int{store.OriginPlugin: 9},
		Refs:     []store.RefCount{{Ref: "pricing", N: 4}, {Ref: "spring sale", N: 2}, {Ref: "spring-b", N: 1}},
		Mine:     map[string]int{"ana": 1, "bo": 2, "": 11},
		Inboxes:  map[store.InboxID]int{"100": 7},
	}
	for name, c := range map[string]struct {
		text string
		want []desk.Completion
	}{
		"fields by letters": {"mara st", []desk.Completion{{Text: "status:", Label: "status", From: 5, To: 7}}},
		"after a minus":     {"-re", []desk.Completion{{Text: "ref:", Label: "ref", From: 1, To: 3}}},
		"fixed values": {"is:un", []desk.Completion{
			{Text: "unread", Label: "unread", From: 3, To: 5, N: 3, Final: true},
			{Text: "unreplied", Label: "unreplied", From: 3, To: 5, N: 5, Final: true},
		}},
		"refs with numbers, quoted where needed": {"ref:spr", []desk.Completion{
			{Text: `"spring sale"`, Label: "spring sale", From: 4, To: 7, N: 2, Final: true},
			{Text: "spring-b", Label: "spring-b", From: 4, To: 7, N: 1, Final: true},
		}},
		"a second value": {"ref:pricing,", []desk.Completion{
			{Text: `"spring sale"`, Label: "spring sale", From: 12, To: 12, N: 2, Final: true},
			{Text: "spring-b", Label: "spring-b", From: 12, To: 12, N: 1, Final: true},
		}},
		"assignees": {"assignee:", []desk.Completion{
			{Text: "me", Label: "me", From: 9, To: 9, Final: true},
			{Text: "none", Label: "none", From: 9, To: 9, Final: true},
			{Text: "bo", Label: "bo", From: 9, To: 9, N: 2, Final: true},
			{Text: "ana", Label: "ana", From: 9, To: 9, N: 1, Final: true},
		}},
		"inboxes":       {"inbox:", []desk.Completion{{Text: "100", Label: "100", From: 6, To: 6, N: 7, Final: true}}},
		"unknown field": {"colour:b", nil},
		"in a quote":    {`ref:"spr`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, desk.Complete(c.text, len(c.text), counts)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCompleteOffersTheFieldsThatHaveValuesForAnEmptyLine(t *testing.T) {
	t.Parallel()
	labels := func(all []desk.Completion) (out []string) {
		for _, c := range all {
			out = append(out, c.Label)
		}
		return out
	}
	some := store.Counts{Refs: []store.RefCount{{Ref: "a", N: 1}}, Inboxes: map[store.InboxID]int{"100": 7}}
	for _, text := range []string{"", "is:unread "} {
		got := desk.Complete(text, len(text), store.Counts{})
		if diff := cmp.Diff([]string{"origin", "is", "status", "assignee"}, labels(got)); diff != "" || got[0].From != len(text) {
			t.Errorf("for %q: %+v", text, got)
		}
		got = desk.Complete(text, len(text), some)
		if diff := cmp.Diff([]string{"origin", "ref", "is", "status", "inbox", "assignee"}, labels(got)); diff != "" {
			t.Errorf("for %q: %s", text, diff)
		}
	}
	// The cursor may stand anywhere, even outside.
	desk.Complete("ref:a b", -1, store.Counts{})
	desk.Complete("ref:a b", 99, store.Counts{})
}

func FuzzParseQuery(f *testing.F) {
	for _, s := range []string{
		"", "origin:plugin,link -ref:\"a b\" is:unread mara", `"`, `-"a"`, `a"b"c:d`, `ref:"\\"`, "assignee:none,\"me\"", "-", "--is:unread", ":", "ref::", "ref:,", "\x80ref:a",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := desk.ParseQuery(text, "ana")
		desk.Complete(text, len(text)/2, store.Counts{Refs: []store.RefCount{{Ref: "a b", N: 1}}})
		if err != nil {
			var e *desk.QueryError
			if !errors.As(err, &e) || e.Pos < 0 || e.Pos+len(e.Word) > len(text) || text[e.Pos:e.Pos+len(e.Word)] != e.Word {
				t.Fatalf("%q: error %#v does not name a word of it", text, err)
			}
			return
		}
		written := desk.FormatQuery(q)
		again, err := desk.ParseQuery(written, "somebody else")
		if err != nil {
			t.Fatalf("%q was written as %q, which gives %v", text, written, err)
		}
		if diff := cmp.Diff(q, again); diff != "" {
			t.Fatalf("%q was written as %q:\n%s", text, written, diff)
		}
	})
}
