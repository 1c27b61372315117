package browser

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
)

const (
	loaderFolder = "assets/loader/"
	// keptScripts bounds the scripts that are kept ready. There are few: one for each locale and look.
	keptScripts = 64
)

// loaderParts are the loader's files in the order in which they make one script, with one scope.
var loaderParts = []string{"ground.js", "markup.js", "memory.js", "corner.js", "window.js", "chat.js", "sdk.js", "start.js"}

// loader is the script that websites embed, but for what is given to it.
type loader struct {
	code  string
	style string
	words map[string]map[string]string // by language

	*scripts
}

// scripts are those made ready, by what was given to them.
type scripts struct {
	mu    sync.Mutex
	ready map[string]*content
}

// given is what the loader knows from the start, so that it fetches nothing before a visitor opens the chat.
type given struct {
	Locale string            `json:"locale"`
	Dir    string            `json:"dir"`
	Words  map[string]string `json:"words"`
	Style  string            `json:"style"`
	Pages  map[string]drawn  `json:"pages"`
}

// drawn is a look with what is drawn for it.
type drawn struct {
	Look
	Icon string `json:"shape,omitempty"`
}

func newLoader() (loader, error) {
	l := loader{scripts: &scripts{ready: map[string]*content{}}}
	var code strings.Builder
	for _, part := range loaderParts {
		body, err := assets.ReadFile(loaderFolder + part)
		if err != nil {
			return l, fmt.Errorf("read the loader: %w", err)
		}
		code.Write(body)
	}
	var err error
	if l.code, err = compact(code.String()); err != nil {
		return l, err
	}
	style, err := assets.ReadFile(loaderFolder + "loader.css")
	if err != nil {
		return l, fmt.Errorf("read the loader's style: %w", err)
	}
	l.style = compactStyle(string(style))
	words, err := assets.ReadFile(loaderFolder + "words.json")
	if err != nil {
		return l, fmt.Errorf("read the loader's words: %w", err)
	}
	if err := json.Unmarshal(words, &l.words); err != nil {
		return l, fmt.Errorf("read the loader's words: %w", err)
	}
	return l, nil
}

// serveLoader is GET /{locale}/sdk/xfbml.customerchat.js and its shorter names: the loader, with the looks of the pages as
// the website that asks may see them.
func (s *Server) serveLoader(w http.ResponseWriter, r *http.Request) {
	locale := r.PathValue("locale")
	if locale != "" && !localeForm.MatchString(locale) {
		refuse(w, http.StatusNotFound, "the locale in the script's address must be spelled as en_US")
		return
	}
	script, err := s.script(r, locale)
	if err != nil {
		refuse(w, http.StatusServiceUnavailable, "the chat's settings could not be read just now; try again")
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "private, max-age=300")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Access-Control-Allow-Origin", "*") // the snippets of the last years have crossorigin="anonymous"
	h.Add("Vary", "Referer")
	script.serve(w, r)
}

// script is the loader for who asks. Where its address names no locale it is the first page's own.
func (s *Server) script(r *http.Request, locale string) (*content, error) {
	pages, own, named := map[string]drawn{}, "", false
	for _, page := range s.site.PageIDs() {
		look, err := s.look(r, page, locale)
		if err != nil {
			return nil, err
		}
		pages[page] = draw(look)
		named = named || look.Why == whyOrigin
		if own == "" {
			own = look.Locale
		}
	}
	if locale == "" {
		locale = localeOr(own)
	}
	words, known := s.loader.words[language(locale)]
	if !known {
		words = s.loader.words["en"]
	}
	raw, err := json.Marshal(given{Locale: locale, Dir: direction(locale), Words: words, Style: s.loader.style, Pages: pages})
	if err != nil {
		return nil, err
	}
	if named { // there are as many as anybody cares to make up: they are worth neither compressing nor keeping
		return plainContent(kinds[".js"], s.loader.whole(raw)), nil
	}
	return s.loader.with(raw)
}

// whyOrigin is what a look says whose message names the website that asks.
const whyOrigin = "origin"

// draw adds what is drawn for a look. Who is refused for good needs no more than the reason.
func draw(look Look) drawn {
	if !look.Render && look.MinimumAge == 0 {
		return drawn{Look: Look{Why: look.Why, Message: look.Message}}
	}
	return drawn{look, iconOf(look)}
}

// look is a page's look. A refusal is one too: one that tells the website why.
func (s *Server) look(r *http.Request, page, locale string) (Look, error) {
	look, err := s.site.Look(r.Context(), r, page, locale)
	var refusal Refusal
	if errors.As(err, &refusal) {
		wrong, message := refusal.Refusal()
		return Look{Why: wrong, Message: message}, nil
	}
	return look, err
}

// whole is the script with what is given in front of the code.
func (l *loader) whole(raw []byte) []byte {
	var script bytes.Buffer
	script.WriteString("(function(){\"use strict\";\nconst given=")
	script.Write(raw)
	script.WriteString(";\n" + l.code + "})();\n")
	return script.Bytes()
}

// with is the whole script, ready.
func (l *loader) with(raw []byte) (*content, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.ready[string(raw)]; c != nil {
		return c, nil
	}
	c, err := newContent(kinds[".js"], l.whole(raw))
	if err != nil {
		return nil, err
	}
	if len(l.ready) >= keptScripts { // a page's look has changed often: begin anew
		clear(l.ready)
	}
	l.ready[string(raw)] = c
	return c, nil
}
