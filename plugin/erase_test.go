package plugin_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

func TestABlockedVisitorIsNotHeard(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	id, token := p.visit(newcomer)
	r.next(messenger.KindPostback)
	path := "/plugin/contacts/" + id
	if a := p.call("POST", path, siteToken, `{"blocked":true}`); a.status != 200 {
		t.Fatalf("blocking was answered %d %v", a.status, a.body)
	}
	said := p.call("POST", "/plugin/messages", token, `{"text":"buy pills"}`)
	file := p.do(p.form("/plugin/messages", token, part{name: "filedata", file: "a.txt", kind: "text/plain", body: "pills"}))
	for _, a := range []answer{said, file} {
		if fault, _ := a.body["error"].(map[string]any); a.status != 403 || !strings.Contains(fmt.Sprint(fault["message"]), "takes no more messages from you") {
			t.Errorf("a blocked visitor got %d %v", a.status, a.body)
		}
	}
	if a := p.call("POST", "/plugin/visitors", token, newcomer); a.status != 200 || a.body["blocked"] != true {
		t.Errorf("coming back got %d %v", a.status, a.body)
	}
	if got := lines(t, p.call("GET", "/plugin/messages", token, "")); len(got) != 0 {
		t.Errorf("there is %v", got)
	}
	if a := p.call("GET", path, siteToken, ""); a.body["blocked"] != true {
		t.Errorf("the page sees %v", a.body)
	}
	p.call("POST", path, siteToken, `{"blocked":false}`)
	if a := p.call("POST", "/plugin/messages", token, `{"text":"thank you"}`); a.status != 200 {
		t.Errorf("after that writing got %d %v", a.status, a.body)
	}
	if m := r.next(messenger.KindMessage).Message; m.Text != "thank you" {
		t.Errorf("of the blocked time came %+v", m)
	}
}

// Programs block as they do at Meta (ref. 6.7).
func TestModeration(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	id, token := p.visit(newcomer)
	for _, tc := range []struct {
		action string
		writes int
	}{{"BLOCK_USER", 403}, {"UNBLOCK_USER", 200}, {"ban_user", 403}, {"UNBAN_USER", 200}} {
		a := p.call("POST", "/"+siteID+"/moderate_conversations", siteToken, `{"user_ids":[{"id":"`+id+`"}],"actions":["`+tc.action+`"]}`)
		if a.status != 200 || a.body["success"] != true {
			t.Errorf("%s was answered %d %v", tc.action, a.status, a.body)
		}
		if a := p.call("POST", "/plugin/messages", token, `{"text":"hello"}`); a.status != tc.writes {
			t.Errorf("after %s writing got %d, want %d", tc.action, a.status, tc.writes)
		}
	}
	for name, body := range map[string]string{
		"nobody":            `{"user_ids":[],"actions":["BLOCK_USER"]}`,
		"nothing":           `{"user_ids":[{"id":"` + id + `"}]}`,
		"an unknown action": `{"user_ids":[{"id":"` + id + `"}],"actions":["MOVE_TO_SPAM"]}`,
		"an unknown person": `{"user_ids":[{"id":"9000000000000000001"}],"actions":["BLOCK_USER"]}`,
	} {
		a := p.call("POST", "/me/moderate_conversations", siteToken, body)
		if code, _ := a.fault(); code != 100 {
			t.Errorf("%s was answered %d %v", name, a.status, a.body)
		}
	}
}

func TestTheTrailAndWhoIsThere(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := start(t, plugin.Options{Now: c.now})
	id, token := p.visit(`{"page_id":"` + siteID + `","ref":"pricing","page_url":"https://lumen.example/pricing"}`)
	path := "/plugin/contacts/" + id
	c.move(10 * time.Second)
	p.call("POST", "/plugin/visitors", token, `{"page_url":"https://lumen.example/checkout"}`)
	a := p.call("GET", path, siteToken, "")
	trail, _ := a.body["trail"].([]any)
	if a.status != 200 || len(trail) != 2 || a.body["online"] != true || a.body["id"] != id {
		t.Fatalf("the page sees %d %v", a.status, a.body)
	}
	first, second := trail[0].(map[string]any), trail[1].(map[string]any)
	if first["page_url"] != "https://lumen.example/pricing" || first["ref"] != "pricing" || second["page_url"] != "https://lumen.example/checkout" {
		t.Errorf("the trail is %v", trail)
	}
	left := float64(c.now().UnixMilli())
	c.move(time.Minute)
	if a := p.call("GET", path, siteToken, ""); a.body["online"] != false || a.body["last_seen"] != left {
		t.Errorf("a minute later the page sees %v, want gone since %v", a.body, left)
	}
	line := p.listenTo(token, "")
	line.next("state")
	c.move(time.Hour)
	if a := p.call("GET", path, siteToken, ""); a.body["online"] != true {
		t.Errorf("while a line is open the page sees %v", a.body)
	}
	line.hang()
	p.eventually("the end of the line", func() bool { return p.Lines() == 0 })
	left = float64(c.now().UnixMilli())
	c.move(time.Minute)
	if a := p.call("GET", path, siteToken, ""); a.body["online"] != false || a.body["last_seen"] != left {
		t.Errorf("after the line the page sees %v, want gone since %v", a.body, left)
	}
	for i := range 25 {
		must(t, p.Arrive(t.Context(), plugin.Contact{Page: siteID, ID: id}, plugin.Arrival{PageURL: fmt.Sprint("https://lumen.example/", i)}))
	}
	trail = p.call("GET", path, siteToken, "").body["trail"].([]any)
	if last := trail[len(trail)-1].(map[string]any); len(trail) != 20 || last["page_url"] != "https://lumen.example/24" {
		t.Errorf("the trail has %d places and ends with %v", len(trail), last)
	}
	long := "https://lumen.example/" + strings.Repeat("x", 2000)
	for range 10 {
		must(t, p.Arrive(t.Context(), plugin.Contact{Page: siteID, ID: id}, plugin.Arrival{PageURL: long}))
	}
	if trail = p.call("GET", path, siteToken, "").body["trail"].([]any); len(trail) == 0 || len(trail) > 5 {
		t.Errorf("of long addresses the trail keeps %d", len(trail))
	}
}

