package ingest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"frontdesk/store"
)

// wrong are values that hardly any place wants.
var wrong = []any{
	nil, true, false, json.Number("7"), json.Number("-1"), json.Number("2.5"), json.Number("9007199254740993"),
	json.Number("99999999999999999999"), json.Number("1e400"), "x", "", "true",
	[]any{},
	map[string]any{},
	[]any{[]any{"x"}},
	map[string]any{"id": map[string]any{"id": "x"}},
	strings.Repeat("é", 500),
}

// TestTranslateWrongTypes puts each wrong value into each place of each recorded body. It may cost what it costs to
// leave the place out, and the field that is read from that place; nothing beside it.
func TestTranslateWrongTypes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(fixtures, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(strings.TrimSuffix(name, ".json"), func(t *testing.T) {
			t.Parallel()
			var root any
			dec := json.NewDecoder(bytes.NewReader(fixture(t, name)))
			dec.UseNumber() // ids are beyond what a float holds
			if err := dec.Decode(&root); err != nil {
				t.Fatal(err)
			}
			whole := meaning(t, root)
			for _, p := range placesOf(root, nil) {
				mutatePlace(t, root, whole, p)
			}
		})
	}
}

// mutatePlace tries every wrong value in one place.
func mutatePlace(t *testing.T, root any, whole map[string]string, p place) {
	t.Helper()
	if event, ok := p.structure(); ok {
		rest := factsOf(meaning(t, event.without(root)))
		for _, value := range wrong {
			got := factsOf(meaning(t, p.with(root, value)))
			for _, fact := range rest {
				i := slices.Index(got, fact)
				if i < 0 {
					t.Errorf("%s = %.40v took another event with it: %.200s", p, value, fact)
					break
				}
				got = slices.Delete(got, i, i+1)
			}
		}
		return
	}
	may := changed(whole, meaning(t, p.without(root)))
	for _, value := range wrong {
		got := meaning(t, p.with(root, value))
		for _, field := range changed(whole, got) {
			read := func(name string) bool { return strings.Contains(field, "."+name+".") }
			if !slices.Contains(may, field) && !slices.ContainsFunc(readFrom[p.name()], read) {
				t.Errorf("%s = %.40v changed %s from %.60q to %.60q", p, value, field, whole[field], got[field])
			}
		}
	}
}

// readFrom are the fields of a fact that are read from members which cost nothing when they are left out: something
// else says the same, or their absence does.
var readFrom = map[string][]string{
	"id":            {"Inbox"}, // of the recipient: without it the entry's counts
	"time":          {"At"},
	"num_edit":      {"Edit"},
	"is_guest_user": {"Guest"},
	"type":          {"Type"},
	"attachments":   {"Attachments"},   // an element: without it the next takes its place
	"url":           {"Title"},         // an address that leads nowhere is a title where there is no other
	"title":         {"Title", "Text"}, // these are empty or null in some bodies
	"ref":           {"Ref"},
	"metadata":      {"Details"},
	"sticker_id":    {"StickerID"}, // stands twice
	"source":        {"Origin"},    // likewise

	"previous_owner_app_id": {"Details"},
}

// structure is the smallest event, entry or list of them that holds the place, if the place is one of these or the
// object that says what an event is.
func (p place) structure() (place, bool) {
	const list, event = 3, 4 // entry 0 messaging 0
	switch {
	case len(p) == list && (p[list-1] == "time" || p[list-1] == "id"):
		return nil, false
	case len(p) <= event:
		return p, true
	case len(p) == event+1 && p[list-1] != "changes" && !slices.Contains([]any{"sender", "recipient", "timestamp", "prior_message", "hop_context", "lead"}, p[event]):
		return p[:event], true
	case p[list-1] == "changes" && (len(p) == event+1 || len(p) == event+2 && p[event] == "value"):
		return p[:event], true
	}
	return nil, false
}

// factsOf are the facts of a meaning, each in one text.
func factsOf(fields map[string]string) []string {
	parts := map[string][]string{}
	for field, value := range fields {
		i, name, _ := strings.Cut(field, ".")
		parts[i] = append(parts[i], name+"="+value)
	}
	var out []string
	for _, part := range parts {
		slices.Sort(part)
		out = append(out, strings.Join(part, " "))
	}
	return out
}

// place is a path into a JSON value: names and indexes.
type place []any

func (p place) String() string { return fmt.Sprint([]any(p)) }

// name is the last name on the path.
func (p place) name() string {
	for i := len(p) - 1; i >= 0; i-- {
		if s, ok := p[i].(string); ok {
			return s
		}
	}
	return ""
}

// placesOf are all places below v.
func placesOf(v any, at place) []place {
	var out []place
	add := func(key, child any) {
		below := append(slices.Clone(at), key)
		out = append(append(out, below), placesOf(child, below)...)
	}
	switch v := v.(type) {
	case map[string]any:
		for name, child := range v {
			add(name, child)
		}
	case []any:
		for i, child := range v {
			add(i, child)
		}
	}
	return out
}

// with is a copy of v that has value at the place.
func (p place) with(v, value any) any {
	return p.change(v, func(any) (any, bool) { return value, true })
}

// without is a copy of v that has nothing at the place.
func (p place) without(v any) any {
	return p.change(v, func(any) (any, bool) { return nil, false })
}

func (p place) change(v any, to func(any) (any, bool)) any {
	out, _ := p.walk(v, to)
	return out
}

func (p place) walk(v any, to func(any) (any, bool)) (any, bool) {
	if len(p) == 0 {
		return to(v)
	}
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, child := range v {
			keep := true
			if name == p[0] {
				child, keep = p[1:].walk(child, to)
			}
			if keep {
				out[name] = child
			}
		}
		return out, true
	case []any:
		out := []any{}
		for i, child := range v {
			keep := true
			if i == p[0] {
				child, keep = p[1:].walk(child, to)
			}
			if keep {
				out = append(out, child)
			}
		}
		return out, true
	}
	return v, true
}

// meaning is what a body says, field by field. Hashes are left out: they stand for the whole event.
func meaning(t *testing.T, root any) map[string]string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(root); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for i, f := range translate(b.Bytes()) {
		checkFact(t, f)
		for _, id := range []*store.MessageID{&f.ID, (*store.MessageID)(&f.Key)} {
			if strings.HasPrefix(string(*id), "hash:") {
				*id = "hash"
			}
		}
		if f.Touch != nil {
			f.Touch.ID = f.ID
		}
		flatten(out, fmt.Sprintf("%d.", i), reflect.ValueOf(f))
	}
	return out
}

func flatten(out map[string]string, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			flatten(out, path, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			flatten(out, path+v.Type().Field(i).Name+".", v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			flatten(out, fmt.Sprintf("%s%d.", path, i), v.Index(i))
		}
	default:
		if !v.IsZero() {
			out[path] = fmt.Sprint(v.Interface())
		}
	}
}

// changed are the fields in which two meanings differ.
func changed(a, b map[string]string) []string {
	var out []string
	for field, value := range a {
		if b[field] != value {
			out = append(out, field)
		}
	}
	for field := range b {
		if _, ok := a[field]; !ok {
			out = append(out, field)
		}
	}
	return out
}
