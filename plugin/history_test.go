package plugin_test

import (
	"fmt"
	"testing"

	"frontdesk/plugin"
)

func TestHistoryByPages(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	first, token := p.visitor(plugin.Profile{})
	other, otherToken := p.visitor(plugin.Profile{})
	for i := range 25 {
		for _, c := range []plugin.Contact{first, other} {
			_, err := p.Write(t.Context(), c, fmt.Sprintf("%s says %d", c.ID, i))
			must(t, err)
		}
	}
	pages := map[string]plugin.Contact{token: first, otherToken: other}
	for token, c := range pages {
		var all []string
		path := "/plugin/messages?limit=10"
		for page := 0; ; page++ {
			a := p.call("GET", path, token, "")
			var said []string
			for _, m := range lines(t, a) {
				said = append(said, m["text"].(string))
			}
			all = append(said, all...)
			if want := []int{10, 10, 5}; page >= len(want) || len(said) != want[page] {
				t.Fatalf("page %d of the history has %d messages", page, len(said))
			}
			before, more := a.body["before"].(float64)
			if !more {
				break
			}
			path = fmt.Sprintf("/plugin/messages?limit=10&before=%d", int(before))
		}
		for i, text := range all {
			if text != fmt.Sprintf("%s says %d", c.ID, i) {
				t.Errorf("line %d of the history is %q", i, text)
			}
		}
	}
	newest := p.call("GET", "/plugin/messages?limit=1", token, "")
	after := int(newest.body["after"].(float64))
	if a := p.call("GET", fmt.Sprintf("/plugin/messages?after=%d", after), token, ""); len(lines(t, a)) != 0 {
		t.Errorf("after the newest there is %v", a.body)
	}
	if a := p.call("GET", "/plugin/messages?before=1", token, ""); len(lines(t, a)) != 0 || a.body["before"] != nil {
		t.Errorf("before everything there is %v", a.body)
	}
	for name, query := range map[string]string{
		"a place that is none": "before=x", "no message at all": "limit=0", "a limit that is none": "limit=-1", "both ways": "before=5&after=2",
	} {
		if a := p.call("GET", "/plugin/messages?"+query, token, ""); a.status != 400 {
			t.Errorf("%s answered %d %v", name, a.status, a.body)
		}
	}
}