func TestWhoMayAskAboutContacts(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	id, token := p.visit(newcomer)
	for name, tc := range map[string]struct {
		token, id string
		status    int
	}{
		"the page":               {siteToken, id, 200},
		"another page":           {pageToken, id, 404},
		"the visitor":            {token, id, 401},
		"nobody":                 {"", id, 401},
		"the page, for a nobody": {siteToken, "9000000000000000001", 404},
		"the page, for a name":   {siteToken, "..", 404},
	} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			if method == "DELETE" && tc.status == 200 {
				continue
			}
			body := map[string]string{"POST": `{"blocked":false}`}[method]
			a := p.call(method, "/plugin/contacts/"+strings.ReplaceAll(tc.id, ".", "%2E"), tc.token, body)
			if a.status != tc.status {
				t.Errorf("%s by %s got %d %v, want %d", method, name, a.status, a.body, tc.status)
			}
		}
	}
	if a := p.call("POST", "/plugin/contacts/"+id, siteToken, `{}`); a.status != 400 {
		t.Errorf("a call that says nothing got %d %v", a.status, a.body)
	}
}

func TestErasing(t *testing.T) {
	t.Parallel()
	c := newClock()
	r := newReceiver(t)
	r.answerWith(func(messenger.Event) int { return http.StatusServiceUnavailable }) // everything waits in the queue
	o := known(c)
	o.Path = filepath.Join(t.TempDir(), "plugin.db")
	o.Subscribers = r.subscriptions()[:1]
	p := start(t, o)
	a := p.call("POST", "/plugin/visitors", "", vouched(c.mara(), identitySecret))
	id, token := a.body["id"].(string), a.body["token"].(string)
	_, other := p.visit(newcomer)
	upload := func(token, body string) string {
		a := p.do(p.form("/plugin/messages", token, part{name: "filedata", file: "a.txt", kind: "text/plain", body: body}))
		return a.body["files"].([]any)[0].(map[string]any)["url"].(string)
	}
	p.call("POST", "/plugin/messages", token, `{"text":"my secret address"}`)
	hers, his := upload(token, "her file"), upload(other, "his file")
	p.call("POST", "/plugin/messages", other, `{"text":"to stay"}`)
	sent := p.do(p.form("/me/messages", siteToken, part{name: "recipient", body: `{"id":"` + id + `"}`},
		part{name: "message", body: `{"attachment":{"type":"file","payload":{}}}`},
		part{name: "filedata", file: "offer.txt", kind: "text/plain", body: "for her alone"}))
	if sent.status != 200 {
		t.Fatalf("sending a file was answered %d %v", sent.status, sent.body)
	}
	line := p.listenTo(token, "")
	line.next("state")

	gone := p.call("DELETE", "/plugin/contacts/"+id, siteToken, "")
	if gone.status != 200 || gone.body["messages"] != 3.0 || gone.body["files"] != 2.0 || gone.body["events"].(float64) < 3 ||
		!strings.Contains(fmt.Sprint(gone.body["remains"]), "log.db") {
		t.Errorf("erasing was answered %d %v", gone.status, gone.body)
	}
	line.ended()
	for name, call := range map[string]struct {
		a      answer
		status int
	}{
		"reading":            {p.call("GET", "/plugin/messages", token, ""), 401},
		"writing":            {p.call("POST", "/plugin/messages", token, `{"text":"x"}`), 401},
		"asking":             {p.call("GET", "/plugin/contacts/"+id, siteToken, ""), 404},
		"erasing once more":  {p.call("DELETE", "/plugin/contacts/"+id, siteToken, ""), 404},
		"her file":           {p.call("GET", hers, "", ""), 404},
		"somebody's reading": {p.call("GET", "/plugin/messages", other, ""), 200},
	} {
		if call.a.status != call.status {
			t.Errorf("%s got %d %v, want %d", name, call.a.status, call.a.body, call.status)
		}
	}
	if got := lines(t, p.call("GET", "/plugin/messages", other, "")); len(got) != 2 {
		t.Errorf("of somebody else's words there is %v", got)
	}
	if res, err := p.http.Client().Get(p.http.URL + his); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("somebody else's file: %v, %v", res, err)
	} else {
		must(t, res.Body.Close())
	}
	if files := namesIn(t, filepath.Join(filepath.Dir(o.Path), "plugin-files")); len(files) != 1 {
		t.Errorf("in the folder of files there are %v", files)
	}
	back := p.call("POST", "/plugin/visitors", "", vouched(c.mara(), identitySecret))
	if back.status != 200 || back.body["id"] == id {
		t.Fatalf("the customer who comes again got %d %v", back.status, back.body)
	}
	if got := lines(t, p.call("GET", "/plugin/messages", back.body["token"].(string), "")); len(got) != 0 {
		t.Errorf("of what was erased there is %v", got)
	}
	r.answerWith(func(ev messenger.Event) int {
		if ev.Sender.ID == id || ev.Recipient.ID == id {
			t.Errorf("of whom was erased came %s", ev.Raw)
		}
		return http.StatusOK
	})
	p.stop()
	start(t, o).quiet() // a new start tries at once
}

func namesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	must(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, path)
		}
		return err
	}))
	return names
}
