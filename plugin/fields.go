package plugin

import (
	"regexp"
	"slices"
	"strings"
)

// graphField is one of the fields that a call asks for: a name, what limits it, and the fields wanted of it.
type graphField struct {
	name string
	args map[string]string
	sub  []graphField
	text string // of sub, as it was written
}

// maxFieldDepth is how deep fields are nested; maxFields how many there are in one list.
const (
	maxFieldDepth = 4
	maxFields     = 100
)

var (
	fieldName  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*`)
	fieldLimit = regexp.MustCompile(`^\.([a-z_]+)\(([^()]*)\)`)
)

// parseFields reads the field `fields` of a call: "id,messages.limit(5){id,from{name}}".
func parseFields(text string) ([]graphField, error) {
	list, rest, err := takeFields(strings.Join(strings.Fields(text), ""), 0)
	if err == nil && rest != "" {
		err = errFieldSyntax
	}
	return list, err
}

var errFieldSyntax = &graphError{code: 2500, message: "Syntax error in the field expansion"}

func takeFields(text string, depth int) (list []graphField, rest string, err error) {
	if depth > maxFieldDepth {
		return nil, "", errFieldSyntax
	}
	for text != "" {
		var f graphField
		if f.name = fieldName.FindString(text); f.name == "" || len(list) == maxFields {
			return nil, "", errFieldSyntax
		}
		text = text[len(f.name):]
		if f, text, err = takeModifiers(f, text, depth); err != nil {
			return nil, "", err
		}
		list = append(list, f)
		more := strings.TrimPrefix(text, ",")
		if more == text {
			return list, text, nil
		}
		text = more
	}
	return list, "", nil
}

// takeModifiers reads what may stand behind a field's name, in either order.
func takeModifiers(f graphField, text string, depth int) (graphField, string, error) {
	for {
		if limit := fieldLimit.FindStringSubmatch(text); limit != nil {
			if f.args == nil {
				f.args = map[string]string{}
			}
			f.args[limit[1]] = limit[2]
			text = text[len(limit[0]):]
			continue
		}
		if !strings.HasPrefix(text, "{") || f.sub != nil {
			return f, text, nil
		}
		sub, rest, err := takeFields(text[1:], depth+1)
		if err != nil || !strings.HasPrefix(rest, "}") {
			return f, "", errFieldSyntax
		}
		f.sub, f.text = sub, text[1:len(text)-len(rest)]
		text = rest[1:]
	}
}

// asked are the fields of a call, or else those that are given without being asked for. One that objects of a kind do not
// have is refused.
func asked(list []graphField, kind string, known []string, usual ...string) ([]graphField, error) {
	for _, f := range list {
		if !slices.Contains(known, f.name) {
			return nil, badParam("Tried accessing nonexisting field (%s) on node type (%s)", f.name, kind)
		}
	}
	if len(list) > 0 {
		return list, nil
	}
	for _, name := range usual {
		list = append(list, graphField{name: name})
	}
	return list, nil
}
