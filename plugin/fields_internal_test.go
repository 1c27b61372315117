package plugin

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestFieldsAreBounded shows that a body of many small fields, which would take up many times its size in our memory, is
// refused, in whatever form it comes, and that one with as many as a call may have is read.
func TestFieldsAreBounded(t *testing.T) {
	t.Parallel()
	forms := map[string]func(n int) error{
		"JSON": func(n int) error {
			return params{}.addJSON([]byte(`{` + strings.Repeat(`"a":1,`, n-1) + `"b":{"c":[1]}}`))
		},
		"a form": func(n int) error {
			form := url.Values{}
			for i := range n {
				form.Add(fmt.Sprintf("a[%d][][][][][][][][][]", i), "")
			}
			return params{}.addForm(form)
		},
		"one name many times": func(n int) error {
			return params{}.addForm(url.Values{"a[]": make([]string, n)})
		},
		"parts": func(n int) error {
			body := strings.Repeat("--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n", n) + "--x--\r\n"
			_, err := readForm(strings.NewReader(body), "x", nil)
			return err
		},
	}
	for name, read := range forms {
		if err := read(maxCallFields); err != nil {
			t.Errorf("%s with as many as there may be: %v", name, err)
		}
		if err := read(maxCallFields + 1); !errors.Is(err, errFields) {
			t.Errorf("%s with one more: %v, want %v", name, err, errFields)
		}
	}
}

func TestFieldsOfNoObject(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `[]`, `1`, `{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,}`, `{"a":1} {}`, `{"a":1}x`, `{1:2}`, `{"a":` + strings.Repeat(`[`, 20000) + `}`} {
		if err := (params{}).addJSON([]byte(body)); !errors.Is(err, errNoObject) {
			t.Errorf("%.20s: %v, want %v", body, err, errNoObject)
		}
	}
	p := params{}
	if err := p.addJSON([]byte(" {\"a\":1, \"a\":\"\u202e\", \"b\" : {\"c\":[null]} }\n")); err != nil || p.text("a") != "\u202e" || string(p["b"]) != `{"c":[null]}` {
		t.Errorf("an object is read as %s (%v)", p, err)
	}
}

// A call whose address has too many fields is refused in Meta's form.
func TestFieldsOfAnAddress(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "/me?"+strings.Repeat("a=&", maxCallFields+1), nil)
	w := httptest.NewRecorder()
	(&Server{}).serveGraph(w, r)
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "more than 1000 fields") {
		t.Errorf("it answers %d %s", w.Code, w.Body)
	}
}
