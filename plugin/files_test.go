package plugin_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

// part is one part of a form.
type part struct {
	name, file, kind string // file and kind: of a file only
	body             string
}

// form makes a request with a form as its body.
func (p *platform) form(path, token string, parts ...part) *http.Request {
	p.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, one := range parts {
		h := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + one.name + `"`}}
		if one.file != "" {
			h = textproto.MIMEHeader{
				"Content-Disposition": {`form-data; name="` + one.name + `"; filename="` + one.file + `"`}, "Content-Type": {one.kind},
			}
		}
		f, err := w.CreatePart(h)
		must(p.t, err)
		_, err = io.WriteString(f, one.body)
		must(p.t, err)
	}
	must(p.t, w.Close())
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.http.URL+path, &body)
	must(p.t, err)
	req.Header.Set("Content-Type", w.FormDataContentType())
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return req
}

const mp4 = "\x00\x00\x00\x18ftypmp42 film"

// fault is the code and subcode of an answer; 0 for a success.
func (a answer) fault() (code, subcode int) {
	e, _ := a.body["error"].(map[string]any)
	c, _ := e["code"].(float64)
	s, _ := e["error_subcode"].(float64)
	return int(c), int(s)
}

func TestFilesAsParts(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	c, token := p.visitor(plugin.Profile{})
	to := part{name: "recipient", body: `{"id":"` + c.ID + `"}`}
	kind := func(of, more string) part {
		return part{name: "message", body: `{"attachment":{"type":"` + of + `","payload":{` + more + `}}}`}
	}
	data := func(name, body string) part {
		return part{name: "filedata", file: name, kind: "application/octet-stream", body: body}
	}
	png := string(picture(t))

	a := p.do(p.form("/v25.0/me/messages", siteToken, to, kind("image", `"is_reusable":true`), part{name: "messaging_type", body: "RESPONSE"}, data("a.png", png)))
	id, _ := a.body["attachment_id"].(string)
	if a.status != 200 || a.body["message_id"] == nil || len(id) != 16 {
		t.Fatalf("a picture as part of the message answered %d %v", a.status, a.body)
	}
	if got := r.next(messenger.KindEcho).Message.Attachments; len(got) != 1 || withoutName(got[0].URL) != p.http.URL+"/plugin/files/NAME/a.png" {
		t.Errorf("its echo holds %+v", got)
	}
	// The file may come before what says what it is.
	a = p.do(p.form("/v25.0/me/messages", siteToken, data("price list.pdf", "%PDF-1.7"), to, kind("file", "")))
	if a.status != 200 || a.body["attachment_id"] != nil {
		t.Errorf("a file that is not to be used again answered %d %v", a.status, a.body)
	}
	r.next(messenger.KindEcho)
	p.send(c, `{"attachment":{"type":"image","payload":{"attachment_id":"`+id+`"}}}`)
	if got := lines(t, p.call("GET", "/plugin/messages", token, "")); len(got) != 3 {
		t.Errorf("the visitor has %v", got)
	}

	upload := "/v25.0/me/message_attachments"
	for name, tc := range map[string]struct {
		req           *http.Request
		code, subcode int
	}{
		"a picture that is a text": {p.form(upload, siteToken, kind("image", ""), data("a.png", "hello")), 100, 2018047},
		"a picture that is a page": {p.form(upload, siteToken, kind("image", ""), data("a.png", "<html><script>")), 100, 2018047},
		"a film that is a picture": {p.form(upload, siteToken, kind("video", ""), data("a.mp4", png)), 100, 2018047},
		"a sound that is a page":   {p.form(upload, siteToken, kind("audio", ""), data("a.mp3", "<html>")), 100, 2018047},
		"a picture of 8 MB and 1":  {p.form(upload, siteToken, kind("image", ""), data("a.png", png+strings.Repeat("x", 8<<20-len(png)+1))), 100, 2018109},
		"a film of 25 MB and 1":    {p.form(upload, siteToken, kind("video", ""), data("a.mp4", mp4+strings.Repeat("x", 25<<20-len(mp4)+1))), 100, 2018109},
		"nothing in it":            {p.form(upload, siteToken, kind("file", ""), data("a.txt", "")), 100, 0},
		"no message":               {p.form(upload, siteToken, data("a.txt", "x")), 100, 2018034},
		"address and part":         {p.form(upload, siteToken, kind("file", `"url":"https://lumen.example/a"`), data("a.txt", "x")), 100, 0},
		"sent with address too":    {p.form("/me/messages", siteToken, to, kind("file", `"url":"https://lumen.example/a"`), data("a.txt", "x")), 100, 0},
		"sent with a text":         {p.form("/me/messages", siteToken, to, part{name: "message", body: `{"text":"x"}`}, data("a.txt", "x")), 100, 0},
		"sent to nobody":           {p.form("/me/messages", siteToken, part{name: "recipient", body: `{"id":"1"}`}, kind("file", ""), data("a.txt", "x")), 100, 2018001},
		"by a stranger":            {p.form(upload, "nobody's", kind("file", ""), data("a.txt", "x")), 190, 0},
		"cut off":                  {cutOff(p.form(upload, siteToken, kind("file", ""), data("a.txt", "hello"))), 100, 0},
	} {
		a := p.do(tc.req)
		if code, subcode := a.fault(); code != tc.code || subcode != tc.subcode {
			t.Errorf("%s answered %d %v, want %d/%d", name, a.status, a.body, tc.code, tc.subcode)
		}
	}
	for name, tc := range map[string]part{
		"a picture of 8 MB": data("a.png", png+strings.Repeat("x", 8<<20-len(png))),
		"one byte less":     data("a.png", png+strings.Repeat("x", 8<<20-len(png)-1)),
	} {
		if a := p.do(p.form(upload, siteToken, kind("image", ""), tc)); a.status != 200 || a.body["attachment_id"] == nil {
			t.Errorf("%s answered %d %v", name, a.status, a.body)
		}
	}
}

