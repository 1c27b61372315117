package check

import (
	"html"
	"sort"
	"strings"
)

// tag is a start tag of a page.
type tag struct {
	name  string // in small letters
	attrs []attr
	at    int    // where it begins
	text  string // of elements whose content is text, as scripts
	from  int    // where that begins
	inert bool   // in a template: nothing comes of it
}

// attr is an attribute; only the first of a name is kept, as browsers do.
type attr struct {
	name, value string
	at          int
}

// get is the value of an attribute.
func (t tag) get(name string) (value string, ok bool) {
	for _, a := range t.attrs {
		if a.name == name {
			return a.value, true
		}
	}
	return "", false
}

// where is where an attribute begins, or else the tag.
func (t tag) where(name string) int {
	for _, a := range t.attrs {
		if a.name == name {
			return a.at
		}
	}
	return t.at
}

func (t tag) has(name string) bool {
	_, ok := t.get(name)
	return ok
}

// hasClass reports whether a tag has a class.
func (t tag) hasClass(class string) bool {
	value, _ := t.get("class")
	for c := range strings.FieldsSeq(value) {
		if c == class {
			return true
		}
	}
	return false
}

// comment is what stands between <!-- and -->.
type comment struct {
	text string
	at   int
}

// document is a page, read.
type document struct {
	source   string
	lines    []int // where each line begins
	tags     []tag
	comments []comment
}

// textElements hold text, whatever it looks like. With scripting on, noscript is one of them.
var textElements = map[string]bool{
	"script": true, "style": true, "textarea": true, "title": true, "noscript": true, "iframe": true, "noembed": true, "noframes": true, "xmp": true,
}

// maxTags bounds what is kept of a page.
const maxTags = 100_000

// read takes a page apart, as browsers do, as far as that matters here. It makes something of everything.
func read(source string) *document {
	d := &document{source: source, lines: []int{0}}
	for i := range len(source) {
		if source[i] == '\n' {
			d.lines = append(d.lines, i+1)
		}
	}
	templates := 0
	for at := 0; at < len(source) && len(d.tags)+len(d.comments) < maxTags; {
		open := strings.IndexByte(source[at:], '<')
		if open < 0 {
			break
		}
		at += open
		rest := source[at:]
		switch {
		case strings.HasPrefix(rest, "<!--"):
			at = d.readComment(at)
		case len(rest) > 2 && rest[1] == '/' && isLetter(rest[2]):
			end := endOfTag(source, at+2)
			if strings.HasPrefix(strings.ToLower(rest[2:min(len(rest), 11)]), "template") && templates > 0 {
				templates--
			}
			at = end
		case len(rest) > 1 && (rest[1] == '!' || rest[1] == '?' || rest[1] == '/'):
			at = after(source, at, ">")
		case len(rest) > 1 && isLetter(rest[1]):
			t, end := readTag(source, at)
			t.inert = templates > 0
			if t.name == "template" {
				templates++
			}
			if textElements[t.name] {
				t.from = end
				t.text, end = readText(source, end, t.name)
			}
			d.tags = append(d.tags, t)
			at = end
		default:
			at++
		}
	}
	return d
}

func (d *document) readComment(at int) int {
	from := at + len("<!--")
	end := strings.Index(d.source[from:], "-->")
	if end < 0 {
		d.comments = append(d.comments, comment{d.source[from:], at})
		return len(d.source)
	}
	d.comments = append(d.comments, comment{d.source[from : from+end], at})
	return from + end + len("-->")
}

// place is the line and the column of an offset, both from 1; a column is a byte.
func (d *document) place(at int) (line, column int) {
	line = sort.SearchInts(d.lines, at+1)
	return line, at - d.lines[line-1] + 1
}

func after(source string, at int, end string) int {
	i := strings.Index(source[at:], end)
	if i < 0 {
		return len(source)
	}
	return at + i + len(end)
}

// endOfTag is where a tag ends that has begun before at.
func endOfTag(source string, at int) int {
	_, end := readAttrs(source, at)
	return end
}

// readTag reads a start tag.
func readTag(source string, at int) (t tag, end int) {
	from := at + 1
	i := from
	for i < len(source) && !isSpace(source[i]) && source[i] != '/' && source[i] != '>' {
		i++
	}
	t = tag{name: strings.ToLower(source[from:i]), at: at}
	t.attrs, end = readAttrs(source, i)
	return t, end
}

// maxAttrs bounds the attributes of a tag that are kept.
const maxAttrs = 200

// readAttrs reads attributes up to the end of their tag.
func readAttrs(source string, i int) (attrs []attr, end int) {
	seen := map[string]bool{}
	for i < len(source) {
		switch c := source[i]; {
		case c == '>':
			return attrs, i + 1
		case isSpace(c) || c == '/':
			i++
			continue
		}
		a := attr{at: i}
		for i++; i < len(source) && !isSpace(source[i]) && source[i] != '/' && source[i] != '>' && source[i] != '='; {
			i++
		}
		a.name = strings.ToLower(source[a.at:i])
		j := i
		for j < len(source) && isSpace(source[j]) {
			j++
		}
		if j < len(source) && source[j] == '=' {
			a.value, i = readValue(source, j+1)
		}
		if !seen[a.name] && len(attrs) < maxAttrs {
			seen[a.name] = true
			attrs = append(attrs, a)
		}
	}
	return attrs, len(source)
}

func readValue(source string, i int) (value string, end int) {
	for i < len(source) && isSpace(source[i]) {
		i++
	}
	if i >= len(source) {
		return "", i
	}
	from := i
	if quote := source[i]; quote == '"' || quote == '\'' {
		from++
		n := strings.IndexByte(source[from:], quote)
		if n < 0 {
			return "", len(source)
		}
		return html.UnescapeString(source[from : from+n]), from + n + 1
	}
	for i < len(source) && !isSpace(source[i]) && source[i] != '>' {
		i++
	}
	return html.UnescapeString(source[from:i]), i
}

// readText reads the content of an element that holds text, up to its end tag.
func readText(source string, from int, name string) (text string, end int) {
	for i := from; ; {
		n := strings.Index(source[i:], "</")
		if n < 0 {
			return source[from:], len(source)
		}
		i += n
		rest := source[i+2:]
		if len(rest) >= len(name) && strings.EqualFold(rest[:len(name)], name) && (len(rest) == len(name) || !isLetter(rest[len(name)])) {
			return source[from:i], endOfTag(source, i+2+len(name))
		}
		i += 2
	}
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isSpace(c byte) bool  { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }
