package messenger

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// handed is a file to upload that notes whether it was closed.
type handed struct {
	io.Reader
	closed atomic.Bool
}

func (f *handed) Close() error {
	f.closed.Store(true)
	return nil
}

func (f *handed) open() (io.ReadCloser, error) { return f, nil }

const kept = `{"attachment_id":"1745504518999124"}`

func TestUploadByAddressOnTheWire(t *testing.T) {
	t.Parallel()
	var path, body string
	c := graph(t, func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		path, body = r.URL.Path, string(text)
		answer(200, []byte(kept))(w, r)
	})
	id, err := c.Upload(t.Context(), testPage, Upload{Kind: TypeImage, URL: "https://x.example/map.png"})
	if err != nil || id != "1745504518999124" {
		t.Fatalf("id %q, %v", id, err)
	}
	want := `{"message":{"attachment":{"type":"image","payload":{"url":"https://x.example/map.png","is_reusable":true}}},"platform":"messenger"}`
	if path != "/v25.0/"+testPage+"/message_attachments" || body != want {
		t.Errorf("POST %s %s", path, body)
	}
}

func TestUploadOfBytesOnTheWire(t *testing.T) {
	t.Parallel()
	type part struct{ Name, File, Type, Body string }
	var parts []part
	var length int64
	c := graph(t, func(w http.ResponseWriter, r *http.Request) {
		length = r.ContentLength
		form, err := r.MultipartReader()
		if err != nil {
			t.Error(err)
			return
		}
		for {
			p, err := form.NextPart()
			if err != nil {
				break
			}
			text, _ := io.ReadAll(p)
			parts = append(parts, part{p.FormName(), p.FileName(), p.Header.Get("Content-Type"), string(text)})
		}
		answer(200, []byte(kept))(w, r)
	})
	const bytes = "\x89PNG and so on"
	file := &handed{Reader: strings.NewReader(bytes)}
	var told []int64
	id, err := c.Upload(t.Context(), testPage, Upload{
		Kind: TypeImage, Name: "a \"map\"\r\nX: y/ä.png", MIME: "image/png", Size: int64(len(bytes)), Open: file.open,
		Progress: func(sent int64) { told = append(told, sent) },
	})
	if err != nil || id != "1745504518999124" {
		t.Fatalf("id %q, %v", id, err)
	}
	want := []part{
		{"message", "", "", `{"attachment":{"type":"image","payload":{"is_reusable":true}}}`},
		{"platform", "", "", "messenger"},
		{"filedata", "a %22map%22X: y_ä.png", "image/png", bytes},
	}
	if diff := cmp.Diff(want, parts); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	if length <= int64(len(bytes)) {
		t.Errorf("the length that was said is %d", length)
	}
	if len(told) == 0 || told[len(told)-1] != int64(len(bytes)) {
		t.Errorf("progress was told as %v", told)
	}
	if !file.closed.Load() {
		t.Error("the file stays open")
	}
}

func TestUploadFailures(t *testing.T) {
	t.Parallel()
	file := func(s string, size int) Upload {
		return Upload{Kind: TypeFile, Name: "a.pdf", Size: int64(size), Open: (&handed{Reader: strings.NewReader(s)}).open}
	}
	odd := errors.New("no such file")
	cases := map[string]struct {
		file  Upload
		h     http.HandlerFunc
		check func(error) bool
	}{
		"refused before it is sent": {file("x", 0), answer(200, []byte(kept)), func(err error) bool { return len(LimitErrors(err)) == 1 }},
		"cannot be opened": {
			Upload{Kind: TypeFile, Size: 1, Open: func() (io.ReadCloser, error) { return nil, odd }},
			answer(200, []byte(kept)),
			func(err error) bool { return errors.Is(err, odd) },
		},
		"shorter than said": {file("abc", 5), swallow, func(err error) bool { return errors.Is(err, ErrFileChanged) }},
		"longer than said":  {file("abcdef", 5), swallow, func(err error) bool { return errors.Is(err, ErrFileChanged) }},
		"too large for the platform": {file("abc", 3), answer(400, []byte(`{"error":{"code":100,"error_subcode":2018109}}`)), func(err error) bool {
			return Judge(err).Retry == RetryNever && strings.Contains(Judge(err).Sentence, "too large")
		}},
		"kept under no id": {file("abc", 3), answer(200, []byte(`{"ok":1}`)), func(err error) bool {
			status, _, body := Answered(err)
			return errors.Is(err, ErrUnclearAnswer) && status == 200 && body == `{"ok":1}`
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id, err := graph(t, c.h).Upload(t.Context(), testPage, c.file)
			if id != "" || !c.check(err) {
				t.Errorf("id %q, err %v", id, err)
			}
		})
	}
}

func swallow(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	answer(200, []byte(kept))(w, r)
}