// cutOff ends a body before its end.
func cutOff(req *http.Request) *http.Request {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		panic(err) // it is in memory
	}
	body = body[:len(body)-10]
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return req
}

func TestAttachmentsBelongToOnePageForNinetyDays(t *testing.T) {
	t.Parallel()
	var late time.Duration
	other := plugin.Page{ID: "100200300400700", Name: "Other", Token: "other-token", AppSecret: secret}
	path := filepath.Join(t.TempDir(), "plugin.db")
	options := plugin.Options{Path: path, Pages: []plugin.Page{site(), other}, Now: func() time.Time { return time.Now().Add(late) }}
	p := start(t, options)
	id, err := p.client(siteToken).Upload(t.Context(), siteID, messenger.Upload{Kind: "image", Size: int64(len(picture(t))), Open: bytesOf(picture(t))})
	must(t, err)
	ours, _ := p.visitor(plugin.Profile{})
	theirs, _, err := p.NewVisitor(t.Context(), other.ID, plugin.Profile{})
	must(t, err)
	send := func(p *platform, token string, to plugin.Contact, kind string) (int, int) {
		return p.call("POST", "/me/messages", token, fmt.Sprintf(
			`{"recipient":{"id":%q},"message":{"attachment":{"type":%q,"payload":{"attachment_id":%q}}}}`, to.ID, kind, id)).fault()
	}
	if code, subcode := send(p, other.Token, theirs, "image"); code != 100 || subcode != 2018074 {
		t.Errorf("another page's id is answered with %d/%d", code, subcode)
	}
	if code, subcode := send(p, siteToken, ours, "video"); code != 100 || subcode != 2018047 {
		t.Errorf("a picture as a film is answered with %d/%d", code, subcode)
	}
	p.stop()
	for days, subcode := range map[int]int{89: 0, 90: 2018074} {
		late = time.Duration(days) * 24 * time.Hour
		again := start(t, options)
		if _, got := send(again, siteToken, ours, "image"); got != subcode {
			t.Errorf("after %d days it is answered with %d", days, got)
		}
		again.stop()
	}
}

