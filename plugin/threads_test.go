package plugin_test

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/plugin"
)

// data is the list of an answer.
func data(t *testing.T, a answer) []map[string]any {
	t.Helper()
	list, ok := a.body["data"].([]any)
	if a.status != 200 || !ok {
		t.Fatalf("answered %d %v, want a list", a.status, a.body)
	}
	var out []map[string]any
	for _, one := range list {
		out = append(out, one.(map[string]any))
	}
	return out
}

// at digs into an answer.
func at(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			l, _ := v.([]any)
			if step >= len(l) {
				return nil
			}
			v = l[step]
		}
	}
	return v
}

// follow calls an address that an answer named, as clients do: with their token in the header.
func (p *platform) follow(address any, token string) answer {
	p.t.Helper()
	text, _ := address.(string)
	path, ok := strings.CutPrefix(text, p.http.URL)
	if !ok || strings.Contains(text, token) || strings.Contains(text, "access_token") {
		p.t.Fatalf("%q is no address of the platform without a token", text)
	}
	return p.call("GET", path, token, "")
}

// keys are the names of an object, sorted.
func keys(v any) []string {
	var names []string
	m, _ := v.(map[string]any)
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// ticking is a clock that goes on by a second whenever it is looked at, so that no two things happen at once.
func ticking() func() time.Time {
	c := newClock()
	return func() time.Time {
		c.move(time.Second)
		return c.now()
	}
}

func TestConversationsAreListedAndPaged(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{Now: ticking()})
	if a := p.call("GET", "/v25.0/me/conversations", siteToken, ""); fmt.Sprint(a.body) != fmt.Sprint(fixture(t, "conversations-empty")) {
		t.Errorf("a page without conversations has %v", a.body)
	}
	var contacts []plugin.Contact
	for i := range 5 {
		c, _ := p.visitor(plugin.Profile{Name: fmt.Sprintf("Visitor %d", i)})
		_, err := p.Write(t.Context(), c, fmt.Sprintf("words %d", i))
		must(t, err)
		contacts = append(contacts, c)
	}
	p.visitor(plugin.Profile{Name: "silent"}) // has said nothing: no conversation
	mid := p.send(contacts[2], `{"text":"an answer"}`)

	list := data(t, p.call("GET", "/v25.0/"+siteID+"/conversations?platform=messenger", siteToken, ""))
	if len(list) != 5 || !slices.Equal(keys(list[0]), []string{"id", "updated_time"}) {
		t.Fatalf("without fields the conversations are %v", list)
	}
	if _, err := time.Parse("2006-01-02T15:04:05-0700", list[0]["updated_time"].(string)); err != nil {
		t.Error(err)
	}
	fields := "participants,snippet,message_count,unread_count,can_reply,is_owner"
	first := p.call("GET", "/v25.0/me/conversations?limit=2&fields="+fields+"&access_token="+siteToken, "", "")
	newest := data(t, first)[0]
	if newest["snippet"] != "an answer" || newest["message_count"] != 2.0 || newest["unread_count"] != 0.0 || newest["is_owner"] != true ||
		at(newest, "participants", "data", 0, "name") != "Visitor 2" || at(newest, "participants", "data", 0, "id") != contacts[2].ID ||
		at(newest, "participants", "data", 1, "id") != siteID || at(newest, "participants", "data", 1, "email") != siteID+"@facebook.com" {
		t.Errorf("the one answered last is %v", newest)
	}
	var names []any
	page := first
	for {
		for _, one := range data(t, page) {
			names = append(names, at(one, "participants", "data", 0, "name"))
		}
		next := at(page.body, "paging", "next")
		if next == nil {
			break
		}
		if !strings.Contains(next.(string), "/v25.0/"+siteID+"/conversations?") {
			t.Errorf("the next page is at %v", next)
		}
		page = p.follow(next, siteToken)
	}
	if got := fmt.Sprint(names); got != "[Visitor 2 Visitor 4 Visitor 3 Visitor 1 Visitor 0]" {
		t.Errorf("page by page the conversations are %s", got)
	}
	back := p.follow(at(page.body, "paging", "previous"), siteToken)
	if got := data(t, back); len(got) != 2 || at(got[0], "participants", "data", 0, "name") != "Visitor 3" {
		t.Errorf("the page before the last is %v", got)
	}

	one := data(t, p.call("GET", "/me/conversations?user_id="+contacts[3].ID+"&fields=participants", siteToken, ""))
	if len(one) != 1 || at(one[0], "participants", "data", 0, "name") != "Visitor 3" {
		t.Errorf("the conversation of one person is %v", one)
	}
	for _, none := range []string{"?user_id=1", "?platform=instagram", "?folder=spam"} {
		if got := data(t, p.call("GET", "/me/conversations"+none, siteToken, "")); len(got) != 0 {
			t.Errorf("%s lists %v", none, got)
		}
	}

	// By its id, and each message by its own.
	id := newest["id"].(string)
	a := p.call("GET", "/v25.0/"+id+"?fields=messages{message,from,to,tags}", siteToken, "")
	if at(a.body, "messages", "data", 0, "id") != mid || at(a.body, "messages", "data", 0, "message") != "an answer" ||
		at(a.body, "messages", "data", 0, "from", "id") != siteID || at(a.body, "messages", "data", 1, "to", "data", 0, "id") != siteID || a.body["id"] != id {
		t.Errorf("the conversation itself is %v", a.body)
	}
	if a := p.call("GET", "/"+mid+"?fields=message,created_time", siteToken, ""); !slices.Equal(keys(a.body), []string{"created_time", "id", "message"}) || a.body["message"] != "an answer" {
		t.Errorf("the message itself is %v", a.body)
	}
	for name, path := range map[string]string{
		"another page's conversation": "/" + id, "another page's message": "/" + mid, "its messages": "/" + id + "/messages",
	} {
		t.Run(name, func(t *testing.T) { refused(t, p.call("GET", path, pageToken, ""), 400, 100, 33, "") })
	}
	for name, tc := range map[string]struct {
		path    string
		code    int
		subcode int
		about   string
	}{
		"no such conversation": {"/t_1", 100, 33, ""},
		"no id at all":         {"/t_x?fields=id", 100, 33, ""},
		"an id beyond all":     {"/t_" + strings.Repeat("9", 39), 100, 33, ""},
		"no such message":      {"/m_nothing", 100, 33, ""},
		"an unknown field":     {"/me/conversations?fields=id,mood", 100, 0, "mood"},
		"an unknown below":     {"/me/conversations?fields=messages{mood}", 100, 0, "mood"},
		"an open brace":        {"/me/conversations?fields=messages{id", 2500, 0, "Syntax"},
		"a brace too many":     {"/me/conversations?fields=messages}", 2500, 0, "Syntax"},
		"deeper than anything": {"/me/conversations?fields=" + strings.Repeat("messages{", 9) + strings.Repeat("}", 9), 2500, 0, "Syntax"},
		"a limit of no number": {"/me/conversations?limit=many", 100, 0, "limit"},
		"a limit of nothing":   {"/me/conversations?limit=0", 100, 0, "limit"},
		"a cursor of nothing":  {"/me/conversations?after=%21%21", 100, 0, "cursors"},
		"both cursors":         {"/me/conversations?after=QQ&before=QQ", 100, 0, "both"},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, p.call("GET", tc.path, siteToken, ""), 400, tc.code, tc.subcode, tc.about)
		})
	}
}

