package plugin

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// params are the fields of a call: those of a JSON body, of a form, and of the query, which loses against the body.
// A form's values that are JSON by definition (recipient, message) are kept as such.
type params map[string]json.RawMessage

// text is a field that is a string, or a number or a truth value standing for one; empty if missing or of another type.
func (p params) text(name string) string {
	raw := p[name]
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	if text := string(raw); text == "true" || text == "false" {
		return text
	}
	return ""
}

// present reports whether a field is there and not null.
func (p params) present(name string) bool {
	raw := p[name]
	return len(raw) > 0 && string(raw) != "null"
}

// value is a field as JSON, also where it came as a text that holds JSON, which is how forms and some clients send it.
func (p params) value(name string) json.RawMessage {
	raw := p[name]
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return raw
	}
	if inner := strings.TrimSpace(text); (strings.HasPrefix(inner, "[") || strings.HasPrefix(inner, "{")) && json.Valid([]byte(inner)) {
		return json.RawMessage(inner)
	}
	return raw
}

// list is a field that names several things: a list of texts, or one text with commas between them.
func (p params) list(name string) []string {
	var names []string
	if raw := p.value(name); json.Unmarshal(raw, &names) != nil {
		names = strings.Split(p.text(name), ",")
	}
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return slices.DeleteFunc(names, func(s string) bool { return s == "" })
}

// maxCallFields is how many fields a call has: a template with everything in it, each part in a field of its own, has some
// hundred. A small field takes up many times its size in our memory, and who sends it may be a stranger.
const maxCallFields = 1000

var errFields = badParam("the call has more than %d fields", maxCallFields)

// addForm takes the fields of a form: objects are JSON in it, names with brackets are parts of a field, everything else is
// text.
func (p params) addForm(form url.Values) error {
	n := 0
	for _, values := range form {
		if n += len(values); n > maxCallFields {
			return errFields
		}
	}
	parts := map[string]*branch{}
	for name, values := range form {
		if len(values) == 0 {
			continue
		}
		if root, path, ok := bracketed(name); ok {
			if parts[root] == nil {
				parts[root] = &branch{}
			}
			for _, value := range values {
				parts[root].put(path, value)
			}
			continue
		}
		p[name] = formValue(values[0])
	}
	for root, b := range parts {
		raw, err := json.Marshal(b.value())
		if _, whole := form[root]; err == nil && !whole {
			p[root] = raw
		}
	}
	return nil
}

// addJSON takes the fields of a JSON object.
func (p params) addJSON(body []byte) error {
	read := json.NewDecoder(bytes.NewReader(body))
	if open, err := read.Token(); err != nil || open != json.Delim('{') {
		return errNoObject
	}
	for n := 0; read.More(); n++ {
		name, err := read.Token()
		var raw json.RawMessage
		if err != nil || read.Decode(&raw) != nil {
			return errNoObject
		}
		if n == maxCallFields {
			return errFields
		}
		p[name.(string)] = raw // the decoder has seen that names are texts
	}
	if _, err := read.Token(); err != nil { // the end of the object
		return errNoObject
	}
	if _, err := read.Token(); !errors.Is(err, io.EOF) {
		return errNoObject
	}
	return nil
}

var errNoObject = badParam("the body is not a JSON object")

// formValue is a form's value as JSON.
func formValue(value string) json.RawMessage {
	if trimmed := strings.TrimSpace(value); strings.HasPrefix(trimmed, "{") && json.Valid([]byte(value)) {
		return json.RawMessage(value)
	}
	text, err := json.Marshal(value)
	if err != nil { // a string has nothing that could not be encoded
		return nil
	}
	return text
}

// maxBrackets bounds how deep the fields of a form go: as deep as a card's button.
const maxBrackets = 10

// bracketed takes a name such as recipient[id] apart.
func bracketed(name string) (root string, path []string, ok bool) {
	open := strings.IndexByte(name, '[')
	if open <= 0 || !strings.HasSuffix(name, "]") {
		return "", nil, false
	}
	path = strings.Split(name[open+1:len(name)-1], "][")
	return name[:open], path, len(path) <= maxBrackets
}

// branch is a field whose parts stand in a form one by one.
type branch struct {
	text  *string
	names []string
	parts map[string]*branch
}

// put sets the part at a path; an empty name is the next of a list.
func (b *branch) put(path []string, value string) {
	if len(path) == 0 {
		b.text = &value
		return
	}
	name := path[0]
	if name == "" {
		name = strconv.Itoa(len(b.names))
	}
	if b.parts[name] == nil {
		if b.parts == nil {
			b.parts = map[string]*branch{}
		}
		b.parts[name] = &branch{}
		b.names = append(b.names, name)
	}
	b.parts[name].put(path[1:], value)
}

// value is the branch as JSON knows it: a list where the parts are counted from 0, else an object, or a text.
func (b *branch) value() any {
	if b.text != nil && b.parts == nil {
		if raw := formValue(*b.text); strings.HasPrefix(string(raw), "{") {
			return raw
		}
		return *b.text
	}
	list := make([]any, len(b.names))
	object := map[string]any{}
	for _, name := range b.names {
		v := b.parts[name].value()
		object[name] = v
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(list) {
			list[i] = v
		}
	}
	if slices.ContainsFunc(list, func(v any) bool { return v == nil }) {
		return object
	}
	return list
}
