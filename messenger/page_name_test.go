package messenger

import (
	"errors"
	"net/http"
	"testing"
)

func TestPageName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		page, body string
		status     int
		want       string
		fails      bool
	}{
		"named":       {page: "109872000000101", status: 200, body: `{"name":"Lumen Bikes","id":"109872000000101"}`, want: "Lumen Bikes"},
		"without one": {page: "109872000000101", status: 200, body: `{"id":"109872000000101"}`},
		"refused":     {page: "109872000000101", status: 400, body: string(ErrorBody(10, 0, "needs a permission")), fails: true},
		"no id":       {page: "../me", fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked string
			got, err := graph(t, func(w http.ResponseWriter, r *http.Request) {
				asked = r.Method + " " + r.URL.Path + " " + r.URL.Query().Get("fields")
				answer(c.status, []byte(c.body))(w, r)
			}).PageName(t.Context(), c.page)
			if got != c.want || (err != nil) != c.fails {
				t.Errorf("%q, %v, want %q", got, err, c.want)
			}
			var limit *LimitError
			if want := "GET /" + DefaultGraphVersion + "/" + c.page + " id,name"; asked != want && !errors.As(err, &limit) {
				t.Errorf("asked %q, want %q", asked, want)
			}
		})
	}
}
