package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"frontdesk/internal/chromium"
	"frontdesk/plugin"
)

// hostile is what the tests write into a text: markup that would run, sequences that would reach a terminal, and characters
// that turn the order around. Each has a mark of its own, by which it is found again.
func hostile(mark string) string {
	return mark + `"'><img src=x onerror=ran=1><script>ran=1</script>` + "\u202e"
}

// escapes are what a terminal would obey: its title, its clipboard, its colours, its cursor.
const escapes = "\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[31m\x1b[2J\u009b31m\x00\x08\x7f\r"

// jsonText is a text as JSON.
func jsonText(text string) string {
	raw, err := json.Marshal(text)
	if err != nil {
		panic(err) // a text can be written
	}
	return string(raw)
}

// TestScriptInEveryText writes markup into every text that reaches a browser: those of the website, of the page's settings
// and profile, of the visitor, and of what is sent. All of it is seen as it is, and nothing of it runs.
func TestScriptInEveryText(t *testing.T) {
	t.Parallel()
	b, w := chromium.Start(t), newTown(t)
	w.asks(200, "POST", "/me/messenger_profile", daysToken, `{"get_started":{"payload":`+jsonText(hostile("payload"))+`},
		"greeting":[{"locale":"default","text":`+jsonText(hostile("profile"))+`}],"ice_breakers":[{"question":`+jsonText(hostile("question"))+`,"payload":"x"}],
		"persistent_menu":[{"locale":"default","call_to_actions":[{"type":"postback","title":"menu<img src=x onerror=ran=1>","payload":"x"},
			{"type":"web_url","title":"Shop","url":"https://lumen.example/?q=<script>"}]}]}`)
	w.asks(200, "POST", "/me/chat_plugin", daysToken, `{"welcome_screen_greeting":`+jsonText(hostile("welcome"))+`,"ref":`+jsonText("set<script>ran=1</script>")+`}`)
	customer := plugin.Customer{ID: `4711<script>ran=1</script>`, Name: `Mara<img src=x onerror=ran=1>`, Expires: time.Now().Add(time.Hour)}
	attribute := func(name, value string) string {
		return name + `="` + strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;").Replace(value) + `" `
	}
	signed := fmt.Sprintf(`{"id":%s,"name":%s,"expires":%d,"signature":%q}`, jsonText(customer.ID), jsonText(customer.Name), customer.Expires.Unix(), customer.Sign([]byte(daysWord), shopPage))
	p := b.Page(t, chromium.Desktop)
	s := shops(t, p, w.shop+w.puts("", strings.Replace(embeds(attribute("ref", "ref<script>ran=1</script>")+attribute("logged_in_greeting", hostile("greets"))+
		attribute("customer", signed)), `greeting_dialog_display="hide"`, `greeting_dialog_display="show"`, 1)))
	p.Role("button", "greets").Click()
	s.chat.Role("button", "question").Click()
	s.sees("question")
	s.writes(hostile("visitor"))
	s.delivered()
	w.eachKind(t)
	s.sees("the end")
	s.chat.Role("button", "chip").Wait()
	s.picks("menu")
	s.sees("menu<img")
	for what, holds := range map[string]string{
		"nothing to have run":          `window.ran === undefined`,
		"no element of theirs":         `!document.querySelector("img[src=x], [onerror], .log script, main script, b, u")`,
		"no address that is a script":  `[...document.querySelectorAll("[href]:not([rel=icon]), [src]")].every((e) => /^(https?|blob|tel):/.test(e.href || e.src))`,
		"every link to keep its hands": `[...document.querySelectorAll("a[target]")].every((a) => /noopener/.test(a.rel) && /noreferrer/.test(a.rel))`,
	} {
		s.chat.Wait(what, holds)
		p.Wait(what, strings.Replace(holds, ", .log script, main script, b, u", "", 1))
	}
	for _, text := range []string{"visitor\"'><img src=x onerror=ran=1><script>ran=1</script>", "bot\"'><img", "card\"'><img", "subtitle\"'><img", "button<img", "file_img"} {
		s.sees(text)
	}
	for _, line := range p.Console() {
		t.Errorf("the console says %q", line)
	}
	for _, request := range p.Requests() {
		if strings.HasSuffix(request, "/x") {
			t.Errorf("markup has led to %s", request)
		}
	}
}

// eachKind has the page's program send every kind of message with markup in each text, and addresses that are scripts
// wherever one stands: those are refused.
func (w *town) eachKind(t *testing.T) {
	t.Helper()
	id := w.conversation()
	id = id[strings.LastIndex(id, ":")+1:]
	send := func(want int, message string) {
		t.Helper()
		w.asks(want, "POST", "/me/messages", daysToken, `{"recipient":{"id":"`+id+`"},"messaging_type":"RESPONSE","message":`+message+`}`)
	}
	template := func(payload string) string { return `{"attachment":{"type":"template","payload":` + payload + `}}` }
	button := func(url string) string {
		return template(`{"template_type":"button","text":"x","buttons":[{"type":"web_url","title":"x","url":` + jsonText(url) + `}]}`)
	}
	for _, url := range []string{
		"javascript:ran=1", "JavaScript:ran=1", " javascript:ran=1", "java\nscript:ran=1", "data:text/html,<script>ran=1</script>", "vbscript:ran", "file:///etc/passwd", "blob:https://evil.example/x",
		"//evil.example", "/plugin/try", "https://", "intent://x#Intent;scheme=http;end",
	} {
		send(400, button(url))
		send(400, template(`{"template_type":"generic","elements":[{"title":"x","image_url":`+jsonText(url)+`}]}`))
		send(400, template(`{"template_type":"generic","elements":[{"title":"x","default_action":{"type":"web_url","url":`+jsonText(url)+`}}]}`))
		send(400, `{"text":"x","quick_replies":[{"content_type":"text","title":"x","payload":"x","image_url":`+jsonText(url)+`}]}`)
		send(400, `{"attachment":{"type":"image","payload":{"url":`+jsonText(url)+`}}}`)
	}
	send(400, template(`{"template_type":"button","text":"x","buttons":[{"type":"phone_number","title":"x","payload":"javascript:ran=1"}]}`))
	send(200, `{"text":`+jsonText(hostile("bot")+" javascript:ran=1 https://lumen.example/\"onclick=ran=1")+`}`)
	send(200, template(`{"template_type":"button","text":`+jsonText(hostile("asks"))+`,"buttons":[{"type":"postback","title":"button<img>","payload":"x"},{"type":"web_url","title":"<u>x</u>","url":"https://lumen.example/?<script>"}]}`))
	send(200, template(`{"template_type":"generic","elements":[{"title":`+jsonText(hostile("card"))+`,"subtitle":`+jsonText(hostile("subtitle"))+`}]}`))
	w.upload(t, id, "file<img src=x onerror=ran=1>.txt", "text")
	send(200, `{"text":"the end","quick_replies":[{"content_type":"text","title":"chip<img>","payload":"x"}]}`)
}

// TestEscapesReachNoTerminal has a visitor write what terminals obey into every text: the screen, the lists of a script and
// the log file hold none of it.
func TestEscapesReachNoTerminal(t *testing.T) {
	t.Parallel()
	a := newAgency(t)
	text := func(mark string) string { return jsonText(mark + escapes + "\u202e" + mark + "-end") }
	token := field(t, a.asks(200, "POST", "/plugin/visitors", "", `{"page_id":"`+shopPage+`","title":`+text("title")+`,"page_url":"http://127.0.0.1/%1b%5d0;owned%07","referrer":"http://127.0.0.1/","name":"Mara\u202eVoss","ref":"ref\u202e"}`), "token")
	for _, refused := range []string{`"ref":` + text("x"), `"name":` + text("x"), `"page_url":` + text("http://127.0.0.1/")} {
		a.asks(400, "POST", "/plugin/visitors", "", `{"page_id":"`+shopPage+`",`+refused+`}`)
	}
	a.asks(200, "POST", "/plugin/messages", token, `{"text":`+text("words")+`}`)
	cmd := exec.Command(a.program)
	cmd.Env = append(slices.Clone(a.environ), "TERM=xterm-256color", "LC_ALL=C.UTF-8")
	screen, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 140})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var written strings.Builder
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		buffer := make([]byte, 4096)
		for {
			n, err := screen.Read(buffer)
			mu.Lock()
			written.Write(buffer[:n])
			mu.Unlock()
			if err != nil {
				return // the program has ended
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
		_ = screen.Close()
		<-ended
	})
	shows := func(what string) {
		t.Helper()
		if !poll(func() bool {
			mu.Lock()
			defer mu.Unlock()
			return strings.Contains(written.String(), what)
		}) {
			t.Fatalf("the screen never showed %q: %q", what, written.String())
		}
	}
	shows("words-end")
	for _, key := range []string{"\r", "i"} {
		if _, err := screen.WriteString(key); err != nil {
			t.Fatal(err)
		}
	}
	shows("title-end")
	mu.Lock()
	all := written.String()
	mu.Unlock()
	outputs := map[string]string{"the screen": all}
	for _, args := range [][]string{{"list"}, {"show", a.conversation()}} {
		out, err := command(a.program, a.environ, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%q: %v %s", args, err, out)
		}
		outputs["frontdesk "+args[0]] = string(out)
	}
	for name, out := range outputs {
		for _, bad := range []string{"\x1b]0;", "\x1b]52;", "\u009b", "\x00", "\x7f", "\u202e"} {
			if strings.Contains(out, bad) {
				t.Errorf("%s has %q", name, bad)
			}
		}
	}
	log, err := os.ReadFile(homeOf(a.environ) + "/frontdesk/frontdesk.log")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"words", "Mara", "\x1b"} {
		if strings.Contains(string(log), bad) {
			t.Errorf("the log file has %q", bad)
		}
	}
}

// upload sends a file as the page.
func (w *town) upload(t *testing.T, recipient, name, content string) {
	t.Helper()
	body := "--b\r\nContent-Disposition: form-data; name=\"recipient\"\r\n\r\n{\"id\":\"" + recipient + "\"}\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\n{\"attachment\":{\"type\":\"file\",\"payload\":{}}}\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"filedata\"; filename=" + strconv.Quote(name) + "\r\nContent-Type: text/html\r\n\r\n" + content + "\r\n--b--\r\n"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.base+"/me/messages", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	req.Header.Set("Authorization", "Bearer "+daysToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("a file was answered with %d", res.StatusCode)
	}
}
