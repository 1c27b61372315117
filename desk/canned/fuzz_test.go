package canned_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk/canned"
)

// FuzzParse reads whatever may lie in a folder. What is read without a fault is written and read the same again, and what
// it becomes has a value for every placeholder; what has a fault says where and what.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/good/canned/*.txt", "testdata/good/macros/*.txt"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			f.Fatalf("%s: %v", pattern, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	for _, text := range []string{
		"", "\n", ":", "a:", "title", "title:\n", "  card: A", "card:\n  :", "card: \"A\\n\"\n  subtitle: \"", "quick reply: =", `quick reply: \= = "\x00"`,
		"button: url", "button: call = +", "button: postback \\", "file: \"", "file: \x00", "label: ,,", "ask:", "{{", "{{}}", "{{|}}", "{{?|}}", `\{{`,
		"{{?a|b}}{{?A}}", "{{agent|{{}}", "\ufeff\r\r\n", "#\n#\n\n#", "title: A\n \nB", "label: +", "label: -a+b", "key: +", "key: ++", "snooze: for until", "reply: -",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, faults := canned.Parse("a.txt", data)
		for _, fault := range faults {
			if fault.File != "a.txt" || fault.Problem == "" || fault.Line < 0 || fault.Line > strings.Count(string(data), "\n")+strings.Count(string(data), "\r")+1 {
				t.Fatalf("%+v", fault)
			}
		}
		if len(faults) == 0 {
			file := canned.Format(r)
			again, faults := canned.Parse("a.txt", file)
			if diff := cmp.Diff(r, again); diff != "" || len(faults) > 0 {
				t.Fatalf("written as\n%s\n(-read +again): %s%v", file, diff, faults)
			}
			answers := map[string]string{}
			for _, b := range r.Blanks() {
				answers[b.Name] = "{{agent}}"
			}
			values := canned.Values{}
			for _, name := range canned.Variables {
				values[name] = "{{?x}}"
			}
			if _, err := r.Expand(values, answers); err != nil && strings.Contains(err.Error(), "not known") {
				t.Fatal(err)
			}
		}
		m, faults := canned.ParseMacro("macros/a.txt", data)
		if len(faults) == 0 && m.Name != "a" {
			t.Fatalf("a macro without a fault is %+v", m)
		}
	})
}
