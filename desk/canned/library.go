package canned

import (
	"fmt"
	"slices"
	"strings"
)

// Library is what stands in the two folders at one moment.
type Library struct {
	Folder string // of the responses; empty when there is none by the settings
	Macros []Macro
	// Version changes whenever something in the folders does; use counts do not change it.
	Version   uint64
	Responses []Response // by shortcode
	Faults    []Fault    // by file and line; what is wrong with a file that is not among the others, or not whole
}

// Response finds a response by its shortcode, in whatever case it is written.
func (l Library) Response(shortcode string) (Response, bool) {
	shortcode = strings.ToLower(strings.TrimSpace(shortcode))
	i, ok := slices.BinarySearchFunc(l.Responses, shortcode, func(r Response, s string) int { return strings.Compare(r.Shortcode, s) })
	if !ok {
		return Response{}, false
	}
	return l.Responses[i], true
}

// Macro finds a macro by its name, in whatever case it is written.
func (l Library) Macro(name string) (Macro, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	i := slices.IndexFunc(l.Macros, func(m Macro) bool { return m.Name == name })
	if i < 0 {
		return Macro{}, false
	}
	return l.Macros[i], true
}

// KeyFaults are the macros whose key is one of the reserved, which name what each key does there. Such a macro runs by
// its name alone.
func (l Library) KeyFaults(reserved map[string]string) []Fault {
	var faults []Fault
	for _, m := range l.Macros {
		if what, taken := reserved[m.Key]; taken && m.Key != "" {
			faults = append(faults, Fault{
				File: m.file(), Line: m.KeyLine,
				Problem: fmt.Sprintf("the key %s is taken: %s", m.Key, what), Advice: "give the macro another key",
			})
		}
	}
	return faults
}