func TestFilesAreHandedOutHarmless(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	c, token := p.visitor(plugin.Profile{})
	url := func(name, body string) string {
		m, err := p.SendFile(t.Context(), c, name, strings.NewReader(body))
		must(t, err)
		return m.Files[0].URL
	}
	for name, tc := range map[string]struct{ body, kind, disposition string }{
		"me.png":      {string(picture(t)), "image/png", "inline"},
		"film.mp4":    {mp4, "video/mp4", "inline"},
		"page.png":    {"<html><script>alert(1)</script>", "application/octet-stream", "attachment"},
		"drawing.svg": {`<?xml version="1.0"?><svg onload="alert(1)"/>`, "application/octet-stream", "attachment"},
		"list.pdf":    {"%PDF-1.7", "application/octet-stream", "attachment"},
		"notes.txt":   {"hello", "application/octet-stream", "attachment"},
		"q\"\r\nX: y": {"hello", "application/octet-stream", "attachment"},
	} {
		got := p.fetch(url(name, tc.body))
		h := got.header
		if got.status != 200 || string(got.body) != tc.body || h.Get("Content-Type") != tc.kind || !strings.HasPrefix(h.Get("Content-Disposition"), tc.disposition+";") {
			t.Errorf("%q is handed out with %d as %v", name, got.status, h)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || h.Get("X") != "" {
			t.Errorf("%q is handed out with %v", name, h)
		}
	}
	sent := url("me.png", string(picture(t)))
	name := strings.Split(sent, "/")[3]
	if len(name) != 43 {
		t.Errorf("the name %q can be guessed", name)
	}
	for _, path := range []string{
		"/plugin/files/" + name[1:] + "/me.png", "/plugin/files/x/y", "/plugin/files/..%2F..%2Fplugin.db/x", "/plugin/files/" + strings.Repeat("A", 43) + "/me.png",
	} {
		if got := p.fetch(path); got.status != 404 || !strings.Contains(string(got.body), `"error"`) {
			t.Errorf("%s answered %d %s", path, got.status, got.body)
		}
	}
	if a := p.call("GET", "/plugin/messages", token, ""); len(lines(t, a)) != 8 {
		t.Errorf("the visitor sees %v", a.body)
	}
}

func TestAVisitorSendsAPicture(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	id, token := p.visit(`{"page_id":"` + siteID + `"}`)
	r.next(messenger.KindPostback)
	file := func(name, body string) part {
		return part{name: "filedata", file: name, kind: "image/png", body: body}
	}
	png := string(picture(t))
	a := p.do(p.form("/plugin/messages", token, file("die Kette.png", png)))
	files, _ := a.body["files"].([]any)
	if a.status != 200 || a.body["from"] != "visitor" || len(files) != 1 {
		t.Fatalf("a picture answered %d %v", a.status, a.body)
	}
	m := r.next(messenger.KindMessage)
	if got := m.Message; m.Sender.ID != id || got.MID != a.body["mid"] || got.Text != "" || len(got.Attachments) != 1 || got.Attachments[0].Type != "image" ||
		withoutName(got.Attachments[0].URL) != p.http.URL+"/plugin/files/NAME/die%20Kette.png" || len(got.Tags) != 1 {
		t.Errorf("it came as %s", m.Raw)
	}
	if got := p.fetch(strings.TrimPrefix(m.Message.Attachments[0].URL, p.http.URL)); got.status != 200 || string(got.body) != png {
		t.Errorf("the page fetches %d with %d bytes", got.status, len(got.body))
	}
	if a := p.do(p.form("/plugin/messages", token, file("a.png", "no picture"))); a.status != 200 {
		t.Errorf("a text that is called a picture answered %d %v", a.status, a.body)
	}
	if got := r.next(messenger.KindMessage).Message.Attachments; len(got) != 1 || got[0].Type != "file" {
		t.Errorf("a text that is called a picture came as %+v", got)
	}
	for name, tc := range map[string]struct {
		req    *http.Request
		status int
	}{
		"a stranger's":     {p.form("/plugin/messages", "nobody's", file("a.png", png)), 401},
		"no token":         {p.form("/plugin/messages", "", file("a.png", png)), 401},
		"no file":          {p.form("/plugin/messages", token), 400},
		"only a text":      {p.form("/plugin/messages", token, part{name: "text", body: "x"}), 400},
		"a text beside it": {p.form("/plugin/messages", token, part{name: "text", body: "x"}, file("a.png", png)), 400},
		"empty":            {p.form("/plugin/messages", token, file("a.png", "")), 400},
		"8 MB and one":     {p.form("/plugin/messages", token, file("a.png", png+strings.Repeat("x", 8<<20-len(png)+1))), 400},
		"25 MB and one":    {p.form("/plugin/messages", token, file("a.bin", strings.Repeat("x", 25<<20+1))), 400},
		"cut off":          {cutOff(p.form("/plugin/messages", token, file("a.png", png))), 400},
	} {
		a := p.do(tc.req)
		if e, _ := a.body["error"].(map[string]any); a.status != tc.status || e["message"] == "" {
			t.Errorf("%s answered %d %v, want %d", name, a.status, a.body, tc.status)
		}
	}
	p.quiet()
}

// Strangers who never end their files keep nobody else from sending one.
func TestSlowFilesStandInNobodysWay(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	const slow = 32
	_, token := p.visit(`{"page_id":"` + siteID + `"}`)
	answered := make(chan int, slow)
	for range slow {
		conn, err := net.Dial("tcp", p.http.Listener.Addr().String())
		must(t, err)
		defer conn.Close()
		must(t, conn.SetDeadline(time.Now().Add(patience)))
		_, err = fmt.Fprintf(conn, "POST /plugin/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: multipart/form-data; boundary=x\r\n"+
			"Content-Length: 100000\r\n\r\n--x\r\nContent-Disposition: form-data; name=\"filedata\"; filename=\"a\"\r\n\r\nhello", token)
		must(t, err)
		go func() {
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				return // ended with the test
			}
			answered <- res.StatusCode
			_ = res.Body.Close()
		}()
	}
	// They come in one after the other; as soon as all are there, each honest one sends a slow one away.
	p.eventually("a slow one to be sent away", func() bool {
		if a := p.do(p.form("/plugin/messages", token, part{name: "filedata", file: "a.png", kind: "image/png", body: string(picture(t))})); a.status != 200 {
			t.Fatalf("an honest file answered %d %v", a.status, a.body)
		}
		select {
		case status := <-answered:
			if status != http.StatusRequestTimeout {
				t.Errorf("a slow one was answered %d", status)
			}
			return true
		default:
			return false
		}
	})
}