func TestOnlyTheNewestMessagesHaveDetails(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	c, _ := p.visitor(plugin.Profile{Name: "Mara Voss"})
	var mids []string
	for i := range 25 {
		m, err := p.Write(t.Context(), c, fmt.Sprint(i))
		must(t, err)
		mids = append(mids, m.MID)
	}
	a := p.call("GET", "/me/conversations?fields=messages.limit(8){message,created_time}", siteToken, "")
	page := answer{200, at(a.body, "data", 0, "messages").(map[string]any)}
	n := 25
	for {
		for _, m := range data(t, page) {
			n--
			text, has := m["message"]
			if m["id"] != mids[n] || m["created_time"] == nil || has != (n >= 5) || has && text != fmt.Sprint(n) {
				t.Errorf("message %d is %v", n, m)
			}
		}
		next := at(page.body, "paging", "next")
		if next == nil {
			break
		}
		page = p.follow(next, siteToken)
	}
	if n != 0 {
		t.Errorf("%d messages are missing", n)
	}
	if a := p.call("GET", "/"+mids[5]+"?fields=message", siteToken, ""); a.body["message"] != "5" {
		t.Errorf("the twentieth is %v", a.body)
	}
	refused(t, p.call("GET", "/"+mids[4]+"?fields=message", siteToken, ""), 400, 100, 9000001, "deleted")
	if want := at(fixture(t, "message-error-too-old"), "error", "error_subcode"); want != 9000001.0 {
		t.Errorf("the reference has %v", want)
	}
}

