package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"frontdesk/plugin"
)

const (
	scriptPage   = "109872000000101"
	scriptToken  = "page-token"
	scriptSecret = "app-secret"
)

// platform: our own platform plays a Page for the script, over HTTP, and sends its webhooks to the script's frontdesk. One
// contact writes there; CONVERSATION is set to its conversation. What is asked of the platform is kept for arrives.
func cmdPlatform(ts *testscript.TestScript, neg bool, _ []string) {
	p := &scriptPlatform{log: ts.MkAbs("platform.log")}
	server, err := plugin.Open(plugin.Options{
		Path:        filepath.Join(ts.MkAbs("."), "platform.db"),
		Pages:       []plugin.Page{{ID: scriptPage, Name: "Lumen Bikes", Token: scriptToken, AppSecret: scriptSecret, Messenger: true}},
		Subscribers: []plugin.Subscriber{{Page: scriptPage, URL: "http://" + ts.Getenv("FRONTDESK_LISTEN") + "/webhook"}},
		Loopback:    true,
	})
	ts.Check(err)
	p.Server = server
	listener := httptest.NewServer(p)
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- server.Run(ctx) }()
	ts.Defer(func() {
		listener.Close()
		cancel()
		if err := <-ran; err != nil && !errors.Is(err, context.Canceled) {
			ts.Logf("the platform ended: %v", err)
		}
		ts.Check(server.Close(context.Background()))
	})
	contact, err := server.NewContact(ctx, scriptPage, plugin.Profile{Name: "Mara Voss"})
	ts.Check(err)
	said, err := server.Write(ctx, contact, "Do you ship to Norway?")
	ts.Check(err)
	p.contact = contact.ID
	for name, value := range map[string]string{
		"FRONTDESK_GRAPH_URL": listener.URL, "FRONTDESK_PAGE_ID": scriptPage, "FRONTDESK_PAGE_TOKEN": scriptToken,
		"FRONTDESK_APP_SECRET": scriptSecret, "CONVERSATION": scriptPage + ":" + contact.ID, "ASKED": said.MID,
	} {
		ts.Setenv(name, value)
	}
	if neg {
		ts.Fatalf("platform takes no !")
	}
}

// scriptPlatform notes the requests that a Page's platform is sent.
type scriptPlatform struct {
	*plugin.Server
	mu      sync.Mutex
	log     string
	contact string
}

// tokens are of our own making and differ with every run.
var tokens = regexp.MustCompile(`"fd1:[a-z0-9]+"`)

func (p *scriptPlatform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if err := p.note(r, body); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	p.Server.ServeHTTP(w, r)
}

// note writes a request down: what it is for and its JSON; of a form its parts, and of files how they begin.
func (p *scriptPlatform) note(r *http.Request, body []byte) error {
	line := string(body)
	if kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && kind == "multipart/form-data" {
		var parts []string
		for form := multipart.NewReader(bytes.NewReader(body), params["boundary"]); ; {
			part, err := form.NextPart()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
			content, err := io.ReadAll(part)
			if err != nil {
				return err
			}
			if part.FileName() != "" {
				content = fmt.Appendf(nil, "%s %s %.4q", part.FileName(), part.Header.Get("Content-Type"), content)
			}
			parts = append(parts, part.FormName()+": "+string(content))
		}
		line = strings.Join(parts, " | ")
	}
	line = tokens.ReplaceAllString(strings.ReplaceAll(line, `"`+p.contact+`"`, `"PSID"`), `"TOKEN"`)
	p.mu.Lock()
	defer p.mu.Unlock()
	f, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s %s\n", r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], line)
	return errors.Join(err, f.Close())
}

// arrives FILE: since the last arrives, exactly these requests came to the platform, in this order. An id that the platform
// gave to a file is written ID, and ASKED stands for what the contact wrote first; typing and reading are left out.
func cmdArrives(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 && !neg {
		ts.Fatalf("usage: arrives FILE, or ! arrives")
	}
	var got []string
	if text, err := os.ReadFile(ts.MkAbs("platform.log")); err == nil {
		for line := range strings.Lines(string(text)) {
			if strings.Contains(line, `"sender_action"`) {
				continue
			}
			line = regexp.MustCompile(`"attachment_id":"\d+"`).ReplaceAllString(line, `"attachment_id":"ID"`)
			got = append(got, strings.ReplaceAll(line, `"`+ts.Getenv("ASKED")+`"`, `"ASKED"`))
		}
	}
	want := ""
	if !neg {
		want = ts.ReadFile(args[0])
	}
	if all := strings.Join(got, ""); all != want {
		ts.Fatalf("at the platform arrived\n%s\nwant\n%s", all, want)
	}
	ts.Check(os.WriteFile(ts.MkAbs("platform.log"), nil, 0o600))
}

// picture FILE: makes a small picture.
func cmdPicture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: picture FILE")
	}
	var b bytes.Buffer
	ts.Check(png.Encode(&b, image.NewGray(image.Rect(0, 0, 32, 24))))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}