// A form that says who sends it only within itself is taken too, and nothing of it reaches the disk before that is known.
func TestFormsThatNameTheirTokenInside(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin.db")
	p := start(t, plugin.Options{Path: path})
	upload := func(token string) answer {
		return p.do(p.form("/me/message_attachments", "",
			part{name: "filedata", file: "a.png", kind: "image/png", body: string(picture(t))}, part{name: "access_token", body: token},
			part{name: "message", body: `{"attachment":{"type":"image","payload":{}}}`}))
	}
	if code, _ := upload("nobody's").fault(); code != 190 {
		t.Errorf("a stranger's form is answered with %d", code)
	}
	if _, err := os.Stat(strings.TrimSuffix(path, ".db") + "-files"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a stranger's file got to the disk: %v", err)
	}
	if a := upload(siteToken); a.status != 200 || a.body["attachment_id"] == nil {
		t.Errorf("a page's form is answered %d %v", a.status, a.body)
	}
}

// However many files a visitor sends, a conversation holds only so much.
func TestOneConversationHoldsSoManyFiles(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	c, _ := p.visitor(plugin.Profile{})
	big := strings.Repeat("x", 25<<20)
	for range 4 {
		_, err := p.SendFile(t.Context(), c, "a.bin", strings.NewReader(big))
		must(t, err)
	}
	_, err := p.SendFile(t.Context(), c, "a.bin", strings.NewReader("x"))
	var refused *plugin.InputError
	if !errors.As(err, &refused) || refused.Field != "filedata" {
		t.Errorf("one file more: %v", err)
	}
}

// Files outlive a restart; what was never wholly taken in does not.
func TestFilesSurviveARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin.db")
	p := start(t, plugin.Options{Path: path})
	c, _ := p.visitor(plugin.Profile{})
	m, err := p.SendFile(t.Context(), c, "a.png", bytes.NewReader(picture(t)))
	must(t, err)
	p.stop()
	folder := strings.TrimSuffix(path, ".db") + "-files"
	stray := filepath.Join(folder, ".new-123")
	must(t, os.WriteFile(stray, []byte("half a picture"), 0o600))
	again := start(t, plugin.Options{Path: path})
	if _, err := os.Stat(stray); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half a file is still there: %v", err)
	}
	if got := again.fetch(m.Files[0].URL); got.status != 200 || !bytes.Equal(got.body, picture(t)) {
		t.Errorf("the picture is %d with %d bytes", got.status, len(got.body))
	}
	info, err := os.Stat(folder)
	must(t, err)
	entries, err := os.ReadDir(folder)
	must(t, err)
	if info.Mode().Perm() != 0o700 || len(entries) != 1 {
		t.Errorf("the folder is %v with %d files", info.Mode(), len(entries))
	}
	for _, e := range entries {
		if i, err := e.Info(); err != nil || i.Mode().Perm() != 0o600 {
			t.Errorf("%s is %v (%v)", e.Name(), i.Mode(), err)
		}
	}
}