// Each kind of message has the form that the reference shows.
func TestMessagesOfEachKindInTheHistory(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	c, _ := p.visitor(plugin.Profile{Name: "Mara Voss"})
	picture, err := p.SendFile(t.Context(), c, "bike.png", strings.NewReader("\x89PNG\r\n\x1a\n"+strings.Repeat("x", 64)))
	must(t, err)
	paper, err := p.SendFile(t.Context(), c, "reçu.pdf", strings.NewReader("%PDF-1.4 "+strings.Repeat("x", 64)))
	must(t, err)
	buttons := p.send(c, `{"attachment":{"type":"template","payload":{"template_type":"button","text":"How can we help?","buttons":[{"type":"postback","title":"Talk to us","payload":"AGENT"}]}}}`)
	film := p.send(c, `{"attachment":{"type":"video","payload":{"url":"https://lumen.example/f/ride.mp4"}}}`)
	read := func(mid string) answer {
		return p.call("GET", "/v25.0/"+url.PathEscape(mid)+"?fields=attachments,message,tags", siteToken, "")
	}
	of := func(mid string) any { return at(read(mid).body, "attachments", "data", 0) }
	if got := of(picture.MID); at(got, "mime_type") != "image/png" || at(got, "name") != "bike.png" || at(got, "size") != 72.0 ||
		!strings.HasPrefix(fmt.Sprint(at(got, "image_data", "url")), p.http.URL+"/plugin/files/") {
		t.Errorf("a picture is %v", got)
	}
	if got := of(paper.MID); at(got, "mime_type") != "application/pdf" || at(got, "name") != "reçu.pdf" || at(got, "file_url") == nil {
		t.Errorf("a file is %v", got)
	}
	if got := of(buttons); at(got, "generic_template", "title") != "How can we help?" || at(got, "generic_template", "cta", "type") != "postback" || read(buttons).body["message"] != "" {
		t.Errorf("buttons are %v", got)
	}
	if got := of(film); at(got, "video_data", "url") != "https://lumen.example/f/ride.mp4" || at(got, "name") != "ride.mp4" {
		t.Errorf("a film is %v", got)
	}
	if id := fmt.Sprint(at(of(film), "id")); id != fmt.Sprint(at(of(film), "id")) || len(id) != 16 {
		t.Errorf("the id of an attachment is %s", id)
	}
	if got := fmt.Sprint(read(picture.MID).body["tags"]); got != "map[data:[map[name:inbox] map[name:source:web]]]" {
		t.Errorf("the tags are %s", got)
	}
}

// A file of before the history could be read gets what reading it needs when it is opened.
func TestAnOldFileHasItsHistory(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin.db")
	p := start(t, plugin.Options{Path: path})
	c, _ := p.visitor(plugin.Profile{Name: "Mara Voss"})
	m, err := p.Write(t.Context(), c, "long ago")
	must(t, err)
	p.stop()
	db, err := bolt.Open(path, 0o600, nil)
	must(t, err)
	must(t, db.Update(func(tx *bolt.Tx) error {
		for _, name := range []string{"recent", "places", "profiles"} {
			if err := tx.DeleteBucket([]byte(name)); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, db.Close())
	p = start(t, plugin.Options{Path: path})
	list := data(t, p.call("GET", "/me/conversations?fields=snippet", siteToken, ""))
	if len(list) != 1 || list[0]["snippet"] != "long ago" {
		t.Errorf("the conversations are %v", list)
	}
	if a := p.call("GET", "/"+m.MID+"?fields=message", siteToken, ""); a.body["message"] != "long ago" {
		t.Errorf("the message is %d %v", a.status, a.body)
	}
	_, err = p.Write(t.Context(), c, "just now")
	must(t, err)
	if list := data(t, p.call("GET", "/me/conversations?fields=snippet", siteToken, "")); len(list) != 1 || list[0]["snippet"] != "just now" {
		t.Errorf("then they are %v", list)
	}
}