func TestUploadsByAddressAreBounded(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	src := httptest.NewServer(mux)
	t.Cleanup(src.Close)
	mux.HandleFunc("/ok.png", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(picture(t)) })
	mux.HandleFunc("/page.png", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") })
	mux.HandleFunc("/large.png", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(append(picture(t), make([]byte, 8<<20)...))
	})
	mux.HandleFunc("/short.png", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100000")
		_, _ = w.Write(picture(t))
	})
	mux.HandleFunc("/hops/{n}", func(w http.ResponseWriter, r *http.Request) {
		n := len(r.PathValue("n"))
		if n == 0 {
			return
		}
		to := "/hops/" + strings.Repeat("x", n-1)
		if n == 1 {
			to = "/ok.png"
		}
		http.Redirect(w, r, to, http.StatusFound)
	})
	mux.HandleFunc("/private", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://10.0.0.1/a.png", http.StatusFound)
	})
	mux.HandleFunc("/disk", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
	})
	open, closed := start(t, plugin.Options{Loopback: true}), start(t, plugin.Options{})
	upload := func(p *platform, address string) (int, int) {
		return p.call("POST", "/me/message_attachments", siteToken, fmt.Sprintf(
			`{"message":{"attachment":{"type":"image","payload":{"url":%q}}}}`, address)).fault()
	}
	for path, subcode := range map[string]int{
		"/ok.png": 0, "/hops/xxx": 0, "/hops/xxxx": 2018008, "/page.png": 2018047, "/large.png": 2018109,
		"/short.png": 2018008, "/missing.png": 2018008, "/private": 2018008, "/disk": 2018008,
	} {
		if _, got := upload(open, src.URL+path); got != subcode {
			t.Errorf("%s: subcode %d, want %d", path, got, subcode)
		}
	}
	for _, address := range []string{
		src.URL + "/ok.png", strings.Replace(src.URL, "127.0.0.1", "localhost", 1) + "/ok.png", "http://10.0.0.1/a.png", "http://[::ffff:127.0.0.1]:1/",
		"ftp://lumen.example/a.png", "file:///etc/passwd", "http://user:word@lumen.example/", "no address",
	} {
		if code, got := upload(closed, address); code != 100 || got != 2018008 {
			t.Errorf("%s: %d/%d, want it not fetched", address, code, got)
		}
	}
	c, _ := closed.visitor(plugin.Profile{})
	a := closed.call("POST", "/me/messages", siteToken, fmt.Sprintf(
		`{"recipient":{"id":%q},"message":{"attachment":{"type":"image","payload":{"url":%q}}}}`, c.ID, src.URL+"/never-asked.png"))
	all, err := closed.Messages(t.Context(), c, 0)
	if a.status != 200 || err != nil || all[0].Files[0].URL != src.URL+"/never-asked.png" {
		t.Errorf("an address to hand on answered %d %v", a.status, a.body)
	}
}

// Names of files cannot be tried out.
func TestFilesAreNotGuessed(t *testing.T) {
	t.Parallel()
	p := start(t, behindProxy(newClock()))
	from := map[string]string{"X-Forwarded-For": "203.0.113.7"}
	tries := 0
	_, refused, retry := p.many(1300, func() (answer, int) {
		tries++
		a, retry := p.tried("GET", fmt.Sprintf("/plugin/files/%043d/a.png", tries), "", "", from)
		if a.status == http.StatusNotFound {
			a.status = http.StatusOK // it was looked up
		}
		return a, retry
	})
	if refused.status != http.StatusTooManyRequests || retry < 1 {
		t.Errorf("after %d tries the answer is %d, Retry-After %d", tries, refused.status, retry)
	}
}
